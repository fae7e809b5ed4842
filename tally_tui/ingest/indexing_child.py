"""A large backlog of text indexed by a child process: `python -m tally_tui.ingest.indexing_child`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tally_tui.ingest.child import be_child, have_done
from tally_tui.ingest.results import IndexProgress, IndexResult

FROM_BYTES = 1 << 20
"""Of more bytes the text is read by a child process: decoding them here would be felt in the keys."""
_NICENESS: Final = 15
"""Behind the reading of numbers."""


def index_in_child(
    progress: Callable[[IndexProgress], None], cancelled: Callable[[], bool], wait: float = 0
) -> IndexResult:
    """Have a child process index all that is new; `progress` and `cancelled` as in `index`.

    Raises:
        ChildError: the child failed or was killed; what it committed is kept.
    """
    words = "Indexing stopped: {}. What was indexed is kept; the next pass goes on from there."
    return have_done("tally_tui.ingest.indexing_child", (IndexProgress, IndexResult), progress, cancelled, wait, words)


def main() -> None:
    """The child."""
    from tally_tui.config import load
    from tally_tui.ingest.indexing import index

    be_child(lambda tell, stop, wait: index(load(), progress=tell, cancelled=stop, wait=wait), _NICENESS)


if __name__ == "__main__":
    main()
