"""The list of sessions and the one that is read: what every part of the Conversations screen asks of it."""

from __future__ import annotations

from textual import getters
from textual.containers import Vertical
from textual.screen import Screen

from tally_tui.reports.answers import SessionRow
from tally_tui.screens.list_pane import ListPane
from tally_tui.screens.session_hits import Target
from tally_tui.screens.session_pane import SessionPane
from tally_tui.screens.view import View
from tally_tui.store import Store
from tally_tui.widgets.filter_bar import FilterBar
from tally_tui.widgets.session_list import SessionList
from tally_tui.widgets.title_bar import TitleBar
from tally_tui.widgets.transcript.reader import Reader


class Desk(Screen[None]):
    """Searching, marking, comparing and the others are given it; the screen that has them is one."""

    pane = getters.query_one(SessionPane)
    list_pane = getters.query_one(ListPane)
    table = getters.query_one("#sessions", SessionList)
    left = getters.query_one("#left", Vertical)
    filter_bar = getters.query_one(FilterBar)
    title_bar = getters.query_one(TitleBar)

    def __init__(self, store: Store, view: View) -> None:
        super().__init__()
        self.store, self.view = store, view

    @property
    def reader(self) -> Reader:
        return self.pane.reader

    # -- the list

    def row_of(self, session: str) -> SessionRow | None:
        """A session of the list, as far as it is here."""
        return self.list_pane.row_of(session)

    @property
    def query_text(self) -> str:
        """The filter of the list."""
        return self.list_pane.query_text

    def filter_by(self, query: str) -> None:
        """List what a query leaves."""
        self.list_pane.filter(query)
        self.title_bar.filter = query

    def chosen(self) -> SessionRow | None:
        """The session that keys are about: the one that is read, else the one under the cursor."""
        return self.pane.session if self.has_class("-reading") else self.list_pane.under_cursor

    # -- a session

    def open_session(self, session: SessionRow, target: Target | None = None) -> None:
        """Read a session, from a line of its log on if one is given."""
        raise NotImplementedError

    def to_list(self) -> None:
        """Leave the session that is read."""
        raise NotImplementedError

    def give_room(self, to_session: bool) -> None:
        """Who is seen where there is not room for both: the session, or the list."""
        if to_session != self.has_class("-reading"):
            (self.add_class if to_session else self.remove_class)("-reading", update=False)
            # Nothing inside the two depends on it, and to style all of it anew takes longer than the rest of opening.
            self.app.stylesheet.update_nodes((self.left, self.pane))

    def read(self, session: SessionRow, target: Target | None = None) -> None:
        """Show a session; the keys stay where they are."""
        self.pane.read(session, target)
        self.list_pane.opened(session)

    def say(self, words: str) -> None:
        """Tell something that is no trouble where it hides nothing: in the session's last line, else over the list."""
        if self.pane.tells:
            self.pane.tell(words)
        elif self.left.display:
            self.list_pane.tell(words)
        elif words:
            self.notify(words, timeout=3, markup=False)
