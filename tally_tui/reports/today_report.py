"""The report `today`: the last minutes, today, this week, this month, the limits, and who is at work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tally_tui.reports.answers import Now, Stretch
from tally_tui.reports.figure_columns import CALLS, COST, SESSIONS, TOKENS
from tally_tui.reports.registry import Column, FilterQuery, ReportSpec, TableSpec
from tally_tui.rules.figures import money, percent_change

if TYPE_CHECKING:
    import sqlite3

    from tally_tui.reports.context import ReportContext


class TodayQuery(FilterQuery, frozen=True, kw_only=True):
    """How it stands right now."""


def ask(db: sqlite3.Connection, query: TodayQuery, context: ReportContext) -> Now:
    """Return the times up to now, each beside the one before it, the limits, and live sessions."""
    from tally_tui.reports.now import now

    return now(
        db,
        now_ms=context.now,
        tz=context.tz,
        week_start=context.week_start,
        query=context.query,
        mode=context.mode,
    )


def _change(row: Stretch, _: bool) -> str:
    return percent_change(row.figures.cost, row.before.cost)


REPORT = ReportSpec(
    "today", TodayQuery, Now, ask,
    tables=(
        TableSpec("stretches", (
            Column("time", lambda row, _: row.name.replace("_", " "), wide=True), COST,
            Column("change", _change, right=True),
            Column("before", lambda row, _: money(row.before.cost), 2, right=True), TOKENS, CALLS, SESSIONS,
        )),
        TableSpec("limits", (
            Column("limit", "limit", wide=True), Column("minutes", "minutes", right=True),
            Column("used", "used_percent", right=True), Column("at reset", "projected_percent", right=True),
            Column("resets", "resets_time"), Column("read", "read_time", 1),
        )),
        TableSpec("live", (
            Column("live session", "title", wide=True), Column("project", "project", 1),
            Column("last call", "last_time"), COST,
        )),
    ),
    rows="stretches",
    schema_name="now",
)  # fmt: skip
