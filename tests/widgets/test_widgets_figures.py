"""Numbers for people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.model import NANO, Span
from tally_tui.reports.answers import Figures, Stretch
from tally_tui.widgets import figures


@pytest.mark.parametrize(
    ("nano", "text"),
    [
        (0, "$0.00"),
        (1, "<$0.01"),
        (4_999_999, "<$0.01"),
        (5_000_000, "$0.01"),
        (1_234_560_000_000, "$1,234.56"),
    ],
)
def test_money(nano: int, text: str) -> None:
    assert figures.money(nano) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.00k"),
        (12_345, "12.3k"),
        (999_499, "999k"),
        (999_500, "1.00M"),
        (2 * 10**9, "2.00B"),
    ],
)
def test_count(number: int, text: str) -> None:
    assert figures.count(number) == text


@given(st.integers(0, 10**15))
def test_count_is_short(number: int) -> None:
    assert len(figures.count(number)) <= 5


@given(st.integers(0, 10**15))
def test_an_axis_has_room_for_its_ticks(nano: int) -> None:
    assert len(figures.short_money(nano)) <= 6


def test_cost_says_what_it_leaves_out() -> None:
    assert figures.cost(Figures(unpriced_calls=2)) == "unpriced"
    assert figures.cost(Figures(cost=NANO, unpriced_calls=2)) == "$1.00+"
    assert figures.cost(Figures(cost=NANO, estimated_calls=1)) == "~$1.00"


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        (110, 100, "▲ +10 %"),
        (90, 100, "▼ −10 %"),
        (100, 100, "= same"),
        (5, 0, "new"),
        (0, 0, "–"),
        (5000, 100, "▲ ×50"),
    ],
)
def test_change_has_sign_and_arrow(now: int, before: int, text: str) -> None:
    stretch = Stretch(
        "today", Span(), Figures(calls=now, cost=now * NANO), Figures(calls=before, cost=before * NANO)
    )
    assert figures.change(stretch) == text


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(-5, "0s"), (59_000, "59s"), (60_000, "1m"), (11_100_000, "3h 05m"), (187_200_000, "2d 4h")],
)
def test_duration(milliseconds: int, text: str) -> None:
    assert figures.duration(milliseconds) == text


def test_windows_and_sizes() -> None:
    assert [figures.window(each) for each in (300, 10_080, 45)] == ["5h", "7d", "45m"]
    assert [figures.size(each) for each in (512, 3_400_000, 1_200_000_000)] == ["512 B", "3.40 MB", "1.20 GB"]
