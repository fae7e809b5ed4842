"""Past periods of a budget, and the budgets that past spend speaks for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_fixtures import Book
from limit_books import DAY, ENTRY, HOUR, at, dollars, entries, reading, spread

from tally_tui.config_budgets import SMALLEST, Budget
from tally_tui.model import NANO, Provider, Span
from tally_tui.records import changed as replace
from tally_tui.reports.budget_suggestions import rounded_up, suggestions
from tally_tui.reports.budgets import budget_period, budgets, preview

UTC = ZoneInfo("UTC")
START = at("2026-04-13T14:00Z")
RESET = START + 7 * DAY
NOW = START + 96 * HOUR


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    book = Book(tmp_path / "ledger.db")
    book.session("c", provider=Provider.CLAUDE, folder="/work/alpha")
    book.session("x", provider=Provider.CODEX, folder="/work/beta")
    for back, count in enumerate((10, 20, 5, 40)):
        start = START - back * 7 * DAY
        reading(book, start + 90 * HOUR, 10 + count, start + 7 * DAY)
        entries(book, "c", spread(count, start, start + 90 * HOUR))
    yield book
    book.db.close()


@pytest.mark.parametrize(
    "budget",
    [
        Budget("w", dollars(40), provider="claude"),
        Budget("m", dollars(40), period="calendar-month"),
        Budget("t", 3_000_000, "tokens", period="calendar-week"),
        Budget("p", 20 * SMALLEST["percent"], "percent", provider="claude"),
    ],
    ids=lambda budget: budget.name,
)
def test_a_past_period_is_what_the_preview_says(book: Book, budget: Budget) -> None:
    present = budgets(book.reader(), [budget], now_ms=NOW, tz=UTC, points=True).rows[0]
    told = preview(book.reader(), budget, now_ms=NOW, tz=UTC, count=3).periods
    assert len(told) >= 2
    for back, past in enumerate(told):
        (row,) = budget_period(book.reader(), budget, back=back, now_ms=NOW, tz=UTC).rows
        assert row.standing
        assert (row.period, row.standing.spent, row.period_known) == (past.period, past.spent, past.known)
        assert row.points[-1].spent == row.standing.spent
        if back == 0:
            assert row == present
        else:
            assert row.standing.low == row.standing.high == row.standing.spent
            assert row.standing.verdict == ("over" if past.spent > budget.amount else
                                            "warn" if 90 in past.fired else "ok")  # fmt: skip


def test_a_period_before_everything_is_empty(book: Book) -> None:
    budget = Budget("w", dollars(40), provider="claude")
    (row,) = budget_period(book.reader(), budget, back=30, now_ms=NOW, tz=UTC).rows
    assert row.standing and row.standing.spent == 0 and not row.period_known
    assert row.period == Span(START - 30 * 7 * DAY, START - 29 * 7 * DAY)


def test_a_week_of_each_provider_is_suggested(book: Book) -> None:
    entries(book, "x", [NOW - HOUR], model="gpt-5.5", cost=dollars(7.2))
    first, second = suggestions(book.reader(), now_ms=NOW, tz=UTC).rows
    assert first.budget == Budget("claude week", dollars(72), provider="claude")
    assert first.spent == tuple(count * ENTRY for count in (10, 20, 5, 40))
    assert second.budget == Budget("codex week", dollars(8), provider="codex")


def test_of_one_provider_a_week_and_a_month(book: Book) -> None:
    week, month = suggestions(book.reader(), now_ms=NOW, tz=UTC).rows
    assert week.budget.name == "claude week"
    assert month.budget == replace(month.budget, name="claude month", period="calendar-month", provider="claude")
    assert len(month.spent) == 2 and month.budget.amount == rounded_up(max(month.spent))


def test_without_spend_nothing_is_suggested(tmp_path: Path) -> None:
    book = Book(tmp_path / "empty.db")
    assert suggestions(book.reader(), now_ms=NOW, tz=UTC).rows == ()


@given(st.integers(0, 10**17))
def test_amounts_are_rounded_up_to_two_digits(nano: int) -> None:
    found = rounded_up(nano)
    assert found >= max(nano, NANO) and found % NANO == 0
    assert len(str(found // NANO).rstrip("0")) <= 2
    assert found - nano <= max(NANO, nano // 9)
