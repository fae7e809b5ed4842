"""Budgets: the golden figures as tables, then what must hold for any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.model import NANO
from tally_tui.rules.budgets import Standing, crossed, passed_at, standing

HOUR = 3_600_000
WEEK = 168 * HOUR
ENTRY = 1_800_000_000
"""100k in + 100k out of Sonnet 4.6: 0.1 × $3 + 0.1 × $15 = $1.80."""


def of(
    spent: float, hours: float, recent: float, amount: float = 300, *, length: int = WEEK, **more: object
) -> Standing:
    """Dollars, hours into the period, dollars of the last 24 hours."""
    return standing(
        amount=round(amount * NANO),
        spent=round(spent * NANO),
        recent=round(recent * NANO),
        start=0,
        end=length,
        now=round(hours * HOUR),
        **more,  # type: ignore[arg-type]
    )


# name         entries  at h  last 24 h   low     high    average  verdict  used %  pace/day  left/day  crossed
GOLDEN = """
under          70       96    18          180     220.5   220.5    ok       42      31.5      58        -
warn           112      120   21.6        244.8   282.24  282.24   warn     67.2    40.32     49.2      -
over           185      120   36          405     466.2   466.2    over     111     66.6      0         90,100
recent-hot     100      120   72          252     324     252      over     60      36        60        -
low-conf       10       12    18          135     252     252      ok       6       36        43.3846   -
"""
# under, by hand: 70 × $1.80 = $126; 126 ÷ 96 h × 72 h left = 94.5; 18 ÷ 24 × 72 = 54: $180 to $220.50.
# warn: 201.60 ÷ 120 × 48 = 80.64; 21.60 ÷ 24 × 48 = 43.20: $244.80 to $282.24, which is 94 % of $300.
# over: 333 ÷ 120 × 48 = 133.20; 36 ÷ 24 × 48 = 72: $405 to $466.20. recent-hot: 72 and 72 ÷ 24 × 48 = 144: $252 to $324.
# low-conf: 18 ÷ 12 × 156 = 234 → 252; 18 ÷ 24 × 156 = 117 → 135; 12 of 168 hours are 7 % (< 15 %); 282 ÷ 6.5 days.


@pytest.mark.parametrize("row", GOLDEN.strip().splitlines(), ids=lambda row: row.split()[0])
def test_golden_subscription_weeks_of_300_dollars(row: str) -> None:
    _, entries, at, recent, low, high, average, verdict, used, pace, left, reached = row.split()
    spent = int(entries) * ENTRY / NANO
    got = of(spent, float(at), float(recent))
    assert got.spent == int(entries) * ENTRY
    dollars = [got.low, got.high, got.average, got.pace]
    assert dollars == [round(float(each) * NANO) for each in (low, high, average, pace)]
    assert got.verdict == verdict
    assert got.used_percent == pytest.approx(float(used))
    assert got.daily_allowance / NANO == pytest.approx(float(left), abs=1e-4)
    assert got.crossed == tuple(float(each) for each in reached.split(",") if each != "-")
    assert got.low_confidence == (row.split()[0] == "low-conf")


def test_golden_codex_calendar_month() -> None:
    # $10 of $200, 9.5 of 30 days: 10 ÷ 0.31667 = $31.58.
    got = of(10, 9.5 * 24, 0, 200, length=30 * 24 * HOUR)
    assert got.average == 31_578_947_368
    assert (got.verdict, got.low_confidence) == ("ok", False)


@pytest.mark.parametrize(
    ("spent", "amount", "used", "verdict"),
    [(18, 15, 120, "over"), (9, 20, 45, "ok"), (0, 50, 0, "ok")],
    ids=["alpha", "beta", "gamma"],
)
def test_golden_per_project(spent: float, amount: float, used: float, verdict: str) -> None:
    got = of(spent, 96, 0, amount)
    assert (got.used_percent, got.verdict) == (pytest.approx(used), verdict)
    assert got.low_confidence == (spent == 0)


def test_low_confidence_never_escalates_but_spend_does() -> None:
    assert of(30, 2, 30).verdict == "ok"  # heading for $2,520
    assert of(280, 2, 280).verdict == "warn"  # 93 % is spent, not projected
    assert of(300, 2, 300).verdict == "warn"  # all of it, not more
    assert of(300.000001, 2, 300).verdict == "over"


def test_thresholds_of_its_own_and_none() -> None:
    assert of(126, 96, 18, thresholds=(50, 75)).verdict == "warn"  # 220.50 is 73 % of 300
    assert of(126, 96, 18, thresholds=()).verdict == "ok"
    assert of(126, 96, 18, thresholds=()).crossed == ()
    assert of(240, 120, 18, thresholds=(80, 40, 100)).crossed == (40, 80)


def test_the_ends_of_a_period() -> None:
    first = of(0, 0, 0)
    assert (first.low, first.high, first.pace, first.even) == (0, 0, 0, 0)
    last = of(126, 168, 18)
    assert (last.low, last.high, last.daily_allowance, last.even) == (126 * NANO, 126 * NANO, 0, 300 * NANO)
    assert of(126, 500, 18) == last


def test_even_line_and_what_is_left() -> None:
    got = of(126, 84, 0)
    assert (got.even, got.left) == (150 * NANO, 174 * NANO)
    assert of(333, 120, 36).left == -33 * NANO


@pytest.mark.parametrize(("amount", "length"), [(0, WEEK), (-1, WEEK), (1, 0)])
def test_no_amount_or_no_period_is_an_error(amount: float, length: int) -> None:
    with pytest.raises(ValueError, match="budget"):
        of(1, 0, 0, amount, length=length)


def test_what_would_have_fired_when() -> None:
    spend = [(10, 80), (20, 91), (30, 91), (40, 300)]
    assert passed_at(spend, 100, (100, 90)) == {90: 20, 100: 40}
    assert passed_at(spend, 1000, (90,)) == {}


amounts = st.integers(1, 10**15)
spends = st.integers(0, 10**15)


@given(amounts, spends, spends, st.integers(0, WEEK), st.lists(st.integers(1, 200), max_size=4))
def test_any_standing_is_consistent(amount: int, spent: int, recent: int, now: int, thresholds: list[int]) -> None:
    recent = min(recent, spent)
    got = standing(amount=amount, spent=spent, recent=recent, start=0, end=WEEK, now=now, thresholds=thresholds)
    assert got.spent <= got.low <= got.high
    assert got.low <= got.average <= got.high
    assert got.left + got.spent == got.amount
    assert (spent > amount) <= (got.verdict == "over")
    assert not (got.low_confidence and got.verdict == "over" and spent <= amount)
    assert got.crossed == tuple(each for each in sorted(set(thresholds)) if spent * 100 >= each * amount)


@given(amounts, spends, spends, st.integers(0, WEEK))
def test_spending_more_never_betters_the_verdict(amount: int, spent: int, more: int, now: int) -> None:
    order = ["ok", "warn", "over"]
    less = standing(amount=amount, spent=spent, recent=0, start=0, end=WEEK, now=now)
    then = standing(amount=amount, spent=spent + more, recent=0, start=0, end=WEEK, now=now)
    assert order.index(less.verdict) <= order.index(then.verdict)
    assert set(less.crossed) <= set(then.crossed)
    assert less.daily_allowance >= then.daily_allowance


@given(st.integers(1, 10**15), st.integers(1, 300))
def test_a_threshold_is_exact(amount: int, threshold: int) -> None:
    least = -(-amount * threshold // 100)
    assert crossed(least, amount, threshold)
    assert not crossed(least - 1, amount, threshold)
