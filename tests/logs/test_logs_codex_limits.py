"""Limits in Codex's lines: what cannot be read does not take the rest along, and no limit takes another's name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tally_tui.logs.codex_limits import readings

GOOD = {"used_percent": 97, "window_minutes": 299, "resets_at": 1_795_350_000}


def told(**limits: Any) -> list[tuple[str, int, float]]:
    found = readings(json.dumps(limits).encode(), 1_795_340_000_000)
    return [(each.limit, each.minutes, each.percent) for each in found]


@pytest.mark.parametrize(
    "broken",
    [
        {"plan_type": {"name": "plus"}},
        {"secondary": [1]},
        {"secondary": {"used_percent": "a lot", "window_minutes": 10_080}},
        {"primary_used_percent": {}},
        {"something": "new"},
    ],
)
def test_a_part_that_cannot_be_read_does_not_take_the_others_along(broken: dict[str, Any]) -> None:
    assert told(limit_id="codex_spark", primary=GOOD, **broken) == [("codex_spark", 300, 97.0)]


def test_a_limit_whose_name_cannot_be_read_is_not_taken_for_the_plans_own() -> None:
    assert told(limit_id=["codex_spark"], primary=GOOD) == []
    assert told(limit_id=None, primary=GOOD) == told(primary=GOOD) == [("codex", 300, 97.0)]


@pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b"5", b'{"primary": 5}'])
def test_what_is_no_limit_tells_nothing(raw: bytes) -> None:
    assert list(readings(raw, 0)) == []


MONTH, RESET_S, AT = 43_200, 1_795_350_000, 1_795_340_000_000


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"spend_limit": {"used_percent": 42, "resets_at": RESET_S, "period": "monthly"}}, ("spend_limit", MONTH, 42.0)),
        ({"spend_limit": {"used_usd": 10, "limit_usd": 40, "resets_at": RESET_S}}, ("spend_limit", MONTH, 25.0)),
        ({"individual_limit": {"limit": "200", "used": "50.0", "remaining_percent": 75, "resets_at": RESET_S}},
         ("individual_limit", MONTH, 25.0)),
        ({"tertiary": {"used_percent": 7.5, "window_minutes": 1_439, "resets_at": RESET_S}}, ("tertiary", 1_439, 7.5)),
        ({"thirty_day": {"used_percentage": 9, "resets_at": RESET_S}}, ("thirty_day", MONTH, 9.0)),
        ({"weekly_cloud": {"used_percent": "12", "resets_in_seconds": 60}}, ("weekly_cloud", 10_080, 12.0)),
    ],
)  # fmt: skip
def test_limits_of_another_kind_stand_under_their_own_names(
    more: dict[str, Any], expected: tuple[str, int, float]
) -> None:
    said = {"limit_id": "codex", "primary": {"used_percent": 5, "window_minutes": 300, "resets_at": RESET_S}, **more}
    first, *others = readings(json.dumps(said).encode(), AT)
    assert (first.limit, first.minutes, first.percent) == ("codex", 300, 5)
    assert [(each.limit, each.minutes, each.percent) for each in others] == [expected]
    assert all(each.resets_at is not None for each in others)


@pytest.mark.parametrize(
    "more",
    [
        {"credits": {"has_credits": True, "balance": "12.34", "used": 3, "limit": 4}}, {"x": {"used_percent": 5}},
        {"x": {"used_percent": True, "window_minutes": 300}}, {"x": {"used_percent": -1, "window_minutes": 300}},
        {"spend_control_reached": True}, {"x": None}, {"x": [5]}, {"x": {"limit": "0", "used": "0"}},
        {"individual_limit": None}, {"x": {"used_percent": 5, "window_minutes": 0}},
    ],
)  # fmt: skip
def test_what_tells_no_percentage_or_no_window_is_no_limit(more: dict[str, Any]) -> None:
    assert list(readings(json.dumps({"limit_id": "codex", **more}).encode(), AT)) == []
