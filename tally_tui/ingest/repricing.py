"""Pricing every call again when the prices in force are not those the ledger was priced with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tally_tui.database import transaction

if TYPE_CHECKING:
    from tally_tui.ingest.sync import Ingestor

PRICES = "prices"
"""The meta row that names the prices (their fingerprint) every call is priced with."""
STEP = 20_000
"""Calls in one transaction."""


def reprice(ingestor: Ingestor, cancelled: Callable[[], bool]) -> int:
    """Price all calls again if prices changed; returns how many now cost something else.

    Goes in steps that each commit, so that it can be stopped and killed: what a step has priced stays
    so, and until all are through, the ledger names no prices at all.
    """
    book, db = ingestor.book(), ingestor.db
    row = db.execute("SELECT value FROM meta WHERE name = ?", (PRICES,)).fetchone()
    if row is not None and row[0] == book.fingerprint:
        ingestor.priced = True
        return 0
    if row is None and not db.execute("SELECT EXISTS (SELECT 1 FROM call)").fetchone()[0]:
        with transaction(db):
            _note(ingestor)  # what comes in from now on is priced with these
        ingestor.priced = True
        return 0
    writer = ingestor.writer()
    changed = 0
    reached = 0
    while not cancelled():
        with transaction(db):
            step = writer.reprice(reached, STEP)
            if step is None:
                _note(ingestor)
            else:
                # Half of the calls may have these prices and half the ones before.
                db.execute("DELETE FROM meta WHERE name = ?", (PRICES,))
        if step is None:
            ingestor.priced = True
            break
        reached, count = step
        changed += count
    return changed


def _note(ingestor: Ingestor) -> None:
    book = ingestor.book()
    ingestor.db.executemany(
        "INSERT OR REPLACE INTO meta VALUES (?, ?)", [(PRICES, book.fingerprint), ("prices_as_of", book.as_of)]
    )
