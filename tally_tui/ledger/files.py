"""The log files the ledger has read: where it stands in each, kept in the same transaction as the rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping

from msgspec import Struct

from tally_tui.logs.discover import SeenFile
from tally_tui.logs.parse import PARSER_VERSION
from tally_tui.model import Provider


class KnownFile(SeenFile, frozen=True):
    """A log as the ledger knows it, and how often it was rewritten."""

    provider: Provider
    rewrites: int = 0
    parser: int = PARSER_VERSION


class Stand(Struct, frozen=True):
    """Where the reading of a file stands after a stretch."""

    device: int
    inode: int
    size: int
    mtime_ns: int
    cursor: int
    head: bytes
    tail: bytes | None
    """None: as it was."""
    state: bytes
    lines: int
    """Lines read in this stretch."""
    first_ts: int | None


def known_files(db: sqlite3.Connection, only: Collection[str] | None = None) -> dict[str, KnownFile]:
    """All files by path, or those at the paths of `only`."""
    columns = "id, provider, path, device, inode, size, mtime_ns, cursor, head, tail, gone_at, rewrites, parser"
    select = f"SELECT {columns} FROM file"
    if only is None:
        rows = list(db.execute(select))
    else:
        rows = [row for path in only for row in db.execute(f"{select} WHERE path = ?", (path,))]
    return {row[2]: KnownFile(row[0], Provider(row[1]), *row[2:]) for row in rows}


def state_of(db: sqlite3.Connection, file: int) -> bytes:
    """The parser's memory at a file's cursor."""
    row = db.execute("SELECT state FROM file WHERE id = ?", (file,)).fetchone()
    return bytes(row[0] or b"") if row else b""


def add_file(db: sqlite3.Connection, provider: Provider, path: str) -> int:
    """A file met for the first time; returns its id."""
    row = db.execute(
        "INSERT INTO file (provider, path, device, inode, size, mtime_ns, parser) VALUES (?, ?, 0, 0, -1, 0, ?) "
        "RETURNING id",
        (int(provider), path, PARSER_VERSION),
    ).fetchone()
    return int(row[0])


def stand_at(db: sqlite3.Connection, file: int, stand: Stand) -> None:
    """Move a file's cursor, with what a later look needs to tell whether it is still the same file."""
    db.execute(
        """UPDATE file SET device = ?, inode = ?, size = ?, mtime_ns = ?, cursor = ?, head = ?,
               tail = coalesce(?, tail), state = ?, lines = lines + ?, first_ts = coalesce(first_ts, ?),
               gone_at = NULL WHERE id = ?""",
        (
            stand.device, stand.inode, stand.size, stand.mtime_ns, stand.cursor, stand.head,
            stand.tail, stand.state, stand.lines, stand.first_ts, file,
        ),
    )  # fmt: skip


def start_afresh(db: sqlite3.Connection, file: int, *, rewritten: bool) -> None:
    """A file is read again from its beginning: because it was rewritten, or because someone asked."""
    db.execute(
        """UPDATE file SET cursor = 0, state = NULL, tail = NULL, lines = 0, size = -1,
               first_ts = NULL, rewrites = rewrites + ?, parser = ? WHERE id = ?""",
        (int(rewritten), PARSER_VERSION, file),
    )
    db.execute("DELETE FROM skipped WHERE file = ?", (file,))


def set_place(db: sqlite3.Connection, file: int, place: str) -> None:
    """What is appended to the id of the session that a file tells, because unrelated sessions have that id too."""
    db.execute("UPDATE file SET place = ? WHERE id = ? AND place <> ?", (place, file, place))


def move_file(db: sqlite3.Connection, file: int, path: str) -> None:
    """A known file lies elsewhere now (archived, compressed, renamed)."""
    db.execute("UPDATE file SET path = ?, gone_at = NULL WHERE id = ?", (path, file))


def mark_gone(db: sqlite3.Connection, files: list[int], at_ms: int) -> None:
    """Files that are no longer there; their calls stay."""
    db.executemany("UPDATE file SET gone_at = ? WHERE id = ? AND gone_at IS NULL", [(at_ms, file) for file in files])


def mark_back(db: sqlite3.Connection, files: list[int]) -> None:
    """Files that are there again."""
    db.executemany("UPDATE file SET gone_at = NULL WHERE id = ?", [(file,) for file in files])


def add_skipped(db: sqlite3.Connection, file: int, skipped: Mapping[str, list[int]]) -> None:
    """Count lines that said nothing usable: `kind:name` → [lines, first offset]."""
    db.executemany(
        """INSERT INTO skipped (file, kind, name, lines, first_offset) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET lines = lines + excluded.lines""",
        [(file, *key.split(":", 1), *entry) for key, entry in skipped.items()],
    )
