"""The breakdown: groups, the sessions behind one, the calls behind those."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from msgspec import structs
from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tally_tui import clock
from tally_tui.model import Span
from tally_tui.reports.answers import CallRow, Calls, SessionRow, Sessions, Usage
from tally_tui.requests import CallsRequest, Request, SessionsRequest
from tally_tui.screens.breakdown import (
    MISSING,
    SORTS,
    CallRows,
    GroupRows,
    SessionRows,
    columns,
    details,
    named,
)
from tally_tui.screens.view import FACETS, Level, View, ground
from tally_tui.store import Answered
from tally_tui.widgets import figures
from tally_tui.widgets.table import VirtualTable
from tally_tui.widgets.text import clean
from tally_tui.widgets.trail import Trail

AnyRows: TypeAlias = GroupRows | SessionRows | CallRows
MARGIN = 150
"""Rows fetched beyond those in sight, each way."""


class Drill(Vertical):
    """Breadcrumbs, the table, and what there is to say about the row under the cursor."""

    DEFAULT_CSS = """
    Drill { height: 1fr; min-height: 12;
        & > VirtualTable { height: 1fr; min-height: 6; margin: 0 1; }
        & > #detail { height: auto; max-height: 4; padding: 0 1; color: $quiet; display: none; } }
    """

    class ReadAsked(Message):
        """There is nothing below a call but what it said."""

    def __init__(self, ask: Callable[[Request], None], view: View) -> None:
        super().__init__(id="drill")
        self.ask, self.view = ask, view
        self.levels: tuple[Level, ...] = (ground(FACETS[0]),)
        self.answer: Usage | Sessions | Calls | None = None
        self._request: Request | None = None
        self._news: Answered | None = None
        self._shown: Level | None = None
        self.unread = False
        """Whether logs are still to be read for the first time: nothing found yet says nothing then."""

    def compose(self) -> ComposeResult:
        yield Trail()
        yield VirtualTable(id="table")
        yield Static(id="detail", markup=False)

    @property
    def level(self) -> Level:
        return self.levels[-1]

    @property
    def table(self) -> VirtualTable:
        return self.query_one(VirtualTable)

    @property
    def session(self) -> SessionRow | None:
        """The session under the cursor, where the table is of sessions."""
        rows = self.table.rows
        return rows.at(self.table.cursor) if isinstance(rows, SessionRows) else None

    @property
    def call(self) -> CallRow | None:
        """The call under the cursor, where the table is of calls."""
        rows = self.table.rows
        return rows.at(self.table.cursor) if isinstance(rows, CallRows) else None

    def look(self, view: View) -> None:
        """Ask for what another view, or another level, shows."""
        self.view = view
        self.query_one(Trail).crumbs = tuple(level.title for level in self.levels)
        request = self.level.request(view)
        if isinstance(request, SessionsRequest | CallsRequest) and self._request is not None:
            # The same question further down keeps its place.
            kept = self._request
            if isinstance(kept, SessionsRequest | CallsRequest):
                request = kept if structs.replace(request, offset=kept.offset) == kept else request
        self._request = request
        self.screen.refresh_bindings()
        self.ask(request)
        if self._news is not None and self._news.request == request:
            # Only the order is another: the answer is at hand.
            self.receive(self._news)

    def receive(self, news: Answered) -> None:
        """Show the newest answer to the present question."""
        if news.request != self._request or not isinstance(news.answer, Usage | Sessions | Calls):
            return
        self._news, self.answer = news, news.answer
        level, now = self.level, clock.now_ms()
        rows: AnyRows
        if isinstance(news.answer, Usage):
            rows = GroupRows(news.answer, level)
        else:
            offset = news.request.offset if isinstance(news.request, SessionsRequest | CallsRequest) else 0
            kind = SessionRows if isinstance(news.answer, Sessions) else CallRows
            rows = kind(news.answer, offset, self.view, now)  # type: ignore[arg-type]
        same = self._shown is not None and replace(self._shown, cursor=0) == replace(level, cursor=0)
        self._shown = level
        self.table.nothing = self._nothing()
        self.table.show(columns(level), rows, (level.sort, level.descending), None if same else level.cursor)
        self.query_one(Trail).summary = self._summary(len(rows))
        self._tell()

    def wait(self, unread: bool) -> None:
        """Whether logs are still to be read."""
        if unread != self.unread:
            self.unread = unread
            if self._news is not None:
                self.receive(self._news)

    def _nothing(self) -> str:
        if self.unread:
            return "The logs are still being read …"
        query = self.level.query if self.level.query is not None else self.view.query
        if query:
            return f"No call matches  {clean(query)}  in this period. / changes the filter, Esc clears it."
        return "No calls in this period. h and l walk to others, a shows all."

    def _summary(self, rows: int) -> str:
        assert self.answer is not None
        noun = {"groups": self.level.facet, "sessions": "session", "calls": "call"}[self.level.kind]
        plural = {"branch": "branches"}.get(noun, noun + "s")
        totals = self.answer.totals
        if self.unread and not rows:
            return "…"
        return (
            f"{rows:,} {noun if rows == 1 else plural} · {figures.cost(totals)} · "
            f"{figures.count(totals.tokens.total)} tokens{' so far' if self.unread else ''}"
        )

    # -- moving between levels

    def by(self, step: int) -> None:
        """The next way to break down."""
        self.start(ground(FACETS[(FACETS.index(self.levels[0].facet) + step) % len(FACETS)]))

    def start(self, level: Level) -> None:
        """Begin anew with a level as the only one."""
        self.levels = (level,)
        self.look(self.view)

    def push(self, level: Level) -> None:
        """Go one deeper, remembering where the cursor was."""
        here = replace(self.level, cursor=self.table.cursor)
        self.levels = (*self.levels[:-1], here, level)
        self.look(self.view)

    def climb(self, depth: int) -> bool:
        """Back to a depth (0: the breakdown); says whether there was anything to leave."""
        if depth >= len(self.levels) - 1 or depth < 0:
            return False
        self.levels = self.levels[: depth + 1]
        self._shown = None
        self.look(self.view)
        return True

    def sort(self, column: str | None = None) -> None:
        """By a column, or by the next one in turn; by the one in force the other way round."""
        known = SORTS[self.level.kind]
        if column is None:
            column = (
                known[(known.index(self.level.sort) + 1) % len(known)]
                if self.level.sort in known
                else known[0]
            )
        self.levels = (*self.levels[:-1], self.level.sorted_by(column))
        self.look(self.view)

    def open_calls(self, level: Level) -> None:
        """Some of all calls, whatever was drilled into before."""
        self.levels = (
            replace(self.levels[0], cursor=0 if len(self.levels) > 1 else self.table.cursor),
            level,
        )
        self.look(self.view)

    def open_session(self, session: SessionRow) -> None:
        """The calls of a session, its subagents' included, whenever they were."""
        self.push(
            Level(
                "calls", named(session), "session", (("session", session.session),), span=Span(), sort="time"
            )
        )

    @on(VirtualTable.Opened)
    def _open(self, event: VirtualTable.Opened) -> None:
        event.stop()
        rows, level = event.rows, self.level
        if type(rows) is not type(self.table.rows):
            return  # of a level that was left meanwhile
        if self._shown is None or replace(self._shown, cursor=0) != replace(level, cursor=0):
            # Enter, pressed twice in haste: the rows still in sight are those of the level before.
            return
        if isinstance(rows, GroupRows) and rows.facet == level.facet:
            group = rows.rows[event.row]
            facet, name = level.facet, rows.label(event.row) or MISSING
            where = (*level.where, (facet, group.key.get(facet)))
            if facet == "project":
                self.push(replace(ground("folder"), title=name, where=where, query=level.query, span=level.span))
            elif facet == "subagent" and group.key.get(facet) is not None:
                self.push(replace(ground("instance"), title=name, where=where, query=level.query, span=level.span))
            elif facet in ("subagent", "instance"):
                self.push(
                    replace(
                        level, kind="calls", title=name, where=where, sort="time", descending=True, cursor=0
                    )
                )
            else:
                self.push(
                    replace(
                        level,
                        kind="sessions",
                        title=name,
                        where=where,
                        sort="cost",
                        descending=True,
                        cursor=0,
                    )
                )
        elif isinstance(rows, SessionRows) and (session := rows.at(event.row)):
            where = (*level.where, ("session", session.session))
            self.push(
                replace(
                    level,
                    kind="calls",
                    title=named(session),
                    where=where,
                    sort="time",
                    descending=True,
                    cursor=0,
                )
            )

        elif isinstance(rows, CallRows):
            self.post_message(self.ReadAsked())

    @on(VirtualTable.SortAsked)
    def _sort_asked(self, event: VirtualTable.SortAsked) -> None:
        event.stop()
        if self.level.kind == "groups" or event.column in SORTS[self.level.kind]:
            self.sort(event.column)

    @on(VirtualTable.Missing)
    def _missing(self, event: VirtualTable.Missing) -> None:
        event.stop()
        offset = max(0, event.first - MARGIN)
        limit = event.last - event.first + 1 + 2 * MARGIN
        request = self.level.request(self.view, offset, limit)
        if request != self._request:
            self._request = request
            self.ask(request)

    @on(VirtualTable.Moved)
    def _moved(self, event: VirtualTable.Moved) -> None:
        event.stop()
        self._tell()

    def _tell(self) -> None:
        """What the row under the cursor could not say in its columns."""
        rows, detail = self.table.rows, self.query_one("#detail", Static)
        row = self.table.cursor
        parts = [self.table.truncated() or ""]
        if isinstance(rows, CallRows) and (call := rows.at(row)):
            parts.append(details(call))
        elif isinstance(rows, SessionRows) and (session := rows.at(row)):
            parts.append(clean(session.folder or ""))
            parts.append(_left_out(session.figures.unpriced_calls))
            parts.append("its log is gone, its calls are kept" if session.file_gone else "")
        elif isinstance(rows, GroupRows) and row < len(rows):
            parts.append(_left_out(rows.rows[row].figures.unpriced_calls))
        text = " · ".join(part for part in parts if part)
        detail.update(Content(text))
        detail.display = bool(text)


def _left_out(calls: int) -> str:
    if not calls:
        return ""
    return f"{calls:,} call{'' if calls == 1 else 's'} without a price: tokens counted, cost not"
