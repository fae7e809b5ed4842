"""Codex windows in credits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from ledger_fixtures import Book
from limit_books import DAY, HOUR, at, reading

from tally_tui.model import Flag, Provider
from tally_tui.reports.credits import window_credits
from tally_tui.rules.credits import CREDIT, Capacity, Credits

UTC = ZoneInfo("UTC")
NOW = at("2026-06-17T14:00Z")
RESET = NOW + 3 * DAY


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    book = Book(tmp_path / "ledger.db")
    book.session("x", provider=Provider.CODEX)
    book.session("c")
    reading(book, NOW - 60_000, 40, RESET, provider=Provider.CODEX)
    book.call("x", NOW - HOUR, model="gpt-5.5", input=800, cache_read=200, output=100)
    book.call("x", NOW - 8 * DAY, model="gpt-5.5", input=10**6)  # in the window before
    book.call("c", NOW - HOUR, model="claude-opus-4-8", input=10**6)
    yield book
    book.db.close()


def test_credits_and_what_is_left(book: Book) -> None:
    [got] = window_credits(book.reader(), now_ms=NOW, tz=UTC)
    assert got.models == {"gpt-5.5": Credits(177_500_000, "exact")}
    # 0.1775 credits were 40 %: 0.44375 in all.
    assert got.capacity == Capacity(443_750_000, 266_250_000, "estimated")
    [told] = window_credits(book.reader(), now_ms=NOW, tz=UTC, totals={10_080: CREDIT})
    assert told.capacity == Capacity(CREDIT, 600_000_000, "exact")


def test_a_model_without_a_rate_makes_the_allowance_unknown(book: Book) -> None:
    book.call("x", NOW - HOUR, model="gpt-99")
    [got] = window_credits(book.reader(), now_ms=NOW, tz=UTC)
    assert (got.total.confidence, got.capacity) == ("unpriced", None)


def test_fast_mode_costs_its_multiple(book: Book) -> None:
    book.call("x", NOW - HOUR, model="gpt-5.5", input=800, cache_read=200, output=100, flags=Flag.TIER_PRIORITY)
    [got] = window_credits(book.reader(), now_ms=NOW, tz=UTC)
    assert got.models == {"gpt-5.5": Credits(177_500_000 + 443_750_000, "exact")}


def test_past_its_reset_there_is_none(book: Book) -> None:
    assert window_credits(book.reader(), now_ms=RESET, tz=UTC) == ()
