"""The logs as the library knows them, and how far each is indexed: what the shards say, put together."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from tally_tui.library.shards import read_shard, shard_paths, telling
from tally_tui.logs.discover import SeenFile


class TextFile(SeenFile, frozen=True):
    """A log as the library knows it."""


class Standing(Struct, frozen=True):
    """A file, and the parser's memory at its cursor."""

    file: TextFile
    state: bytes


def standings(folder: Path, only: Iterable[int] | None = None) -> dict[int, Standing]:
    """Every file (or those of the numbers `only`) by its number, as the shard knows it that has read furthest.

    Raises:
        LibraryError: a shard cannot be read.
    """
    found: dict[int, Standing] = {}
    for path in shard_paths(folder):
        db = read_shard(path)
        if db is None:
            continue
        with closing(db), telling(path):
            for row in _rows(db, only):
                file = TextFile(*row[:-1])
                other = found.get(file.id)
                if other is None or file.cursor >= other.file.cursor:
                    found[file.id] = Standing(file, bytes(row[-1] or b""))
    return found


def _rows(db: sqlite3.Connection, only: Iterable[int] | None) -> sqlite3.Cursor:
    columns = "id, provider, path, device, inode, size, mtime_ns, cursor, head, tail, gone_at, state"
    if only is None:
        return db.execute(f"SELECT {columns} FROM file")
    chosen = json.dumps(list(only))
    return db.execute(f"SELECT {columns} FROM file WHERE id IN (SELECT value FROM json_each(?))", (chosen,))


def effective(files: Iterable[dict[int, TextFile]]) -> dict[int, TextFile]:
    """Each file as the shard knows it that has read furthest."""
    found: dict[int, TextFile] = {}
    for some in files:
        for number, file in some.items():
            other = found.get(number)
            if other is None or file.cursor >= other.cursor:
                found[number] = file
    return found
