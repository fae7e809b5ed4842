"""How a person has the Conversations screen, and where in the session: kept while it is used, not only at its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from tally_tui.actions import KeepHabits
from tally_tui.reports.habits import Habits
from tally_tui.requests import HabitsRequest
from tally_tui.store import Answered, News

if TYPE_CHECKING:
    from textual.timer import Timer

    from tally_tui.screens.desk import Desk
    from tally_tui.screens.list_pane import ListPane
    from tally_tui.screens.session_pane import SessionPane
    from tally_tui.widgets.transcript.reader import Reader

SLOT: Final = "habits"
STILL_S: Final = 3.0
"""What has stood still for so long is kept: not every key is written."""
MOST_LOOKS: Final = 10
"""After so many looks it is kept even so: a session that is followed never stands still."""


class Keeping:
    """Looks now and then whether something is to be kept. One a screen."""

    def __init__(self, screen: Desk) -> None:
        self._screen = screen
        self._kept: dict[str, str] = {}
        """Habits as the ledger has them, or as the screen began."""
        self._parts: tuple[ListPane, Reader, SessionPane] | None = None
        self._taken = False
        self._before: object = None
        self._moving = 0
        self._timer: Timer | None = None

    def ask(self) -> None:
        """Look from now on; the first time ask how it was when the program ended."""
        if self._parts is None:
            # Held: when the program ends, the parts are off the screen before it is.
            self._parts = self._screen.list_pane, self._screen.reader, self._screen.pane
            self._kept = self._habits()
            self._screen.store.ask(HabitsRequest(SLOT))
        if self._timer is None:
            self._timer = self._screen.set_interval(STILL_S, self.look)
        self._timer.resume()

    def rest(self) -> None:
        """Nobody looks at the screen any more."""
        if self._timer is not None:
            self._timer.pause()
        self.keep()

    def hear(self, news: Mapping[str, News]) -> None:
        """The habits have come: the screen becomes as it was, except for what was changed meanwhile."""
        item = news.get(SLOT)
        if self._taken or self._parts is None or not isinstance(item, Answered) or not isinstance(item.answer, Habits):
            return
        self._taken = True
        self._screen.store.drop(SLOT)
        here, kept = self._habits(), {name: each for name, each in item.answer.of.items() if name in self._kept}
        wanted = {name: value for name, value in kept.items() if here[name] == self._kept[name]}
        self._kept |= kept
        listed, reader, _ = self._parts
        listed.take_habits(wanted)
        reader.take_habits(wanted)

    def _habits(self) -> dict[str, str]:
        if self._parts is None:
            return {}
        listed, reader, _ = self._parts
        return {**listed.habits(), **reader.habits()}

    def look(self) -> None:
        """Keep what has not changed since the last look."""
        if self._parts is None:
            return
        _, reader, pane = self._parts
        now = (self._habits(), pane.session.session if pane.session is not None else "", reader.place)
        self._moving = 0 if now == self._before else self._moving + 1
        self._before = now
        if not self._moving or self._moving >= MOST_LOOKS:
            self._moving = 0
            self.keep()

    def keep(self) -> None:
        """Keep what differs from what is kept already."""
        if self._parts is None:
            return
        self._parts[2].remember()
        changed = {name: value for name, value in self._habits().items() if value != self._kept[name]}
        if changed:
            self._kept |= changed
            self._screen.store.do(KeepHabits(tuple(changed.items())))
