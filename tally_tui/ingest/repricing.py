"""Pricing every call again when the prices in force are not those the ledger was priced with."""

from __future__ import annotations

from collections.abc import Callable
from sqlite3 import Connection
from typing import TYPE_CHECKING, NamedTuple

from tally_tui.database import transaction

if TYPE_CHECKING:
    from tally_tui.ledger.write import Writer
    from tally_tui.rules.prices import PriceBook

PRICES = "prices"
"""The meta row that names the prices (their fingerprint) every call is priced with."""
STEP = 20_000
"""Calls in one transaction."""


class Repriced(NamedTuple):
    """How far it came."""

    changed: int
    """Calls that now cost something else."""
    whole: bool
    """Whether every call of the ledger now has these prices."""


def reprice(db: Connection, book: PriceBook, writer: Callable[[], Writer], cancelled: Callable[[], bool]) -> Repriced:
    """Price all calls again if prices changed. The writer is made only where that is so.

    Goes in steps that each commit, so that it can be stopped and killed: what a step has priced stays
    so, and until all are through, the ledger names no prices at all.
    """
    row = db.execute("SELECT value FROM meta WHERE name = ?", (PRICES,)).fetchone()
    if row is not None and row[0] == book.fingerprint:
        return Repriced(0, True)
    if row is None and not db.execute("SELECT EXISTS (SELECT 1 FROM call)").fetchone()[0]:
        with transaction(db):
            _note(db, book)  # what comes in from now on is priced with these
        return Repriced(0, True)
    changed = 0
    reached = 0
    while not cancelled():
        with transaction(db):
            step = writer().reprice(reached, STEP)
            if step is None:
                _note(db, book)
            else:
                # Half of the calls may have these prices and half the ones before.
                db.execute("DELETE FROM meta WHERE name = ?", (PRICES,))
        if step is None:
            return Repriced(changed, True)
        reached, count = step
        changed += count
    return Repriced(changed, False)


def _note(db: Connection, book: PriceBook) -> None:
    db.executemany(
        "INSERT OR REPLACE INTO meta VALUES (?, ?)", [(PRICES, book.fingerprint), ("prices_as_of", book.as_of)]
    )
