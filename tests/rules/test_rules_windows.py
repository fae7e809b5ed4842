"""Windows out of readings: told as tables of (hours, percent, reset in hours, session)."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.records import changed as replace
from tally_tui.rules.windows import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    LimitKey,
    ManualCredit,
    Reading,
    Window,
    freshness,
    implausible,
    known_reset,
    same_reset,
    steady_reset,
)
from tally_tui.rules.windows_merge import percent_at, window_at, windows, windows_and_void

WEEK = LimitKey("claude", "claude", 10_080)
FIVE = LimitKey("claude", "claude", 300)
CODEX = LimitKey("codex", "codex", 10_080)
T0 = 1_776_000_000_000 // HOUR_MS * HOUR_MS
"""A full hour, where the tables' clocks begin."""


def read(*rows: tuple[float, float, float | None] | tuple[float, float, float | None, str]) -> list[Reading]:
    """Readings of (hours after T0, percent, reset in hours after T0[, session])."""
    return [
        Reading(
            T0 + round(row[0] * HOUR_MS),
            row[1],
            None if row[2] is None else T0 + round(row[2] * HOUR_MS),
            row[3] if len(row) > 3 else "",
        )
        for row in rows
    ]


def hours(at: int) -> float:
    return round((at - T0) / HOUR_MS, 3)


def spans(found: tuple[Window, ...]) -> list[tuple[float, float, float]]:
    """(start, end, percent) of windows, in hours."""
    return [(hours(window.start), hours(window.end), window.percent) for window in found]


def drops(window: Window) -> list[tuple[float, float, float, str]]:
    return [(hours(drop.at), drop.before, drop.after, drop.cause) for drop in window.drops]


def test_week_ends_are_rounded_to_the_hour_and_jitter_is_one_reset() -> None:
    found = windows(WEEK, read((1, 10, 99.998), (2, 11, 100.003), (3, 12, 100.16), (4, 13, 99.9)))
    assert spans(found) == [(-68, 100, 13)]
    assert found[0].reset_at == found[0].end


@pytest.mark.parametrize(("apart", "count"), [(0, 1), (599, 1), (600, 1), (601, 2)])
def test_resets_within_600_seconds_are_one(apart: int, count: int) -> None:
    assert same_reset(0, apart * 1000) == (count == 1)
    later = Reading(T0 + 2 * HOUR_MS, 1, T0 + 4 * HOUR_MS + apart * 1000)
    assert len(windows(FIVE, [*read((1, 50, 4)), later])) == count


def test_five_hour_windows_follow_each_other() -> None:
    found = windows(FIVE, read((1, 10, 5), (4.9, 60, 5), (5.2, 2, 10), (12, 7, 16)))
    assert spans(found) == [(0, 5, 60), (5, 10, 2), (11, 16, 7)]
    assert not any(window.cut or window.drops for window in found)


def test_a_known_reset_takes_the_place_of_its_jitter() -> None:
    known = [1_000_000, 5_000_000]
    assert known_reset(known, 1_599_000) == 1_000_000
    assert known_reset(known, 3_000_000) == 3_000_000


def test_only_the_long_windows_of_claude_end_on_the_hour() -> None:
    at = T0 + 25 * MINUTE_MS + 20_000
    assert steady_reset(WEEK, T0 + 4 * MINUTE_MS) == T0
    assert steady_reset(WEEK, at) == T0 + 25 * MINUTE_MS
    assert steady_reset(FIVE, T0 + 4 * MINUTE_MS) == T0 + 4 * MINUTE_MS
    assert steady_reset(CODEX, at) == T0 + 25 * MINUTE_MS


#   what happens         readings: (hour, %, reset hour)                     windows (start, end, %)
EARLY = [
    ("fell by 25 points", ((10, 40, 100), (20.5, 15, 188)), [(-68, 20, 40), (20, 188, 15)]),
    ("fell to nothing", ((10, 5, 100), (20.5, 1, 188)), [(-68, 20, 5), (20, 188, 1)]),
    ("fell a little", ((10, 20, 100), (20.5, 10, 188)), [(-68, 20, 20), (20, 188, 10)]),
    ("did not fall", ((10, 20, 100), (20.5, 21, 106)), [(-68, 106, 21)]),
    ("not used yet: it floats", ((10, 0, 178), (12, 0, 180), (13, 2, 180)), [(12, 180, 2)]),
]


