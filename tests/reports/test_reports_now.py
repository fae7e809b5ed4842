from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from ledger_fixtures import Book

from tally_tui.model import Provider, Span
from tally_tui.query import LEDGER, parse
from tally_tui.reports.answers import Now, Stretch
from tally_tui.reports.limits import limits, standing
from tally_tui.reports.now import now
from tally_tui.reports.usage import usage

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def at(text: str, zone: ZoneInfo = BERLIN) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


NOW = at("2026-11-18T14:07:03.123")  # a Wednesday


@pytest.fixture
def book(tmp_path: Path) -> Book:
    book = Book(tmp_path / "ledger.db")
    book.session("a", title="At work")
    book.session("a/agent-1", parent="a")
    book.session("b", provider=Provider.CODEX)
    return book


def ask(book: Book, text: str = "", now_ms: int = NOW, week_start: int = 0) -> Now:
    query = parse(text, now=now_ms, tz=BERLIN, allow=LEDGER) if text else None
    return now(book.reader(), now_ms=now_ms, tz=BERLIN, query=query, week_start=week_start)


def stretch(answer: Now, name: str) -> Stretch:
    return next(each for each in answer.stretches if each.name == name)


def test_an_empty_ledger(book: Book) -> None:
    answer = ask(book)
    assert [each.name for each in answer.stretches] == [
        "last_10_minutes",
        "last_hour",
        "today",
        "this_week",
        "this_month",
    ]
    assert all(each.figures.calls == 0 and each.change is None for each in answer.stretches)
    assert (answer.limits, answer.live, answer.at_ms, answer.timezone) == ((), (), NOW, "Europe/Berlin")


@pytest.mark.parametrize(
    ("name", "since", "before"),
    [
        ("last_10_minutes", NOW - 10 * MINUTE, Span(NOW - 20 * MINUTE, NOW - 10 * MINUTE)),
        ("last_hour", NOW - HOUR, Span(NOW - 2 * HOUR, NOW - HOUR)),
        ("today", at("2026-11-18T00:00"), Span(at("2026-11-17T00:00"), at("2026-11-17T14:07:03.123"))),
        ("this_week", at("2026-11-16T00:00"), Span(at("2026-11-09T00:00"), at("2026-11-11T14:07:03.123"))),
        ("this_month", at("2026-11-01T00:00"), Span(at("2026-10-01T00:00"), at("2026-10-18T14:07:03.123"))),
    ],
)
def test_stretches_are_exact_to_the_millisecond(book: Book, name: str, since: int, before: Span) -> None:
    assert before.since is not None
    assert before.until is not None
    edges = {
        since - 1: 1,
        since: 2,
        NOW - 1: 4,
        NOW: 8,
        before.since - 1: 16,
        before.since: 32,
        before.until - 1: 64,
    }
    edges[before.until] = edges.get(before.until, 0) + 128
    for ts, cost in edges.items():
        book.call("a", ts, cost=cost)
    found = stretch(ask(book), name)
    assert found.span == Span(since, NOW)
    assert found.figures.cost == sum(cost for ts, cost in edges.items() if since <= ts < NOW)
    assert found.before.cost == sum(cost for ts, cost in edges.items() if ts in before)


def test_change_is_against_the_same_part_before(book: Book) -> None:
    book.call("a", NOW - 5 * MINUTE, cost=150)
    book.call("a", NOW - 15 * MINUTE, cost=100)
    assert stretch(ask(book), "last_10_minutes").change == 0.5


def test_a_week_begins_when_it_is_said_to(book: Book) -> None:
    assert stretch(ask(book, week_start=6), "this_week").span.since == at("2026-11-15T00:00")


def test_a_query_chooses_calls_and_its_dates_do_not_matter(book: Book) -> None:
    book.call("a", NOW - 1, cost=1)
    book.call("b", NOW - 1, cost=2)
    answer = ask(book, "provider:codex since:2020 until:2021")
    assert stretch(answer, "today").figures.cost == 2
    assert [row.session for row in answer.live] == ["b"]


@pytest.mark.parametrize("text", ["cost:>5", "cost:<5", "tokens:>100", "cost:>5 provider:codex"])
def test_sums_of_sessions_choose_in_each_stretch_as_in_the_table_of_that_time(book: Book, text: str) -> None:
    for ago, cost, name in [(1, 2, "a"), (2 * HOUR, 7, "a"), (3 * HOUR, 1, "b"), (2 * DAY, 9, "b"), (12 * DAY, 4, "a")]:
        book.call(name, NOW - ago, cost=cost * 10**9, input=cost * 30)
    answer = ask(book, text)
    for each in answer.stretches:
        query = parse(text, now=NOW, tz=BERLIN, allow=LEDGER)
        for span, figures in ((each.span, each.figures),):
            table = usage(book.reader(), by=(), span=span, query=query, tz=BERLIN)
            assert (table.totals.cost, table.totals.calls) == (figures.cost, figures.calls), each.name
    costs = [each.figures.cost for each in answer.stretches]
    assert len(set(costs)) > 1 or text.endswith("codex")


