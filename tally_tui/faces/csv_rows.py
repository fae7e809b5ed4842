"""Reports as rows of CSV: the documents' rows, with the fields of inner records flattened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tally_tui.faces.documents import Document, encoder
from tally_tui.records import fields, record_of
from tally_tui.reports.registry import ReportSpec


def csv_rows(spec: ReportSpec, report: Any) -> tuple[list[str], Iterator[Document]]:
    """Return the columns and rows of a report's CSV. An inner field is named `own_calls`; keys have their own names."""
    rows: Sequence[Any] = getattr(report, spec.rows)
    cls = record_of(type(report), spec.rows)
    encode = encoder(cls)
    return list(_columns(cls, getattr(report, "by", ()))), (dict(_flat(encode(row))) for row in rows)


def _columns(cls: type, keys: Iterable[str], prefix: str = "") -> Iterator[str]:
    for field in fields(cls):
        if field.unit is not None and field.unit.sensitivity == "key":
            yield from keys
        elif field.record is not None:
            yield from _columns(field.record, keys, f"{prefix}{field.name}_")
        else:
            yield prefix + field.name


def _flat(row: Document, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, dict):
            yield from _flat(value, "" if name == "key" else f"{prefix}{name}_")
        else:
            yield prefix + name, value
