"""Alerts: which thresholds hold, what re-arms them, how grave they are."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.model import NANO
from tally_tui.rules import alerts
from tally_tui.rules.alerts import AXES, THRESHOLDS, Latch, Rule
from tally_tui.rules.budgets import standing
from tally_tui.rules.forecast import forecast
from tally_tui.rules.windows import HOUR_MS, LimitKey, Reading
from tally_tui.rules.windows_merge import windows

WEEK = LimitKey("claude", "claude", 10_080)
RULE = Rule.of("weekly")


def week(*rows: tuple[float, float]) -> list[Reading]:
    """(hour, percent) of a week that resets at hour 168."""
    return [Reading(round(at * HOUR_MS), percent, 168 * HOUR_MS) for at, percent in rows]


def fired(readings: list[Reading], rule: Rule = RULE) -> list[Latch]:
    return [each.latch for window in windows(WEEK, readings) for each in alerts.window_firings(window, rule)]


def test_every_axis_has_thresholds() -> None:
    assert set(THRESHOLDS) == set(AXES)
    assert THRESHOLDS["weekly"] == THRESHOLDS["five_hour"] == THRESHOLDS["quota"] == (90, 95)


@pytest.mark.parametrize(
    ("percent", "grave"), [(50, "info"), (89.9, "info"), (90, "warn"), (99.9, "warn"), (100, "critical")]
)
def test_severity(percent: float, grave: str) -> None:
    assert alerts.severity(percent) == grave


@pytest.mark.parametrize(
    ("provider", "limit", "minutes", "axis"),
    [
        ("claude", "claude", 10_080, "weekly"),
        ("claude", "claude", 300, "five_hour"),
        ("claude", "seven_day_opus", 10_080, "quota"),
        ("codex", "codex", 300, "quota"),
        ("codex", "codex", 10_080, "quota"),
        ("claude", "claude", 43_200, "quota"),
    ],
)
def test_axes_of_windows(provider: str, limit: str, minutes: int, axis: str) -> None:
    assert alerts.window_axis(provider, limit, minutes) == axis


def test_golden_a_jump_over_several_thresholds_gives_one_row_each() -> None:
    [window] = windows(WEEK, week((10, 50), (20, 96)))
    found = alerts.window_firings(window, RULE)
    assert [(each.latch.threshold, each.severity, each.at) for each in found] == [
        (90, "warn", 20 * HOUR_MS),
        (95, "warn", 20 * HOUR_MS),
    ]
    assert found[0].latch == Latch("weekly", "claude/claude/10080", 168 * HOUR_MS, 0, 90)


def test_golden_a_credit_re_arms_and_a_new_week_does() -> None:
    before = fired(week((10, 92)))
    credited = fired(week((10, 92), (20, 40)))
    again = fired(week((10, 92), (20, 40), (40, 91)))
    assert (len(before), credited) == (1, [])
    assert again == [Latch("weekly", "claude/claude/10080", 168 * HOUR_MS, 1, 90)]
    following = [*week((10, 92)), Reading(170 * HOUR_MS, 93, 336 * HOUR_MS)]
    assert [latch.until // HOUR_MS for latch in fired(following)] == [168, 336]


def test_two_accounts_do_not_share_a_latch() -> None:
    [one] = windows(WEEK, week((10, 92)))
    [other] = windows(LimitKey("claude", "claude", 10_080, "/srv/second"), week((10, 92)))
    assert alerts.scope_of(one) != alerts.scope_of(other)


def test_a_rule_that_is_off_says_nothing() -> None:
    assert fired(week((10, 99)), Rule("weekly", "weekly", (90,), on=False)) == []


def test_projections_fire_by_the_average_and_never_in_doubt() -> None:
    rule = Rule.of("projected")
    sure = windows(WEEK, week((24, 13), (48, 27), (72, 40), (96, 53)))[0]
    # 53 ÷ 96 × 168 = 92.75 %.
    told = alerts.forecast_firings(sure, forecast(sure, 96 * HOUR_MS), rule, 96 * HOUR_MS)  # type: ignore[arg-type]
    assert [(each.latch.threshold, round(float(each.numbers["projected_percent"] or 0), 2)) for each in told] == [
        (90, 92.75)
    ]
    young = windows(WEEK, week((4, 10), (8, 20), (10, 30)))[0]
    assert not alerts.forecast_firings(young, forecast(young, 10 * HOUR_MS), rule, 10 * HOUR_MS)  # type: ignore[arg-type]


def of(spent: float, hours: float, recent: float) -> tuple[alerts.Firing, ...]:
    at = standing(
        amount=300 * NANO, spent=round(spent * NANO), recent=round(recent * NANO),
        start=0, end=168 * HOUR_MS, now=round(hours * HOUR_MS),
    )  # fmt: skip
    spend = alerts.budget_firings("firm", at, (90, 100), period="subscription-week", provider="claude", project=False)
    ahead = alerts.budget_projections("firm", at, (90, 100), period="subscription-week", provider="claude")
    return (*spend, *ahead)


@pytest.mark.parametrize(
    ("name", "spent", "hours", "recent", "expected"),
    [
        ("under", 126, 96, 18, []),
        ("warn", 201.6, 120, 21.6, [("projected", 90)]),
        ("over", 333, 120, 36, [("budget", 90), ("budget", 100), ("projected", 90), ("projected", 100)]),
        ("recent-hot", 180, 120, 72, []),  # only its recent rate is high: 324; the average leg is 252
        ("low-conf", 18, 12, 18, []),
        ("low-conf but spent", 290, 12, 18, [("budget", 90)]),
    ],
)
def test_golden_budgets(
    name: str, spent: float, hours: float, recent: float, expected: list[tuple[str, float]]
) -> None:
    assert [(each.axis, each.latch.threshold) for each in of(spent, hours, recent)] == expected


def test_spend_and_projection_of_a_budget_have_latches_of_their_own() -> None:
    latches = [each.latch for each in of(333, 120, 36)]
    assert len(set(latches)) == len(latches) == 4
    assert {latch.until for latch in latches} == {168 * HOUR_MS}


def test_a_projects_budget_has_its_own_axis() -> None:
    at = standing(amount=15, spent=18, recent=0, start=0, end=10, now=5)
    [first, second] = alerts.budget_firings("alpha", at, (90, 100), period="day", provider=None, project=True)
    assert (first.axis, first.kind, second.severity) == ("project_budget", "day", "critical")


@pytest.mark.parametrize(
    ("rate", "trailing", "fires"),
    [
        (3.0, [1, 1, 1, 1, 1], True),
        (2.9, [1, 1, 1, 1, 1], False),
        (9.0, [1, 1, 1, 1], False),
        (0.9, [0.01] * 9, False),
        (30.0, [1, 1, 20, 20, 20], False),
        (30.0, [1, 1, 1, 20, 20], True),
        (30.0, [1, 1, 1, 0, 0], False),
    ],
)
def test_a_spike_against_the_trailing_median(rate: float, trailing: list[float], fires: bool) -> None:
    found = alerts.burn_firings(
        round(rate * NANO),
        [round(each * NANO) for each in trailing],
        Rule.of("burn_rate"),
        provider="claude",
        until=99,
        now_ms=5,
    )
    assert bool(found) == fires


def test_costly_calls_and_sessions_once_each() -> None:
    [call] = alerts.cost_firings("costly_call", "call-1", 5 * NANO, Rule.of("costly_call"), provider="codex", at=7)
    assert (call.latch.scope, call.kind, call.severity) == ("call-1", "call", "info")
    told = alerts.cost_firings("costly_session", "s", 120 * NANO, Rule.of("costly_session"), provider="claude", at=7)
    assert [(each.latch.threshold, each.severity) for each in told] == [(25, "info"), (100, "warn")]
    assert not alerts.cost_firings("costly_call", "x", 5 * NANO - 1, Rule.of("costly_call"), provider=None, at=7)


def test_limit_hits_fire_once_a_window() -> None:
    rule = Rule.of("limit_hit")
    first, again = (alerts.limit_hit("claude", ts, "stopped", rule, resets_at=500)[0].latch for ts in (100, 200))
    assert first == again
    [unknown] = alerts.limit_hit("claude", HOUR_MS + 5, "stopped", rule, resets_at=None)
    assert (unknown.latch.until, unknown.severity) == (2 * HOUR_MS, "critical")


def test_missing_prices_and_retention() -> None:
    [missing] = alerts.price_missing("new-model", 3, 900, Rule.of("price_missing"), provider="codex", now_ms=5)
    assert (missing.latch.scope, missing.latch.until) == ("new-model", 0)
    rule = Rule.of("retention")
    day = 24 * HOUR_MS
    assert not alerts.retention("claude", 9, 4 * day, rule, week_end=9 * day, now_ms=0)
    assert alerts.retention("claude", 9, 3 * day, rule, week_end=9 * day, now_ms=0)
    assert not alerts.retention("claude", 0, 0, rule, week_end=9 * day, now_ms=0)


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 100)), min_size=1, max_size=40),
    st.lists(st.integers(1, 100), min_size=1, max_size=4),
    st.randoms(),
)
def test_however_often_it_is_asked_each_latch_is_told_once(
    rows: list[tuple[int, int]], thresholds: list[int], chance: random.Random
) -> None:
    """Asked after every reading, or only at the end: what was told along the way includes what holds at the end,
    and telling each latch once gives no threshold twice in one window and segment."""
    rule = Rule("weekly", "weekly", tuple(thresholds))
    readings = [
        Reading(at * HOUR_MS, percent, (at // 168 + 1) * 168 * HOUR_MS) for at, percent in sorted(dict(rows).items())
    ]
    kept: set[Latch] = set()
    for count in range(1, len(readings) + 1):
        now = fired(readings[:count], rule)
        assert len(set(now)) == len(now)
        kept.update(now)
    assert set(fired(readings, rule)) <= kept
    # Asking at a few moments only tells no more than asking always.
    some = {latch for count in chance.sample(range(1, len(readings) + 1), 1) for latch in fired(readings[:count], rule)}
    assert some <= kept
