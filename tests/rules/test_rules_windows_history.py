"""Weeks and blocks that nobody read: extrapolated, clamped, marked."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.model import Span
from tally_tui.rules.windows import DAY_MS, HOUR_MS, LimitKey, Sample, Window
from tally_tui.rules.windows_history import WEEK_MS, blocks, week_at, weeks

KEY = LimitKey("claude", "claude", 10_080)
FIVE = LimitKey("claude", "claude", 300)


def known(start: float, end: float, unit: int = DAY_MS, key: LimitKey = KEY) -> Window:
    at, until = round(start * unit), round(end * unit)
    return Window(key, at, until, (Sample(at, 1, 0),), reset_at=until)


def days(*spans: tuple[float, float]) -> list[Window]:
    return [known(*span) for span in spans]


#   what is known (days)             asked       weeks (~ not read)
WEEKS = [
    ("before and after", [(10, 17)], (0, 30), "-4–3~ 3–10~ 10–17 17–24~ 24–31~"),
    ("next to each other", [(0, 7), (7, 14)], (0, 14), "0–7 7–14"),
    ("a week between", [(0, 7), (14, 21)], (0, 21), "0–7 7–14~ 14–21"),
    ("two weeks between", [(0, 7), (21, 28)], (0, 28), "0–7 7–14~ 14–21~ 21–28"),
    ("a few idle days", [(0, 7), (9, 16)], (0, 16), "0–9 9–16"),
    ("ten days between", [(0, 7), (17, 24)], (0, 24), "0–7 7–17~ 17–24"),
    ("eleven days between", [(0, 7), (18, 25)], (0, 25), "0–7 7–14~ 14–18~ 18–25"),
    ("cut by a reset", [(0, 4), (4, 11)], (0, 11), "0–4 4–11"),
    ("nothing known", [], (8, 20), "7–14~ 14–21~"),
]


@pytest.mark.parametrize(("name", "read", "asked", "expected"), WEEKS, ids=[row[0] for row in WEEKS])
def test_weeks(name: str, read: list[tuple[float, float]], asked: tuple[int, int], expected: str) -> None:
    got = weeks(days(*read), asked[0] * DAY_MS, asked[1] * DAY_MS, 0)
    told = [f"{week.start // DAY_MS}–{week.end // DAY_MS}{'' if week.known else '~'}" for week in got]
    assert " ".join(told) == expected


def test_a_short_week_says_so() -> None:
    got = weeks(days((0, 4), (4, 11)), 0, 11 * DAY_MS, 0)
    assert [week.short for week in got] == [True, False]


def test_the_week_of_an_instant() -> None:
    read = days((10, 17))
    assert week_at(read, 12 * DAY_MS, 0).known
    before = week_at(read, 10 * DAY_MS - 1, 0)
    assert (before.end, before.known) == (10 * DAY_MS, False)
    assert week_at(read, 17 * DAY_MS, 0).start == 17 * DAY_MS
    assert week_at([], 17 * DAY_MS, 3 * DAY_MS).start == 17 * DAY_MS


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 7)), max_size=5),
    st.integers(0, 400),
    st.integers(1, 200),
    st.integers(0, WEEK_MS),
)
def test_any_weeks_tile(parts: list[tuple[int, int]], since: int, length: int, anchor: int) -> None:
    at, read = 100, []
    for gap, span in parts:
        read.append((at + gap, at + gap + span))
        at += gap + span
    found = weeks(days(*read), since * DAY_MS, (since + length) * DAY_MS, anchor)
    assert found[0].start <= since * DAY_MS < found[0].end
    assert found[-1].start < (since + length) * DAY_MS <= found[-1].end
    assert all(before.end == after.start for before, after in pairwise(found))
    assert all(week.end - week.start > 0 for week in found)
    assert all(week.end - week.start <= 10.5 * DAY_MS for week in found)
    assert week_at(days(*read), since * DAY_MS, anchor).start == found[0].start


def told(read: list[Window], calls: list[float], since: float, until: float, gaps: bool = False) -> str:
    at = [round(call * HOUR_MS) for call in calls]

    def next_call(instant: int) -> int | None:
        index = bisect_left(at, instant)
        return at[index] if index < len(at) else None

    found = blocks(read, next_call, Span(round(since * HOUR_MS), round(until * HOUR_MS)), gaps=gaps)
    return " ".join(
        f"{block.start / HOUR_MS:g}–{block.end / HOUR_MS:g}{'~' if block.heuristic else '…' if block.gap else ''}"
        for block in found
    )


def test_blocks_out_of_calls_begin_at_their_full_hour() -> None:
    assert told([], [1.5, 3, 6.2, 20.9], 0, 24) == "1–6~ 6–11~ 20–25~"
    assert told([], [], 0, 24) == ""


def test_read_windows_come_first_and_clamp_the_others() -> None:
    read = [known(8, 13, HOUR_MS, FIVE)]
    assert told(read, [5.5, 9, 12.5, 13.2], 0, 24) == "5–8~ 8–13 13–18~"
    # Recorded at ten past, a call a minute after its end: not before the recorded one has ended.
    assert told([known(8.25, 13.25, HOUR_MS, FIVE)], [13.3], 0, 24) == "8.25–13.25 13.25–18.25~"


def test_gaps_are_told_when_asked_for() -> None:
    assert told([], [1.5, 8, 13], 0, 24, gaps=True) == "1–6~ 6–8… 8–13~ 13–18~"


@given(st.lists(st.floats(0, 100), max_size=20), st.lists(st.integers(0, 90), max_size=4))
def test_any_call_is_in_exactly_one_block(calls: list[float], starts: list[int]) -> None:
    read, end = [], -1.0
    for start in sorted(starts):
        if start >= end:
            read.append(known(start, start + 5, HOUR_MS, FIVE))
            end = start + 5
    at = sorted(round(call * HOUR_MS) for call in calls)
    found = blocks(
        read,
        lambda instant: at[index] if (index := bisect_left(at, instant)) < len(at) else None,
        Span(0, 101 * HOUR_MS),
    )
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert all(sum(block.start <= call < block.end for block in found) == 1 for call in at)
    assert all(any(block.start <= call < block.end for call in at) for block in found if block.heuristic)


def test_open_ends_are_an_error() -> None:
    with pytest.raises(ValueError, match="both ends"):
        blocks([], lambda _: None, Span(0, None))
