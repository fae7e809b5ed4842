"""Facets: what calls have in common, stored once and known by a number."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
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
_INSERT = f"INSERT INTO facet (id, {_COLUMNS}, project) VALUES ({', '.join('?' * (len(Facet._fields) + 2))})"
ProjectOf = Callable[[int, int | None], int | None]
"""(session, folder) → the folder whose root is the project of calls made there."""


class Facets:
    """Facet ↔ number, in memory while logs are read."""

    def __init__(self, db: sqlite3.Connection, project_of: ProjectOf = lambda _, folder: folder) -> None:
        self._db = db
        self._project_of = project_of
        self._projects: dict[int, int | None] = {}
        """Number → project, as it is written."""
        self._ids: dict[tuple[object, ...], int] = {}
        self._facets: dict[int, Facet] = {}
        self._by_session: dict[int, list[int]] = {}
        self._nameless: list[int] = []
        for number, project, *columns in db.execute(f"SELECT id, project, {_COLUMNS} FROM facet"):
            facet = Facet(*columns)
            self._keep(number, facet)
            self._projects[number] = project
        self._last = max(self._facets, default=0)
        self._new: list[tuple[int, Facet]] = []

    def number(self, facet: tuple[object, ...]) -> int:
        """The number of a facet (its fields in order), given when it is new."""
        known = self._ids.get(facet)
        if known is None:
            known = self._last = self._last + 1
            new = Facet(*facet)  # type: ignore[arg-type]
            self._keep(known, new)
            self._new.append((known, new))
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

    def settle(self, sessions: Iterable[int], folders: set[int]) -> None:
        """Decide again on the projects of calls of some sessions, and of all calls made in some folders.

        The caller owns the transaction, and has settled both.
        """
        numbers = {number for session in sessions for number in self.of_session(session)}
        if folders:
            numbers.update(number for number, facet in self._facets.items() if facet.folder in folders)
        self._write(number for number in numbers if number in self._projects)

    def settle_all(self) -> None:
        """Decide again on the projects of all calls."""
        self._write(list(self._projects))

    def _write(self, numbers: Iterable[int]) -> None:
        changed = []
        for number in numbers:
            facet = self._facets[number]
            project = self._project_of(facet.session, facet.folder)
            if project != self._projects[number]:
                self._projects[number] = project
                changed.append((project, number))
        self._db.executemany("UPDATE facet SET project = ? WHERE id = ?", changed)

    def flush(self) -> None:
        """Write the new ones; the caller owns the transaction."""
        rows = []
        for number, facet in self._new:
            project = self._projects[number] = self._project_of(facet.session, facet.folder)
            rows.append((number, *facet, project))
        self._db.executemany(_INSERT, rows)
        self._new.clear()
