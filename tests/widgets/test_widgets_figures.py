"""Numbers for people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.model import NANO, Span
from tally_tui.reports.answers import Figures, Stretch
from tally_tui.widgets import figures


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


def test_windows() -> None:
    assert [figures.window(each) for each in (300, 10_080, 45)] == ["5h", "7d", "45m"]
