"""Periods of a budget one after the other: nothing falls between two of them, nothing counts in both."""

from __future__ import annotations

from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_fixtures import Book
from limit_books import DAY, HOUR, at, dollars, reading

from tally_tui.config_budgets import Budget
from tally_tui.model import Span
from tally_tui.reports.budget_periods import calendar
from tally_tui.reports.budgets import budgets
from tally_tui.reports.usage import usage

FIRST = at("2026-03-01T00:00Z")
MINUTES = 75 * 24 * 60
"""Ten weeks and a half around the change of clocks of 2026-03-29 (Vienna) and 2026-03-08 (New York)."""
ZONES = ("UTC", "Europe/Vienna", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca")
#   kind            hours that a period may have: a day or week of the change is an hour longer or shorter
LENGTHS = {
    "day": {23, 23.5, 24, 24.5, 25},
    "calendar-week": {167, 167.5, 168, 168.5, 169},
    "calendar-month": {hours + change for hours in (28 * 24, 30 * 24, 31 * 24) for change in (-1, -0.5, 0, 0.5, 1)},
    "subscription-week": {168},
}


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, MINUTES), st.integers(0, 10**12)), max_size=25),
    st.sampled_from(tuple(LENGTHS)),
    st.sampled_from(ZONES),
    st.integers(0, 6),
    st.lists(st.tuples(st.integers(0, 79), st.sampled_from((-3_599_999, -1, 0, 1)), st.integers(0, 10**12)), max_size=6),
)
def test_periods_follow_each_other_and_their_spends_add_up(
    tmp_path_factory: pytest.TempPathFactory, calls: list[tuple[int, int]], kind: str, zone: str, week_start: int,
    edges: list[tuple[int, int, int]],
) -> None:  # fmt: skip
    tz, until = ZoneInfo(zone), FIRST + MINUTES * 60_000
    book = Book(tmp_path_factory.mktemp("book") / "ledger.db")
    book.session("c")
    for minute, cost in calls:
        book.call("c", FIRST + minute * 60_000, cost=cost)
    # One reading tells when weeks begin; they go on from it by seven days, however long nobody reads another.
    reading(book, FIRST - DAY, 50, FIRST + 2 * DAY)
    budget = Budget("b", dollars(10), period=kind, provider="claude")  # type: ignore[arg-type]
    db = book.reader()
    ends = calendar(db, now_ms=until, tz=tz, week_start=week_start, weeks=12).back(budget, until, 80)
    starts = [span.since for span, _ in ends if span.since and FIRST + HOUR < span.since < until]
    # A call at an edge of two periods, or close by.
    near = [(starts[number % len(starts)] + apart, cost) for number, apart, cost in edges if starts]
    for at_edge, cost in near:
        book.call("c", at_edge, cost=cost)
    db.close()
    db = book.reader()
    periods = list(calendar(db, now_ms=until, tz=tz, week_start=week_start, weeks=12).back(budget, until, 80))
    told = [(span.since or 0, span.until or 0) for span, _ in periods if (span.until or 0) > FIRST][::-1]
    assert {(end - start) / HOUR for start, end in told} <= LENGTHS[kind]
    assert all(before[1] == after[0] for before, after in pairwise(told))
    assert told[0][0] <= FIRST and told[-1][1] > until
    # A millisecond before its end a period has all of its spend; at its end the next one begins with none.
    spends = []
    for start, end in told:
        (row,) = budgets(db, [budget], now_ms=end - 1, tz=tz, week_start=week_start).rows
        assert row.period == Span(start, end) and row.standing
        last = usage(db, by=(), tz=tz, span=Span(end - 1, end)).totals.cost
        spends.append(row.standing.spent + last)
        (row,) = budgets(db, [budget], now_ms=end, tz=tz, week_start=week_start).rows
        assert row.standing and row.standing.spent == 0
    assert sum(spends) == sum(cost for _, cost in [*calls, *near])
    db.close()
    book.db.close()
