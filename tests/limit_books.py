"""Ledgers with readings of limits, for tests of what is reported about them."""

from __future__ import annotations

from datetime import datetime

from ledger_fixtures import Book

from tally_tui.model import NANO, Provider

HOUR = 3_600_000
DAY = 24 * HOUR
ENTRY = 1_800_000_000
"""100k in + 100k out of Sonnet 4.6, in nano-dollars: $1.80."""


def at(text: str) -> int:
    """Epoch milliseconds of an ISO instant with offset or `Z`."""
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def reading(
    book: Book,
    ts: int,
    percent: float,
    resets_at: int | None,
    *,
    provider: Provider = Provider.CLAUDE,
    limit: str = "",
    minutes: int = 10_080,
    session: str = "",
    root: str = "",
    plan: str | None = None,
) -> None:
    book.db.execute(
        "INSERT INTO reading (provider, limit_id, minutes, ts, percent, resets_at, plan, source, session, root) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 'statusline', ?, ?)",
        (int(provider), limit or provider.word, minutes, ts, percent, resets_at, plan, session, root),
    )


def entries(book: Book, session: str, times: list[int], *, model: str = "claude-sonnet-4-6", cost: int = ENTRY) -> None:
    """Calls of 100k in and 100k out each."""
    for ts in times:
        book.call(session, ts, model=model, input=100_000, output=100_000, cost=cost)


def spread(count: int, since: int, until: int) -> list[int]:
    """So many instants, evenly over [since, until)."""
    return [since + (until - since) * each // count for each in range(count)]


def dollars(number: float) -> int:
    return round(number * NANO)
