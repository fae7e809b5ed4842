"""What widgets compute before they draw: text, bars, columns, days, and the places of columns."""

from __future__ import annotations

import re
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tally_tui.screens.spend import Places
from tally_tui.widgets.columns import Bar, grouped, nice_top
from tally_tui.widgets.heatmap import Streaks, levels, streaks
from tally_tui.widgets.meter import meter
from tally_tui.widgets.table import Column, place
from tally_tui.widgets.text import clean, crop, fit

DAY = timedelta(days=1)
START = date(2026, 11, 1)


@given(st.text(st.characters()))
def test_clean_leaves_nothing_a_terminal_obeys(text: str) -> None:
    cleaned = clean(text)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", cleaned)
    assert len(cleaned) == len(text) and clean(cleaned) == cleaned
    cleaned.encode("utf-8")


def test_clean_shows_what_was_there() -> None:
    assert clean("a\x1b[31mb\nc\x7f") == "a␛[31mb c␡" and clean("Größe 語") == "Größe 語"


@given(st.text(), st.integers(0, 40))
def test_crop_and_fit_keep_to_their_cells(text: str, width: int) -> None:
    text = clean(text)
    assert cell_len(crop(text, width)) <= width
    assert cell_len(fit(text, width)) == cell_len(fit(text, width, right=True)) == width


@given(st.floats(0, 1), st.integers(1, 60))
def test_a_meter_is_exact_to_an_eighth(share: float, width: int) -> None:
    drawn = meter(share, width)
    eighths = sum(8 if cell == "█" else " ▏▎▍▌▋▊▉".index(cell) for cell in drawn)
    assert len(drawn) == width and (eighths == round(share * width * 8) or (share > 0 and eighths == 1))


@given(st.integers(0, 10**15))
def test_the_axis_ends_on_a_round_number_that_is_enough(value: int) -> None:
    top = nice_top(value)
    assert top >= max(1, value) and (value < 10 or top <= value * 2) and len(str(top).rstrip("0")) <= 2


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=400), st.integers(1, 120))
def test_bars_that_do_not_fit_are_drawn_together_and_none_is_lost(values: list[int], cells: int) -> None:
    groups = grouped([Bar(str(n), str(n), (value, 1)) for n, value in enumerate(values)], cells)
    assert len(groups) <= cells or len(groups) == 1
    assert sum(group.bar.total for group in groups) == sum(values) + len(values)
    assert groups[0].first == 0 and groups[-1].last == len(values) - 1


def test_streaks() -> None:
    used = {START: 1, START + DAY: 1, START + 3 * DAY: 1, START + 4 * DAY: 2}
    assert streaks(used, START, START + 4 * DAY) == Streaks(current=2, longest=2, active=4)
    # A day that has only begun does not end the streak; a whole day without use does.
    assert streaks(used, START, START + 5 * DAY).current == 2
    assert streaks(used, START, START + 6 * DAY).current == 0


def test_levels_are_quarters_of_the_days_in_use() -> None:
    level = levels({START + n * DAY: n for n in range(101)})
    assert [level(value) for value in (0, 1, 30, 60, 100)] == [0, 1, 2, 3, 4]
    assert levels({})(0) == 0


@given(st.integers(12, 200), st.integers(0, 8))
def test_columns_never_overflow_and_shifting_reaches_all(width: int, shift: int) -> None:
    columns = [Column("a", "A", 10), *(Column(str(n), str(n), 8, grow=n % 2 * 5) for n in range(8))]
    placed, _ = place(columns, width, shift)
    assert placed[0].index == 0
    assert sum(each.width + 1 for each in placed) - 1 <= width
    if width >= 24:
        seen = {each.index for step in range(9) for each in place(columns, width, step)[0]}
        assert seen == set(range(9))


@given(st.lists(st.dictionaries(st.sampled_from("abcdefghijkl"), st.integers(1, 99), min_size=1), max_size=8))
def test_models_keep_their_colours_and_never_share_one(periods: list[dict[str, int]]) -> None:
    places = Places()
    for totals in periods:
        before = places.settle(totals)
        own = [place for place in before.values() if place < 7]
        assert len(own) == len(set(own)) and places.settle(totals) == before
        assert len(totals) > 7 or len(own) == len(totals)
