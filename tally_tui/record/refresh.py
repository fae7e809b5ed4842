"""Bringing the state file up to date: after logs were read, or when a status line finds it wanting."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from tally_tui import diagnostics
from tally_tui.ledger import first_pass
from tally_tui.ledger.schema import VERSION
from tally_tui.record import places, state
from tally_tui.record.keep import keep_waiting

if TYPE_CHECKING:
    from tally_tui.config import Settings

_QUIET_MS: Final = 60_000
"""How old figures may be while the logs hold nothing new."""
_WAIT_S: Final = 0.1
_LOOK_S: Final = 600.0


def after_reading_logs(db: sqlite3.Connection, settings: Settings, changed: bool) -> None:
    """Keep the figures as they are after a pass over the logs; never fails."""
    from tally_tui.clock import now_ms
    from tally_tui.record.figures import figures

    try:
        keep_waiting(0)
    except Exception:  # they wait for the next one
        if os.environ.get("TALLY_DEBUG"):
            raise
    back_up()
    try:
        if first_pass.under_way(db):
            return  # what is told of half the logs would be wrong
        now = now_ms()
        if not changed:
            known = state.load().get("figures") or {}
            if 0 <= now - known.get("at", 0) < _QUIET_MS:
                return
        fresh = figures(db, now, settings)
    except (sqlite3.Error, ValueError, TypeError, OSError):
        return  # a status line shows less, or asks the ledger itself
    state.update(lambda held: held.update(figures=fresh))


_next_look = 0.0
"""When it is next looked whether a copy of the ledger is due, by the monotonic clock."""


def back_up() -> None:
    """Make the ledger's copy of today where it is due; never fails."""
    global _next_look
    if time.monotonic() < _next_look:
        return
    _next_look = time.monotonic() + _LOOK_S
    from pathlib import Path

    from tally_tui.ledger.backups import back_up_daily

    try:
        if back_up_daily(Path(places.ledger_path())) is not None:
            diagnostics.worked(places.data_dir(), diagnostics.BACKUP)
    except (sqlite3.Error, OSError, ValueError) as error:
        diagnostics.failed(places.data_dir(), diagnostics.BACKUP, error)


def from_ledger(now: int) -> dict[str, Any] | None:
    """The figures asked of the ledger, read-only; None where it cannot be read. Kept in the state file."""
    from tally_tui.config import load
    from tally_tui.record.figures import figures

    path = places.ledger_path()
    if not os.path.exists(path):
        return None
    try:
        uri = f"file:{os.path.abspath(path).replace('%', '%25').replace('?', '%3f').replace('#', '%23')}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=_WAIT_S)) as db:
            if first_pass.never_through(db):
                return None
            if db.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                return None  # of another version: what its columns mean is not known here
            fresh = figures(db, now, load())
    except (sqlite3.Error, OSError):
        return None
    state.update(lambda held: held.update(figures=fresh))
    return fresh
