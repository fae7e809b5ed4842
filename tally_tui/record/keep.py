"""Keeping readings: in the ledger, or aside until whoever holds it lets go."""

from __future__ import annotations

import os

from tally_tui import diagnostics
from tally_tui.ledger.readings import Taken
from tally_tui.record import places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_ASIDE = "readings.waiting"
"""A folder with a file of each refusal: nobody waits for a lock to put something aside."""
_WHOLE = ".jsonl"
"""How the name of a whole file ends; one that is being written is named otherwise."""
_MOST_ASIDE = 10_000
"""Files kept aside: weeks of a ledger that cannot be written."""


def keep(taken: Sequence[Taken], wait_ms: int) -> None:
    """Write readings to the ledger, and those that wait with them.

    Raises:
        sqlite3.Error, OSError, tally_tui.ledger.open.LedgerError: nothing was written.
    """
    from contextlib import closing, suppress

    from tally_tui.ledger.readings import add, connect

    places.made_data_dir()
    waiting = _waiting()
    with closing(connect(places.ledger_path(), wait_ms)) as db:
        # Kept twice is kept once: another process may read the same files now, or this one end before they are gone.
        add(db, [*(one for path in waiting for one in _read(path)), *taken])
    for path in waiting:
        with suppress(FileNotFoundError):
            os.unlink(path)


def keep_or_put_aside(taken: Sequence[Taken], wait_ms: int) -> bool:
    """Write readings to the ledger; where that cannot be now, the next one who keeps some writes these too.

    False: they could be kept nowhere.
    """
    try:
        keep(taken, wait_ms)
    except Exception as error:  # locked, damaged, a full disk: a prompt waits for none of them
        aside = _put_aside(taken)
        if "locked" not in str(error):
            what = "a reading was put aside" if aside else "a reading was lost"
            diagnostics.failed(places.data_dir(), diagnostics.BACKGROUND, f"{what}: {error}")
        return aside
    return True


def keep_waiting(wait_ms: int) -> None:
    """Write the readings that wait, if any; raises as `keep` does."""
    if _waiting():
        keep((), wait_ms)


def _put_aside(taken: Sequence[Taken]) -> bool:
    import json
    import time

    lines = "".join(json.dumps(one.row(), separators=(",", ":")) + "\n" for one in taken)
    folder = _folder()
    try:
        places.make_private(folder)
        if len(os.listdir(folder)) >= _MOST_ASIDE:
            return False
        places.write_private(os.path.join(folder, f"{time.time_ns()}-{os.getpid()}{_WHOLE}"), lines.encode())
    except OSError:
        return False  # nowhere to write at all
    return True


def _waiting() -> list[str]:
    folder = _folder()
    try:
        return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(_WHOLE))
    except OSError:
        return []


def _read(path: str) -> list[Taken]:
    import json

    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.readlines()
    except OSError:
        return []  # another one has kept them
    found = []
    for line in lines:
        try:
            found.append(Taken(*json.loads(line)))
        except (ValueError, TypeError):
            continue  # damaged by something else than us
    return found


def _folder() -> str:
    return os.path.join(places.data_dir(), _ASIDE)
