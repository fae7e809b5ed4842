"""Comparing two sessions: the key that marks the one and the other, and the screen that shows both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from tally_tui.reports.answers import SessionRow
from tally_tui.reports.compare import Comparison
from tally_tui.requests import CompareRequest
from tally_tui.screens.breakdown import named
from tally_tui.screens.session_hits import Target
from tally_tui.screens.view import View
from tally_tui.store import Answered, Failed, News, Store
from tally_tui.widgets.comparison import ComparisonView
from tally_tui.widgets.notice import Notice
from tally_tui.widgets.text import crop

if TYPE_CHECKING:
    from tally_tui.screens.conversations import ConversationsScreen

SLOT: Final = "comparison"


class Comparing:
    """Remembers the session that is marked for comparing. One a screen."""

    def __init__(self, screen: ConversationsScreen) -> None:
        self.screen = screen
        self.marked: SessionRow | None = None

    def mark(self) -> None:
        """Mark a session; a second one is compared with it, the same again is no longer marked."""
        session, first = self.screen.chosen(), self.marked
        if session is None:
            self._say("There is no session under the cursor.")
        elif session.parent is not None:
            self._say("A subagent is compared with its session.")
        elif first is None:
            self.marked = session
            self._say(f"Marked: {crop(named(session), 60)}. x on another session shows both side by side.")
        elif (first.provider, first.session) == (session.provider, session.session):
            self.marked = None
            self._say("No longer marked for comparing.")
        else:
            self.marked = None
            view, store = self.screen.view, self.screen.store
            self.screen.app.push_screen(ComparisonScreen(store, view, first, session), self._opened)
        self.screen.list_pane.compared(self.marked)

    def _opened(self, chosen: tuple[SessionRow, Target] | None) -> None:
        if chosen is not None:
            session, target = chosen
            self.screen.open_session(self.screen.row_of(session.session) or session, target)

    def _say(self, words: str) -> None:
        self.screen.notify(words, timeout=4, markup=False)


class ComparisonScreen(Screen["tuple[SessionRow, Target] | None"]):
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

    def __init__(self, store: Store, view: View, left: SessionRow, right: SessionRow) -> None:
        super().__init__()
        self.store, self.view, self.left, self.right = store, view, left, right

    def compose(self) -> ComposeResult:
        yield Static(Content.assemble(("Two sessions side by side", "bold")), id="about", markup=False)
        yield Notice()
        yield Static(Content("Reading both …"), id="waiting", markup=False)
        yield ComparisonView(self.view.zone)
        yield Footer(compact=True, show_command_palette=False)

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
            self.call_after_refresh(view.show, item.answer)

    def action_swap(self) -> None:
        self.left, self.right = self.right, self.left
        self._ask()

    def action_leave(self) -> None:
        if not self.query_one(Notice).clear():
            self.dismiss(None)

    @on(ComparisonView.Opened)
    def _open(self, event: ComparisonView.Opened) -> None:
        event.stop()
        session = self.left if event.side == "left" else self.right
        self.dismiss((session, Target(event.turn.file, event.turn.offset, event.turn.length)))
