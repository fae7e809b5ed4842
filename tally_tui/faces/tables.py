"""Reports as tables for people: the same cells at the prompt and in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tally_tui.faces.formats import TextFormat
from tally_tui.records import Field, field_of, fields, record_of
from tally_tui.reports.registry import Column, TableSpec
from tally_tui.units import Format

EMPTY = "–"


class TextTable(Struct, frozen=True):
    """A table whose cells are text, not yet cleaned for any medium."""

    columns: tuple[Column, ...]
    rows: list[list[str]]
    total: list[str] | None


def text_table(table: TableSpec, report: Any, form: TextFormat) -> TextTable:
    """Return the cells of one of a report's tables."""
    rows: Sequence[Any] = getattr(report, table.rows)
    cls = record_of(type(report), table.rows)
    columns = tuple(
        column if column.name else replace(column, name=" · ".join(report.by))
        for column in table.columns
        if column.only_if is None or column.only_if(report)
    )
    cells = [_cell(cls, column, form) for column in columns]
    total = None
    if table.total:
        totals = getattr(report, table.total)
        total = [
            _cell(type(totals), column, form)(totals) if _sums(type(totals), column) else "" for column in columns
        ]
        total[next((at for at, column in enumerate(columns) if column.wide), 0)] = "total"
    return TextTable(columns, [[cell(row) for cell in cells] for row in rows], total)


def markdown(table: TextTable) -> str:
    """Return the table as GitHub-flavoured Markdown; nothing in a cell acts as markup."""
    lines = [_markdown_line([column.name for column in table.columns])]
    lines.append("|" + "|".join("--:" if column.right else "---" for column in table.columns) + "|")
    lines += [_markdown_line(row) for row in table.rows]
    if table.total is not None:
        lines.append(_markdown_line(table.total))
    return "\n".join(lines)


def _markdown_line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(_escaped, cells)) + " |"


def _escaped(cell: str) -> str:
    text = " ".join(cell.split())
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|~&#!" else letter for letter in text)


def _sums(cls: type, column: Column) -> bool:
    return column.of_totals or any(field.name == column.value for field in fields(cls))


def _cell(cls: type, column: Column, form: TextFormat) -> Callable[[Any], str]:
    if callable(column.value):
        write: Callable[[Any, bool], str] = column.value
        return lambda row: write(row, form.full_numbers) or EMPTY
    field = field_of(cls, column.value)
    text = _text(field, form, column.seconds)
    if field.many:
        return lambda row: ", ".join(map(text, field.get(row))) or EMPTY

    def cell(row: Any) -> str:
        value = field.get(row)
        return EMPTY if value is None or value == "" else text(value)

    return cell


def _text(field: Field, form: TextFormat, seconds: bool) -> Callable[[Any], str]:
    assert field.unit is not None
    kind: Format = "seconds" if seconds else field.unit.format
    return lambda value: form.text(value, kind)
