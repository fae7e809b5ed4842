"""Forecasts over a ledger: the golden weeks with their costs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from ledger_fixtures import Book
from limit_books import DAY, HOUR, at, dollars, entries, reading, spread

from tally_tui.clock import iso
from tally_tui.model import Provider
from tally_tui.reports.answers_limits import ForecastRow
from tally_tui.reports.forecast import forecasts

UTC = ZoneInfo("UTC")
NOW = at("2026-04-17T14:00Z")
START = NOW - 96 * HOUR
RESET = START + 7 * DAY


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    book = Book(tmp_path / "ledger.db")
    book.session("c", provider=Provider.CLAUDE)
    book.session("x", provider=Provider.CODEX)
    yield book
    book.db.close()


def week(book: Book, *levels: tuple[float, float], start: int = START) -> None:
    """(hours into the week, percent)."""
    for hours, percent in levels:
        reading(book, start + round(hours * HOUR), percent, start + 7 * DAY)


def only(book: Book, now: int = NOW) -> ForecastRow:
    [row] = forecasts(book.reader(), now_ms=now, tz=UTC).rows
    return row


def test_golden_projected_cap(book: Book) -> None:
    week(book, (24, 10), (48, 20), (72, 33.8), (96, 70))
    entries(book, "c", spread(70, START, NOW), cost=271_000_000)  # $18.97, $0.271 a percent
    got = only(book)
    assert (round(got.forecast.low, 1), round(got.forecast.high, 1)) == (122.5, 178.6)
    assert iso(got.forecast.cap_at or 0)[:19] == "2026-04-18T09:53:22"
    assert got.forecast.low_confidence == ()
    assert got.price and (got.price.source, round(got.price.nano)) == ("window", 271_000_000)
    assert got.daily == {100: dollars(2.71), 90: round(20 * dollars(0.271) / 3)}
    assert got.status == "⚠ proj 122–179% $2.71/d"


def test_golden_already_capped(book: Book) -> None:
    week(book, (24, 40), (48, 70), (72, 90), (96, 100))
    got = only(book)
    assert (got.forecast.state, got.status, got.daily[100]) == ("capped", "⚠ CAPPED", 0)


def test_golden_fresh_week_takes_its_price_from_the_weeks_before(book: Book) -> None:
    # Four weeks of $20, $21.70, $22.50 and $15 at 50 %: 0.40, 0.434, 0.45, 0.30, in the middle 0.417.
    for back, cost in ((1, 20), (2, 21.7), (3, 22.5), (4, 15)):
        start = START - back * 7 * DAY
        week(book, (24, 10), (160, 50), start=start)
        entries(book, "c", [start + HOUR], cost=dollars(cost))
    week(book, (2, 1), (6, 2), (10, 4))
    entries(book, "c", [START + HOUR], cost=dollars(90))
    got = only(book, START + 10 * HOUR)
    assert got.price and (got.price.source, round(got.price.nano)) == ("trailing", dollars(0.417))
    assert got.status == "tracking…"
    assert got.forecast.low_confidence == ("young", "no_day_old")


def test_golden_stable_but_sparse(book: Book) -> None:
    week(book, (48, 3), (72, 4), (96, 5))
    entries(book, "c", spread(10, START, NOW), cost=dollars(1))
    got = only(book)
    assert got.price and (got.price.source, round(got.price.nano)) == ("sparse", dollars(2))


def test_golden_no_usage_observed(book: Book) -> None:
    week(book, (96, 0))
    got = only(book)
    assert (got.price, got.daily) == (None, {100: None, 90: None})


def test_after_a_credit_price_and_pace_are_those_since(book: Book) -> None:
    week(book, (24, 60), (48, 20), (72, 30), (96, 40))
    entries(book, "c", [START + HOUR], cost=dollars(60))
    entries(book, "c", [START + 60 * HOUR], cost=dollars(10))
    got = only(book)
    assert got.window.segment == 1
    assert got.spent == dollars(10)
    assert got.price and round(got.price.nano) == dollars(0.5)
    assert got.forecast.average == pytest.approx(40 + 20 / 48 * 72)


def test_a_codex_quota_has_its_confidence(book: Book) -> None:
    for hours, percent in ((0, 10), (12, 20), (24, 30), (48, 40)):
        reading(book, START + hours * HOUR, percent, RESET, provider=Provider.CODEX)
    got = only(book, START + 48 * HOUR)
    assert got.quota.confidence == "high"
    assert got.quota.rate == pytest.approx(30 / 48)
    assert got.quota.projected == 100


def test_what_is_past_its_reset_has_no_forecast(book: Book) -> None:
    week(book, (24, 10))
    assert forecasts(book.reader(), now_ms=RESET, tz=UTC).rows == ()
    assert forecasts(book.reader(), now_ms=NOW, tz=UTC, provider="codex").rows == ()
