"""Opening the ledger: for reading, for writing, and from an older version to this one.

What goes wrong with a database file becomes a `LedgerError`: what happened, what was kept, what to do.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from tally_tui import paths
from tally_tui.database import BUSY_MS, open_read_only
from tally_tui.ledger import schema
from tally_tui.ledger.backups import all_backups
from tally_tui.ledger.migrations import upgrade

CACHE_KIB: Final = 16_384


class LedgerError(Exception):
    """The ledger cannot be used as asked; the message is for people."""


class NoLedgerError(LedgerError):
    """There is no ledger yet: nothing has been read."""


class NewerLedgerError(LedgerError):
    """The ledger was written by a newer version of this program."""


class DamagedLedgerError(LedgerError):
    """The ledger's file is damaged."""

    def __init__(self, path: Path, what: object) -> None:
        super().__init__(
            f"The ledger at {path} is damaged ({what}). Nothing was changed. "
            "Move it to a safe place: calls whose logs are gone are only in it. "
            f"{_copies(path)}`tally-tui sync` reads the logs that exist afresh."
        )


def open_reader(path: Path) -> sqlite3.Connection:
    """Open an existing ledger for questions only; an older one is first brought up to date.

    The connection may pass from thread to thread, used by one at a time. It is in autocommit: a
    report that asks several things takes one `ask.snapshot`.

    Raises:
        NoLedgerError: there is no such file.
        NewerLedgerError: a newer version of this program wrote it.
        LedgerError: it cannot be opened or read.
    """
    if not path.exists():
        raise NoLedgerError(
            f"There is no ledger at {path} yet. `tally-tui sync` reads the logs and makes one."
        )
    db = _reader(path)
    try:
        with telling(path):
            if _version(db, path) < schema.VERSION:
                db.close()
                open_writer(path).close()
                db = _reader(path)
    except BaseException:
        db.close()
        raise
    return db


def open_writer(path: Path, *, full: bool = False) -> sqlite3.Connection:
    """Open the ledger for writing, made where there is none and brought up to this version.

    Args:
        path: the ledger's file; it and its folder are for their owner only.
        full: `synchronous=FULL`, for rows that no log could give again. Without it a power cut may
            lose the newest transactions (cursors and rows together), which the logs then give again.

    Raises:
        NewerLedgerError: a newer version of this program wrote it.
        LedgerError: it cannot be opened or written.
    """
    with telling(path):
        paths.private_dir(path.parent)
        # SQLite would make the file by the umask; its WAL then copies the mode.
        paths.private_file(path)
        if path.stat().st_mode & 0o077:
            path.chmod(paths.PRIVATE_FILE)
        db = sqlite3.connect(
            path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False, factory=_Writer
        )
        db.path = path
    try:
        with telling(path):
            _version(db, path)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute(f"PRAGMA synchronous = {'FULL' if full else 'NORMAL'}")
            db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            db.execute("PRAGMA temp_store = MEMORY")
            _migrate(db, path)
    except BaseException:
        db.close()
        raise
    return db


class _Writer(sqlite3.Connection):
    """A connection that begins no transaction in a ledger which a newer program has changed since it was opened."""

    path: Path

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        cursor = super().execute(sql, parameters)
        if sql == "BEGIN IMMEDIATE" and super().execute("PRAGMA user_version").fetchone()[0] > schema.VERSION:
            super().execute("ROLLBACK")
            _version(self, self.path)
        return cursor


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system say into a `LedgerError` for people.

    Raises:
        LedgerError: in place of `sqlite3.DatabaseError` and `OSError`.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.ProgrammingError | sqlite3.IntegrityError):
            raise  # our own mistake, not the file's
        raise LedgerError(_words(error, path)) from error
    except OSError as error:
        if error.errno == 28:
            raise LedgerError(_words(error, path)) from error
        raise LedgerError(
            f"The ledger at {path} cannot be used: {error.strerror or error}. Nothing was changed. "
            "Check the folder's permissions, or set TALLY_DATA_DIR to another one."
        ) from error


def backup(db: sqlite3.Connection, to: Path) -> None:
    """Write a whole, consistent copy of an open ledger, for its owner only; replaces `to` at once.

    Raises:
        LedgerError: the copy cannot be written; an earlier one stays as it was.
    """
    part = to.with_name(to.name + ".part")
    with telling(to):
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_RDWR | os.O_EXCL, paths.PRIVATE_FILE))
        with closing(sqlite3.connect(part)) as copy:
            db.backup(copy)
        part.replace(to)


def backup_path(path: Path, version: int) -> Path:
    """Where the copy of a ledger is kept that was made before it left `version`."""
    return path.with_name(f"{path.stem}.version-{version}.backup{path.suffix}")


def _reader(path: Path) -> sqlite3.Connection:
    with telling(path):
        db = open_read_only(path)
        db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        db.execute("PRAGMA temp_store = MEMORY")
    return db


def _version(db: sqlite3.Connection, path: Path) -> int:
    """The ledger's version; 0 for an empty file."""
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    if version > schema.VERSION:
        raise NewerLedgerError(
            f"The ledger at {path} was written by a newer tally-tui (its version {version}, this program's "
            f"{schema.VERSION}). Nothing was changed. "
            "Update tally-tui, or set TALLY_DATA_DIR to another folder."
        )
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if tables and not {"call", "facet", "rollup"} <= tables:
        raise LedgerError(
            f"{path} is a database, but not a ledger of tally-tui. Nothing was changed. "
            "Move it away, or set TALLY_DATA_DIR to another folder."
        )
    return version


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    if _version(db, path) == schema.VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        # Asked again inside the transaction: another process may have been first.
        found = _version(db, path)
        if 0 < found < schema.VERSION:
            with closing(_reader(path)) as before:
                backup(before, backup_path(path, found))
        upgrade(db, found)
        db.execute(f"PRAGMA user_version = {schema.VERSION}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _copies(path: Path) -> str:
    """Which copies can take a damaged ledger's place."""
    found = all_backups(path)
    if not found:
        return ""
    more = f" (and {len(found) - 1} older)" if len(found) > 1 else ""
    return f"Its newest copy is {found[0]}{more}: it can take its place. Without it "


def _words(error: Exception, path: Path) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_NOTADB"):
        return (
            f"{path} is not a ledger: it is no SQLite database. Nothing was changed. "
            "Move it away and run `tally-tui sync` to read the logs afresh."
        )
    if name.startswith("SQLITE_CORRUPT"):
        return str(DamagedLedgerError(path, error))
    if name.startswith("SQLITE_FULL") or getattr(error, "errno", None) == 28:
        return (
            f"The disk that holds {path} is full. What was written before is kept, and nothing is counted "
            "twice. Make room and run it again."
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return (
            f"Another program held the ledger at {path} for more than {BUSY_MS // 1000} seconds. "
            "Nothing was lost. Try again."
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return (
            f"The ledger at {path} cannot be opened ({error}). Nothing was changed. "
            "Check the folder's permissions, or set TALLY_DATA_DIR to another one."
        )
    return f"The ledger at {path} cannot be used ({error}). What was written before is kept. Try again."
