"""The list of sessions: titles, and whatever else there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from tally_tui.reports.answers import Figures, SessionRow, Sessions
from tally_tui.reports.search_answers import SearchHit
from tally_tui.rules.zones import local
from tally_tui.screens.breakdown import named
from tally_tui.widgets import figures
from tally_tui.widgets.table import Cell, Column
from tally_tui.widgets.text import clean

LIVE_MS = 600_000
"""A session with a call in the last ten minutes is live."""
SORTS = ("last", "cost", "tokens", "calls", "title")
COLUMNS = (
    Column("title", "Session", 16),
    Column("last", "Last", 7),
    Column("cost", "Cost", 9, right=True),
    Column("project", "Project", 14, grow=6, sortable=False),
    Column("models", "Models", 16, grow=8, sortable=False),
    Column("tokens", "Tokens", 7, right=True),
    Column("branch", "Branch", 14, sortable=False),
    Column("calls", "Calls", 7, right=True),
    Column("subagents", "Agents", 6, right=True, sortable=False),
    Column("provider", "By", 6, sortable=False),
)


def bare(hit: SearchHit) -> SessionRow:
    """A session of which only a search has told so far."""
    nothing = Figures()
    return SessionRow(
        hit.provider, hit.root, None, hit.title, hit.project, None, None, None, (), hit.time_ms, hit.time_ms,
        nothing, nothing, 0, hit.file, hit.gone,
    )  # fmt: skip


class SessionRows:
    """Some sessions of many."""

    def __init__(self, answer: Sessions, offset: int, zone: ZoneInfo, now: int, opened: str | None) -> None:
        self.answer, self.offset, self.zone, self.now, self.opened = answer, offset, zone, now, opened

    def __len__(self) -> int:
        return self.answer.total_rows

    def at(self, row: int) -> SessionRow | None:
        place = row - self.offset
        return self.answer.rows[place] if 0 <= place < len(self.answer.rows) else None

    def cells(self, row: int) -> Sequence[Cell] | None:
        session = self.at(row)
        if session is None:
            return None
        live = self.now - session.last_ms < LIVE_MS
        sign = "▸ " if session.session == self.opened else "● " if live else "  "
        return (
            sign + named(session),
            short_day(session.last_ms, self.zone, self.now),
            figures.cost(session.figures),
            clean(session.project or "–"),
            clean(", ".join(session.models)),
            figures.count(session.figures.tokens.total),
            clean(session.branch or "–"),
            f"{session.figures.calls:,}",
            str(session.subagents) if session.subagents else "",
            session.provider,
        )


def short_day(instant: int, zone: ZoneInfo, now: int) -> str:
    """Today's by the clock, this year's by the day, others by the month."""
    moment, today = local(instant, zone), local(now, zone)
    if moment.date() == today.date():
        return f"{moment:%H:%M}"
    return f"{moment.day:2d} {moment:%b}" if moment.year == today.year else f"{moment:%Y-%m}"


def short_time(instant: int, zone: ZoneInfo, now: int) -> str:
    """A local time: today's by the clock, this year's without the year."""
    moment, today = local(instant, zone), local(now, zone)
    if moment.date() == today.date():
        return f"{moment:%H:%M}"
    if moment.year == today.year:
        return f"{moment.day:2d} {moment:%b %H:%M}"
    return f"{moment:%Y-%m-%d}"
