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