@pytest.mark.parametrize(("name", "rows", "expected"), EARLY, ids=[row[0] for row in EARLY])
def test_a_reset_before_its_time(
    name: str, rows: tuple[tuple[float, float, float], ...], expected: list[tuple[float, float, float]]
) -> None:
    found = windows(WEEK, read(*rows))
    assert spans(found) == expected
    if len(found) > 1:
        first, second = found
        assert first.cut and first.short
        assert (hours(first.reset_at), first.end) == (100, second.start)


#   what happens            readings of one week that resets at hour 100             drops (hour, before, after, why)
IN_PLACE = [
    ("25 points at once", ((10, 60), (20.5, 30), (21, 31)), [(20, 60, 30, "credit")], 31),
    ("15 points are ambiguous", ((10, 46), (20.5, 31), (21, 32)), [], 46),
    ("to nothing, confirmed", ((10, 20), (20.5, 0.5), (21.5, 2)), [(20, 20, 0.5, "zero")], 2),
    ("to nothing, then back: a glitch", ((10, 20), (20.5, 0), (21, 20)), [], 20),
    ("to nothing, then above half", ((10, 20), (20.5, 0), (21, 11), (22, 21)), [], 21),
    ("to nothing and half of it is little", ((10, 2), (20.5, 0), (21, 0)), [], 2),
    ("a tenth is no fall", ((10, 20.04), (11, 20.0)), [], 20.04),
    ("twice", ((10, 60), (20.5, 30), (30, 58), (40.5, 20)), [(20, 60, 30, "credit"), (40, 58, 20, "credit")], 20),
]


@pytest.mark.parametrize(("name", "rows", "fell", "percent"), IN_PLACE, ids=[row[0] for row in IN_PLACE])
def test_falls_inside_a_week(
    name: str, rows: tuple[tuple[float, float], ...], fell: list[tuple[float, float, float, str]], percent: float
) -> None:
    [window] = windows(WEEK, read(*((at, value, 100) for at, value in rows)))
    assert drops(window) == fell
    assert (window.percent, window.segment) == (percent, len(fell))


def test_five_points_hand_back_in_a_five_hour_window() -> None:
    [window] = windows(FIVE, read((1, 50, 5), (2.1, 45, 5), (2.3, 41, 5)))
    assert drops(window) == [(2, 50, 45, "credit")]
    assert (window.percent, window.held) == (45, 1)
    [window] = windows(FIVE, read((1, 50, 5), (2.1, 46, 5)))
    assert (drops(window), window.percent) == ([], 50)


def test_a_fall_does_not_reach_back_before_what_was_read() -> None:
    [window] = windows(WEEK, read((20.4, 60, 100), (20.5, 30, 100)))
    assert drops(window) == [(20.4, 60, 30, "credit")]


def test_a_manual_credit_says_what_readings_cannot() -> None:
    granted = [ManualCredit(T0 + 20 * HOUR_MS, 31)]
    [window] = windows(WEEK, read((10, 46, 100), (20.5, 31, 100), (30, 40, 100)), granted)
    assert drops(window) == [(20, 46, 31, "manual")]
    assert window.percent == 40
    assert windows(WEEK, [], granted) == ()


def test_a_credit_granted_at_the_instant_of_a_reading_is_of_what_was_read() -> None:
    [window] = windows(WEEK, read((10, 92, 100)), [ManualCredit(T0 + 10 * HOUR_MS, 31)])
    assert drops(window) == [(10, 92, 31, "manual")]
    assert window.percent == 31


#   who says what of one week that resets at hour 100                                       holds, segment
SESSIONS = [
    ("an idle one repeats", ((1, 40, "a"), (2, 45, "b"), (2.02, 40, "a"), (3, 40, "a")), 45, 0),
    ("an idle one repeats after all are silent", ((1, 10, "a"), (2, 45, "b"), (9, 10, "a"), (9.5, 10, "a")), 45, 0),
    ("the same one knows better", ((1, 40, "a"), (2, 60, "b"), (3, 20, "b")), 20, 1),
    ("a new one, the others silent", ((1, 60, "a"), (3, 20, "b")), 20, 1),
    ("a new one, another still at it", ((1, 60, "a"), (1.05, 20, "b")), 60, 0),
    ("a new one amid another's run", ((1, 60, "a"), (2, 20, "b"), (3, 60, "a")), 60, 0),
    ("a stale one after a credit", ((1, 60, "a"), (1.1, 60, "b"), (3, 20, "a"), (4, 60, "b"), (5, 60, "b")), 20, 1),
    ("both after a credit", ((1, 60, "a"), (1.1, 60, "b"), (3, 20, "a"), (4, 22, "b"), (5, 24, "a")), 24, 1),
    ("a new session rises after a credit", ((1, 60, "a"), (3, 20, "a"), (9, 30, "c")), 30, 1),
]


