"""What a person searched for, and the searches that were given a name; no log has either."""

from __future__ import annotations

import sqlite3
from typing import Final

from msgspec import Struct

from tally_tui.database import transaction

REMEMBERED: Final = 200
"""Queries that are remembered; older ones are forgotten."""
LONGEST: Final = 2_000
"""Characters of a query, or of a name, that are kept."""


class SavedSearch(Struct, frozen=True):
    """A search with a name."""

    name: str
    query: str
    facets: tuple[str, ...] = ()
    """The kinds of text it looks in, by the words of `library.facets.GROUPS`; none: all."""
    ranked: bool = False


def remembered(db: sqlite3.Connection) -> tuple[str, ...]:
    """What was searched for, the newest first."""
    return tuple(query for (query,) in db.execute("SELECT query FROM search_history ORDER BY searched_at DESC, query"))


def saved(db: sqlite3.Connection) -> tuple[SavedSearch, ...]:
    """The searches with names, by name."""
    rows = db.execute("SELECT name, query, facets, ranked FROM saved_search ORDER BY lower(name), name")
    return tuple(
        SavedSearch(name, query, tuple(facets.split(",")) if facets else (), bool(ranked))
        for name, query, facets, ranked in rows
    )


def remember(db: sqlite3.Connection, query: str, now: int) -> None:
    """Put a query at the head of what is remembered."""
    with transaction(db):
        db.execute(
            "INSERT INTO search_history VALUES (?, ?) ON CONFLICT DO UPDATE SET searched_at = excluded.searched_at",
            (query[:LONGEST], now),
        )
        db.execute(
            "DELETE FROM search_history WHERE query NOT IN "
            "(SELECT query FROM search_history ORDER BY searched_at DESC LIMIT ?)",
            (REMEMBERED,),
        )


def forget(db: sqlite3.Connection, query: str) -> bool:
    """No longer remember a query; whether it was."""
    with transaction(db):
        return bool(db.execute("DELETE FROM search_history WHERE query = ?", (query,)).rowcount)


def save(db: sqlite3.Connection, search: SavedSearch, now: int) -> SavedSearch | None:
    """Keep a search under its name; returns the one that had this name before."""
    with transaction(db):
        before = next((each for each in saved(db) if each.name == search.name[:LONGEST]), None)
        db.execute(
            "INSERT OR REPLACE INTO saved_search VALUES (?, ?, ?, ?, ?)",
            (search.name[:LONGEST], search.query[:LONGEST], ",".join(search.facets), int(search.ranked), now),
        )
        return before


def drop(db: sqlite3.Connection, name: str) -> SavedSearch | None:
    """Delete a saved search; returns what it was."""
    with transaction(db):
        before = next((each for each in saved(db) if each.name == name), None)
        db.execute("DELETE FROM saved_search WHERE name = ?", (name,))
        return before
