"""The report `sessions`: sessions with their subagents' cost rolled up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta
from msgspec.structs import replace

from tally_tui.model import Provider
from tally_tui.reports.answers import SessionRow, Sessions
from tally_tui.reports.figure_columns import CALLS, COST, TOKENS, remarks_of_rows
from tally_tui.reports.registry import CallsQuery, Column, ReportSpec, TableSpec
from tally_tui.reports.session_order import BY_NAME, Sort
from tally_tui.rules.figures import whole_percent

if TYPE_CHECKING:
    import sqlite3

    from tally_tui.reports.context import ReportContext


class SessionsQuery(CallsQuery, frozen=True, kw_only=True):
    """Sessions with what they cost."""

    sort: Annotated[Sort, Meta(title="FIELD")] = "last"
    """last, started, cost, tokens, calls, length, context, title, project, branch or model"""
    words: bool = False
    """also its first prompt and its last reply, read from its log: that takes longer"""


def ask(db: sqlite3.Connection, query: SessionsQuery, context: ReportContext) -> Sessions:
    """Return the root sessions with calls that match, in the order asked for."""
    from tally_tui.reports.sessions import sessions

    report = sessions(
        db,
        query=context.query,
        span=context.span,
        tz=context.tz,
        mode=context.mode,
        sort=query.sort,
        descending=(query.sort not in BY_NAME) ^ query.reverse,
        limit=query.limit,
    )
    return replace(report, rows=tuple(map(_with_words, report.rows))) if query.words else report


def _with_words(row: SessionRow) -> SessionRow:
    """Return the row with how the session begins and ends, read from its log."""
    from tally_tui.reports.excerpts import excerpt

    if row.file is None or row.file_gone:
        return row
    words = excerpt(Provider[row.provider.upper()], row.file)
    return replace(row, first_prompt=words.prompt, last_reply=words.reply)


def _title(row: SessionRow, _: bool) -> str:
    """Return the title behind the signs that the screen has, too: bookmarked, with a note, hidden."""
    signs = ("★" if row.bookmarked else "") + ("✎" if row.note else "") + ("(hidden)" if row.hidden else "")
    return " ".join(filter(None, (signs, row.title or row.session)))


def _messages(row: SessionRow, _: bool) -> str:
    return "" if row.messages is None else f"{row.messages:,}"


def _fill(row: SessionRow, _: bool) -> str:
    if row.fill is None:
        return "?" if row.context_unknown else ""
    return f"{whole_percent(row.fill * 100)} %"


def _has_words(report: Sessions) -> bool:
    return any(row.first_prompt is not None for row in report.rows)


COLUMNS = (
    Column("last call", "last_time", 1),
    Column("session", _title, wide=True),
    Column("project", "project", 2),
    Column("branch", "branch", 6),
    Column("models", "models", 7),
    Column("subagents", lambda row, _: str(row.subagents or ""), 5, right=True),
    replace(CALLS, rank=4),
    replace(TOKENS, rank=3),
    COST,
    Column("id", "session", 8),
    Column("messages", _messages, 9, right=True),
    Column("context", _fill, 10, right=True),
    Column("first prompt", "first_prompt", wide=True, only_if=_has_words),
    Column("last reply", "last_reply", wide=True, only_if=_has_words),
)
REPORT = ReportSpec(
    "sessions", SessionsQuery, Sessions, ask,
    tables=(TableSpec("rows", COLUMNS, total="totals"),),
    rows="rows",
    empty="No sessions match.",
    remarks=remarks_of_rows("sessions"),
    table_limit=50,
)  # fmt: skip
