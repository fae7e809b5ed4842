"""Rows of the call table, taken up to be merged and decided on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tally_tui.ledger.facets import Facet, Facets
from tally_tui.model import Reason

COLUMNS = (
    "id", "identity", "file", "offset", "facet", "ts", "lines", "input", "write_5m", "write_1h", "cache_read",
    "output", "reasoning", "searches", "flags", "cost", "recorded", "unobserved", "vector", "turn",
    "totals", "part", "request", "named", "evidence",
)  # fmt: skip
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM call"
_INSERT = f"INSERT INTO call ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
_UPDATE = f"UPDATE call SET {', '.join(f'{name} = ?' for name in COLUMNS[1:])} WHERE id = ?"
_AT_ONCE = 500


class Row(Struct):
    """One sighting of a call, with its facet spelt out; units as in `schema`."""

    id: int | None
    identity: int
    file: int
    offset: int
    facet: Facet
    ts: int
    lines: int
    input: int
    write_5m: int
    write_1h: int
    cache_read: int
    output: int
    reasoning: int
    searches: int
    flags: int
    cost: int
    recorded: int
    unobserved: int
    vector: int | None
    turn: int | None
    totals: int | None
    part: int = 0
    request: int | None = None
    named: int | None = None
    evidence: bytes | None = None

    def columns(self, facet: int) -> tuple[Any, ...]:
        """The row's columns in the table's order, its facet as the number given."""
        return (
            self.id, self.identity, self.file, self.offset, facet, self.ts, self.lines,
            self.input, self.write_5m, self.write_1h, self.cache_read, self.output, self.reasoning,
            self.searches, self.flags, self.cost, self.recorded, self.unobserved, self.vector, self.turn,
            self.totals, self.part, self.request, self.named, self.evidence,
        )  # fmt: skip


def told_by_file(row: Row) -> bool:
    """Whether the row's own file tells that it is a duplicate, so that no other file can change it."""
    reason = row.facet.reason
    # A count with totals repeats only what another file of its thread said last.
    return reason == Reason.RECORD or (reason == Reason.REPEAT and row.totals is None)


def rows_of(
    db: sqlite3.Connection,
    facets: Facets,
    identities: Iterable[int] | None,
    *,
    file: int | None = None,
    nameless: bool = False,
) -> dict[int, list[Row]]:
    """Rows by identity: of these identities, or of a file (with `nameless`, those without a model)."""
    found: dict[int, list[Row]] = {}
    if identities is None:
        where, values = "file = ?", [file]
        if nameless:
            numbers = ", ".join(map(str, facets.without_model()))
            where = f"facet IN ({numbers}) AND file = ?"
        _collect(db.execute(f"{_SELECT} WHERE {where}", values), facets, found)
        return found
    wanted = list(identities)
    for start in range(0, len(wanted), _AT_ONCE):
        # Integers of our own hashing: safe to put into the text, and quicker than binding 500.
        numbers = ",".join(map(str, wanted[start : start + _AT_ONCE]))
        _collect(db.execute(f"{_SELECT} WHERE identity IN ({numbers})"), facets, found)
    return found


def rows_in(db: sqlite3.Connection, facets: Facets, numbers: Iterable[int]) -> list[Row]:
    """All rows of some facets."""
    found: dict[int, list[Row]] = {}
    listed = ",".join(map(str, numbers))
    _collect(db.execute(f"{_SELECT} WHERE facet IN ({listed})"), facets, found)
    return [row for rows in found.values() for row in rows]


def rows_after(db: sqlite3.Connection, facets: Facets, after: int, most: int) -> list[Row]:
    """The next rows by id."""
    found: dict[int, list[Row]] = {}
    _collect(db.execute(f"{_SELECT} WHERE id > ? ORDER BY id LIMIT ?", (after, most)), facets, found)
    return sorted((row for rows in found.values() for row in rows), key=lambda row: row.id or 0)


def insert_rows(db: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> int:
    """Insert rows given as columns (their id None); returns the id of the last when there is one only."""
    if len(rows) == 1:
        return db.execute(_INSERT, rows[0]).lastrowid or 0
    db.executemany(_INSERT, rows)
    return 0


def update_row(db: sqlite3.Connection, columns: tuple[Any, ...]) -> None:
    db.execute(_UPDATE, (*columns[1:], columns[0]))


def _collect(cursor: sqlite3.Cursor, facets: Facets, found: dict[int, list[Row]]) -> None:
    for columns in cursor:
        row = Row(*columns)
        row.facet = facets[columns[4]]
        found.setdefault(row.identity, []).append(row)


def largest(one: Row, other: Row) -> Row:
    """`one` with the element-wise larger counts of both.

    Of cache writes these are their sum and the 1-hour part: the 5-minute part is what is left.
    """
    write_1h = max(one.write_1h, other.write_1h)
    return replace(
        one,
        input=max(one.input, other.input),
        write_5m=max(one.write_5m + one.write_1h, other.write_5m + other.write_1h) - write_1h,
        write_1h=write_1h,
        cache_read=max(one.cache_read, other.cache_read),
        output=max(one.output, other.output),
        reasoning=max(one.reasoning, other.reasoning),
        searches=max(one.searches, other.searches),
        recorded=max(one.recorded, other.recorded),
    )
