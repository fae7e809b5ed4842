"""The thread that does what a person asked for on a screen: short writes, one after the other."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Final

from tally_tui.actions import (
    Action,
    AlertAction,
    ChangeBudget,
    Done,
    ExportConversation,
    KeepHabits,
    LeavePlace,
    OpenMedia,
    SearchAction,
    SetBookmark,
    SetHidden,
    SetNote,
    TakeBackBudget,
)
from tally_tui.store import Publish
from tally_tui.trouble import Trouble

_KEPT: Final = "Everything else is kept as it was."


class Acting:
    """Does actions in the order they were asked for."""

    def __init__(self, publish: Publish, changed: Callable[[], None]) -> None:
        """`changed` is called after each deed: what is on the screen may be another answer now."""
        self._publish, self._changed = publish, changed
        self._waiting: queue.SimpleQueue[Action | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="actions", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def do(self, action: Action) -> None:
        """Do this after what was asked for before; returns at once."""
        self._waiting.put(action)

    def stop(self) -> None:
        """End the thread once all is done that was asked for."""
        self._waiting.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while (action := self._waiting.get()) is not None:
            try:
                done = perform(action)
            except Exception as error:
                # A thread that dies without a word would leave a screen that only looks alive.
                said = str(error) or type(error).__name__
                trouble = Trouble(f"{said[:1].upper()}{said[1:]}" + ("" if said[-1] in ".!?" else "."), _KEPT)
                self._publish(Done(action, trouble=trouble))
            else:
                self._publish(done if isinstance(done, Done) else Done(action, done))
            self._changed()


def perform(action: Action) -> str | Done:
    """Do an action, committed when this returns; answers with what to tell the person, and all else there is to say.

    Raises:
        Exception: in words for a person; nothing was changed.
    """
    if isinstance(action, AlertAction):
        from tally_tui.live import alert_questions

        return alert_questions.perform(action)
    if isinstance(action, ChangeBudget | TakeBackBudget):
        from tally_tui.live import budgeting

        return budgeting.perform(action)
    if isinstance(action, SearchAction):
        from tally_tui.live import keeping_searches

        return keeping_searches.perform(action)
    if isinstance(action, SetBookmark | SetNote | SetHidden | LeavePlace | KeepHabits):
        from tally_tui.live import marking

        return marking.perform(action)
    if isinstance(action, ExportConversation):
        from tally_tui.live import exporting

        return exporting.perform(action)
    if isinstance(action, OpenMedia):
        from tally_tui.live import opening

        return opening.perform(action)
    raise TypeError(f"{type(action).__name__} cannot be done here")
