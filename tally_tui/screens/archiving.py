"""Archiving on the Conversations screen: what the key means, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tally_tui.actions import Done, SetArchived, StopArchiving
from tally_tui.archive.progress import Progress
from tally_tui.requests import ArchivingRequest
from tally_tui.store import Answered
from tally_tui.widgets.archive_line import ArchiveLine

if TYPE_CHECKING:
    from tally_tui.screens.desk import Desk

SLOT: Final = "archiving"


class Archiving:
    """Sends deeds, and shows what comes of them. One a screen."""

    def __init__(self, screen: Desk) -> None:
        self.screen = screen
        self.progress = Progress("done")
        self._sent: dict[str, bool] = {}
        """Session → what was asked for since its row was last heard of: a second press means the other thing."""
        self._warned = ""
        """The session whose only copy a second press deletes."""

    @property
    def line(self) -> ArchiveLine:
        return self.screen.query_one(ArchiveLine)

    def ask(self) -> None:
        """Ask to be told how far it is."""
        self.screen.store.ask(ArchivingRequest(SLOT))

    def rest(self) -> None:
        """Nobody looks."""
        self.screen.store.drop(SLOT)

    def receive(self, news: Answered) -> None:
        """It has gone on."""
        if isinstance(news.answer, Progress):
            self.progress = self.line.progress = news.answer

    def toggle(self) -> None:
        """Archive a session, or take it out; while one is copied: stop that."""
        if self.progress.phase == "copying":
            self.screen.store.do(StopArchiving())
            return
        session = self.screen.chosen()
        if session is None:
            self.screen.say("There is no session under the cursor.")
            return
        if session.parent is not None:
            self.screen.say("A subagent is archived with its session.")
            return
        on = not self._sent.get(session.session, session.archived)
        sure = self._warned == session.session
        self._warned = ""
        self._sent[session.session] = on
        self.screen.store.do(SetArchived(session.provider, session.session, on, sure and not on))

    def done(self, done: Done) -> None:
        """A deed was done, or refused."""
        action = done.action
        if not isinstance(action, SetArchived):
            return
        self._sent.pop(action.session, None)
        if done.trouble is not None and not action.on and not action.sure:
            self._warned = action.session
