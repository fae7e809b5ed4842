"""What every SQLite file of ours has in common: opening one for questions only, and one transaction."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

BUSY_MS: Final = 10_000
"""How long a statement waits for another process's short write, in milliseconds."""
READER_MMAP: Final = 256 << 20
"""Bytes of a file that a reader maps; the pages are the system's, not ours."""


def open_read_only(path: Path) -> sqlite3.Connection:
    """Open an existing file that nothing can be written to through this connection, in autocommit.

    It may pass from thread to thread, used by one at a time.

    Raises:
        sqlite3.DatabaseError: there is no such file, or it is no database.
    """
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        timeout=BUSY_MS / 1000,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        db.execute("PRAGMA query_only = ON")
        db.execute(f"PRAGMA mmap_size = {READER_MMAP}")
    except BaseException:
        db.close()
        raise
    return db


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Commit what the body writes; take it back when the body, or the commit itself, fails."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise
