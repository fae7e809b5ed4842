"""How long a window is, told by words alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.rules.window_names import window_minutes


@pytest.mark.parametrize(
    ("name", "period", "minutes"),
    [
        ("spend_limit", "monthly", 43_200), ("spend_limit", " Weekly ", 10_080), ("seven_day_opus", None, 10_080),
        ("five_hour", None, 300), ("thirty_days", None, 43_200), ("24_hour", None, 1_440), ("daily_cloud", None, 1_440),
        ("x", "day", 1_440), ("spend_limit", None, 0), ("spend_limit", "fortnight", 0), ("seven", None, 0),
        ("seven_day", "monthly", 43_200), ("", 5, 0), ("9999_days", None, 0),
    ],
)  # fmt: skip
def test_lengths(name: str, period: object, minutes: int) -> None:
    assert window_minutes(name, period) == minutes


@given(st.text(), st.none() | st.text() | st.integers() | st.lists(st.text()))
def test_anything_else_is_not_known_or_a_length(name: str, period: object) -> None:
    assert 0 <= window_minutes(name, period) < 10**9
