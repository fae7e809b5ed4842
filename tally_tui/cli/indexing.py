"""Making new text searchable before an answer: progress on stderr, and Ctrl-C that keeps what was indexed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tally_tui.cli.problems import FailedError, StoppedError
from tally_tui.cli.reading import Progress, stoppable
from tally_tui.cli.text import time_left
from tally_tui.rules.figures import counted, size

if TYPE_CHECKING:
    from tally_tui.config import Settings
    from tally_tui.ingest.indexing import IndexProgress, IndexResult
    from tally_tui.logs.discover import LogFile

PATIENCE: Final = 0.5
"""Seconds that another process is waited for."""


def index_logs(
    settings: Settings, *, rebuild: bool = False, wait: float = PATIENCE, logs: Sequence[LogFile] | None = None
) -> IndexResult:
    """Index what is new in the logs.

    Args:
        rebuild: forget the library first.
        wait: seconds to wait for another process that indexes; the result's `busy` tells if it still does. An
            open screen that takes up a few lines is done sooner than that.
        logs: the logs there were a moment ago: when they have nothing new they are not looked for again.

    Raises:
        StoppedError: Ctrl-C was pressed.
        FailedError: the library cannot be written.
    """
    from tally_tui.ingest.indexing import index
    from tally_tui.ingest.lock import LockError
    from tally_tui.library.shards import LibraryError

    with stoppable() as stopped, Progress(_words) as progress:
        try:
            result = index(
                settings, rebuild=rebuild, progress=progress.show, cancelled=lambda: bool(stopped), wait=wait, logs=logs
            )
        except (LibraryError, LockError) as error:
            raise FailedError(str(error)) from error
    if stopped:
        raise StoppedError
    return result


def _words(progress: IndexProgress) -> str:
    if progress.phase == "scanning":
        return "looking for new text"
    if progress.phase == "merging":
        return f"putting the index together · {counted(progress.messages, 'message')}"
    parts = [
        f"indexing text: {progress.files_done:,} of {counted(progress.files_total, 'file')}",
        f"{size(progress.bytes_done)} of {size(progress.bytes_total)}",
        counted(progress.messages, "message"),
    ]
    if progress.seconds_left is not None:
        parts.append(time_left(progress.seconds_left))
    return " · ".join(parts)
