"""Reading new log lines before an answer: progress on stderr, and Ctrl-C that keeps what was read."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from tally_tui.cli.output import say_progress
from tally_tui.cli.problems import FailedError, StoppedError
from tally_tui.cli.text import time_left
from tally_tui.rules.figures import counted, size

if TYPE_CHECKING:
    from tally_tui.config import Settings
    from tally_tui.ingest.sync import SyncProgress, SyncResult
    from tally_tui.logs.discover import LogFile

PATIENCE: Final = 0.5
"""Seconds of silence before progress is shown."""
BETWEEN: Final = 0.1
"""Seconds between two redraws of the progress line."""


def read_logs(
    settings: Settings, *, rebuild: bool = False, wait: float = 0, logs: list[LogFile] | None = None
) -> SyncResult:
    """Read what is new in the logs.

    Args:
        rebuild: read every log afresh.
        wait: seconds to wait for another process that reads; the result's `busy` tells if it still does.
        logs: gets the logs that were found.

    Raises:
        StoppedError: Ctrl-C was pressed.
        FailedError: the ledger cannot be used.
    """
    from tally_tui.ingest.lock import LockError
    from tally_tui.ingest.sync import sync
    from tally_tui.ledger.open import LedgerError
    from tally_tui.rules.price_table import BadTableError

    with stoppable() as stopped, Progress(_words) as progress:
        try:
            result = sync(
                settings,
                rebuild=rebuild,
                progress=progress.show,
                cancelled=lambda: bool(stopped),
                wait=wait,
                logs=logs,
            )
        except (LedgerError, LockError, BadTableError) as error:
            raise FailedError(str(error)) from error
    if stopped:
        raise StoppedError
    return result


@contextmanager
def stoppable() -> Iterator[list[int]]:
    """Collects Ctrl-C in a list, so that it does not cut a transaction in two; the second one raises."""
    pressed: list[int] = []

    def press(number: int, frame: FrameType | None) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)


class Progress:
    """One line on stderr, drawn over and gone at the end; nothing where stderr is no terminal.

    `words` says how far a pass is. Where what it is given has a `phase`, `done` is the last.
    """

    def __init__(self, words: Callable[[Any], str]) -> None:
        self._words = words
        self._next = time.monotonic() + PATIENCE
        self._shown = False
        self._on = sys.stderr.isatty()

    @property
    def seen(self) -> bool:
        """Whether anybody sees it."""
        return self._on

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._write("")

    def show(self, progress: Any) -> None:
        """Tell how far it is, if it is time to."""
        if not self._on or getattr(progress, "phase", "") == "done" or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + BETWEEN
        self._shown = True
        self._write(self._words(progress))

    def _write(self, text: str) -> None:
        import shutil

        say_progress(text, shutil.get_terminal_size().columns - 1)


def _words(progress: SyncProgress) -> str:
    if progress.phase != "reading":
        return "looking for new log lines" if progress.phase == "scanning" else "pricing calls"
    parts = [
        f"reading logs: {progress.files_done:,} of {counted(progress.files_total, 'file')}",
        f"{size(progress.bytes_done)} of {size(progress.bytes_total)}",
        counted(progress.calls, "call"),
    ]
    if progress.seconds_left is not None:
        parts.append(time_left(progress.seconds_left))
    return " · ".join(parts)
