"""How a person last had the screens: orders, depths and the like, by name. No log has them.

A habit is a short word under a name such as `conversations.sort`; the screen that keeps it knows what it means, and
leaves out what it does not understand. Write with `open_writer(path, full=True)`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Final

from tally_tui.database import transaction

LONGEST: Final = 200
"""Characters of a name or a value that are kept."""


def habits(db: sqlite3.Connection) -> dict[str, str]:
    """All of them, by name."""
    return dict(db.execute("SELECT name, value FROM habit ORDER BY name"))


def keep(db: sqlite3.Connection, chosen: Mapping[str, str], now_ms: int) -> None:
    """Keep some, in place of what had these names; the others stay: two windows lose nothing of each other's."""
    with transaction(db):
        db.executemany(
            "INSERT OR REPLACE INTO habit (name, value, changed_at) VALUES (?, ?, ?)",
            [(name[:LONGEST], value[:LONGEST], now_ms) for name, value in chosen.items()],
        )
