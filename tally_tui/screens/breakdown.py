"""From answers to the rows and columns of the breakdown table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tally_tui.model import Reason
from tally_tui.reports.answers import CallRow, Calls, Figures, SessionRow, Sessions, Usage, UsageRow
from tally_tui.rules.figures import call_money
from tally_tui.rules.zones import local
from tally_tui.screens.paged_rows import PagedRows
from tally_tui.screens.view import Level, View
from tally_tui.widgets import figures
from tally_tui.widgets.table import Cell, Column
from tally_tui.widgets.text import clean

_TAIL = (
    Column("input", "Input", 7, right=True),
    Column("read", "Cache read", 10, right=True),
    Column("write", "Cache write", 11, right=True),
    Column("output", "Output", 7, right=True),
)

_GROUPS: dict[str, Callable[[UsageRow], Any]] = {
    "label": lambda row: row.label.casefold(),
    "cost": lambda row: (row.figures.cost, row.figures.tokens.total),
    "tokens": lambda row: row.figures.tokens.total,
    "calls": lambda row: row.figures.calls,
    "sessions": lambda row: row.figures.sessions,
    "input": lambda row: row.figures.tokens.input,
    "read": lambda row: row.figures.tokens.cache_read,
    "write": lambda row: row.figures.tokens.write_5m + row.figures.tokens.write_1h,
    "output": lambda row: row.figures.tokens.output,
}
SORTS: dict[str, tuple[str, ...]] = {
    "groups": ("cost", "tokens", "calls", "sessions", "label"),
    "sessions": ("cost", "last", "tokens", "calls", "title"),
    "calls": ("time", "cost", "tokens", "model"),
}
"""What `s` walks through on each kind of table."""

MISSING = "(not in the logs)"


def columns(level: Level) -> tuple[Column, ...]:
    """The columns of a level's table."""
    if level.kind == "groups":
        return (
            Column("label", level.facet.capitalize(), 16),
            Column("cost", "Cost", 10, right=True),
            Column("share", "Share", 8, grow=22, sortable=False),
            Column("percent", "", 5, right=True, sortable=False),
            Column("tokens", "Tokens", 7, right=True),
            Column("calls", "Calls", 8, right=True),
            Column("sessions", "Sessions", 8, right=True),
            *_TAIL,
        )
    if level.kind == "sessions":
        return (
            Column("title", "Session", 16),
            Column("cost", "Cost", 10, right=True),
            Column("last", "Last call", 12),
            Column("tokens", "Tokens", 7, right=True),
            Column("calls", "Calls", 7, right=True),
            Column("project", "Project", 16, sortable=False),
            Column("models", "Models", 18, grow=8, sortable=False),
            Column("branch", "Branch", 14, sortable=False),
            Column("subagents", "Subagents", 9, right=True, sortable=False),
            Column("provider", "Agent", 6, sortable=False),
            *(Column(each.id, each.label, each.width, True, sortable=False) for each in _TAIL),
        )
    return (
        Column("time", "Time", 15, fixed=True),
        Column("cost", "Cost", 10, right=True),
        Column("model", "Model", 18, grow=8),
        Column("tokens", "Tokens", 7, right=True),
        *(Column(each.id, each.label, each.width, True, sortable=False) for each in _TAIL),
        Column("note", "Note", 20, sortable=False),
        Column("project", "Project", 14, sortable=False),
        Column("branch", "Branch", 12, sortable=False),
    )


class GroupRows:
    """All groups, sorted here: there are few, and they are all at hand."""

    def __init__(self, answer: Usage, level: Level) -> None:
        by = _GROUPS.get(level.sort, _GROUPS["cost"])
        if level.facet == "day" and level.sort == "label":
            by = _by_key(level.facet)
        self.rows: Sequence[UsageRow] = sorted(answer.rows, key=by, reverse=level.descending)
        self.all = answer.totals
        self.facet = level.facet

    def __len__(self) -> int:
        return len(self.rows)

    def cells(self, row: int) -> Sequence[Cell] | None:
        group = self.rows[row]
        summed = group.figures
        part, whole = (
            (summed.cost, self.all.cost) if self.all.cost else (summed.tokens.total, self.all.tokens.total)
        )
        share = part / whole if whole else 0.0
        return (
            self.label(row),
            figures.cost(summed),
            share,
            f"{share * 100:.0f} %",
            figures.count(summed.tokens.total),
            f"{summed.calls:,}",
            f"{summed.sessions:,}",
            *_tokens(summed),
        )

    def label(self, row: int) -> str:
        group = self.rows[row]
        return clean(group.label) or (MISSING if group.key.get(self.facet) is None else "")


