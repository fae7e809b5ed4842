"""The small file that a status line lives on: figures, known limits and its settings, so that it opens no ledger.

`state.json` in the data folder, written in one step by whoever has news: the reader of the logs
(`figures`), status lines (`limits`), whoever found the settings changed (`settings`). It holds nothing
that could not be had again; a missing or broken one is made anew.
"""

from __future__ import annotations

import os

from tally_tui.record import places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from typing import Any

VERSION = 1
_NAME = "state.json"
_LOCK = "state.lock"
_TRIES = 10
_PAUSE_S = 0.003


def load() -> dict[str, Any]:
    """What is known; {} where there is nothing that can be read."""
    import json

    try:
        with open(os.path.join(places.data_dir(), _NAME), "rb") as file:
            state = json.loads(file.read(1 << 20))
    except (OSError, ValueError, RecursionError):
        return {}
    return state if isinstance(state, dict) and state.get("version") == VERSION else {}


def update(change: Callable[[dict[str, Any]], None]) -> None:
    """Change what is known. Given up where another process is at it or the folder cannot be written."""
    import json

    try:
        places.made_data_dir()
        with locked() as ours:
            if not ours:
                return
            state = load()
            change(state)
            state["version"] = VERSION
            path = os.path.join(places.data_dir(), _NAME)
            places.write_private(path, json.dumps(state, separators=(",", ":")).encode())
    except OSError:
        pass  # the next one with news tries again


def locked() -> AbstractContextManager[bool]:
    """The lock that small files are changed under; yields False if others keep it for too long."""
    from contextlib import contextmanager

    @contextmanager
    def taken() -> Iterator[bool]:
        import fcntl
        import time

        handle = os.open(os.path.join(places.data_dir(), _LOCK), os.O_CREAT | os.O_RDWR, places.PRIVATE_FILE)
        try:
            for attempt in range(_TRIES):
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if attempt == _TRIES - 1:
                        yield False
                        return
                    time.sleep(_PAUSE_S)
                else:
                    break
            yield True
        finally:
            os.close(handle)

    return taken()