@pytest.mark.parametrize(("name", "rows", "percent", "segment"), SESSIONS, ids=[row[0] for row in SESSIONS])
def test_sessions_side_by_side(
    name: str, rows: tuple[tuple[float, float, str], ...], percent: float, segment: int
) -> None:
    [window] = windows(WEEK, read(*((at, value, 100, session) for at, value, session in rows)))
    assert (window.percent, window.segment) == (percent, segment)


def test_a_stale_session_does_not_bring_an_old_window_back() -> None:
    rows = ((1, 90, 100, "a"), (1.1, 90, 100, "b"), (2.5, 3, 170, "a"), (3, 90, 100, "b"), (4, 5, 170, "a"))
    found = windows(WEEK, read(*rows))
    assert [window.percent for window in found] == [90, 5]
    assert found[-1].held == 1
    # After its reset an old figure says nothing at all.
    found = windows(FIVE, read((1, 50, 5, "a"), (6, 50, 5, "a"), (7, 4, 12, "b"), (8, 50, 5, "a")))
    assert spans(found) == [(0, 5, 50), (7, 12, 4)]


TAKEN_BACK = [
    ("the session that told the later one", ((1, 80, 100, "a"), (2, 0, 170, "a"), (3, 2, 170, "a"), (5, 82, 100, "a")), (100, 82), [170]),
    ("by logs, which are one voice", ((1, 80, 100), (2, 0, 170), (3, 2, 170), (5, 82, 100)), (100, 82), [170]),
    ("another session, once", ((1, 80, 100, "b"), (2, 0, 170, "a"), (5, 82, 100, "b")), (170, 0), []),
    ("another session, rising", ((1, 80, 100, "b"), (2, 0, 170, "a"), (5, 82, 100, "b"), (6, 83, 100, "b")), (100, 83), [170]),
    ("another session, the same again", ((1, 80, 100, "b"), (2, 0, 170, "a"), (5, 80, 100, "b"), (6, 80, 100, "b")), (170, 0), []),
    ("two idle ones do not rise", ((1, 80, 100, "b"), (1, 75, 100, "c"), (2, 0, 170, "a"), (5, 75, 100, "c"), (6, 80, 100, "b")), (170, 0), []),
    ("two at work do", ((1, 80, 100, "b"), (2, 0, 170, "a"), (5, 82, 100, "c"), (6, 84, 100, "b")), (100, 84), [170]),
    ("and the later one again", ((1, 80, 100, "a"), (2, 0, 170, "a"), (5, 82, 100, "a"), (6, 3, 170, "a")), (170, 3), []),
    ("an idle one with the void reset", ((1, 80, 100, "a"), (2, 0, 170, "b"), (2.5, 0, 170, "a"), (5, 82, 100, "a"), (6, 0, 170, "b")), (100, 82), [170]),
    ("over two windows", ((1, 80, 100, "a"), (2, 0, 120, "a"), (3, 9, 120, "a"), (4, 1, 170, "a"), (5, 81, 100, "a")), (100, 81), [120, 170]),
    ("jitter", ((1, 80, 100, "a"), (2, 0, 170, "a"), (5, 82, 100.05, "a")), (100, 82), [170]),
    ("its reset is past", ((1, 80, 10, "a"), (2, 0, 170, "a"), (11, 82, 10, "a")), (170, 0), []),
    ("moved without a fall, and back", ((1, 80, 100, "a"), (2, 80, 130, "a"), (3, 81, 100, "a")), (100, 81), []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rows", "now", "void"), TAKEN_BACK, ids=[row[0] for row in TAKEN_BACK])
@pytest.mark.parametrize("key", [WEEK, CODEX], ids=["claude", "codex"])
def test_a_reset_that_is_taken_back(
    name: str, rows: tuple[tuple[float, float, float], ...], now: tuple[float, float], void: list[float], key: LimitKey
) -> None:
    found, none = windows_and_void(key, read(*rows))
    assert (round(hours(found[-1].end)), found[-1].percent) == now
    assert [round(hours(window.reset_at)) for window in none] == void
    assert not found[-1].cut


def test_the_log_of_another_session_tells_what_it_remembers() -> None:
    """All logs are one voice, but only who told the later reset can take it back at once."""
    rows = [(1, 80, 100, "b"), (2, 0, 170, "a"), (5, 82, 100, "b")]
    told = [replace(each, session="", teller=each.session) for each in read(*rows)]
    assert windows(CODEX, told)[-1].percent == 0
    told += [replace(told[-1], ts=told[-1].ts + 1, percent=83)]
    assert windows(CODEX, told)[-1].percent == 83


def test_a_reading_without_a_reset_belongs_to_the_open_window() -> None:
    found = windows(FIVE, read((1, 10, 5), (2, 20, None), (6, 3, None), (7, 4, 11.5)))
    assert spans(found) == [(0, 5, 20), (6, 11.5, 4)]


def test_windows_at_an_instant() -> None:
    found = windows(FIVE, read((1, 10, 5), (2, 20, 5), (7, 4, 12)))
    held = window_at(found, T0 + 2 * HOUR_MS)
    assert held is found[0]
    assert [percent_at(held, T0 + at * HOUR_MS) for at in (0, 1, 2, 4)] == [0, 10, 20, 20]
    assert window_at(found, T0 + 6 * HOUR_MS) is None


@pytest.mark.parametrize(
    ("minutes", "percent", "reset", "true"),
    [
        (10_080, 50, 8 * DAY_MS, True),
        (10_080, 50, 8 * DAY_MS + 1, False),
        (10_080, 50, -30 * DAY_MS, True),
        (10_080, 50, -30 * DAY_MS - 1, False),
        (300, 50, 6 * HOUR_MS, True),
        (300, 50, 6 * HOUR_MS + 1, False),
        (300, 50, -10 * MINUTE_MS, True),
        (300, 50, -10 * MINUTE_MS - 1, False),
        (300, 100.1, HOUR_MS, False),
        (300, -0.1, HOUR_MS, False),
        (300, 100, None, True),
    ],
)
def test_bounds_of_what_can_be_true(minutes: int, percent: float, reset: int | None, true: bool) -> None:
    said = implausible(minutes, percent, None if reset is None else T0 + reset, T0)
    assert (said is None) == true


@pytest.mark.parametrize(
    ("minutes", "age", "left", "said"),
    [
        (300, 0, 60, "fresh"), (300, 5, 60, "fresh"), (300, 5.01, 60, "ageing"), (300, 15, 60, "ageing"),
        (300, 15.01, 60, "stale"), (300, 1, 0, "reset"), (300, -4, 60, "fresh"), (300, -6, 60, "future"),
        (10_080, 15.01, 600, "ageing"), (10_080, 360, 600, "ageing"), (10_080, 361, 600, "stale"),
        (10_080, 400, -1, "reset"),
    ],
)  # fmt: skip
def test_freshness_in_minutes(minutes: int, age: float, left: float, said: str) -> None:
    assert freshness(minutes, T0 - round(age * MINUTE_MS), T0 + round(left * MINUTE_MS), T0) == said


def test_freshness_without_a_reset() -> None:
    assert freshness(300, T0 - 299 * MINUTE_MS, None, T0) == "stale"
    assert freshness(300, T0 - 300 * MINUTE_MS, None, T0) == "reset"


rows = st.lists(
    st.builds(
        Reading,
        ts=st.integers(0, 3000).map(lambda minute: T0 + minute * MINUTE_MS),
        percent=st.integers(0, 1000).map(lambda tenths: tenths / 10) | st.sampled_from((49.96, 50.0, 50.04)),
        resets_at=st.none() | st.integers(0, 20).map(lambda half: T0 + half * 3 * HOUR_MS),
        session=st.sampled_from(("", "a", "b")),
    ),
    max_size=30,
)
manual = st.lists(
    st.builds(ManualCredit, st.integers(0, 3000).map(lambda m: T0 + m * MINUTE_MS), st.floats(0, 50)), max_size=2
)


@given(rows, manual, st.sampled_from((WEEK, FIVE, CODEX)), st.randoms())
def test_any_windows_are_sound(
    several: list[Reading], granted: list[ManualCredit], key: LimitKey, chance: random.Random
) -> None:
    found = windows(key, several, granted)
    mixed = list(several)
    chance.shuffle(mixed)
    assert windows(key, mixed, granted) == found
    for before, after in pairwise(found):
        assert before.end <= after.start
    for window in found:
        assert window.start < window.end
        assert window.samples
        for before, after in pairwise(window.samples):
            assert before.ts <= after.ts
            if before.segment == after.segment:
                assert before.percent <= after.percent
            else:
                assert after.segment == before.segment + 1
        assert window.segment == len(window.drops)
        assert all(window.start <= sample.ts for sample in window.samples)
        assert all(sample.ts < window.end or window.cut for sample in window.samples)
        assert all(drop.before > drop.after for drop in window.drops)
