"""The report `calls`: single calls, and the lines of the logs they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta
from msgspec.structs import replace

from tally_tui.model import Reason
from tally_tui.reports.answers import CallRow, Calls
from tally_tui.reports.calls import Sort
from tally_tui.reports.figure_columns import CACHE_READ, INPUT, OUTPUT, TOKENS, figure_remarks
from tally_tui.reports.registry import CallsQuery, Column, ReportSpec, TableSpec
from tally_tui.rules.figures import call_money, counted, money_of, short_tokens

if TYPE_CHECKING:
    import sqlite3

    from tally_tui.reports.context import ReportContext


class CallsReportQuery(CallsQuery, frozen=True, kw_only=True):
    """Single calls, and the lines they came from."""

    sort: Annotated[Sort, Meta(title="FIELD")] = "time"
    """time, cost, tokens or model"""


def ask(db: sqlite3.Connection, query: CallsReportQuery, context: ReportContext) -> Calls:
    """Return the calls that match, in the order asked for."""
    from tally_tui.ingest.price_choice import open_book
    from tally_tui.reports.calls import calls

    return calls(
        db,
        query=context.query,
        span=context.span,
        tz=context.tz,
        sort=query.sort,
        descending=(query.sort != "model") ^ query.reverse,
        mode=context.mode,
        limit=query.limit,
        book=open_book(context.settings)[0],
    )


def _cache_write(row: CallRow, full_numbers: bool) -> str:
    written = row.tokens.write_5m + row.tokens.write_1h
    return f"{written:,}" if full_numbers else short_tokens(written)


def _cost(row: CallRow, _: bool) -> str:
    return "unpriced" if row.cost is None else call_money(row.cost)


def _has_duplicates(report: Calls) -> bool:
    return any(row.reason is not Reason.COUNTED for row in report.rows)


def _has_tiers(report: Calls) -> bool:
    return any(row.tier != "standard" for row in report.rows)


def _remarks(report: Calls, full_numbers: bool) -> list[str]:
    more = "" if len(report.rows) == report.total_rows else f"{len(report.rows):,} of "
    total = report.totals.tokens.total
    tokens = f"{total:,}" if full_numbers else short_tokens(total)
    cost = money_of(report.totals.cost, report.totals.unpriced_calls)
    return [f"{more}{counted(report.total_rows, 'call')}: {tokens} tokens, {cost}", *figure_remarks(report.totals)]


COLUMNS = (
    Column("time", "time", seconds=True),
    Column("model", lambda row, _: row.model or "no model", wide=True),
    Column("tier", "tier", 1, only_if=_has_tiers),
    Column("project", "project", 4),
    INPUT,
    Column("cache write", _cache_write, 7, right=True),
    CACHE_READ,
    OUTPUT,
    replace(TOKENS, rank=2),
    Column("cost", _cost, right=True),
    Column("duplicate", lambda row, _: row.reason.word, 1, only_if=_has_duplicates),
    Column("session", "session", 8),
    Column("file and byte", lambda row, _: f"{row.file}:{row.offset}", 9),
)
REPORT = ReportSpec(
    "calls", CallsReportQuery, Calls, ask,
    tables=(TableSpec("rows", COLUMNS),),
    rows="rows",
    remarks=_remarks,
    table_limit=50,
)  # fmt: skip
