"""How a person last had the screens."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from msgspec import Struct, field

from tally_tui.ledger import habits as ledger_habits


class Habits(Struct, frozen=True):
    """Orders, depths and the like."""

    of: Mapping[str, str] = field(default_factory=dict)
    """Name → value, as the screen that keeps it wrote it."""


def habits(db: sqlite3.Connection) -> Habits:
    """All that are kept."""
    return Habits(ledger_habits.habits(db))
