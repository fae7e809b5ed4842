"""An end that comes: after a signal, or when its terminal is gone, a process ends within seconds.

Python runs signal handlers in the main thread, between two of its own steps; one that waits for a lock, a slow disk or
a terminal that takes nothing never gets there. A thread of its own hears of the signal here, asks for an orderly end,
and ends the process itself when that takes too long. What was committed stays; locks are the kernel's and end with
their process.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
from collections.abc import Callable
from typing import Any, Final

from tally_tui.ingest.child import kill_children, stop_children

GRACE_S: float = 3.5
"""Seconds an orderly end may take."""
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_WRONG: Final = select.POLLHUP | select.POLLERR


class Ending:
    """Watches from `start` on; to be started in the main thread, and once in a process at a time."""

    def __init__(
        self,
        begin: Callable[[int], None],
        terminal: int | None = None,
        last: Callable[[], object] = lambda: None,
        signals: tuple[signal.Signals, ...] = SIGNALS,
    ) -> None:
        """
        Args:
            begin: asks for the orderly end, given the signal (SIGHUP for a dead terminal); called once, from another
                thread.
            terminal: the descriptor of the terminal that this process is not to outlive.
            last: called before the process is ended from here, in a thread that is given half a second.
            signals: those that end the process.
        """
        self._begin, self._terminal, self._last, self._signals = begin, terminal, last, signals
        self._before: dict[int, Any] = {}
        self._woken = 0
        self._read = self._write = -1
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ending", daemon=True)
        self.number: int | None = None
        """The first signal that came."""

    def start(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        for number in self._signals:
            self._before[number] = signal.signal(number, lambda *_: None)
            # A read or write that has begun goes on.
            signal.siginterrupt(number, False)
        # The number is written at once, by the interpreter's own handler, whatever the main thread is at.
        self._woken = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        self._thread.start()

    def close(self) -> None:
        """End the watch; once a signal has come it lasts as long as the process."""
        if self.number is not None or self._closed.is_set() or self._write < 0:
            return
        self._closed.set()
        signal.set_wakeup_fd(self._woken)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.write(self._write, b"\0")
        self._thread.join()
        os.close(self._read)
        os.close(self._write)

    # -- the thread

    def _run(self) -> None:
        number = self._wait(self._terminal)
        if number is None:
            return
        self.number = number
        threading.Thread(target=self._force, args=(number,), daemon=True).start()
        stop_children()
        self._begin(number)
        # Those that follow change nothing, but have to be taken out of the pipe.
        while self._wait(None) is not None:
            pass

    def _wait(self, terminal: int | None) -> int | None:
        """The next signal; None: the watch is over."""
        poll = select.poll()
        poll.register(self._read, select.POLLIN)
        if terminal is not None:
            poll.register(terminal, 0)
        while not self._closed.is_set():
            for fd, event in poll.poll():
                if fd == terminal and event & _WRONG:
                    return signal.SIGHUP
                if fd == terminal:
                    poll.unregister(fd)  # a system that does not watch terminals in this way
            with contextlib.suppress(BlockingIOError):
                for number in os.read(self._read, 256):
                    if number in self._before:
                        return number
        return None

    def _force(self, number: int) -> None:
        if self._closed.wait(GRACE_S):
            return
        kill_children()
        last = threading.Thread(target=self._last, daemon=True)
        last.start()
        last.join(0.5)
        os._exit(128 + number)
