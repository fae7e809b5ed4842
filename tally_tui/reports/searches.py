"""What a person searched for before: the answer behind the search line's history and its saved searches."""

from __future__ import annotations

import sqlite3

from msgspec import Struct

from tally_tui.ledger import searches as kept
from tally_tui.ledger.searches import SavedSearch

__all__ = ["SavedSearch", "Searches", "searches"]


class Searches(Struct, frozen=True):
    """Earlier searches."""

    remembered: tuple[str, ...] = ()
    """Queries, the newest first."""
    saved: tuple[SavedSearch, ...] = ()
    """By name."""


def searches(db: sqlite3.Connection) -> Searches:
    """Everything that is kept of searching."""
    return Searches(kept.remembered(db), kept.saved(db))
