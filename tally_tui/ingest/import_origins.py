"""Where imported Codex sessions came from, when that is listed only after their logs were read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from tally_tui.database import transaction
from tally_tui.logs.codex_imports import imports_of
from tally_tui.model import Provider
from tally_tui.paths import Root


def note_origins(db: sqlite3.Connection, roots: Iterable[Root]) -> bool:
    """Name the origins that are known by now; whether any was written."""
    unknown = db.execute("SELECT id, name FROM session WHERE imported_from = ''").fetchall()
    if not unknown:
        return False
    homes = [str(root.path) for root in roots if root.provider is Provider.CODEX]
    listed = {thread: origin for home in homes for thread, origin in imports_of(home).items() if origin}
    found = [(listed[name], number) for number, name in unknown if name in listed]
    if found:
        with transaction(db):
            db.executemany("UPDATE session SET imported_from = ? WHERE id = ?", found)
    return bool(found)
