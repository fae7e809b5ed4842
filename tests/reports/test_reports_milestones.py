"""Milestones over a ledger: worked out, written once, told as they were written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from ledger_fixtures import Book
from limit_books import DAY, ENTRY, HOUR, at, dollars, entries, reading

from tally_tui.ledger.milestones import keep
from tally_tui.model import Provider
from tally_tui.reports.answers_limits import MilestoneRow
from tally_tui.reports.milestones import milestones, percent_trend, unwritten

UTC = ZoneInfo("UTC")
START = at("2026-04-13T14:00Z")
RESET = START + 7 * DAY


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    book = Book(tmp_path / "ledger.db")
    book.session("c", provider=Provider.CLAUDE)
    yield book
    book.db.close()


def rows(book: Book, now: int) -> tuple[MilestoneRow, ...]:
    [window] = milestones(book.reader(), now_ms=now, tz=UTC, minutes=10_080).windows
    return window.rows


def write(book: Book, now: int) -> int:
    return keep(book.db, unwritten(book.reader(), now_ms=now))


def test_each_percent_with_its_cost_and_the_other_window(book: Book) -> None:
    for hours, percent, five in ((1, 1, 8.0), (2, 2, 30.0), (3, 5, 44.0)):
        reading(book, START + hours * HOUR, percent, RESET)
        reading(book, START + hours * HOUR, five, START + 5 * HOUR, minutes=300)
    entries(book, "c", [START, START + HOUR, START + 2 * HOUR + 1, START + 3 * HOUR])
    got = rows(book, START + 4 * HOUR)
    told = [(each.percent, each.cumulative, each.marginal, each.jump, each.other) for each in got]
    assert told == [
        (1, 2 * ENTRY, 2 * ENTRY, 1, 8),
        (2, 2 * ENTRY, 0, 1, 30),
        (3, 4 * ENTRY, 2 * ENTRY, 3, 44),
        (4, 4 * ENTRY, 0, 3, 44),
        (5, 4 * ENTRY, 0, 3, 44),
    ]
    five = milestones(book.reader(), now_ms=START + 4 * HOUR, tz=UTC, minutes=300).windows[0]
    assert (five.rows[0].percent, five.rows[0].other, len(five.rows)) == (8, 1, 37)


def test_written_once_and_never_changed(book: Book) -> None:
    reading(book, START + HOUR, 1, RESET)
    entries(book, "c", [START + HOUR])
    assert write(book, START + 2 * HOUR) == 1
    assert write(book, START + 2 * HOUR) == 0
    # A log that is read late makes the week dearer; what was written stands.
    entries(book, "c", [START + 1])
    reading(book, START + 3 * HOUR, 2, RESET + 5000)  # the same reset, jittering
    assert write(book, START + 4 * HOUR) == 1
    assert [(each.percent, each.cumulative, each.written) for each in rows(book, START + 4 * HOUR)] == [
        (1, ENTRY, True),
        (2, 2 * ENTRY, True),
    ]


def test_nothing_is_filled_in_below_what_is_written(book: Book) -> None:
    reading(book, START + 3 * HOUR, 9, RESET)
    assert write(book, START + 4 * HOUR) == 1
    reading(book, START + HOUR, 4, RESET)  # found out later
    reading(book, START + 5 * HOUR, 10, RESET)
    assert write(book, START + 6 * HOUR) == 1
    assert [each.percent for each in rows(book, START + 6 * HOUR) if each.written] == [9, 10]


def test_two_processes_write_each_once(book: Book) -> None:
    reading(book, START + HOUR, 3, RESET)
    found = unwritten(book.reader(), now_ms=START + 2 * HOUR)
    assert (keep(book.db, found), keep(book.db, found)) == (1, 0)


def test_after_a_credit_percents_come_again(book: Book) -> None:
    for hours, percent in ((1, 60), (10, 30), (20, 31)):
        reading(book, START + hours * HOUR, percent, RESET)
    entries(book, "c", [START, START + 15 * HOUR])
    assert write(book, START + 30 * HOUR) == 3
    assert [(each.segment, each.percent, each.cumulative) for each in rows(book, START + 30 * HOUR)] == [
        (0, 60, ENTRY),
        (1, 30, 0),
        (1, 31, ENTRY),
    ]


def test_past_windows_when_asked_for(book: Book) -> None:
    reading(book, START - DAY, 50, START)
    reading(book, START + HOUR, 1, RESET)
    got = milestones(book.reader(), now_ms=START + 2 * HOUR, tz=UTC, count=3).windows
    assert [(each.window.end, each.rows[0].percent) for each in got] == [(RESET, 1), (START, 50)]
    assert unwritten(book.reader(), now_ms=RESET + HOUR) == ()


def test_dollars_per_percent_over_the_weeks(book: Book) -> None:
    for back, percent, cost in ((3, 50, 20), (1, 40, 20), (0, 10, 8)):
        reading(book, START - back * 7 * DAY + DAY, percent, RESET - back * 7 * DAY)
        entries(book, "c", [START - back * 7 * DAY + HOUR], cost=dollars(cost))
    got = percent_trend(book.reader(), now_ms=START + 2 * DAY, tz=UTC, count=4)
    assert [week.per_percent for week in got.weeks] == [dollars(0.4), None, dollars(0.5), dollars(0.8)]
    assert [week.change for week in got.weeks] == [None, None, 0.25, pytest.approx(0.8 / 0.45 - 1)]
    assert got.known == (True, False, True, True)
    assert [week.end for week in got.weeks][-1] == RESET


def test_a_trend_without_readings_tells_costs_alone(book: Book) -> None:
    entries(book, "c", [START])
    got = percent_trend(book.reader(), now_ms=START + HOUR, tz=UTC, count=2)
    assert [(week.cost, week.percent) for week in got.weeks] == [(0, None), (ENTRY, None)]