def test_live_sessions_newest_first_with_all_they_came_to(book: Book) -> None:
    book.session("old")
    book.call("old", NOW - 11 * MINUTE)
    book.call("a", NOW - 3 * DAY, cost=1)
    book.call("a/agent-1", NOW - 2 * MINUTE, cost=2)
    book.call("b", NOW - MINUTE, cost=4)
    live = ask(book).live
    assert [(row.session, row.figures.cost, row.last_ms) for row in live] == [
        ("b", 4, NOW - MINUTE),
        ("a", 3, NOW - 2 * MINUTE),
    ]


class TestLimits:
    def read(
        self,
        book: Book,
        percent: float,
        ts: int,
        resets_at: int | None,
        minutes: int = 300,
        limit: str = "codex",
    ) -> None:
        book.db.execute(
            "INSERT INTO reading (provider, limit_id, minutes, ts, percent, resets_at, plan, source) "
            "VALUES (2, ?, ?, ?, ?, ?, 'plus', 'log')",
            (limit, minutes, ts, percent, resets_at),
        )

    def test_the_newest_reading_of_each_window(self, book: Book) -> None:
        reset = (NOW + 2 * HOUR) // MINUTE * MINUTE
        self.read(book, 10, NOW - 2 * HOUR, reset)
        self.read(book, 30, NOW - HOUR, reset)
        self.read(book, 5, NOW - HOUR, NOW + 5 * DAY, minutes=10080)
        self.read(book, 7, NOW - 2 * HOUR, reset, limit="codex_other")
        found = limits(book.reader(), now_ms=NOW)
        assert [(each.limit, each.minutes, each.percent) for each in found] == [
            ("codex", 300, 30), ("codex", 10080, 5), ("codex_other", 300, 7),
        ]  # fmt: skip
        assert (found[0].provider, found[0].plan, found[0].read_ms, found[0].resets_ms) == (
            "codex", "plus", NOW - HOUR, reset,
        )  # fmt: skip

    def test_the_pace_goes_on_until_the_reset(self, book: Book) -> None:
        self.read(book, 30, NOW - HOUR, NOW + 2 * HOUR)  # three of five hours are over
        (gauge,) = limits(book.reader(), now_ms=NOW)
        assert gauge.projected == pytest.approx(50, abs=0.1)  # resets are told to the minute

    def test_the_gauge_and_the_forecast_say_the_same(self, book: Book) -> None:
        self.read(book, 10, NOW - 2 * HOUR, NOW + 2 * HOUR)
        self.read(book, 30, NOW - HOUR, NOW + 2 * HOUR)
        (gauge,) = limits(book.reader(), now_ms=NOW)
        (state,) = standing(book.reader(), now_ms=NOW, tz=ZoneInfo("UTC")).limits
        assert state.forecast is not None
        assert gauge.projected == state.forecast.average
        assert (gauge.percent, gauge.resets_ms) == (state.window.percent, state.window.end)

    def test_no_pace_in_the_first_hundredth(self, book: Book) -> None:
        self.read(book, 1, NOW, NOW + 5 * HOUR - MINUTE)
        assert limits(book.reader(), now_ms=NOW)[0].projected is None

    def test_a_window_past_its_reset_is_not_shown(self, book: Book) -> None:
        reset = NOW // MINUTE * MINUTE
        self.read(book, 90, NOW - HOUR, reset)
        assert limits(book.reader(), now_ms=reset) == ()
        assert len(limits(book.reader(), now_ms=reset - 1)) == 1

    def test_without_a_reset_the_windows_length_counts(self, book: Book) -> None:
        self.read(book, 90, NOW - 4 * HOUR, None)
        (gauge,) = limits(book.reader(), now_ms=NOW)
        assert (gauge.projected, gauge.resets_ms) == (None, None)
        assert limits(book.reader(), now_ms=NOW + HOUR) == ()

    def test_readings_of_the_future_wait(self, book: Book) -> None:
        self.read(book, 20, NOW - 1, NOW + HOUR)
        self.read(book, 90, NOW + 1, NOW + HOUR)
        assert [each.percent for each in limits(book.reader(), now_ms=NOW)] == [20]

    def test_limits_are_part_of_now(self, book: Book) -> None:
        self.read(book, 20, NOW - 1, NOW + HOUR)
        assert [each.percent for each in ask(book, "provider:claude").limits] == [20]
