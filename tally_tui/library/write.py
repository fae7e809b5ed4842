"""Adding docs to a shard: rows, words and the file's cursor in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, Self

from msgspec import Struct

from tally_tui.database import transaction
from tally_tui.library.facets import Doc, Facet, Flag, Kind
from tally_tui.library.shards import HOT_DOCS, SHARD_DOCS, open_shard, read_shard, telling
from tally_tui.library.words import error_mark, facet_mark, indexed, name_mark, session_mark

COLD_HASH: Final = 16 << 20
"""Bytes of words gathered in memory before they become a segment: more would not fit the cache."""
HOT_HASH: Final = 1 << 20
RUN_DOCS: Final = 1000
"""The hot shard's last run grows up to so many docs: what is written live comes in ones and twos."""
MERGE_PAGES: Final = 200
"""Pages that one portion of merging touches: some milliseconds."""


class Stand(Struct, frozen=True):
    """A file and where its reading stands after a stretch; `size` is -1 while some of it is left."""

    id: int
    provider: int
    path: str
    device: int
    inode: int
    size: int
    mtime_ns: int
    cursor: int
    head: bytes
    tail: bytes | None
    state: bytes


class Stretch(Struct, frozen=True):
    """What a stretch of one file says."""

    stand: Stand
    docs: Sequence[Doc]


