"""How limits stand over a ledger: windows, freshness, costs, blocks, and who was stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_fixtures import Book
from limit_books import DAY, ENTRY, HOUR, at, entries, reading

from tally_tui.config import Settings
from tally_tui.config_budgets import Budget
from tally_tui.ledger.ask_readings import observed
from tally_tui.model import Provider
from tally_tui.record.firings import look
from tally_tui.reports.answers_limits import Limits
from tally_tui.reports.budgets import budgets
from tally_tui.reports.forecast import forecasts
from tally_tui.reports.limits import limits, standing
from tally_tui.rules.windows import LimitKey, Reading
from tally_tui.rules.windows_merge import windows

UTC = ZoneInfo("UTC")
NOW = at("2026-04-17T14:00Z")
RESET = at("2026-04-20T14:00Z")


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    book = Book(tmp_path / "ledger.db")
    book.session("c", provider=Provider.CLAUDE)
    book.session("x", provider=Provider.CODEX)
    yield book
    book.db.close()


def state(book: Book, now: int = NOW, **more: int) -> Limits:
    return standing(book.reader(), now_ms=now, tz=UTC, **more)  # type: ignore[arg-type]


def test_each_limit_stands_alone(book: Book) -> None:
    reading(book, NOW - 60_000, 40, RESET)
    reading(book, NOW - 60_000, 20, NOW + HOUR, minutes=300)
    reading(book, NOW - 60_000, 70, RESET, limit="seven_day_opus")
    reading(book, NOW - 20 * 60_000, 10, NOW + HOUR, minutes=300, provider=Provider.CODEX, plan="plus")
    reading(book, NOW - 60_000, 99, NOW + HOUR, minutes=300, provider=Provider.CODEX, root="/srv/other")
    got = state(book)
    told = [
        (each.key.provider, each.key.limit, each.key.minutes, each.key.root, each.window.percent, each.freshness)
        for each in got.limits
    ]
    assert told == [
        ("claude", "claude", 300, "", 20, "fresh"),
        ("claude", "claude", 10_080, "", 40, "fresh"),
        ("claude", "seven_day_opus", 10_080, "", 70, "fresh"),
        ("codex", "codex", 300, "", 10, "stale"),
        ("codex", "codex", 300, "/srv/other", 99, "fresh"),
    ]
    assert got.limits[3].plan == "plus"


def test_what_was_spent_in_a_window_is_its_providers(book: Book) -> None:
    reading(book, NOW - 60_000, 40, RESET)
    reading(book, NOW - 60_000, 70, RESET, limit="seven_day_opus")
    entries(book, "c", [RESET - 7 * DAY - 1, RESET - 7 * DAY, NOW - 1, NOW])
    entries(book, "c", [NOW - HOUR], model="claude-opus-4-8")
    entries(book, "x", [NOW - HOUR], model="gpt-5.5")
    own, opus = state(book).limits
    assert own.figures.cost == 3 * ENTRY
    assert opus.figures.cost == ENTRY


def test_an_idle_session_does_not_pull_a_limit_down(book: Book) -> None:
    reading(book, NOW - 10 * 60_000, 30, RESET, session="idle")
    reading(book, NOW - 5 * 60_000, 45, RESET, session="busy")
    reading(book, NOW - 60_000, 30, RESET, session="idle")
    [got] = state(book).limits
    assert (got.window.percent, got.window.read_ms, got.window.held) == (45, NOW - 5 * 60_000, 1)


def test_a_credit_told_by_hand_counts(book: Book) -> None:
    reading(book, NOW - 3 * HOUR, 46, RESET)
    reading(book, NOW - HOUR, 31, RESET)
    assert state(book).limits[0].window.percent == 46
    book.db.execute("INSERT INTO credit VALUES (1, 1, 'claude', 10080, '', ?, 31)", (NOW - 2 * HOUR,))
    [got] = state(book).limits
    assert (got.window.percent, got.window.segment, got.window.drops[0].cause) == (31, 1, "manual")


def test_past_its_reset_a_limit_says_so(book: Book) -> None:
    reading(book, NOW - HOUR, 46, NOW)
    [got] = state(book).limits
    assert (got.freshness, got.forecast) == ("reset", None)
    assert limits(book.reader(), now_ms=NOW) == ()


def test_many_readings_of_one_level_say_the_same(book: Book) -> None:
    """A reading a call: the middle of a run changes nothing."""
    levels = [(10, 12.0), (60, 13.0), (40, 13.0), (80, 15.5), (5, 2.0), (30, 4.0)]
    ts = RESET - 4 * DAY
    for count, percent in levels:
        for _ in range(count):
            reading(book, ts, percent, RESET + (ts // 60_000 % 7) * 1000)
            ts += 60_000
    before = state(book, ts).limits[0].window
    assert [sample.percent for sample in before.samples] == [12, 12, 13, 13, 15.5, 15.5]


def test_blocks_read_and_told_by_calls(book: Book) -> None:
    reading(book, NOW - 60_000, 20, NOW + HOUR, minutes=300)
    entries(book, "c", [NOW - 4 * HOUR, NOW - HOUR, NOW - 13 * HOUR + 60_000])
    entries(book, "x", [NOW - 2 * HOUR - 60_000], model="gpt-5.5")
    got = state(book).blocks
    told = [
        (each.provider, (each.start - NOW) / HOUR, (each.end - NOW) / HOUR, each.heuristic, each.active, each.percent)
        for each in got
    ]
    assert told == [
        ("codex", -3, 2, True, True, None),
        ("claude", -4, 1, False, True, 20),
        ("claude", -13, -8, True, False, None),
    ]
    assert [each.figures.cost for each in got] == [ENTRY, 2 * ENTRY, ENTRY]
    # $3.60 and 400k tokens in 4 hours: 1667 a minute, $4.50 at the end of the fifth.
    assert got[1].projected_cost == 4_500_000_000
    assert got[1].tokens_per_minute == pytest.approx(400_000 / 240)
    assert got[2].projected_cost is None


def test_a_call_in_the_last_quarter_of_a_read_block_begins_no_other(book: Book) -> None:
    end = NOW - 10 * 60_000
    reading(book, end - 60_000, 20, end, minutes=300)
    entries(book, "c", [end - 60_000])
    assert [each.heuristic for each in state(book).blocks] == [False]


def test_gaps_between_blocks_when_asked_for(book: Book) -> None:
    entries(book, "c", [NOW - 20 * HOUR, NOW - HOUR])
    assert [each.gap for each in state(book, gaps=True).blocks] == [False, True, False]


def test_who_was_stopped_lately(book: Book) -> None:
    number = book.session("s")
    for ago, text in ((8 * DAY, "long ago"), (DAY, "5-hour limit reached"), (0, "now")):
        book.db.execute(
            "INSERT INTO limit_event (provider, ts, session, text) VALUES (1, ?, ?, ?)", (NOW - ago, number, text)
        )
    got = state(book).events
    assert [(each.text, each.session) for each in got] == [("now", "s"), ("5-hour limit reached", "s")]


def test_nothing_read_is_nothing_told(book: Book) -> None:
    got = state(book)
    assert (got.limits, got.blocks, got.events) == ((), (), ())


def test_the_gauges_of_the_usage_screen_believe_the_same(book: Book) -> None:
    reading(book, NOW - 10 * 60_000, 30, RESET, session="idle")
    reading(book, NOW - 5 * 60_000, 45, RESET + 2000, session="busy")
    reading(book, NOW - 60_000, 30, RESET, session="idle")
    [gauge] = limits(book.reader(), now_ms=NOW)
    assert (gauge.percent, gauge.read_ms, gauge.resets_ms) == (45, NOW - 5 * 60_000, RESET)


@pytest.mark.parametrize("way", ["a large fall", "told by hand", "five hours"])
def test_after_a_credit_inside_the_window_all_who_tell_of_it_agree(book: Book, way: str) -> None:
    """Gauges, `limits`, `forecast`, alerts and budgets: one percentage, and the pace since the credit."""
    minutes = 300 if way == "five hours" else 10_080
    reset = NOW + 2 * HOUR if way == "five hours" else RESET
    start = reset - minutes * 60_000
    step = (NOW - start) // 6
    after = 38 if way == "told by hand" else 20
    told = [(1, 30), (2, 50), (3, after), (4, after + 5), (5, after + 8)]
    if way == "told by hand":
        # Too small a fall to be believed by itself.
        book.db.execute(
            "INSERT INTO credit (provider, limit_id, minutes, at, percent) VALUES (1, 'claude', ?, ?, ?)",
            (minutes, start + 3 * step, after),
        )
        told = [each for each in told if each[0] != 3]
    for at_step, percent in told:
        reading(book, start + at_step * step, percent, reset, minutes=minutes)
    db = book.reader()
    (state_of,) = state(book).limits
    (gauge,) = limits(db, now_ms=NOW)
    ahead = state_of.forecast
    assert state_of.window.segment == 1 and ahead is not None
    # By hand: 8 percent since the credit, over the time since; not all of 46 since the window's start.
    since = NOW - state_of.window.segment_start
    by_hand = after + 8 + 8 / since * (reset - NOW)
    assert ahead.average == pytest.approx(by_hand)
    assert (gauge.percent, gauge.projected) == (state_of.window.percent, ahead.average) == (after + 8, ahead.average)
    (row,) = forecasts(db, now_ms=NOW, tz=UTC).rows
    assert (row.forecast, row.window) == (ahead, state_of.window)
    fired = look(db, Settings(), now_ms=NOW, tz=UTC).firings
    assert not [each for each in fired if each.axis in ("weekly", "five_hour", "projected")]
    if minutes == 10_080:
        # What was used until the credit stays used of a budget in percents.
        (budget,) = budgets(db, [Budget("b", 10**8, "percent", provider="claude")], now_ms=NOW, tz=UTC).rows
        assert budget.standing and budget.standing.spent == round((50 + 8) * 1e6)


@given(
    st.lists(
        st.tuples(
            st.integers(1, 5), st.sampled_from([3.0, 3.0, 3.0, 4.0, 9.5, 0.0]), st.sampled_from([0, 0, 0, 1, 700]),
            st.integers(1, 90),
        ),
        max_size=8,
    )
)
def test_the_middle_of_a_run_of_readings_never_matters(runs: list[tuple[int, float, int, int]]) -> None:
    """However long the runs are, windows are made as of every single reading."""
    with TemporaryDirectory() as folder:
        book = Book(Path(folder) / "ledger.db")
        ts, told = RESET - 6 * DAY, []
        for minutes, percent, later, count in runs:
            for _ in range(count):
                ts += minutes * 60_000
                told.append(Reading(ts, percent, RESET + later * 1000))
                reading(book, ts, percent, RESET + later * 1000)
        key = LimitKey("claude", "claude", 10_080)
        found = observed(book.reader(), key, RESET - 7 * DAY, RESET)
        assert len(found) <= 2 * len(runs) + 2
        whole, short = windows(key, told), windows(key, found)
        assert [(each.start, each.end, each.percent, each.drops, each.cut) for each in short] == [
            (each.start, each.end, each.percent, each.drops, each.cut) for each in whole
        ]
        book.db.close()
