"""Whether the logs have ever been read to their end: until then every sum may lack calls, and none says anything."""

from __future__ import annotations

from sqlite3 import Connection
from typing import Final

_NAME: Final = "first_pass"
"""The meta row that is there from the beginning of the first pass until a whole one is through."""


def begin(db: Connection, jobs: bool) -> None:
    """Note that logs are about to be read, if there are any to read, into a ledger that has read none."""
    if jobs and not db.execute("SELECT EXISTS (SELECT 1 FROM file)").fetchone()[0]:
        db.execute("INSERT OR IGNORE INTO meta VALUES (?, 'reading')", (_NAME,))


def through(db: Connection, whole: bool) -> None:
    """Note that a pass came to its end, if it was `whole`: over all logs, and not stopped."""
    if whole and under_way(db):
        db.execute("DELETE FROM meta WHERE name = ?", (_NAME,))


def never_through(db: Connection) -> bool:
    """Whether no whole pass was ever through: also before the first one has begun."""
    return under_way(db) or not db.execute("SELECT EXISTS (SELECT 1 FROM file)").fetchone()[0]


def under_way(db: Connection) -> bool:
    """Whether the first pass has begun, in this process or another, and no whole one is through."""
    return db.execute("SELECT 1 FROM meta WHERE name = ?", (_NAME,)).fetchone() is not None
