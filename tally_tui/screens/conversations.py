"""The Conversations screen: the sessions, and the one that is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Footer, Static

from tally_tui import clock
from tally_tui.model import Span
from tally_tui.reports.answers import SessionRow, Sessions
from tally_tui.reports.search_answers import SearchHit
from tally_tui.requests import SessionsRequest
from tally_tui.screens import session_ways
from tally_tui.screens.conversations_keys import BINDINGS
from tally_tui.screens.session_list import COLUMNS, SORTS, SessionRows, bare, short_time
from tally_tui.screens.session_pane import SLOTS, SessionPane, Target
from tally_tui.screens.view import View
from tally_tui.store import Answered, Failed, News, Store, SyncStatus
from tally_tui.widgets.filter_bar import FilterBar
from tally_tui.widgets.notice import Notice
from tally_tui.widgets.sync_line import SyncLine
from tally_tui.widgets.table import VirtualTable
from tally_tui.widgets.title_bar import TitleBar
from tally_tui.widgets.transcript.reader import Reader

PREVIEW_S = 0.25
"""On a wide screen a session is opened when the cursor has stood on it for so long."""
PAGE = 400
MARGIN = 150

_HINT = Content("  ").join(
    Content.assemble((key, "bold $accent"), f" {word}")
    for key, word in (("?", "help"), ("/", "find"), ("F", "search"), ("1", "usage"))
)


class ConversationsScreen(Screen[None]):
    """Every session of every project, to choose from and to read."""

    CSS_PATH = "conversations.tcss"
    AUTO_FOCUS = None
    BINDING_GROUP_TITLE = "Conversations"
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    pane = getters.query_one(SessionPane)
    table = getters.query_one("#sessions", VirtualTable)
    filter_bar = getters.query_one(FilterBar)
    title_bar = getters.query_one(TitleBar)

    def __init__(self, store: Store, view: View, demo: bool = False) -> None:
        super().__init__()
        self.store, self.view, self.demo = store, view, demo
        self.query_text, self.sort, self.descending = "", SORTS[0], True
        self._answer: Sessions | None = None
        self._request: SessionsRequest | None = None
        self._preview: Timer | None = None
        self._searched = ""
        """What was searched for last."""

    @property
    def reader(self) -> Reader:
        return self.pane.reader

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield FilterBar(self.store.source.check)
        yield SyncLine()
        yield Notice()
        with Container(id="both"):
            with Vertical(id="list"):
                yield VirtualTable(id="sessions")
            yield SessionPane(self.store, self.view, self._clock)
        yield Static(_HINT, id="hint")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.title_bar.demo, self.title_bar.walks, self.title_bar.period = self.demo, False, "Conversations"
        self.table.nothing = "No session matches. / changes the filter, Esc clears it."
        self.set_focus(self.table)

    def on_screen_resume(self) -> None:
        self._ask_list()
        self.pane.ask()

    def on_screen_suspend(self) -> None:
        self.call_later(self._rest)

    def _rest(self) -> None:
        # Under a help page it is still in sight; behind another screen it costs nothing.
        if self.is_attached and self not in self.app.screen_stack:
            self.store.drop("sessions")
            self.pane.rest()

    def _clock(self, instant: int) -> str:
        return short_time(instant, self.view.zone, clock.now_ms())

    # -- the list

    def _ask_list(self, offset: int | None = None, limit: int = PAGE) -> None:
        if offset is None:
            offset = self._request.offset if self._request is not None else 0
            limit = self._request.limit if self._request is not None else PAGE
        self._request = SessionsRequest(
            "sessions", Span(), self.query_text, (), self.sort, self.descending, offset, limit, self.view.timezone
        )
        self.title_bar.filter = self.query_text
        self.store.ask(self._request)

    def _show_list(self, news: Answered) -> None:
        if not isinstance(news.answer, Sessions) or not isinstance(news.request, SessionsRequest):
            return
        known = self._under_cursor()
        self._answer = news.answer
        opened = self.pane.session.session if self.pane.session is not None else None
        rows = SessionRows(news.answer, news.request.offset, self.view.zone, clock.now_ms(), opened)
        self.table.show(COLUMNS, rows, (self.sort, self.descending))
        if known is not None and (place := _place_of(news.answer, known.session)) is not None:
            # A session that moved up the list takes the cursor with it.
            self.table.cursor = place + news.request.offset

    def _under_cursor(self) -> SessionRow | None:
        rows = self.table.rows
        return rows.at(self.table.cursor) if isinstance(rows, SessionRows) else None

    @on(VirtualTable.Missing)
    def _missing(self, event: VirtualTable.Missing) -> None:
        event.stop()
        self._ask_list(max(0, event.first - MARGIN), event.last - event.first + 1 + 2 * MARGIN)

    @on(VirtualTable.SortAsked)
    def _sort_asked(self, event: VirtualTable.SortAsked) -> None:
        event.stop()
        if event.column in SORTS:
            self._sort_by(event.column)

    def action_sort(self) -> None:
        self._sort_by(SORTS[(SORTS.index(self.sort) + 1) % len(SORTS)])

    def action_reverse(self) -> None:
        self._sort_by(self.sort)

    def _sort_by(self, column: str) -> None:
        if column == self.sort:
            self.descending = not self.descending
        else:
            self.sort, self.descending = column, column != "title"
        self._ask_list(0)

    @on(VirtualTable.Opened)
    def _open_row(self, event: VirtualTable.Opened) -> None:
        event.stop()
        session = self._under_cursor()
        if session is not None:
            self.open_session(session)

    @on(VirtualTable.Moved)
    def _moved_row(self, event: VirtualTable.Moved) -> None:
        event.stop()
        if self._preview is not None:
            self._preview.stop()
        if self.has_class("-wide") and self.table.has_focus:
            self._preview = self.set_timer(PREVIEW_S, self._show_preview)

    def _show_preview(self) -> None:
        session = self._under_cursor()
        if session is not None and self.table.has_focus and self.has_class("-wide"):
            self.read(session)

    # -- a session

    def open_session(self, session: SessionRow, target: Target | None = None) -> None:
        """Read a session, from a line of its log on if one is given."""
        self.add_class("-reading")
        self.read(session, target)
        self.reader.focus()

    def read(self, session: SessionRow, target: Target | None = None) -> None:
        """Show a session; the keys stay where they are."""
        self.pane.read(session, target)
        if self._answer is not None and self._request is not None:
            self._show_list(Answered(self._request, self._answer))

    @on(SessionPane.Shown)
    def _shown(self) -> None:
        self.refresh_bindings()
        if self.has_class("-reading") and not self.table.has_focus:
            self.reader.focus()

    def receive(self, news: Mapping[str, News]) -> None:
        """Draw what came."""
        with self.app.batch_update():
            for slot, item in news.items():
                if isinstance(item, SyncStatus):
                    self.title_bar.status = self.query_one(SyncLine).status = item
                elif slot not in ("sessions", *SLOTS):
                    continue
                elif isinstance(item, Failed):
                    self.query_one(Notice).show(item.trouble, slot)
                    if slot == "conversation" and self.pane.pages is None:
                        self.pane.say("This session could not be read.")
                else:
                    self.query_one(Notice).clear(slot)
                    if slot == "sessions":
                        self._show_list(item)
                    else:
                        self.pane.receive(item)

    # -- finding and searching

    def action_find(self) -> None:
        if self.has_class("-reading") and not self.table.has_focus and self.pane.pages is not None:
            self.pane.open_find()
        else:
            self.filter_bar.open(self.query_text)

    @on(FilterBar.Applied)
    def _filtered(self, event: FilterBar.Applied) -> None:
        self.table.focus()
        self._filter(event.query)

    @on(FilterBar.Left)
    def _filter_left(self) -> None:
        self.table.focus()

    def _filter(self, query: str) -> None:
        self.query_text = query
        self.table.cursor = 0
        self._ask_list(0)

    def action_search(self) -> None:
        from tally_tui.screens.search import SearchScreen

        self.app.push_screen(SearchScreen(self.store, self.view, self._searched), self._search_done)

    def _search_done(self, chosen: tuple[SearchHit, str] | None) -> None:
        if chosen is None:
            return
        hit, self._searched = chosen
        words = sorted({hit.snippet[start:end] for start, end in hit.spans} - {""}, key=len, reverse=True)
        pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE) if words else None
        rows = self._answer.rows if self._answer is not None else ()
        session = next((row for row in rows if row.session == hit.root), None) or bare(hit)
        self.open_session(session, Target(hit.file, hit.offset, hit.length, pattern))

    # -- keys

    def action_back(self) -> None:
        """Leave the deepest thing there is to leave."""
        if self.query_one(Notice).clear():
            return
        if self.has_class("-reading"):
            if self.reader.pattern is not None:
                self.pane.forget_found()
                return
            self.pane.remember()
            self.remove_class("-reading")
            self.table.focus()
        elif self.query_text:
            self._filter("")

    def action_clear_filter(self) -> None:
        self._filter("")

    def action_other_side(self) -> None:
        if self.table.has_focus and self.pane.pages is not None:
            self.add_class("-reading")
            self.reader.focus()
        elif not self.table.has_focus:
            self.remove_class("-reading")
            self.table.focus()

    def action_follow(self) -> None:
        self.reader.action_follow()

    def _chosen(self) -> SessionRow | None:
        return self.pane.session if self.has_class("-reading") else self._under_cursor()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "outline":
            return self.pane.pages is not None and bool(self.pane.pages.heads)
        return True

    def action_outline(self) -> None:
        from tally_tui.screens.outline import OutlineScreen

        if (pages := self.pane.pages) is not None:
            heads = pages.heads
            titles = [pages.outline_title(n) for n in range(len(heads))]
            self.app.push_screen(OutlineScreen(heads, titles, self.reader.item or 0), self._outlined)

    def _outlined(self, item: int | None) -> None:
        if item is not None:
            self.add_class("-reading")
            self.reader.to_item(item)
            self.reader.focus()

    def action_resume(self) -> None:
        session = self._chosen()
        if session is not None:
            session_ways.resume(self, session)

    def action_copy_id(self) -> None:
        if (session := self._chosen()) is not None:
            self.app.copy(session.session, "the session's id")  # type: ignore[attr-defined]

    def action_copy_path(self) -> None:
        if (session := self._chosen()) is not None and session.file is not None:
            self.app.copy(session.file, "the path of its log")  # type: ignore[attr-defined]

    def action_copy_resume(self) -> None:
        if (session := self._chosen()) is not None:
            self.app.copy(session_ways.resume_line(session), "the command that resumes it")  # type: ignore[attr-defined]

    @on(Reader.Copied)
    def _copied(self, event: Reader.Copied) -> None:
        self.app.copy(event.text, event.what)  # type: ignore[attr-defined]

    @on(Reader.Said)
    def _said(self, event: Reader.Said) -> None:
        self.notify(event.text, timeout=3, markup=False)
        self.pane.place()

    @on(Reader.HitsRunOut)
    def _run_out(self, event: Reader.HitsRunOut) -> None:
        self.notify("No further hit." if event.step > 0 else "No hit before this.", timeout=3, markup=False)


def _place_of(answer: Sessions, session: str) -> int | None:
    return next((n for n, row in enumerate(answer.rows) if row.session == session), None)

