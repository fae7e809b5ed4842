"""Limits, forecasts, milestones and budgets, as a person asks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Tally = Callable[..., Any]


@pytest.mark.usefixtures("month")
def test_the_demo_month_has_limits_and_says_where_they_are_going(tally: Tally) -> None:
    document = tally("limits", "--json").json
    assert document["schema"] == "tally.limits/1"
    assert {(row["provider"], row["minutes"]) for row in document["limits"]} >= {("codex", 300), ("codex", 10080)}
    assert "% used" in tally("limits").out
    assert tally("forecast", "--json").json["schema"] == "tally.forecast/1"
    windows = tally("milestones", "--json").json["windows"]
    assert any(window["milestones"] for window in windows)


def test_without_logs_it_says_how_limits_become_known(tally: Tally) -> None:
    for command in ("limits", "forecast", "milestones"):
        answered = tally(command)
        assert answered.status == 0
        assert "tally-tui setup" in answered.out


@pytest.mark.usefixtures("month")
def test_a_budget_is_set_listed_changed_and_removed(tally: Tally) -> None:
    assert "budget set week 300" in tally("budget").out
    assert tally("budget", "set", "month", "20", "--period", "calendar-month", "--thresholds", "50,100").status == 0
    (budget,) = tally("budget", "list", "--json").json["budgets"]
    assert (budget["name"], budget["amount"], budget["period"]["kind"]) == ("month", "20.000000", "calendar-month")
    assert budget["verdict"] == "over"
    spent = tally("usage", "--by", "month", "--since", "this-month", "--json").json["totals"]["cost_usd"]
    assert budget["spent_usd"] == spent
    assert "over" in tally("budget").out
    tally("budget", "set", "month", "2000000", "--unit", "tokens", "--period", "calendar-month")
    (budget,) = tally("budget", "list", "--json").json["budgets"]
    assert (budget["amount"], budget["amount_usd"]) == (2_000_000, None)
    assert tally("budget", "unset", "month").status == 0
    assert tally("budget", "list", "--json").json["budgets"] == []


@pytest.mark.usefixtures("month")
def test_setting_a_budget_again_tells_what_it_replaced(tally: Tally) -> None:
    first = tally("budget", "set", "week", "300", "--provider", "claude", "--thresholds", "80,100", "--projected")
    assert first.out == "budget week is set; `tally-tui budget list` shows how it stands\n"
    assert tally("budget", "set", "week", "250").out.splitlines() == [
        "budget week is changed; `tally-tui budget list` shows how it stands",
        "replaced: amount 300 → 250; provider claude → none; thresholds 80, 100 → 90, 100; projected yes → no",
    ]
    assert tally("budget", "set", "week", "250").out.splitlines() == [
        "budget week is as it was; `tally-tui budget list` shows how it stands"
    ]


@pytest.mark.parametrize(
    ("words", "pointed_at"),
    [
        (("budget", "put"), "put"),
        (("budget", "set", "week"), ""),
        (("budget", "set", "week", "lots"), "lots"),
        (("budget", "set", "week", "5", "--unit", "euro"), "euro"),
        (("budget", "unset", "week"), "week"),
        (("budget", "set", "week", "5", "--query", "projct:x"), "projct"),
    ],
)
def test_wrong_words_are_pointed_at(tally: Tally, words: tuple[str, ...], pointed_at: str) -> None:
    answered = tally(*words)
    assert answered.status == 2
    assert pointed_at in answered.err
    assert answered.out == ""
