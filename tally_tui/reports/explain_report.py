"""The report `explain`: the total that explains itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tally_tui.reports.answers import Explain
from tally_tui.reports.registry import Column, ReportSpec, SpanQuery, TableSpec

if TYPE_CHECKING:
    import sqlite3

    from tally_tui.reports.context import ReportContext


class ExplainQuery(SpanQuery, frozen=True, kw_only=True):
    """How a total came about."""


def ask(db: sqlite3.Connection, query: ExplainQuery, context: ReportContext) -> Explain:
    """Return what was counted, what was left out and why."""
    from tally_tui.ingest.price_choice import open_book
    from tally_tui.reports.explain import explain

    return explain(
        db,
        query=context.query,
        span=context.span,
        tz=context.tz,
        mode=context.mode,
        book=open_book(context.settings)[0],
    )


REPORT = ReportSpec(
    "explain", ExplainQuery, Explain, ask,
    tables=(TableSpec("lines", (
        Column("kind", "kind"), Column("count", "count", right=True), Column("what", "text", wide=True),
        Column("query", "query"),
    )),),
    rows="lines",
)  # fmt: skip
