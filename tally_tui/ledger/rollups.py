"""Rollups kept in step with the calls: every change of a row is a change of its quarter of an hour."""

from __future__ import annotations

import sqlite3
from operator import add

from tally_tui.ledger.rows import Row
from tally_tui.model import SLOT_MS

_SUMS = (
    "calls", "input", "write_5m", "write_1h", "cache_read", "output", "reasoning", "cost", "recorded", "unobserved",
)  # fmt: skip
_UPSERT = f"""
    INSERT INTO rollup (slot, facet, {", ".join(_SUMS)}) VALUES ({", ".join("?" * (len(_SUMS) + 2))})
    ON CONFLICT (slot, facet) DO UPDATE SET {", ".join(f"{name} = {name} + excluded.{name}" for name in _SUMS)}
"""


class Rollups:
    """Changes of rollups in memory; `flush` adds them to the table."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._cells: dict[tuple[int, int], list[int]] = {}
        self._shrunk = False

    def add(self, ts: int, facet: int, sums: tuple[int, ...]) -> None:
        """Add sums (in the order of the table) to the quarter of an hour and facet of a call."""
        key = (ts // SLOT_MS, facet)
        cell = self._cells.get(key)
        if cell is None:
            self._cells[key] = list(sums)
        else:
            self._cells[key] = list(map(add, cell, sums))

    def put(self, row: Row, facet: int) -> None:
        """A row comes in."""
        self.add(row.ts, facet, _sums(row))

    def take(self, row: Row, facet: int) -> None:
        """A row goes out."""
        self.add(row.ts, facet, tuple(-value for value in _sums(row)))
        self._shrunk = True

    def flush(self) -> None:
        """Write the changes; the caller owns the transaction."""
        self._db.executemany(_UPSERT, [(*key, *cell) for key, cell in self._cells.items() if any(cell)])
        if self._shrunk:
            self._db.executemany(
                "DELETE FROM rollup WHERE slot = ? AND facet = ? AND calls = 0", list(self._cells)
            )
            self._shrunk = False
        self._cells.clear()


def _sums(row: Row) -> tuple[int, ...]:
    return (
        1, row.input, row.write_5m, row.write_1h, row.cache_read, row.output, row.reasoning,
        row.cost, row.recorded, row.unobserved,
    )  # fmt: skip