class SessionRows(PagedRows[SessionRow]):
    """Some sessions of many."""

    def __init__(self, answer: Sessions, offset: int, view: View, now: int) -> None:
        super().__init__(answer.rows, answer.total_rows, offset)
        self.view, self.now = view, now

    def cells(self, row: int) -> Sequence[Cell] | None:
        session = self.at(row)
        if session is None:
            return None
        summed = session.figures
        return (
            named(session),
            figures.cost(summed),
            when(session.last_ms, self.view, self.now),
            figures.count(summed.tokens.total),
            f"{summed.calls:,}",
            clean(session.project or "–"),
            clean(", ".join(session.models)),
            clean(session.branch or "–"),
            str(session.subagents) if session.subagents else "",
            session.provider,
            *_tokens(summed),
        )


class CallRows(PagedRows[CallRow]):
    """Some calls of many."""

    def __init__(self, answer: Calls, offset: int, view: View, now: int) -> None:
        super().__init__(answer.rows, answer.total_rows, offset)
        self.view, self.now = view, now

    def cells(self, row: int) -> Sequence[Cell] | None:
        call = self.at(row)
        if call is None:
            return None
        tokens = call.tokens
        cost = "unpriced" if call.cost is None else call_money(call.cost)
        if call.status == "estimated":
            cost = f"~{cost}"
        return (
            when(call.time_ms, self.view, self.now, seconds=True),
            cost,
            clean(call.model),
            figures.count(tokens.total),
            figures.count(tokens.input),
            figures.count(tokens.cache_read),
            figures.count(tokens.write_5m + tokens.write_1h),
            figures.count(tokens.output),
            _note(call),
            clean(call.project or "–"),
            clean(call.branch or "–"),
        )


def named(session: SessionRow) -> str:
    """A session's title, or the start of its id."""
    return clean(session.title) or clean(session.session[:8])


def when(instant: int, view: View, now: int, seconds: bool = False) -> str:
    """A local time as short as it can be: today's by the clock alone, this year's without the year."""
    moment, today = local(instant, view.zone), local(now, view.zone)
    clock = f"{moment:%H:%M:%S}" if seconds else f"{moment:%H:%M}"
    if moment.date() == today.date():
        return clock
    if moment.year == today.year:
        return f"{moment.day:2d} {moment:%b} {clock}"
    return f"{moment:%Y-%m-%d}" + (f" {moment:%H:%M}" if seconds else "")


def session_of(call: CallRow) -> SessionRow:
    """The session of a call, as far as the call tells of it."""
    nothing = Figures()
    return SessionRow(
        call.provider, call.root_session, None, "", call.project, None, call.branch, None, (call.model,),
        call.time_ms, call.time_ms, nothing, nothing, 0, call.file,
    )  # fmt: skip


def details(call: CallRow) -> str:
    """Where a call comes from and how it was priced."""
    searches = f"{call.searches} web search{'' if call.searches == 1 else 'es'}" if call.searches else ""
    parts = [call.rate, _note(call), searches]
    if call.recorded is not None:
        parts.append(f"the log says {figures.money(call.recorded)}")
    lines = "line" if call.lines == 1 else "lines"
    parts.append(f"{call.file} at byte {call.offset:,}, {call.lines} {lines}")
    return clean(" · ".join(part for part in parts if part))


def _note(call: CallRow) -> str:
    if call.reason is not Reason.COUNTED:
        return f"not counted: {call.reason.word}"
    return "model inferred" if call.inferred else ""


def _tokens(summed: Figures) -> tuple[str, str, str, str]:
    tokens = summed.tokens
    written = tokens.write_5m + tokens.write_1h
    return (
        figures.count(tokens.input),
        figures.count(tokens.cache_read),
        figures.count(written),
        figures.count(tokens.output),
    )


def _by_key(facet: str) -> Callable[[UsageRow], Any]:
    return lambda row: row.key.get(facet) or ""
