"""The Conversations screen: the sessions, and the one that is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from tally_tui import clock
from tally_tui.actions import Done
from tally_tui.reports.answers import SessionRow
from tally_tui.reports.marks import Marks
from tally_tui.screens.archiving import SLOT as ARCHIVING
from tally_tui.screens.archiving import Archiving
from tally_tui.screens.comparing import Comparing
from tally_tui.screens.conversations_keys import BINDINGS
from tally_tui.screens.desk import Desk
from tally_tui.screens.keeping import Keeping
from tally_tui.screens.list_pane import SLOTS as LIST_SLOTS
from tally_tui.screens.list_pane import ListPane
from tally_tui.screens.marking import SLOT as MARKS
from tally_tui.screens.marking import HiddenLine, Marking, MarkingKeys
from tally_tui.screens.reading_keys import ReadingDeeds, ReadingKeys
from tally_tui.screens.search_walk import SearchWalk
from tally_tui.screens.session_hits import SLOTS as FINDING
from tally_tui.screens.session_hits import Target
from tally_tui.screens.session_list import short_time
from tally_tui.screens.session_pane import SLOTS, SessionPane
from tally_tui.screens.view import View
from tally_tui.store import Failed, News, Store, SyncStatus
from tally_tui.widgets.filter_bar import FilterBar
from tally_tui.widgets.index_line import IndexLine
from tally_tui.widgets.key_footer import KeyFooter
from tally_tui.widgets.notice import Notice
from tally_tui.widgets.sync_line import SyncLine
from tally_tui.widgets.title_bar import TitleBar
from tally_tui.widgets.transcript.reader import Reader

PREVIEW_S = 0.25
"""On a wide screen a session is opened when the cursor has stood on it for so long."""

_HINT = Content("  ").join(
    Content.assemble((key, "bold $accent"), f" {word}")
    for key, word in (("?", "help"), ("/", "find"), ("F", "search"), ("1", "usage"))
)


class ConversationsScreen(MarkingKeys, ReadingKeys, Desk):
    """Every session of every project, to choose from and to read."""

    CSS_PATH = "conversations.tcss"
    AUTO_FOCUS = ""
    BINDING_GROUP_TITLE = "Conversations"
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(self, store: Store, view: View, demo: bool = False) -> None:
        super().__init__(store, view)
        self.demo = demo
        self._preview: Timer | None = None
        self.marking = Marking(self)
        self.archiving = Archiving(self)
        self.comparing = Comparing(self)
        self.walk = SearchWalk(self)
        self.keeping = Keeping(self)
        self.reading = ReadingDeeds(self)
        self.came_from = ("", "")
        """Another screen that one came from, and the session to read which."""

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield FilterBar(self.store.source.check)
        yield SyncLine()
        yield IndexLine("X")
        yield Notice()
        with Container(id="both"):
            with Vertical(id="left"):
                yield ListPane(self.store, self.view)
                yield HiddenLine()
            yield SessionPane(self.store, self.view, self._clock)
        yield Static(_HINT, id="hint")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.title_bar.demo, self.title_bar.walks, self.title_bar.period = self.demo, False, "Conversations"
        self.set_focus(self.table)

    def on_screen_resume(self) -> None:
        self.keeping.ask()
        self.marking.ask()
        self.archiving.ask()
        self.walk.ask()
        self.list_pane.ask()
        self.pane.ask()

    def on_screen_suspend(self) -> None:
        self.keeping.rest()
        self.call_later(self._rest)

    def on_unmount(self) -> None:
        self.keeping.keep()

    def _rest(self) -> None:
        # Under a help page it is still in sight; behind another screen it costs nothing.
        if self.is_attached and self not in self.app.screen_stack:
            self.list_pane.rest()
            self.store.drop(MARKS)
            self.archiving.rest()
            self.walk.rest()
            self.pane.rest()

    def _count_hidden(self) -> None:
        answer = self.list_pane.answer
        self.query_one(HiddenLine).count = answer.hidden if answer is not None else 0

    def _clock(self, instant: int) -> str:
        return short_time(instant, self.view.zone, clock.now_ms())

    # -- the list

    def action_sort(self) -> None:
        self.list_pane.next_sort()

    def action_reverse(self) -> None:
        self.list_pane.sort_by(self.list_pane.sort)

    @on(ListPane.Opened)
    def _open_row(self, event: ListPane.Opened) -> None:
        self.open_session(event.session)

    @on(ListPane.Moved)
    def _moved_row(self) -> None:
        self._forget_preview()
        if self.has_class("-wide") and self.table.has_focus:
            self._preview = self.set_timer(PREVIEW_S, self._show_preview)

    def on_resize(self) -> None:
        # Where there has come room for a session beside the list, the one under the cursor is shown.
        self.call_after_refresh(self._moved_row)

    def _forget_preview(self) -> None:
        if self._preview is not None:
            self._preview.stop()
            self._preview = None

    def _show_preview(self) -> None:
        session, due = self.list_pane.under_cursor, self._preview is not None
        if session is not None and due and self.table.has_focus and self.has_class("-wide"):
            self.read(session)

    # -- a session

    def open_session(self, session: SessionRow, target: Target | None = None) -> None:
        """Read a session, from a line of its log on if one is given."""
        self.walk.leave()
        self.comparing.leave()
        self.came_from = ("", "")
        self._forget_preview()  # the reader has the focus only a moment later
        self.give_room(to_session=True)
        self.read(session, target)
        self.reader.focus()

    @on(SessionPane.Shown)
    def _shown(self) -> None:
        self.marking.show()
        self.refresh_bindings()
        if self.has_class("-reading") and not self.table.has_focus:
            self.reader.focus()

    def receive(self, news: Mapping[str, News]) -> None:
        """Draw what came."""
        if not self.query(SessionPane):
            return  # the program ends, and what it keeps at the end is answered, too
        with self.app.batch_update():
            self.walk.hear(news)
            self.keeping.hear(news)
            for slot, item in news.items():
                if isinstance(item, SyncStatus):
                    self.title_bar.status = self.query_one(SyncLine).status = self.list_pane.status = item
                elif slot not in (*LIST_SLOTS, MARKS, ARCHIVING, *SLOTS):
                    continue
                elif isinstance(item, Failed):
                    self.query_one(Notice).show(item.trouble, slot)
                    if slot in FINDING:
                        self.pane.hits.rest()
                    if slot == "conversation" and self.pane.pages is None:
                        self.pane.say("This session could not be read.")
                else:
                    self.query_one(Notice).clear(slot)
                    if slot in LIST_SLOTS:
                        self.list_pane.receive(item)
                        self._count_hidden()
                    elif slot == ARCHIVING:
                        self.archiving.receive(item)
                    elif isinstance(item.answer, Marks):
                        self.marking.receive(item.answer)
                    else:
                        self.pane.receive(item)
            self.walk.go_on()

    # -- finding and searching

    def action_find(self) -> None:
        if self.has_class("-reading") and not self.table.has_focus and self.pane.pages is not None:
            self.pane.open_find()
        else:
            self.filter_bar.open(self.query_text)

    @on(FilterBar.Applied)
    def _filtered(self, event: FilterBar.Applied) -> None:
        self.table.focus()
        self.filter_by(event.query)

    @on(FilterBar.Left)
    def _filter_left(self) -> None:
        self.table.focus()

    def action_search(self) -> None:
        self.walk.open()

    def action_index(self) -> None:
        self.walk.stop_or_go_on()

    # -- keys

    def action_back(self) -> None:
        """Leave the deepest thing there is to leave."""
        if self.query_one(Notice).clear():
            return
        if self.has_class("-reading"):
            if self.walk.inside:
                self.walk.back()
            elif self.comparing.inside:
                self.comparing.back()
            elif self.reader.pattern is not None:
                self.pane.forget_found()
            else:
                mode, name = self.came_from
                came_for_this = self.pane.session is not None and self.pane.session.session == name
                self.to_list()
                if came_for_this:
                    self.app.switch_mode(mode)
        elif self.query_text:
            self.filter_by("")

    def to_list(self) -> None:
        """Leave the session that is read."""
        self.walk.leave()
        self.comparing.leave()
        self.came_from = ("", "")
        self.pane.forget_found()
        self.pane.remember()
        if self.pane.session is not None:
            # It may have been opened from the hits; keys of the list are about what was just read.
            self.list_pane.go_to(self.pane.session)
        self.give_room(to_session=False)
        self.table.focus()

    def action_clear_filter(self) -> None:
        self.filter_by("")

    def action_other_side(self) -> None:
        if self.table.has_focus and self.pane.pages is not None:
            self.give_room(to_session=True)
            self.reader.focus()
        elif not self.table.has_focus:
            self.give_room(to_session=False)
            self.table.focus()

    def action_follow(self) -> None:
        self.reader.action_follow()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "outline":
            in_sight = self.has_class("-reading") or self.has_class("-wide")
            return in_sight and self.pane.pages is not None and bool(self.pane.pages.heads)
        return True

    def action_outline(self) -> None:
        from tally_tui.screens.outline import OutlineScreen

        if (pages := self.pane.pages) is not None:
            heads = pages.heads
            titles = [pages.outline_title(n) for n in range(len(heads))]
            marked, shut_away = self.marking.in_reader(), self.reader.shut_away
            outline = OutlineScreen(heads, titles, self.reader.item or 0, marked, shut_away)
            self.app.push_screen(outline, self._outlined)

    def _outlined(self, item: int | None) -> None:
        if item is not None:
            self.give_room(to_session=True)
            self.reader.to_item(item)
            self.reader.focus()

    def action_bookmarks(self) -> None:
        from tally_tui.screens.bookmarks import BookmarksScreen

        self.app.push_screen(BookmarksScreen(self.marking), self.marking.open)

    def action_archive(self) -> None:
        self.archiving.toggle()

    def action_compare(self) -> None:
        self.comparing.mark()

    def done(self, done: Done) -> None:
        super().done(done)
        self.archiving.done(done)
        self.reading.done(done)

    @on(Reader.FileWanted)
    def _file_wanted(self, event: Reader.FileWanted) -> None:
        self.reading.open_file(event)

    @on(Reader.MediaWanted)
    def _media_wanted(self, event: Reader.MediaWanted) -> None:
        self.reading.open_media(event.item)

    @on(Reader.Copied)
    def _copied(self, event: Reader.Copied) -> None:
        self.app.copy(event.text, event.what)  # type: ignore[attr-defined]

    @on(Reader.Said)
    def _said(self, event: Reader.Said) -> None:
        self.say(event.text)
        self.pane.place()

    @on(Reader.HitsRunOut)
    def _run_out(self, event: Reader.HitsRunOut) -> None:
        self.walk.run_out(event.step)
