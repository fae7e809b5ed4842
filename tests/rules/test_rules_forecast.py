"""Forecast: the golden figures with their working, then what must hold for any."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.clock import iso
from tally_tui.model import NANO
from tally_tui.rules.forecast import (
    Forecast,
    daily_budget,
    forecast,
    percent_price,
    project,
    quota_forecast,
    status,
)
from tally_tui.rules.windows import LimitKey, Sample, Window

HOUR = 3_600_000
NOW = round(datetime(2026, 4, 17, 14, tzinfo=UTC).timestamp() * 1000)
WEEK = LimitKey("claude", "claude", 10_080)


def week(*levels: tuple[float, float], at: float) -> Forecast:
    """The forecast `at` hours into a week of readings (hours into the week, percent); the last is from now."""
    start = NOW - round(at * HOUR)
    samples = [Sample(start + round(hours * HOUR), percent, 0) for hours, percent in levels]
    return project(samples, start=start, end=start + 168 * HOUR, now_ms=NOW)


def test_golden_midweek_safe() -> None:
    # 40 % at 96 h, 28 % a day before: 40 ÷ 96 × 72 = 30 → 70 %; (40 − 28) ÷ 24 × 72 = 36 → 76 %.
    got = week((24, 9), (48, 18), (72, 28), (96, 40), at=96)
    assert (got.low, got.high) == (pytest.approx(70), pytest.approx(76))
    assert (got.state, got.low_confidence, got.cap_at) == ("ok", (), None)
    assert status(got) == "proj 70–76%"


def test_golden_projected_cap() -> None:
    # 70 ÷ 96 = 0.729/h × 72 = 52.5 → 122.5 %; (70 − 33.8) ÷ 24 = 1.508/h × 72 = 108.6 → 178.6 %.
    # Full: 30 ÷ 1.50833 = 19.8895 h after 14:00 on the 17th.
    got = week((24, 10), (48, 20), (72, 33.8), (96, 70), at=96)
    assert round(got.rate_recent or 0, 3) == 1.508
    assert (round(got.low, 1), round(got.high, 1)) == (122.5, 178.6)
    assert iso(got.cap_at or 0)[:19] == "2026-04-18T09:53:22"
    assert (got.state, got.low_confidence) == ("cap", ())
    # $18.97 at 70 %: 0.271 $/1 %; 30 % left over 3 days: $2.71 a day.
    price = percent_price(got.percent, 18_970_000_000, [])
    assert price and price.source == "window"
    daily = daily_budget(got, price, 100)
    assert daily == 2_710_000_000
    assert daily_budget(got, price, 90) == round(20 * 18.97 / 70 / 3 * NANO)
    assert status(got, daily) == "⚠ proj 122–179% $2.71/d"


def test_golden_already_capped() -> None:
    got = week((24, 40), (48, 70), (72, 90), (96, 100), at=96)
    assert (got.state, got.cap_at) == ("capped", None)
    assert status(got) == "⚠ CAPPED"
    assert daily_budget(got, percent_price(100, 30 * NANO, []), 100) == 0
    assert daily_budget(got, None, 100) == 0


def test_golden_fresh_week() -> None:
    # 4 % after 10 h: 4 ÷ 10 × 158 = 63.2 → 67.2 %, yet nothing here is a day old.
    got = week((2, 1), (6, 2), (10, 4), at=10)
    assert round(got.average, 1) == 67.2
    assert got.low_confidence == ("young", "no_day_old")
    assert status(got) == "tracking…"


def test_approaching() -> None:
    got = week((24, 13), (48, 26), (72, 39), (96, 53), at=96)
    assert (round(got.high, 2), got.state) == (95.0, "approaching")


@pytest.mark.parametrize(
    ("levels", "at", "doubts"),
    [
        (((1, 1), (10, 5), (20, 8)), 20, ("young", "no_day_old")),
        (((10, 0.5), (60, 1), (96, 1.5)), 96, ("little",)),
        (((10, 20), (96, 40)), 96, ("few",)),
        (((80, 20), (90, 30), (96, 40)), 96, ("no_day_old",)),
        (((95, 1),), 96, ("little", "few", "no_day_old")),
    ],
)
def test_the_four_reasons_of_doubt(levels: tuple[tuple[float, float], ...], at: float, doubts: tuple[str, ...]) -> None:
    assert week(*levels, at=at).low_confidence == doubts


@pytest.mark.parametrize(
    ("percent", "spent", "before", "dollars", "source"),
    [
        (42, 21, [], 0.5, "window"),
        (10, 5, [(50, 1.0)], 0.5, "window"),
        # The last four weeks of 1 % or more, newest first: 0.40, 0.434, 0.45, 0.30 → their middle 0.417.
        (4, 9, [(80, 32), (0.5, 90), (50, 21.7), (60, 27), (90, 27), (10, 50)], 0.417, "trailing"),
        (4, 9, [(0.5, 1)], 2.25, "sparse"),
        (42, 0, [(50, 20), (60, 0)], 0.4, "trailing"),
    ],
    ids=["from 10 % on its own", "even with weeks before", "median of four weeks", "sparse", "used elsewhere"],
)
def test_dollars_per_percent_and_its_fallbacks(
    percent: float, spent: float, before: list[tuple[float, float]], dollars: float, source: str
) -> None:
    got = percent_price(percent, round(spent * NANO), [(final, round(cost * NANO)) for final, cost in before])
    assert got
    assert (round(got.nano / NANO, 4), got.source) == (dollars, source)


def test_no_usage_has_no_price() -> None:
    assert percent_price(0, 0, [(50, 25 * NANO)]) is None
    assert percent_price(4, 0, []) is None and percent_price(40, 0, [(50, 0)]) is None
    got = week((96, 0), at=96)
    assert daily_budget(got, None, 100) is None
    assert (got.low, got.high, got.cap_at) == (0, 0, None)


def test_a_credit_begins_the_average_anew() -> None:
    # 60 % at 48 h, handed back to 20 %, then 32 % at 96 h: 12 % in 48 h, so 18 % in the 72 h left.
    start = NOW - 96 * HOUR
    samples = (Sample(start + 47 * HOUR, 60, 0), Sample(start + 48 * HOUR, 20, 1), Sample(NOW, 32, 1))
    from tally_tui.rules.windows import Drop

    window = Window(WEEK, start, start + 168 * HOUR, samples, (Drop(start + 48 * HOUR, 60, 20, "credit"),), reset_at=0)
    got = forecast(window, NOW)
    assert got
    assert got.average == pytest.approx(50)
    assert forecast(window, start + 168 * HOUR) is None


def test_a_five_hour_window_has_a_seventh_for_a_day() -> None:
    start = NOW - 150 * 60_000
    samples = tuple(
        Sample(start + minutes * 60_000, percent, 0) for minutes, percent in ((30, 12), (100, 40), (150, 60))
    )
    got = forecast(Window(LimitKey("claude", "claude", 300), start, start + 5 * HOUR, samples, reset_at=0), NOW)
    assert got
    assert got.low_confidence == ()
    assert (round(got.low), round(got.high)) == (120, 120)


QUOTA = [
    # readings as (hours, %), window of 100 h, now         rate   at reset  confidence
    ("steady", ((0, 10), (10, 20), (20, 30), (30, 40)), 30, 1.0, 100.0, "high"),
    ("slow", ((0, 10), (10, 12), (20, 14), (30, 16)), 30, 0.2, 30.0, "high"),
    ("short", ((0, 10), (12, 13)), 12, 0.25, 35.0, "medium"),
    ("idle pauses do not count", ((0, 10), (10, 20), (60, 20), (70, 30)), 70, 1.0, 60.0, "medium"),
    ("hardly any", ((0, 10), (2, 11)), 2, 0.5, 60.0, "low"),
    ("one", ((5, 10),), 5, None, None, "low"),
]


@pytest.mark.parametrize(
    ("name", "levels", "at", "rate", "projected", "confidence"), QUOTA, ids=[row[0] for row in QUOTA]
)
def test_quota_forecast(
    name: str, levels: tuple[tuple[int, float], ...], at: int, rate: float, projected: float, confidence: str
) -> None:
    samples = [Sample(hours * HOUR, percent, 0) for hours, percent in levels]
    got = quota_forecast(samples, start=0, end=100 * HOUR, now_ms=at * HOUR)
    assert got.confidence == confidence
    if got.rate is None:
        assert rate is None and projected is None
    else:
        # "idle pauses": the two stretches that rose took 10 + 10 hours for 20 %.
        assert got.rate == pytest.approx(rate)
        assert got.projected == pytest.approx(projected)


@given(
    st.lists(st.tuples(st.integers(0, 168 * 60), st.floats(0, 100)), min_size=1, max_size=20),
    st.integers(0, 168 * 60),
)
def test_any_forecast_is_no_lower_than_what_is_used(levels: list[tuple[int, float]], later: int) -> None:
    percents = sorted(percent for _, percent in levels)
    times = sorted(minutes for minutes, _ in levels)
    samples = [Sample(at * 60_000, percent, 0) for at, percent in zip(times, percents, strict=True)]
    now = min(max(times[-1], later), 168 * 60) * 60_000
    got = project(samples, start=0, end=168 * HOUR, now_ms=now)
    assert got.percent <= got.low <= got.high
    assert got.low - 1e-6 <= got.average <= got.high + 1e-6
    assert got.cap_at is None or now <= got.cap_at < 168 * HOUR
    quota = quota_forecast(samples, start=0, end=168 * HOUR, now_ms=now)
    assert quota.projected is None or got.percent <= quota.projected <= max(100, got.percent)
