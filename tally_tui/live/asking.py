"""A thread that works off questions: of each slot only the newest, and each again when it may have changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from tally_tui.requests import Request
from tally_tui.store import Failed, Publish
from tally_tui.trouble import Trouble

Asked = TypeVar("Asked", bound=Request)


class Asking(Generic[Asked]):
    """Calls `work` with one question after the other, in its own thread. `close` is called in it at the end."""

    def __init__(
        self,
        name: str,
        publish: Publish,
        work: Callable[[Asked, bool], None],
        interrupt: Callable[[], None] = lambda: None,
        close: Callable[[], None] = lambda: None,
        again: Callable[[Asked], bool] = lambda request: False,
        every_s: float | None = None,
    ) -> None:
        """`work` is told whether the question is new; `again`: which standing ones are looked at anew every
        `every_s` seconds, or when `changed` is called."""
        self._publish, self._work, self._interrupt, self._close = publish, work, interrupt, close
        self._again, self._every_s = again, every_s
        self._news = threading.Condition()
        self._asked: dict[str, Asked] = {}
        self._due: dict[str, bool] = {}
        """Slot → whether it was asked since it was last answered."""
        self._later: set[str] = set()
        """Slots whose questions are gone on with after a rest."""
        self._rest_s = 0.0
        self._running: str | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask(self, request: Asked) -> None:
        """Answer this; takes the place of what the slot asked before."""
        with self._news:
            if self._asked.get(request.slot) != request and self._running == request.slot:
                self._interrupt()
            self._asked[request.slot] = request
            self._due[request.slot] = True
            self._news.notify_all()

    def drop(self, slot: str) -> None:
        with self._news:
            if self._asked.pop(slot, None) is not None and self._running == slot:
                self._interrupt()
            self._due.pop(slot, None)

    def changed(self) -> None:
        """The logs have grown."""
        with self._news:
            self._look_again()
            self._news.notify_all()

    def soon(self, request: Asked, after_s: float) -> None:
        """Go on with a question once the others are answered, and nothing was asked for so long.

        For work that is done piece by piece: in the rests the event loop has the interpreter to itself.
        """
        with self._news:
            if self._asked.get(request.slot) == request:
                self._later.add(request.slot)
                self._rest_s = after_s

    def _go_on(self) -> None:
        """After a rest: what rested; else what stands."""
        if not self._later:
            self._look_again()
        for slot in self._later & self._asked.keys():
            self._due.setdefault(slot, False)
        self._later.clear()

    def _look_again(self) -> None:
        for slot, request in self._asked.items():
            if self._again(request):
                self._due.setdefault(slot, False)

    def wanted(self, request: Asked) -> bool:
        """Whether anybody still wants to know."""
        return not self._stopped and self._asked.get(request.slot) == request

    def stop(self) -> None:
        with self._news:
            self._stopped = True
            if self._running is not None:
                self._interrupt()
            self._news.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while True:
            with self._news:
                if not self._due and not self._stopped and not self._news.wait(self._patience()):
                    self._go_on()
                if self._stopped:
                    break
                slot = next(iter(self._due), None)
                if slot is None:
                    continue
                fresh = self._due.pop(slot)
                request = self._asked.get(slot)
                self._running = slot
            if request is not None:
                self._one(request, fresh)
            with self._news:
                self._running = None
        self._close()

    def _patience(self) -> float | None:
        """How long to wait for a question before the standing ones are looked at again, in seconds."""
        if self._later:
            return self._rest_s
        return self._every_s if any(map(self._again, self._asked.values())) else None

    def _one(self, request: Asked, fresh: bool) -> None:
        try:
            self._work(request, fresh)
        except Exception as error:
            # A thread that dies without a word would leave a screen that only looks alive.
            if self.wanted(request):
                said = str(error) or type(error).__name__
                trouble = Trouble(said, "What was shown stays.", "It is tried again when asked anew.")
                self._publish(Failed(request, trouble))
