"""Keeping readings: in the ledger, or aside until whoever holds it lets go."""

from __future__ import annotations

import os

from tally_tui.ledger.readings import Taken
from tally_tui.record import places, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_ASIDE = "readings.waiting"
_MOST_ASIDE = 1 << 20
"""Bytes kept aside: some ten thousand readings, weeks of a ledger that cannot be written."""


def keep(taken: Sequence[Taken], wait_ms: int) -> None:
    """Write readings to the ledger, and those that wait with them.

    Raises:
        sqlite3.Error, OSError, tally_tui.ledger.open.LedgerError: nothing was written.
    """
    from contextlib import closing

    from tally_tui.ledger.readings import add, connect

    places.made_data_dir()
    with closing(connect(places.ledger_path(), wait_ms)) as db:
        waiting = _take_waiting()
        try:
            add(db, [*waiting, *taken])
        except BaseException:
            _put_aside(waiting)
            raise


def keep_or_put_aside(taken: Sequence[Taken], wait_ms: int) -> None:
    """Write readings to the ledger; where that cannot be now, the next one who keeps some writes these too."""
    try:
        keep(taken, wait_ms)
    except Exception:  # locked, damaged, a full disk: a prompt waits for none of them
        _put_aside(taken)


def keep_waiting(wait_ms: int) -> None:
    """Write the readings that wait, if any; raises as `keep` does."""
    if os.path.exists(os.path.join(places.data_dir(), _ASIDE)):
        keep((), wait_ms)


def _put_aside(taken: Sequence[Taken]) -> None:
    if not taken:
        return
    import json

    lines = "".join(json.dumps(one.row(), separators=(",", ":")) + "\n" for one in taken)
    try:
        with state.locked() as ours:
            path = os.path.join(places.data_dir(), _ASIDE)
            if not ours or (os.path.exists(path) and os.path.getsize(path) > _MOST_ASIDE):
                return
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, places.PRIVATE_FILE)
            try:
                os.write(handle, lines.encode())
            finally:
                os.close(handle)
    except OSError:
        pass  # nowhere to write at all


def _take_waiting() -> list[Taken]:
    path = os.path.join(places.data_dir(), _ASIDE)
    if not os.path.exists(path):
        return []
    import json

    found = []
    with state.locked() as ours:
        if not ours:
            return []
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                lines = file.readlines()
            os.unlink(path)
        except OSError:
            return []
    for line in lines:
        try:
            found.append(Taken(*json.loads(line)))
        except (ValueError, TypeError):
            continue  # a line cut off by a full disk
    return found