class ShardWriter:
    """Writes one shard. Whoever uses it holds the library's lock (or was ordered to by the holder)."""

    def __init__(self, path: Path, *, hot: bool) -> None:
        self.path = path
        self._db = open_shard(path, hot=hot)
        with telling(path):
            meta = dict(self._db.execute("SELECT name, value FROM meta"))
            self.hot = bool(meta["hot"])
            size = HOT_HASH if self.hot else COLD_HASH
            self._db.execute("INSERT INTO words (words, rank) VALUES ('hashsize', ?)", (size,))
            self._last = self._db.execute("SELECT coalesce(max(last), 0) FROM run").fetchone()[0]
        self._names: dict[tuple[int, int, str], int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the shard."""
        self._db.close()

    @property
    def is_full(self) -> bool:
        return bool(self._last >= (HOT_DOCS if self.hot else SHARD_DOCS))

    def add(self, stretches: Sequence[Stretch]) -> int:
        """Take up stretches of files, with their cursors; returns how many messages (lines) that were.

        Raises:
            LibraryError: the shard cannot be written; nothing of these stretches was.
        """
        try:
            with telling(self.path), transaction(self._db):
                return self._add(stretches)
        except BaseException:
            # What memory holds may be ahead of what was committed.
            self._names.clear()
            with telling(self.path):
                self._last = self._db.execute("SELECT coalesce(max(last), 0) FROM run").fetchone()[0]
            raise

    def _add(self, stretches: Sequence[Stretch]) -> int:
        rows: list[tuple[int, int, int, int, int, int, int, int, int, int, str]] = []
        messages = 0
        for stretch in stretches:
            stand, before, lines = stretch.stand, -1, 0
            for doc in stretch.docs:
                first = doc.offset != before
                before = doc.offset
                lines += first
                session = self._name(Kind.SESSION, stand.provider, doc.session)
                tools = [self._name(Kind.TOOL, 0, tool) for tool in doc.tools]
                paths = [self._name(Kind.PATH, 0, path) for path in doc.paths]
                marks = [facet_mark(doc.facet), session_mark(session), *map(name_mark, tools), *map(name_mark, paths)]
                if doc.flags & Flag.ERROR:
                    marks.append(error_mark())
                named = paths if doc.facet is Facet.FILE else tools
                name = named[0] if named else 0
                rows.append((
                    doc.ts, stand.id, doc.offset, doc.length, int(doc.facet), session, name, doc.flags, doc.key,
                    len(rows),
                    f"{' '.join(marks)} {indexed(doc.text)}",
                ))  # fmt: skip
            self._stand(stand, lines)
            messages += lines
        # A cold run's numbers go back in time, the hot shard's go on with it.
        rows.sort(key=lambda row: (row[0], row[9]) if self.hot else (-row[0], row[9]))
        numbered = list(enumerate(rows, self._last + 1))
        self._db.executemany(
            """INSERT INTO doc (id, file, offset, length, ts, facet, session, name, flags, key)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            [(number, *row[1:4], row[0], *row[4:9]) for number, row in numbered],
        )
        self._db.executemany(
            "INSERT INTO words (rowid, text) VALUES (?, ?)", [(number, row[10]) for number, row in numbered]
        )
        if rows:
            self._run(len(rows), min(rows[0][0], rows[-1][0]), max(rows[0][0], rows[-1][0]))
        return messages

    def merge(self) -> bool:
        """One portion of merging the index's segments; False when nothing is left to merge."""
        with telling(self.path):
            before = self._db.total_changes
            self._db.execute("INSERT INTO words (words, rank) VALUES ('merge', ?)", (MERGE_PAGES,))
            return self._db.total_changes - before >= 2

    def finish(self, *, full: bool = False) -> None:
        """Merge all segments into one and give the space back: for a shard that rests for a while."""
        with telling(self.path):
            if full:
                self._db.execute("UPDATE meta SET value = 1 WHERE name = 'full'")
            self._db.execute("INSERT INTO words (words) VALUES ('optimize')")
            self._db.execute("VACUUM")
            self.checkpoint()

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the shard, as far as readers let it."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _stand(self, stand: Stand, messages: int) -> None:
        self._db.execute(
            """INSERT INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)
               ON CONFLICT DO UPDATE SET path = excluded.path, device = excluded.device, inode = excluded.inode,
                   size = excluded.size, mtime_ns = excluded.mtime_ns, cursor = excluded.cursor,
                   head = excluded.head, tail = excluded.tail, state = excluded.state, gone_at = NULL,
                   messages = messages + excluded.messages""",
            (
                stand.id, stand.provider, stand.path, stand.device, stand.inode, stand.size, stand.mtime_ns,
                stand.cursor, stand.head, stand.tail, stand.state, messages,
            ),
        )  # fmt: skip

    def _run(self, docs: int, oldest: int, newest: int) -> None:
        first, self._last = self._last + 1, self._last + docs
        if self.hot:
            grown = self._db.execute(
                """UPDATE run SET last = ?, oldest = min(oldest, ?), newest = max(newest, ?)
                   WHERE first = (SELECT max(first) FROM run) AND last - first < ?""",
                (self._last, oldest, newest, RUN_DOCS),
            ).rowcount
            if grown:
                return
        self._db.execute("INSERT INTO run VALUES (?, ?, ?, ?)", (first, self._last, oldest, newest))

    def _name(self, kind: Kind, provider: int, text: str) -> int:
        key = (int(kind), provider, text)
        known = self._names.get(key)
        if known is None:
            self._db.execute("INSERT OR IGNORE INTO name (kind, provider, text) VALUES (?, ?, ?)", key)
            known = self._db.execute(
                "SELECT id FROM name WHERE kind = ? AND provider = ? AND text = ?", key
            ).fetchone()[0]
            self._names[key] = known
        return int(known)


def is_open_for(path: Path, *, hot: bool) -> bool:
    """Whether a shard is of this kind, and not full."""
    db = read_shard(path)
    if db is None:
        return False
    with closing(db):
        meta = dict(db.execute("SELECT name, value FROM meta"))
        (docs,) = db.execute("SELECT coalesce(max(last), 0) FROM run").fetchone()
    return bool(meta["hot"]) is hot and not meta["full"] and docs < (HOT_DOCS if hot else SHARD_DOCS)


def drop_file(db: sqlite3.Connection, file: int) -> None:
    """A file's docs and cursor out of one shard; its words stay behind, and lead nowhere."""
    with transaction(db):
        db.execute("DELETE FROM doc WHERE file = ?", (file,))
        db.execute("DELETE FROM file WHERE id = ?", (file,))
