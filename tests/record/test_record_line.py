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
from tally_tui.record.fitting import beside, width
from tally_tui.record.line import PARTS, Gauge, View, line
from tally_tui.record.memory import Memory
from tally_tui.record.payload import understood
from tally_tui.record.view import view
from tally_tui.rules.figures import whole_percent

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


class TestFitting:
    """A wide line at every width: what matters most is there as long as it can be."""

    def of(self, most: int | None, lines: int = 1, *, colours: bool = False, **percents: float) -> str:
        made = View(NOW)
        made.model, made.session, made.context = "Opus 5 (1M context)", 1_240_000_000, percents.get("context", 9)
        made.today, made.figures_at = (18_400_000_000, 0), NOW
        made.block, made.block_end, made.last_hour = (6_020_000_000, 0), NOW + HOUR, (3_100_000_000, 0)
        made.gauges["claude", 300] = Gauge(percents.get("five", 23), NOW + 2 * HOUR, NOW)
        made.gauges["claude", 10_080] = Gauge(percents.get("week", 41), NOW + 76 * HOUR, NOW)
        made.gauges["seven_day_opus", 10_080] = Gauge(percents.get("opus", 12), NOW + 76 * HOUR, NOW)
        return line(PARTS, made, colours, most, lines)

    def test_without_a_width_all_is_told(self) -> None:
        assert self.of(None) == (
            "Opus 5 (1M context) | $1.24 session · $18.40 today · $6.02 block | $3.10/h | context 9% | "
            "5h 23% 2h 00m · 7d 41% 3d 4h · 7d opus 12% 3d 4h"
        )

    def test_the_least_important_goes_first(self) -> None:
        assert self.of(76) == "Opus 5 | $1.24 session | ctx 9% | 5h 23% · 7d 41% · 7d opus 12%"
        assert self.of(36) == "5h 23% · 7d 41% · 7d opus 12%"
        assert self.of(7) == "5h 23%"

    @pytest.mark.parametrize("most", [16, 20, 36, 56, 76, 96, 116, 196])
    @pytest.mark.parametrize("which", ["five", "week", "opus"])
    @pytest.mark.parametrize("colours", [False, True])
    def test_a_high_limit_is_never_left_out(self, most: int, which: str, colours: bool) -> None:
        told = self.of(most, colours=colours, **{which: 91})
        assert "91%!" in told and width(told) <= most

    def test_high_limits_keep_their_times_while_there_is_room(self) -> None:
        assert self.of(56, five=91, week=60, opus=99) == "5h 91%! 2h 00m · 7d 60% 3d 4h · 7d opus 99%! 3d 4h"
        assert self.of(30, five=91, week=60, opus=99) == "5h 91%! · 7d 60% · 7d opus 99%!"

    @given(st.integers(1, 200), st.floats(0, 130), st.floats(0, 130), st.floats(0, 130), st.floats(0, 130), st.booleans())
    def test_it_fits_or_nothing_can_be_spared(
        self, most: int, five: float, week: float, opus: float, context: float, colours: bool
    ) -> None:
        told = self.of(most, five=five, week=week, opus=opus, context=context, colours=colours)
        high = [f"{name} {whole_percent(each)}%" for name, each in (("5h", five), ("7d", week), ("7d opus", opus)) if each >= 60]
        plain = told.replace("\x1b[33m", "").replace("\x1b[31m", "").replace("\x1b[0m", "")
        assert all(each in plain for each in high)
        assert width(told) <= most or len(plain.split(" · ")) == len(high)

    def test_two_lines(self) -> None:
        first, second = self.of(76, 2).split("\n")
        assert first == "Opus 5 (1M context) | $1.24 session · $18.40 today · $6.02 block | $3.10/h"
        assert second == "context 9% | 5h 23% 2h 00m · 7d 41% 3d 4h · 7d opus 12% 3d 4h"

    @pytest.mark.parametrize(
        ("text", "cells"),
        [
            ("", 0), ("abc", 3), ("\x1b[31m91%\x1b[0m", 3), ("界限", 4), ("é", 1), ("é", 1), ("\u200b", 0),
            ("⚙️", 2), ("🧠 9%", 5), ("\x1b]8;;https://x.org\x07here\x1b]8;;\x07", 4), ("ab\nabcd", 4),
        ],
    )  # fmt: skip
    def test_cells(self, text: str, cells: int) -> None:
        assert width(text) == cells


class TestBeside:
    def ours(self, most: int | None) -> str:
        return "5h 91%! 2h 00m" if most is None or most >= 14 else "5h 91%!"

    def test_both_on_one_line_where_they_fit(self) -> None:
        assert beside("theirs", self.ours, "before", 23) == (self.ours(None), "before")
        assert beside("theirs", self.ours, "after", None) == (self.ours(None), "after")

    @pytest.mark.parametrize(("where", "then"), [("before", "above"), ("after", "below")])
    def test_a_line_each_where_they_do_not(self, where: str, then: str) -> None:
        assert beside("a long line of theirs", self.ours, where, 30) == (self.ours(None), then)
        assert beside("界" * 10, self.ours, where, 32) == (self.ours(None), then)


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
