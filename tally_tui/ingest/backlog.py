"""A large backlog of numbers read by a child process: `python -m tally_tui.ingest.backlog`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tally_tui.ingest.child import be_child, have_done
from tally_tui.ingest.results import SyncProgress, SyncResult

FROM_BYTES = 4 << 20
"""A backlog of more bytes goes to a child process."""
_NICENESS: Final = 10


def read_backlog(
    progress: Callable[[SyncProgress], None], cancelled: Callable[[], bool], wait: float = 0
) -> SyncResult:
    """Have a child process read all that is new; `progress` and `cancelled` as in `sync`.

    Raises:
        ChildError: the child failed or was killed; what it committed is kept.
    """
    words = "Reading the logs stopped: {}. What was read is kept; the next sync goes on from there."
    return have_done("tally_tui.ingest.backlog", (SyncProgress, SyncResult), progress, cancelled, wait, words)


def main() -> None:
    """The child."""
    from tally_tui.config import load
    from tally_tui.ingest.sync import sync

    be_child(lambda tell, stop, wait: sync(load(), progress=tell, cancelled=stop, wait=wait), _NICENESS)


if __name__ == "__main__":
    main()
