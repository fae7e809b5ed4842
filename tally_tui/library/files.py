"""The logs as the library knows them, and how far each is indexed: what the shards say, put together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tally_tui.library.shards import read_shard, shard_paths, telling


@dataclass(frozen=True, slots=True)
class TextFile:
    """A log as the library knows it; `size` is -1 while some of it is still to be indexed."""

    id: int
    provider: int
    path: str
    device: int
    inode: int
    size: int
    mtime_ns: int
    cursor: int
    head: bytes | None
    tail: bytes | None
    gone_at: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A file, and the parser's memory at its cursor."""

    file: TextFile
    state: bytes


def standings(folder: Path) -> dict[int, Standing]:
    """Every file by its number, as the shard knows it that has read furthest.

    Raises:
        LibraryError: a shard cannot be read.
    """
    found: dict[int, Standing] = {}
    for path in shard_paths(folder):
        db = read_shard(path)
        if db is None:
            continue
        with closing(db), telling(path):
            for row in _rows(db):
                file = TextFile(*row[:-1])
                other = found.get(file.id)
                if other is None or file.cursor >= other.file.cursor:
                    found[file.id] = Standing(file, bytes(row[-1] or b""))
    return found


def _rows(db: sqlite3.Connection) -> sqlite3.Cursor:
    return db.execute(
        "SELECT id, provider, path, device, inode, size, mtime_ns, cursor, head, tail, gone_at, state FROM file"
    )


def effective(files: Iterable[dict[int, TextFile]]) -> dict[int, TextFile]:
    """Each file as the shard knows it that has read furthest."""
    found: dict[int, TextFile] = {}
    for some in files:
        for number, file in some.items():
            other = found.get(number)
            if other is None or file.cursor >= other.cursor:
                found[number] = file
    return found
