"""Comparing two sessions: the key that marks the one and the other, and the screen that shows both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from tally_tui.reports.answers import SessionRow
from tally_tui.reports.compare import Comparison
from tally_tui.requests import CompareRequest
from tally_tui.screens.dialog import Page
from tally_tui.screens.session_hits import Target
from tally_tui.screens.view import View
from tally_tui.store import Answered, Failed, News, Store
from tally_tui.widgets.comparison import ComparisonView
from tally_tui.widgets.key_footer import KeyFooter
from tally_tui.widgets.notice import Notice

if TYPE_CHECKING:
    from tally_tui.screens.desk import Desk

SLOT: Final = "comparison"


class Comparing:
    """Remembers the session that is marked for comparing. One a screen."""

    def __init__(self, screen: Desk) -> None:
        self.screen = screen
        self.marked: SessionRow | None = None
        self._shown: ComparisonScreen | None = None
        self._within = ""
        """The session that was opened from the comparison."""

    def mark(self) -> None:
        """Mark a session; a second one is compared with it, the same again is no longer marked."""
        session, first = self.screen.chosen(), self.marked
        if session is None:
            self._say("There is no session under the cursor.")
        elif session.parent is not None:
            self._say("A subagent is compared with its session.")
        elif first is None:
            self.marked = session
            self._say("Marked. x on another one compares them.")
        elif (first.provider, first.session) == (session.provider, session.session):
            self.marked = None
            self._say("No longer marked for comparing.")
        else:
            self.marked = None
            self._compare(first, session, (0, "left"))
        self.screen.list_pane.compared(self.marked)

    def _compare(self, left: SessionRow, right: SessionRow, place: tuple[int, str]) -> None:
        self._shown = ComparisonScreen(self.screen.store, self.screen.view, left, right, place)
        self.screen.app.push_screen(self._shown, self._opened)

    def _opened(self, chosen: tuple[SessionRow, Target] | None) -> None:
        if chosen is not None:
            session, target = chosen
            self.screen.open_session(self.screen.row_of(session.session) or session, target)
            self._within = session.session
        elif self._within:
            self.screen.to_list()

    # -- back to both

    @property
    def inside(self) -> bool:
        """Whether one reads a session that was opened from the comparison, and looks for nothing in it."""
        pane = self.screen.pane
        here = pane.session is not None and pane.session.session == self._within
        return here and pane.reader.pattern is None

    def back(self) -> None:
        """To both, where one left them."""
        if self._shown is not None:
            self._compare(self._shown.left, self._shown.right, self._shown.place)

    def leave(self) -> None:
        """What is opened now is not from the comparison."""
        self._within = ""

    def _say(self, words: str) -> None:
        self.screen.say(words)


class ComparisonScreen(Page["tuple[SessionRow, Target] | None"]):
    """Two sessions side by side. Dismissed with a session and a place in it where one is to be read."""

    BINDING_GROUP_TITLE = "Comparing"
    HELP = "Tab goes on to the prompts, the tools, the files. Enter reads the prompt under the cursor."
    DEFAULT_CSS = """
    ComparisonScreen {
        & > #about { height: 1; padding: 0 1; background: $panel; }
        & > #waiting { height: 1fr; padding: 1 2; color: $quiet; }
        & > ComparisonView { display: none; }
        &.-shown > #waiting { display: none; }
        &.-shown > ComparisonView { display: block; }
        & Footer.-compact FooterLabel { margin: 0 1 0 0; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,x,q", "leave", "Back", id="compare.leave", tooltip="Back to the sessions"),
        Binding("s", "swap", "Swap", show=False, id="compare.swap", tooltip="The second session first"),
    ]

    def __init__(
        self, store: Store, view: View, left: SessionRow, right: SessionRow, place: tuple[int, str]
    ) -> None:
        super().__init__()
        self.store, self.view, self.left, self.right = store, view, left, right
        self.place = place
        """Where one is to be, or was when one left."""

    def compose(self) -> ComposeResult:
        yield Static(Content.assemble(("Two sessions side by side", "bold")), id="about", markup=False)
        yield Notice()
        yield Static(Content("Reading both …"), id="waiting", markup=False)
        yield ComparisonView(self.view.zone)
        yield KeyFooter()

    def on_mount(self) -> None:
        self.query_one(ComparisonView).focus()

    def on_screen_resume(self) -> None:
        self._ask()

    def on_unmount(self) -> None:
        self.store.drop(SLOT)

    def _ask(self) -> None:
        self.store.ask(CompareRequest(SLOT, self.left.session, self.right.session, self.view.timezone))

    def receive(self, news: Mapping[str, News]) -> None:
        """Draw what came."""
        item = news.get(SLOT)
        if isinstance(item, Failed):
            self.query_one(Notice).show(item.trouble, SLOT)
            self.query_one("#waiting", Static).update(Content("These sessions could not be compared."))
        elif isinstance(item, Answered) and isinstance(item.answer, Comparison):
            self.query_one(Notice).clear(SLOT)
            self.add_class("-shown")
            view = self.query_one(ComparisonView)
            view.focus()
            if view.found is not None and view.found.left.row.session == item.answer.left.row.session:
                self.place = view.place  # asked again
            self.call_after_refresh(view.show, item.answer, self.place)

    def action_swap(self) -> None:
        self.left, self.right = self.right, self.left
        self.place = (0, self.query_one(ComparisonView).side)
        self._ask()

    def action_leave(self) -> None:
        if not self.query_one(Notice).clear():
            self.dismiss(None)

    @on(ComparisonView.Opened)
    def _open(self, event: ComparisonView.Opened) -> None:
        event.stop()
        self.place = self.query_one(ComparisonView).place
        session = self.left if event.side == "left" else self.right
        self.dismiss((session, Target(event.turn.file, event.turn.offset, event.turn.length)))
