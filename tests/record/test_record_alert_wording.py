"""Alerts in words: one of a thing is one of it, rules have names, and no id stands where a title is known."""

from __future__ import annotations

from typing import Any

import pytest

from tally_tui.config import Settings
from tally_tui.ledger.alerts import Alert, Told
from tally_tui.model import NANO
from tally_tui.record.alert_advice import figures, steps
from tally_tui.record.alert_examples import examples
from tally_tui.record.alert_words import text, title
from tally_tui.records import changed as replace
from tally_tui.rules.alert_names import RULE_NAMES, rule_name
from tally_tui.rules.alerts import AXES
from tally_tui.rules.windows import HOUR_MS, SEVEN_DAYS

NOW = 1_772_452_800_000
ONE = Alert(
    id=1, rule="retention", scope="claude", until=0, segment=0, threshold=1.0, axis="retention", severity="warn",
    provider="claude", kind="calendar-week", minutes=None, fired_at=NOW, latched_at=NOW,
    numbers={"files": 1, "deleted_from": NOW + 8 * HOUR_MS}, told=Told.TOLD, problems=(), acknowledged_at=None,
)  # fmt: skip


def alert(axis: Any, **numbers: Any) -> Alert:
    return replace(ONE, axis=axis, rule=axis, numbers=numbers)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            ONE,
            "Claude is about to delete a transcript: 1 transcript, in 8h 00m; what it cost stays counted here",
        ),
        (
            alert("retention", files=12, deleted_from=NOW + 8 * HOUR_MS),
            "Claude is about to delete transcripts: 12 transcripts, the first in 8h 00m; what they cost stays counted here",
        ),
        (
            replace(alert("price_missing", calls=1, tokens=45_000), scope="m"),
            "No price for m: 1 call with 45.0k tokens is not in any sum",
        ),
        (
            replace(alert("price_missing", calls=3, tokens=45_000), scope="m"),
            "No price for m: 3 calls with 45.0k tokens are not in any sum",
        ),
        (
            alert("costly_call", cost_nano=6 * NANO, model="opus", title="Fix it", session="0123456789abcdef"),
            "Claude: a call for $6.00: $6.00, Fix it, opus",
        ),
        (
            alert("costly_call", cost_nano=6 * NANO, model="opus", session="0123456789abcdef"),
            "Claude: a call for $6.00: $6.00, opus, session 01234567",
        ),
    ],
)
def test_what_is_said(found: Alert, said: str) -> None:
    assert f"{title(found)}: {text(found, NOW)}" == said


def test_every_rule_has_a_name_that_fits_its_column() -> None:
    assert set(RULE_NAMES) == set(AXES) and len(set(RULE_NAMES.values())) == len(AXES)
    assert max(map(len, RULE_NAMES.values())) <= 15
    assert rule_name("five_hour") == "Claude, 5 hours"
    assert rule_name("project_budget:a:b") == "Project budget a:b"
    assert rule_name("projected:team") == "Projection of team"
    assert rule_name("of-another-version") == "of-another-version"


def test_advice_calls_rules_by_their_names_and_windows_by_their_length() -> None:
    week = replace(ONE, axis="weekly", rule="weekly", kind="window", minutes=SEVEN_DAYS, until=NOW + HOUR_MS,
                   numbers={"percent": 91.0})  # fmt: skip
    assert [said for said, _ in steps(week, NOW, str, can_open=False)][-1] == (
        "Hear no more of “Claude, 7 days” for a while"
    )
    assert ("window", f"7 days until {NOW + HOUR_MS}") in list(figures(week, str))
    assert dict(figures(ONE, str))["threshold"] == "1 day before"


def test_no_example_resets_later_than_its_window_is_long() -> None:
    told = {each.values["axis"]: each.text for each in examples(Settings(), NOW)}
    assert told["five_hour"].endswith("resets in 2h 00m")
    assert told["weekly"].endswith("resets in 2d 0h")
