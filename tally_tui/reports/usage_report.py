"""The report `usage`: what was spent, grouped."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from msgspec import Meta
from msgspec.structs import replace

from tally_tui.reports.answers import Figures, Usage, UsageRow
from tally_tui.reports.figure_columns import FIGURE_COLUMNS, figure_remarks, shortened
from tally_tui.reports.registry import CallsQuery, Column, GroupField, ReportSpec, TableSpec

if TYPE_CHECKING:
    import sqlite3

    from tally_tui.reports.context import ReportContext

_SORT_KEYS: Final[dict[str, Callable[[Figures], Any]]] = {
    "cost": lambda sums: sums.cost,
    "calls": lambda sums: sums.calls,
    "sessions": lambda sums: sums.sessions,
    "tokens": lambda sums: sums.tokens.total,
    "input": lambda sums: sums.tokens.input,
    "output": lambda sums: sums.tokens.output,
}


class UsageQuery(CallsQuery, frozen=True, kw_only=True):
    """What was spent, grouped."""

    by: tuple[GroupField, ...] = ("day",)
    """group by these, in this order"""
    sort: Annotated[
        Literal["key", "cost", "calls", "sessions", "tokens", "input", "output"], Meta(title="FIELD")
    ] = "key"
    """key, cost, calls, sessions, tokens, input or output"""


def ask(db: sqlite3.Connection, query: UsageQuery, context: ReportContext) -> Usage:
    """Return the sums of the calls that match, grouped by the fields of `by`."""
    from tally_tui.reports.usage import usage

    report = usage(
        db,
        by=tuple(dict.fromkeys(query.by)),
        tz=context.tz,
        query=context.query,
        span=context.span,
        mode=context.mode,
        week_start=context.week_start,
    )
    rows = list(report.rows)
    if query.sort != "key":
        key = _SORT_KEYS[query.sort]
        rows.sort(key=lambda row: key(row.figures), reverse=True)
    if query.reverse:
        rows.reverse()
    return replace(report, rows=tuple(rows[: query.limit]), total_rows=len(rows))


def _group(row: UsageRow, _: bool) -> str:
    return row.label or " · ".join(value for value in row.key.values() if value)


def _remarks(report: Usage, _: bool) -> list[str]:
    return shortened(len(report.rows), report.total_rows) + figure_remarks(
        report.totals, report.duplicates, report.unobserved
    )


REPORT = ReportSpec(
    "usage", UsageQuery, Usage, ask,
    tables=(TableSpec("rows", (Column("", _group, wide=True), *FIGURE_COLUMNS), total="totals"),),
    rows="rows",
    remarks=_remarks,
)  # fmt: skip
