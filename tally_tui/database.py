"""What every SQLite file of ours has in common: opening one for questions only, and one transaction."""

from __future__ import annotations

import contextlib
import re
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


def faults(db: sqlite3.Connection, *, quick: bool = False, most: int = 20) -> list[str]:
    """What SQLite finds wrong with a file: pages, constraints and, unless `quick`, indexes; empty for a sound one.

    Some versions of SQLite (3.40 is one) see NULL in columns of tables without rowids where there is none: that is
    asked of the table itself.

    Raises:
        sqlite3.DatabaseError: so much is wrong that it cannot even be looked at.
    """
    found: list[str] = []
    checked: dict[str, bool] = {}
    for (text,) in db.execute(f"PRAGMA {'quick' if quick else 'integrity'}_check(2147483647)"):
        if text == "ok" or text in checked:
            continue
        named = _NULL.fullmatch(text)
        checked[text] = named is None or _has_null(db, *named.groups())
        if checked[text]:
            found.append(text)
            if len(found) >= most:
                break
    return found


_NULL: Final = re.compile(r"NULL value in (\w+)\.(\w+)")


def _has_null(db: sqlite3.Connection, table: str, column: str) -> bool:
    asked = f'SELECT EXISTS (SELECT 1 FROM "{table}" WHERE typeof("{column}") = \'null\')'
    return bool(db.execute(asked).fetchone()[0])
