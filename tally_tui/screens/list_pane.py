"""The list of sessions: what it asks for, its order, its filter, and what is under its cursor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual import getters, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer

from tally_tui import clock
from tally_tui.model import Span
from tally_tui.reports.answers import SessionRow, Sessions
from tally_tui.reports.excerpts import Excerpts
from tally_tui.reports.session_order import BY_NAME
from tally_tui.reports.subagents import Subagents
from tally_tui.requests import ExcerptsRequest, SessionsRequest, SubagentsRequest
from tally_tui.screens.session_list import COLUMNS, SORTS, Known, SessionRows
from tally_tui.screens.session_pane import QUIET_S
from tally_tui.screens.view import View
from tally_tui.store import Answered, Store, SyncStatus
from tally_tui.widgets import figures
from tally_tui.widgets.parts import Parts
from tally_tui.widgets.session_list import SessionList
from tally_tui.widgets.table import VirtualTable
from tally_tui.widgets.text import clean

SLOTS = ("sessions", "subagents", "excerpts")
PAGE = 400
MARGIN = 150
NARROW = 44
EXCERPTS_KEPT = 4_000


class ListPane(Vertical):
    """Shows the sessions. Its questions go to the store, its answers come by `receive`."""

    DEFAULT_CSS = """
    ListPane { width: 1fr; height: 1fr;
        & > #order { margin: 0 1; color: $quiet; }
        & > #sessions { height: 1fr; margin: 0 1; } }
    """
    table = getters.query_one("#sessions", SessionList)

    @dataclass
    class Opened(Message):
        """A session is to be read."""

        session: SessionRow

    class Moved(Message):
        """Another session is under the cursor."""

    def __init__(self, store: Store, view: View) -> None:
        super().__init__(id="list")
        self.store, self.view = store, view
        self.query_text, self.sort, self.descending = "", next(iter(SORTS)), True
        self.answer: Sessions | None = None
        self._status = SyncStatus()
        self._known = Known(view.zone)
        self._request: SessionsRequest | None = None
        self._unfolded: dict[str, int] = {}
        """Session → its place in the list, of those whose subagents are shown."""
        self._order: tuple[str, str, bool] | None = None
        """Of the list on the screen: filter, order, way."""
        self._said = ""
        self._quiet: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Parts(between=" · ", id="order")
        self._sessions = SessionList(id="sessions")
        yield self._sessions

    @property
    def status(self) -> SyncStatus:
        """How far the logs are read."""
        return self._status

    @status.setter
    def status(self, status: SyncStatus) -> None:
        self._status = status
        if self.answer is not None and not self.answer.rows:
            self._draw()  # why there is nothing to list may be known only now

    # -- asking

    def ask(self, offset: int | None = None, limit: int = PAGE) -> None:
        """Ask for the sessions, and to be told when they change; by default for those that are shown."""
        if offset is None:
            offset = self._request.offset if self._request is not None else 0
            limit = self._request.limit if self._request is not None else PAGE
        self._request = SessionsRequest(
            "sessions", Span(), self.query_text, (), self.sort, self.descending, offset, limit, self.view.timezone,
            without_hidden=True,
        )  # fmt: skip
        self.store.ask(self._request)
        self._ask_subagents()

    def _ask_subagents(self) -> None:
        roots = tuple(self._unfolded)
        if roots:
            self.store.ask(SubagentsRequest("subagents", roots, self.query_text, self.view.timezone))
        else:
            self.store.drop("subagents")

    def rest(self) -> None:
        """Nobody looks."""
        for slot in SLOTS:
            self.store.drop(slot)

    def filter(self, query: str) -> None:
        """List the sessions that a query lets through."""
        self.query_text = query
        self.ask(0)

    def sort_by(self, column: str) -> None:
        """Order by a column; by the same one, the other way round."""
        if column == self.sort:
            self.descending = not self.descending
        else:
            self.sort, self.descending = column, column not in BY_NAME
        self.ask(0)

    def habits(self) -> dict[str, str]:
        """How a person has the list, for the next start."""
        rows = {None: "", True: "lines", False: "columns"}[self._sessions.chosen]
        return {"list.order": self.sort, "list.way": "down" if self.descending else "up", "list.rows": rows}

    def take_habits(self, habits: Mapping[str, str]) -> None:
        """Have it so again; what is not understood, or not there, stays as it is."""
        before = self.sort, self.descending
        self.sort = habits.get("list.order", "") if habits.get("list.order") in SORTS else self.sort
        self.descending = habits.get("list.way", "down" if self.descending else "up") != "up"
        if habits.get("list.rows") in ("lines", "columns"):
            self.table.choose(habits["list.rows"] == "lines")
        if before != (self.sort, self.descending):
            self.ask(0)

    def next_sort(self) -> None:
        """Order by what comes next."""
        names = list(SORTS)
        self.sort_by(names[(names.index(self.sort) + 1) % len(names)])

    @on(VirtualTable.Missing)
    def _missing(self, event: VirtualTable.Missing) -> None:
        event.stop()
        rows = self._rows
        if rows is not None:
            first, last = rows.folding.place(event.first)[0], rows.folding.place(event.last)[0]
            self.ask(max(0, first - MARGIN), last - first + 1 + 2 * MARGIN)

    @on(VirtualTable.SortAsked)
    def _sort_asked(self, event: VirtualTable.SortAsked) -> None:
        event.stop()
        if event.column in SORTS:
            self.sort_by(event.column)

    # -- what came

    def receive(self, news: Answered) -> None:
        """Draw an answer."""
        answer = news.answer
        if isinstance(answer, Sessions) and isinstance(news.request, SessionsRequest):
            self.answer, self._request = answer, news.request
            order = (news.request.query, news.request.order, news.request.descending)
            self._place_unfolded(answer, news.request, order == self._order)
            # Another list is read from its top; in the same one the cursor stays on its session.
            before, self._order = self._order, order
            self._draw(from_top=before not in (None, order))
            if before != order:
                self.post_message(self.Moved())
        elif isinstance(answer, Subagents):
            self._known.below = answer.of
            self._draw()
        elif isinstance(answer, Excerpts):
            if len(self._known.excerpts) > EXCERPTS_KEPT:
                self._known.excerpts.clear()
            self._known.excerpts.update(answer.of)
            self.table.refresh()

    def _place_unfolded(self, answer: Sessions, request: SessionsRequest, same: bool) -> None:
        """Where the unfolded sessions stand by now. In another order only those at hand are known."""
        places = self._unfolded if same else {}
        here = {row.session: request.offset + n for n, row in enumerate(answer.rows) if row.subagents}
        self._unfolded = {
            name: here.get(name, places.get(name, -1))
            for name in self._unfolded
            if name in here or (name in places and not _in_page(places[name], request))
        }

    def row_of(self, session: str) -> SessionRow | None:
        """A session of the list, as far as it is here."""
        rows = self.answer.rows if self.answer is not None else ()
        return next((row for row in rows if row.session == session), None)

    def opened(self, session: SessionRow | None) -> None:
        """Another session is in the reader."""
        self._known.opened = session.session if session is not None else None
        self.table.refresh()

    def compared(self, session: SessionRow | None) -> None:
        """Another session is marked for comparing."""
        self._known.compared = session.session if session is not None else None
        self.table.refresh()

    def go_to(self, session: SessionRow) -> None:
        """Put the cursor on a session, where it is at hand."""
        rows = self._rows
        row = rows.row_of(session.session) if rows is not None else None
        if row is not None:
            self.table.cursor = row

    @property
    def _rows(self) -> SessionRows | None:
        rows = self.table.rows
        return rows if isinstance(rows, SessionRows) else None

    @property
    def under_cursor(self) -> SessionRow | None:
        """The session or subagent under the cursor."""
        rows = self._rows
        return rows.at(self.table.cursor) if rows is not None and len(rows) else None

    def _draw(self, from_top: bool = False) -> None:
        answer, request = self.answer, self._request
        if answer is None or request is None:
            return
        before, table = self._rows, self.table
        rows = SessionRows(answer, request.offset, self._counts(answer, request.offset), self._known, clock.now_ms())
        table.nothing = self._nothing(answer)
        if before is None or not len(before) or from_top:
            table.show(COLUMNS, rows, (self.sort, self.descending), 0)
        else:
            first, last = table.in_sight()
            anchor = table.cursor if first <= table.cursor <= last else first
            cursor, held = (_moved(before, rows, row) for row in (table.cursor, anchor))
            table.renew(COLUMNS, rows, (self.sort, self.descending), cursor, (anchor, held))
        self._summarise()

    def on_resize(self) -> None:
        self._summarise()

    def tell(self, words: str) -> None:
        """Say something for a while over the list, in place of its order."""
        self._said = clean(words)
        if self._quiet is not None:
            self._quiet.stop()
        self._quiet = self.set_timer(QUIET_S, lambda: self.tell("")) if words else None
        self._summarise()

    def _summarise(self) -> None:
        line = self.query_one("#order", Parts)
        if self._said:
            line.say(Content.styled(self._said, "bold"))
        else:
            line.say(*(self._summary(self.answer) if self.answer is not None else ()))

    def _counts(self, answer: Sessions, offset: int) -> dict[int, int]:
        """Place of an unfolded session → how many subagents it has."""
        counts = {}
        for name, place in self._unfolded.items():
            inside = 0 <= place - offset < len(answer.rows)
            told = answer.rows[place - offset].subagents if inside else 0
            counts[place] = len(self._known.below[name]) if name in self._known.below else told
        return {place: count for place, count in counts.items() if count}

    def _summary(self, answer: Sessions) -> tuple[str | Content, ...]:
        count = f"{answer.total_rows:,} session{'' if answer.total_rows == 1 else 's'}"
        if answer.hidden:
            # The cost beside it is of these, too.
            count += f" and {answer.hidden:,} hidden"
        cost = figures.cost(answer.totals) if answer.totals.calls else ""
        way = "▼" if self.descending else "▲"
        # At forty columns these letters would cost a line.
        by = "by " if self.size.width >= NARROW else ""
        return Content.assemble(by, (f"{SORTS[self.sort]} {way}", "bold")), count, cost

    def _nothing(self, answer: Sessions) -> str:
        if answer.hidden:
            return "All sessions that match are hidden. H shows them, h puts one back on the list."
        if self.status.unread:
            return "The logs are still being read …"
        if self.query_text and self.status.kept_calls:
            return "No session matches. / changes the filter, Esc clears it; F searches everything that was said."
        if self.status.kept_calls:
            return "No session has a call yet."
        looked = ", ".join(self.status.looked)
        where = f" Looked in {looked}." if looked else ""
        return (
            f"No sessions yet.{where} Start Claude Code or Codex and they appear here by themselves. "
            "Logs elsewhere: tally-tui config set claude_roots … (or codex_roots)."
        )

    # -- folding, moving, what is in sight

    @on(SessionList.Unfolded)
    def _unfold(self, event: SessionList.Unfolded) -> None:
        event.stop()
        rows = self._rows
        session = rows.at(event.row) if rows is not None else None
        if rows is None or session is None:
            return
        if self._unfolded.pop(session.session, None) is None:
            self._unfolded[session.session] = rows.folding.place(event.row)[0]
        self._ask_subagents()
        self._draw()

    @on(SessionList.Density)
    def _density_changed(self, event: SessionList.Density) -> None:
        event.stop()
        self.tell(event.words)

    @on(SessionList.InSight)
    def _in_sight(self, event: SessionList.InSight) -> None:
        event.stop()
        rows = self._rows
        if rows is None or not self.table.roomy or not self.table.is_attached:
            return
        sessions = (rows.at(row) for row in range(event.first, event.last + 1) if not rows.level(row))
        logs = tuple(
            (each.provider, each.file) for each in sessions if each is not None and each.file and not each.file_gone
        )
        request = ExcerptsRequest("excerpts", logs, self.view.timezone)
        if logs and self.store.asked("excerpts") != request:
            self.store.ask(request)

    @on(VirtualTable.Opened)
    def _open_row(self, event: VirtualTable.Opened) -> None:
        event.stop()
        session = self.under_cursor
        if session is not None:
            self.post_message(self.Opened(session))

    @on(VirtualTable.Moved)
    def _moved_row(self, event: VirtualTable.Moved) -> None:
        event.stop()
        self.post_message(self.Moved())


def _in_page(place: int, request: SessionsRequest) -> bool:
    return request.offset <= place < request.offset + request.limit


def _moved(before: SessionRows, rows: SessionRows, row: int) -> int:
    """Where a row is by now; the same where nobody knows."""
    session = before.at(row)
    now = rows.row_of(session.session) if session is not None else None
    return row if now is None else now
