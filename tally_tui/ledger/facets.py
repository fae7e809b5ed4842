"""Facets: what calls have in common, stored once and known by a number."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class Facet(NamedTuple):
    """The columns of the facet table, without its id."""

    session: int
    provider: int
    model: str
    folder: int | None
    branch: str | None
    version: str | None
    status: int
    reason: int
    inferred: int
    recorded: int
    home: str = ""
    tier: int = 0
    attribution: int = 0


_COLUMNS = ", ".join(Facet._fields)
_INSERT = f"INSERT INTO facet (id, {_COLUMNS}) VALUES ({', '.join('?' * (len(Facet._fields) + 1))})"


class Facets:
    """Facet ↔ number, in memory while logs are read."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._ids: dict[tuple[object, ...], int] = {}
        self._facets: dict[int, Facet] = {}
        self._by_session: dict[int, list[int]] = {}
        self._nameless: list[int] = []
        for number, *columns in db.execute(f"SELECT id, {_COLUMNS} FROM facet"):
            facet = Facet(*columns)
            self._keep(number, facet)
        self._last = max(self._facets, default=0)
        self._new: list[tuple[object, ...]] = []

    def number(self, facet: tuple[object, ...]) -> int:
        """The number of a facet (its fields in order), given when it is new."""
        known = self._ids.get(facet)
        if known is None:
            known = self._last = self._last + 1
            self._keep(known, Facet(*facet))  # type: ignore[arg-type]
            self._new.append((known, *facet))
        return known

    def _keep(self, number: int, facet: Facet) -> None:
        self._ids[facet] = number
        self._facets[number] = facet
        self._by_session.setdefault(facet.session, []).append(number)
        if not facet.model:
            self._nameless.append(number)

    def __getitem__(self, number: int) -> Facet:
        return self._facets[number]

    def of_session(self, session: int) -> list[int]:
        """All facets of a session's own calls."""
        return self._by_session.get(session, [])

    def without_model(self) -> list[int]:
        """All facets whose calls name no model."""
        return self._nameless

    def flush(self) -> None:
        """Write the new ones; the caller owns the transaction."""
        self._db.executemany(_INSERT, self._new)
        self._new.clear()
