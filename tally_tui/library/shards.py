"""The library on disk: time-ordered shards, each a database of its own; their tables, and opening them.

A **doc** row points at one line of a log and one facet of what it says; its words are in a contentless
index under the same number, the text itself is nowhere but in the log. Docs are numbered by time
inside a **run** (what one transaction added); a run knows its oldest and newest instant, so that
whoever walks the numbers knows when nothing newer can follow. A *cold* shard is written newest first
and read by ascending numbers; the *hot* one takes what is being written now and is read backwards.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tally_tui import paths
from tally_tui.database import BUSY_MS, open_read_only, transaction

VERSION: Final = 5
"""`PRAGMA user_version` of a shard; any other is dropped and read again from the logs."""
SHARD_DOCS: Final = 200_000
"""A cold shard is full with so many docs …"""
HOT_DOCS: Final = 60_000
"""… and the hot one with so many: adding to it must never take long."""

TABLES: Final = (
    """CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID""",
    """CREATE TABLE file (
        id INTEGER PRIMARY KEY,          -- the same in every shard; a rewritten file gets a new one
        provider INTEGER NOT NULL,
        path TEXT NOT NULL,
        device INTEGER NOT NULL,
        inode INTEGER NOT NULL,
        size INTEGER NOT NULL,           -- -1 while some of it is still to be read
        mtime_ns INTEGER NOT NULL,
        cursor INTEGER NOT NULL,         -- bytes read; the shard with the largest cursor has the last word
        head BLOB,                       -- fingerprints: of the first 4 KiB,
        tail BLOB,                       -- and of the last bytes before the cursor
        state BLOB,                      -- the parser's memory at the cursor
        gone_at INTEGER,                 -- when it was first missed, ms; NULL while it exists
        messages INTEGER NOT NULL        -- lines of it that this shard has docs of
    ) STRICT""",
    """CREATE TABLE name (
        id INTEGER PRIMARY KEY,
        kind INTEGER NOT NULL,           -- names.Kind: session, tool, path
        provider INTEGER NOT NULL,       -- of a session; else 0
        text TEXT NOT NULL,
        UNIQUE (kind, provider, text)
    ) STRICT""",
    """CREATE TABLE doc (
        id INTEGER PRIMARY KEY,
        file INTEGER NOT NULL,
        offset INTEGER NOT NULL,         -- of its line; in the uncompressed text of a .zst
        length INTEGER NOT NULL,         -- of its line, bytes
        ts INTEGER NOT NULL,             -- ms
        facet INTEGER NOT NULL,          -- facets.Facet
        session INTEGER NOT NULL,        -- name
        name INTEGER NOT NULL,           -- the tool's or path's name; 0 for none
        flags INTEGER NOT NULL,          -- facets.Flag
        key INTEGER NOT NULL             -- what copies of the message have alike: of its own id, else of the text
    ) STRICT""",
    """CREATE TABLE run (
        first INTEGER PRIMARY KEY,       -- docs first..last, in order of time
        last INTEGER NOT NULL,
        oldest INTEGER NOT NULL,         -- ms
        newest INTEGER NOT NULL
    ) STRICT""",
    """CREATE VIRTUAL TABLE words USING fts5(
        text, content='', detail=none, columnsize=0, prefix='2', tokenize='ascii')""",
)

_NAME: Final = re.compile(r"(\d{4,})\.db")


class LibraryError(Exception):
    """The library cannot be used as asked; the message is for people."""


def library_dir() -> Path:
    """The folder of the shards; not created here."""
    return paths.data_dir() / "library"


def shard_paths(folder: Path) -> list[Path]:
    """The shards there are, by number."""
    try:
        names = [path.name for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [folder / name for name in sorted(names, key=lambda name: (len(name), name)) if _NAME.fullmatch(name)]


def next_path(folder: Path) -> Path:
    """Where the next shard goes: an empty file is there from now on, so that nobody else takes it."""
    number = max([int(path.stem) for path in shard_paths(folder)], default=0)
    with telling(folder / "shards"):
        paths.private_dir(folder)
        while True:
            number += 1
            path = folder / f"{number:04d}.db"
            with contextlib.suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_EXCL, paths.PRIVATE_FILE))
                return path


def open_shard(path: Path, *, hot: bool | None = None) -> sqlite3.Connection:
    """Open a shard for writing; made where there is none (`hot` says what kind then).

    Raises:
        LibraryError: it cannot be opened or written.
    """
    with telling(path):
        paths.private_dir(path.parent)
        paths.private_file(path)
        db = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA secure_delete = OFF")
            db.execute("PRAGMA cache_size = -16384")
            db.execute("PRAGMA temp_store = MEMORY")
            db.execute("PRAGMA wal_autocheckpoint = 4000")
            if not _version(db):
                _make(db, hot=bool(hot))
            # Merging is done by the writer, in portions, when nothing waits for it.
            db.execute("INSERT INTO words (words, rank) VALUES ('automerge', 0)")
            db.execute("INSERT INTO words (words, rank) VALUES ('crisismerge', 1000)")
        except BaseException:
            db.close()
            raise
    return db


def read_shard(path: Path) -> sqlite3.Connection | None:
    """Open a shard for reading; None: it is gone, not yet whole, or of another version."""
    try:
        db = open_read_only(path)
        try:
            if _version(db) != VERSION:
                db.close()
                return None
            db.execute("PRAGMA cache_size = -8192")
            return db
        except BaseException:
            db.close()
            raise
    except sqlite3.DatabaseError:
        return None


def remove_shard(path: Path) -> None:
    """Delete a shard with what SQLite keeps beside it."""
    with telling(path):
        for suffix in ("", "-wal", "-shm", "-journal"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def remove_library(folder: Path) -> int:
    """Delete every shard; returns how many there were.

    Raises:
        LibraryError: one cannot be deleted.
    """
    shards = shard_paths(folder)
    for path in shards:
        remove_shard(path)
    return len(shards)


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system say into a `LibraryError` for people."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.ProgrammingError | sqlite3.IntegrityError):
            raise  # our own mistake, not the file's
        if getattr(error, "sqlite_errorname", "").startswith("SQLITE_FULL"):
            raise LibraryError(_full(path)) from error
        raise LibraryError(
            f"The library at {path.parent} cannot be used ({error}). The logs and the ledger are untouched. "
            "`tally-tui library rebuild` makes it anew from the logs."
        ) from error
    except OSError as error:
        if error.errno == 28:
            raise LibraryError(_full(path)) from error
        raise LibraryError(
            f"The library at {path.parent} cannot be used: {error.strerror or error}. The logs and the ledger "
            "are untouched. Check the folder's permissions, or set TALLY_DATA_DIR to another one."
        ) from error


def signature(folder: Path) -> object:
    """What the shards look like from outside: another one after every commit."""
    found = []
    for shard in shard_paths(folder):
        for path in (shard, shard.with_name(shard.name + "-wal")):
            with contextlib.suppress(OSError):
                status = path.stat()
                found.append((path.name, status.st_ino, status.st_size, status.st_mtime_ns))
    return found


def is_whole(path: Path) -> bool:
    """Whether a shard can be used by this version; one that cannot is dropped and read again."""
    db = read_shard(path)
    if db is None:
        return False
    db.close()
    return True


def _make(db: sqlite3.Connection, *, hot: bool) -> None:
    with transaction(db):
        for statement in TABLES:
            db.execute(statement)
        db.execute("INSERT INTO meta VALUES ('hot', ?), ('full', 0)", (int(hot),))
        db.execute(f"PRAGMA user_version = {VERSION}")


def _version(db: sqlite3.Connection) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    return version


def _full(path: Path) -> str:
    return (
        f"The disk that holds {path.parent} is full. What was indexed before is kept. "
        "Make room and run it again; `tally-tui library remove` deletes the library, not the logs."
    )
