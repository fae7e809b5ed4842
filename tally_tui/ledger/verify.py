"""Whether the rollups still say what the calls say, and making them afresh where they do not."""

from __future__ import annotations

import sqlite3
from typing import Final

from msgspec import Struct

from tally_tui.ledger.ask import snapshot
from tally_tui.model import SLOT_MS

_SUMS: Final = (
    "calls", "input", "write_5m", "write_1h", "cache_read",
    "output", "reasoning", "cost", "recorded", "unobserved",
)  # fmt: skip
_COUNTED: Final = (
    f"SELECT ts / {SLOT_MS} AS slot, facet, count(*) AS calls, "
    + ", ".join(f"sum({name}) AS {name}" for name in _SUMS[1:])
    + " FROM call GROUP BY 1, 2"
)


class Difference(Struct, frozen=True):
    """A sum that the rollup holds wrongly. Units as the ledger's: tokens, nano-dollars."""

    slot: int
    facet: int
    name: str
    held: int
    """What the rollup says; 0 where it has no such row."""
    counted: int
    """What the calls say; 0 where there are none."""

    def __str__(self) -> str:
        where = f"slot {self.slot}, facet {self.facet}"
        return f"{where}: {self.name} is {self.held:,}, its calls say {self.counted:,}"


def differences(db: sqlite3.Connection) -> list[Difference]:
    """Every sum of the rollups that is not the sum of its calls, in the rollups' order."""
    names = ", ".join(("slot", "facet", *_SUMS))
    with snapshot(db):
        held = _cells(db, f"SELECT {names} FROM rollup EXCEPT SELECT {names} FROM ({_COUNTED})")
        counted = _cells(db, f"SELECT {names} FROM ({_COUNTED}) EXCEPT SELECT {names} FROM rollup")
    nothing = (0,) * len(_SUMS)
    return [
        Difference(*cell, name, was, is_)
        for cell in sorted(held.keys() | counted.keys())
        for name, was, is_ in zip(_SUMS, held.get(cell, nothing), counted.get(cell, nothing), strict=True)
        if was != is_
    ]


def dangling(db: sqlite3.Connection) -> dict[str, int]:
    """How many rows of which kind point at a row that is not there; empty for a sound ledger."""
    found = {
        "calls without a facet": "call WHERE facet NOT IN (SELECT id FROM facet)",
        "calls without a file": "call WHERE file NOT IN (SELECT id FROM file)",
        "facets without a session": "facet WHERE session NOT IN (SELECT id FROM session)",
        "sessions without their root": "session WHERE root NOT IN (SELECT id FROM session)",
    }
    with snapshot(db):
        counts = {
            words: int(db.execute(f"SELECT count(*) FROM {rows}").fetchone()[0])
            for words, rows in found.items()
        }
    return {words: count for words, count in counts.items() if count}


def rebuild(db: sqlite3.Connection) -> int:
    """Make all rollups afresh from the calls, in one transaction (or the caller's); returns their number."""
    ours = not db.in_transaction
    if ours:
        db.execute("BEGIN IMMEDIATE")
    try:
        db.execute("DELETE FROM rollup")
        made = db.execute(f"INSERT INTO rollup (slot, facet, {', '.join(_SUMS)}) {_COUNTED}").rowcount
        if ours:
            db.execute("COMMIT")
    except BaseException:
        if ours and db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return made


def _cells(db: sqlite3.Connection, statement: str) -> dict[tuple[int, int], tuple[int, ...]]:
    return {(row[0], row[1]): row[2:] for row in db.execute(statement)}
