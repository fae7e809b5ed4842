"""Milestones: whole percents as they were passed, with what they cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.rules.figures import whole_percent
from tally_tui.rules.milestones import costed, crossings, trend, used_between
from tally_tui.rules.windows import Drop, LimitKey, Sample, Window

KEY = LimitKey("claude", "claude", 10_080)


def window(*rows: tuple[int, float] | tuple[int, float, int], drops: tuple[Drop, ...] = ()) -> Window:
    """(instant, percent[, segment]) of a window [0, 1000)."""
    samples = tuple(Sample(row[0], row[1], row[2] if len(row) > 2 else 0) for row in rows)
    return Window(KEY, 0, 1000, samples, drops, reset_at=1000)


def told(found: Window) -> list[tuple[int, int, int, int]]:
    return [(each.at, each.segment, each.percent, each.jump) for each in crossings(found)]


#   readings                                    crossings (at, segment, percent, passed at once)
TABLE = [
    ("one by one", ((10, 0.4), (20, 1.0), (30, 1.9), (40, 2.0)), [(20, 0, 1, 1), (40, 0, 2, 1)]),
    ("the first seen is not filled in", ((10, 41.7), (20, 42)), [(10, 0, 41, 1), (20, 0, 42, 1)]),
    ("several at once", ((10, 1), (20, 4.2)), [(10, 0, 1, 1), (20, 0, 2, 3), (20, 0, 3, 3), (20, 0, 4, 3)]),
    ("read off a decimal", ((10, 41.9999999999),), [(10, 0, 42, 1)]),
    ("below one", ((10, 0.99),), []),
]


@pytest.mark.parametrize(("name", "rows", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_crossings(name: str, rows: tuple[tuple[int, float], ...], expected: list[tuple[int, int, int, int]]) -> None:
    assert told(window(*rows)) == expected


def test_after_a_credit_percents_come_again() -> None:
    held = window((10, 90), (20, 60, 1), (30, 62, 1), drops=(Drop(15, 90, 60, "credit"),))
    assert told(held) == [(10, 0, 90, 1), (20, 1, 60, 1), (30, 1, 61, 2), (30, 1, 62, 2)]
    assert [each.since for each in crossings(held)] == [0, 15, 15, 15]


def test_costs_cumulative_and_marginal() -> None:
    # A dollar at each of these instants; a milestone counts the call that brought its reading.
    calls = [5, 10, 12, 20, 21, 30]
    held = window((10, 1), (20, 2), (30, 4))
    got = costed(crossings(held), lambda since, until: sum(since <= at < until for at in calls))
    assert [(each.crossing.percent, each.cumulative, each.marginal) for each in got] == [
        (1, 2, 2), (2, 4, 2), (3, 6, 2), (4, 6, 0),
    ]  # fmt: skip


def test_the_first_percent_seen_has_no_marginal_cost() -> None:
    [only] = costed(crossings(window((10, 41))), lambda since, until: 7)
    assert (only.cumulative, only.marginal) == (7, None)


def test_dollars_per_percent_from_week_to_week() -> None:
    got = trend([(0, 7, 50, 100), (7, 14, None, 40), (14, 21, 0.5, 40), (21, 28, 40, 100), (28, 35, 20, 90)])
    assert [week.per_percent for week in got] == [2, None, None, 2.5, 4.5]
    assert [week.change for week in got] == [None, None, None, 0.25, 1.0]


def test_a_week_used_where_no_log_reaches_has_no_price() -> None:
    got = trend([(0, 7, 50, 100), (7, 14, 30, 0), (14, 21, 40, 100)])
    assert [week.per_percent for week in got] == [2, None, 2.5]
    assert [week.change for week in got] == [None, None, 0.25]


def test_percents_used_in_a_stretch() -> None:
    first = window((10, 5), (100, 20), (200, 2, 1), (300, 10, 1), drops=(Drop(200, 20, 2, "credit"),))
    assert used_between([first], 0, 1000) == 28
    assert used_between([first], 50, 250) == 15
    assert used_between([first], 250, 1000) == 8
    assert used_between([first], 1000, 2000) == 0


rises = st.lists(st.integers(0, 1000), min_size=1, max_size=30).map(
    lambda tenths: [each / 10 for each in sorted(tenths)]
)


@given(rises, st.lists(st.integers(0, 40), max_size=30))
def test_any_milestones_rise_once_each_and_their_costs_add_up(percents: list[float], calls: list[int]) -> None:
    held = window(*((at + 1, percent) for at, percent in enumerate(percents)))
    found = costed(crossings(held), lambda since, until: sum(since <= at < until for at in calls))
    passed = [each.crossing.percent for each in found]
    reached = whole_percent(percents[-1])
    assert passed == list(range(passed[0], reached + 1)) if passed else reached == 0
    assert [each.cumulative for each in found] == sorted(each.cumulative for each in found)
    if found:
        rest = sum(each.marginal or 0 for each in found[1:])
        assert rest + found[0].cumulative == found[-1].cumulative
