"""The thread that does what a person asked for on a screen: short writes, one after the other."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Final

from tally_tui import clock, paths
from tally_tui.actions import Acknowledge, Action, Done
from tally_tui.ledger.open import telling
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
                said = perform(action)
            except Exception as error:
                # A thread that dies without a word would leave a screen that only looks alive.
                trouble = Trouble(str(error) or type(error).__name__, _KEPT)
                self._publish(Done(action, trouble=trouble))
            else:
                self._publish(Done(action, said))
            self._changed()


def perform(action: Action) -> str:
    """Do an action, committed when this returns; answers with what to tell the person.

    Raises:
        Exception: in words for a person; nothing was changed.
    """
    if isinstance(action, Acknowledge):
        return _acknowledge(action)
    raise TypeError(f"{type(action).__name__} cannot be done here")


def _acknowledge(action: Acknowledge) -> str:
    from tally_tui.ledger import alerts
    from tally_tui.ledger.open import open_writer

    with telling(paths.ledger_path()), closing(open_writer(paths.ledger_path(), full=True)) as db:
        for number in action.alerts or (None,):
            alerts.acknowledge(db, number, clock.now_ms())
    return ""
