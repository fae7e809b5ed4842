"""What a status line shows, part by part, and which figures it takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.config import LINE_PARTS
from tally_tui.ledger.readings import Taken
from tally_tui.model import NANO
from tally_tui.record import limits
from tally_tui.record.figures import BLOCK_MS, heuristic_block
from tally_tui.record.line import PARTS, Gauge, View, line
from tally_tui.record.memory import Memory
from tally_tui.record.payload import understood
from tally_tui.record.view import view

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NOW = 1_795_348_800_000  # 2026-11-22 12:00 UTC


def figures(*minutes: tuple[int, int, int], block: list[int] | None = None, at: int = NOW) -> dict[str, object]:
    """As the state file holds them; `minutes` are (minutes ago, dollars, unpriced calls)."""
    return {
        "figures": {
            "at": at,
            "day": [NOW - 12 * HOUR, NOW + 12 * HOUR],
            "today": [18_400_000_000, 0],
            "minutes": [[NOW // MINUTE - ago, dollars * NANO, unpriced] for ago, dollars, unpriced in minutes],
            "block": block,
        }
    }


def shown(known: dict[str, object], payload: bytes = b"{}", parts: tuple[str, ...] = LINE_PARTS, at: int = NOW) -> str:
    return line(parts, view(understood(payload), known, {}, "", at), colours=False)


def test_the_parts_are_the_ones_that_settings_know() -> None:
    assert PARTS == LINE_PARTS


class TestSpend:
    def test_the_last_hour_and_the_block_of_a_reading(self) -> None:
        limit = b'{"rate_limits": {"five_hour": {"used_percentage": 50, "resets_at": %d}}}' % ((NOW + 2 * HOUR) // 1000)
        known = figures((5, 2, 0), (90, 3, 0), (200, 5, 0))  # the window began 180 minutes ago
        assert shown(known, limit) == "$18.40 today · $5.00 block | $2.00/h | 5h 50% 2h 00m"

    def test_a_block_that_only_calls_suggest_is_marked(self) -> None:
        known = figures((5, 2, 0), (90, 3, 0), block=[NOW - 2 * HOUR, NOW + 3 * HOUR])
        assert "~$5.00 block 3h 00m left" in shown(known)

    def test_a_block_that_is_over_is_not_shown(self) -> None:
        known = figures((5, 2, 0), block=[NOW - 6 * HOUR, NOW - HOUR])
        assert "block" not in shown(known)

    def test_calls_without_a_price_are_told(self) -> None:
        assert shown(figures((5, 2, 1)), parts=("burn",)) == "$2.00+/h"
        assert shown(figures((5, 0, 1)), parts=("burn",)) == "unpriced last hour"
        unpriced = figures((5, 0, 1), block=[NOW - HOUR, NOW + 4 * HOUR])
        assert shown(unpriced, parts=("block",)) == "~unpriced block 4h 00m left"

    def test_old_figures_say_how_old(self) -> None:
        assert shown(figures(at=NOW - 2 * HOUR), parts=("today",)) == "$18.40 today (2h 00m ago)"

    def test_yesterdays_figures_are_not_todays(self) -> None:
        assert shown(figures(), parts=("today",), at=NOW + 12 * HOUR) == ""

    def test_the_last_hour_runs_dry_as_time_passes(self) -> None:
        assert shown(figures((5, 2, 0)), parts=("burn",), at=NOW + HOUR) == "$0.00/h"


class TestGauges:
    def gauge(self, percent: float, resets_in: int | None = HOUR, age: int = 0) -> str:
        made = View(NOW)
        made.gauges["claude", 300] = Gauge(percent, None if resets_in is None else NOW + resets_in, NOW - age)
        return line(("5h",), made, colours=False)

    @pytest.mark.parametrize(
        ("percent", "told"),
        [(0, "0%"), (0.9, "0%"), (59.99, "59%"), (84.99, "84%"), (85, "85%!"), (99.6, "99%!"), (100, "100%!")],
    )
    def test_percentages_are_cut_and_full_ones_have_a_sign(self, percent: float, told: str) -> None:
        assert self.gauge(percent) == f"5h {told} 1h 00m"

    def test_age_is_told_once_it_is_stale(self) -> None:
        assert self.gauge(10, age=15 * MINUTE) == "5h 10% 1h 00m"
        assert self.gauge(10, age=20 * MINUTE) == "5h 10% 1h 00m (read 20m ago)"

    def test_without_a_reset_there_is_no_time_left(self) -> None:
        assert self.gauge(10, None) == "5h 10%"
        assert self.gauge(10, 0) == "5h reset"


@given(st.binary(max_size=200) | st.text().map(str.encode))
def test_no_payload_breaks_it(said: bytes) -> None:
    shown({}, said)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda held: st.lists(held) | st.dictionaries(st.text(), held),
)


@given(ANYTHING)
def test_no_state_file_breaks_it(held: object) -> None:
    for known in ({"figures": held}, {"limits": held}, {"limits": {"300 claude ": held}}, {"figures": {"day": held}}):
        assert isinstance(shown(known), str)


NUMBERISH = st.integers(NOW - DAY, NOW + DAY) | st.floats() | st.none() | st.integers() | st.text(max_size=2)
ENTRY = st.lists(NUMBERISH, max_size=5) | NUMBERISH
FIGURES = st.fixed_dictionaries(
    {},
    optional={
        "at": NUMBERISH,
        "day": st.just([NOW - DAY, NOW + DAY]) | ENTRY,
        "today": ENTRY,
        "minutes": st.lists(ENTRY) | ENTRY,
        "block": ENTRY,
    },
)


@given(st.dictionaries(st.sampled_from(["300 claude ", "10080 claude ", "0 seven_day_opus ", "x"]), ENTRY), FIGURES)
def test_nor_one_that_is_nearly_right(kept: dict[str, object], figures: dict[str, object]) -> None:
    assert isinstance(shown({"limits": kept, "figures": figures}), str)


@given(st.dictionaries(st.text(max_size=3), ENTRY) | ANYTHING)
def test_nor_what_a_session_remembers(kept: object) -> None:
    for percent, resets_at, when in Memory({"kept": kept}).kept.values():
        assert when + percent + resets_at is not None


class TestTheBlockThatCallsSuggest:
    def test_begins_with_the_full_hour_of_its_first_call(self) -> None:
        assert heuristic_block([NOW - 95 * MINUTE], NOW) == (NOW - 2 * HOUR, NOW + 3 * HOUR)

    def test_the_next_call_after_its_end_begins_another(self) -> None:
        calls = [NOW - 7 * HOUR, NOW - 6 * HOUR, NOW - 3 * HOUR, NOW - HOUR]
        assert heuristic_block(calls, NOW) == (NOW - HOUR, NOW + 4 * HOUR)

    def test_after_five_hours_of_silence_there_is_none(self) -> None:
        assert heuristic_block([NOW - 5 * HOUR], NOW) is None
        assert heuristic_block([], NOW) is None

    @given(st.lists(st.integers(0, 200).map(lambda quarters: NOW - quarters * 15 * MINUTE), max_size=30))
    def test_it_holds_now_is_five_hours_long_and_begins_with_a_call(self, calls: list[int]) -> None:
        calls.sort()
        block = heuristic_block(calls, NOW)
        if block:
            assert block[0] <= NOW < block[1] == block[0] + BLOCK_MS
            assert any(block[0] <= call < block[0] + HOUR for call in calls)
        else:
            assert heuristic_block([*calls, NOW], NOW) == (NOW, NOW + BLOCK_MS)


class TestWhichPercentageHolds:
    def taken(self, percent: float, at: int = NOW, session: str = "b", resets_at: int = NOW + HOUR) -> Taken:
        return Taken(1, "claude", 300, at, percent, resets_at, "statusline", session)

    BEFORE = [40.0, NOW + HOUR, NOW, "a"]

    def test_in_one_window_the_highest(self) -> None:
        assert limits.holds(self.BEFORE, self.taken(41))
        assert not limits.holds(self.BEFORE, self.taken(39))
        assert not limits.holds(self.BEFORE, self.taken(39, resets_at=NOW + HOUR + 599_000))

    def test_but_the_session_that_said_so_may_say_less(self) -> None:
        assert limits.holds(self.BEFORE, self.taken(2, session="a"))

    def test_and_an_old_one_holds_nothing_back(self) -> None:
        assert limits.holds(self.BEFORE, self.taken(2, at=NOW + 301_000))

    def test_a_later_window_takes_over_and_an_earlier_one_never(self) -> None:
        assert limits.holds(self.BEFORE, self.taken(1, resets_at=NOW + 5 * HOUR))
        assert not limits.holds(self.BEFORE, self.taken(99, resets_at=NOW - 5 * HOUR))
