"""The library opened for questions: its shards as they are now, and the files their docs point into."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from pathlib import Path
from typing import Any, Self

from msgspec import Struct

from tally_tui.library.files import TextFile, effective
from tally_tui.library.shards import read_shard, shard_paths, telling
from tally_tui.library.source import Source


class Run(Struct, frozen=True):
    """Docs `first`..`last` of a shard, in order of time; the instants in epoch milliseconds."""

    first: int
    last: int
    oldest: int
    newest: int


class Shard:
    """One shard, and what is remembered of it until it changes."""

    def __init__(self, path: Path, db: sqlite3.Connection, inode: int) -> None:
        self.path = path
        self.db = db
        self.inode = inode
        self.hot = bool(db.execute("SELECT value FROM meta WHERE name = 'hot'").fetchone()[0])
        self.runs: list[Run] = []
        self.files: dict[int, TextFile] = {}
        self.names: dict[int, str] = {}
        """Names met so far, by number."""
        self.matching: dict[tuple[int, object], list[int]] = {}
        """The names of a kind that passed a test, until the shard changes."""
        self._version = -1

    def refresh(self) -> bool:
        """Look whether it changed; True if so."""
        version = self.db.execute("PRAGMA data_version").fetchone()[0]
        if version == self._version:
            return False
        # First to last as they are read: the shard's own order of time, newest first.
        order = "DESC" if self.hot else "ASC"
        self.runs = [Run(*row) for row in self.db.execute(f"SELECT * FROM run ORDER BY first {order}")]
        rows = self.db.execute(
            "SELECT id, provider, path, device, inode, size, mtime_ns, cursor, head, tail, gone_at FROM file"
        )
        self.files = {row[0]: TextFile(*row) for row in rows}
        self.matching = {}
        self._version = version
        return True

    def name(self, number: int) -> str:
        """What a number in a doc names."""
        known = self.names.get(number)
        if known is None:
            row = self.db.execute("SELECT text FROM name WHERE id = ?", (number,)).fetchone()
            known = self.names[number] = row[0] if row else ""
        return known


class Library:
    """The library, open for reading. One thread at a time asks; any may `interrupt`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shards: list[Shard] = []
        self.files: dict[int, TextFile] = {}
        """Every file by its number, as the shard that read furthest knows it."""
        self.changes = 0
        """How often `refresh` found something new."""
        self.source = Source()
        self.memory: dict[Any, Any] = {}
        """For whoever asks: what may be remembered from one question to the next."""
        self._guard = threading.Lock()

    def __enter__(self) -> Self:
        self.refresh()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all shards and logs."""
        self.source.close()
        with self._guard:
            for shard in self.shards:
                shard.db.close()
            self.shards = []

    def refresh(self) -> None:
        """See shards that came, changed or went since. Cheap when nothing did.

        Raises:
            LibraryError: a shard cannot be read.
        """
        self.source.close()  # what lies at a log's path may be another file by now
        with telling(self.folder / "shards"):
            changed = self._look()
            for shard in self.shards:
                changed |= shard.refresh()
            if changed:
                self.files = effective(shard.files for shard in self.shards)
                self.changes += 1

    def interrupt(self) -> None:
        """Stop the question under way; from any thread."""
        with self._guard, contextlib.suppress(sqlite3.Error):
            for shard in self.shards:
                shard.db.interrupt()

    def _look(self) -> bool:
        there: dict[Path, int] = {}
        for path in shard_paths(self.folder):
            with contextlib.suppress(OSError):
                there[path] = path.stat().st_ino
        known = {shard.path: shard for shard in self.shards}
        if {path: shard.inode for path, shard in known.items()} == there:
            return False
        kept = []
        for path, inode in there.items():
            shard = known.pop(path, None)
            if shard is None or shard.inode != inode:
                if shard is not None:
                    shard.db.close()
                db = read_shard(path)
                shard = None if db is None else Shard(path, db, inode)
            if shard is not None:
                kept.append(shard)
        with self._guard:
            for shard in known.values():
                shard.db.close()
            self.shards = kept
        return True
