from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.rules.figures import (
    NANO,
    ago,
    call_money,
    duration,
    money,
    percent_amount,
    percent_change,
    short_tokens,
    size,
    usd6,
    whole_percent,
)


@given(st.integers(-(10**20), 10**20))
def test_six_places_half_even(nano):
    exact = (Decimal(nano).scaleb(-9)).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)
    assert Decimal(usd6(nano)) == exact
    assert len(usd6(nano).partition(".")[2]) == 6 and usd6(nano) != "-0.000000"


def test_ties_go_to_the_even_place():
    assert [usd6(n) for n in (500, 1500, 2500, 2501, -500, -1500)] == [
        "0.000000",
        "0.000002",
        "0.000002",
        "0.000003",
        "0.000000",
        "-0.000002",
    ]
    assert usd6(1_234_567_000) == "1.234567" and usd6(36_750_000_000) == "36.750000"


@pytest.mark.parametrize(
    ("nano", "shown"),
    [
        (0, "$0.00"),
        (1, "<$0.01"),
        (4_999_999, "<$0.01"),
        (5_000_000, "$0.01"),
        (25_000_000, "$0.03"),
        (77_400_000, "$0.08"),
        (1_230_000_000, "$1.23"),
        (999_999_000_000, "$1,000.00"),
        (1_234_560_000_000, "$1,234.56"),
        (-1_230_000_000, "−$1.23"),
        (-1, "−<$0.01"),
    ],
)
def test_money(nano, shown):
    assert money(nano) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.00k"),
        (1234, "1.23k"),
        (9_996, "10.0k"),
        (12_345, "12.3k"),
        (99_949, "99.9k"),
        (99_960, "100k"),
        (999_499, "999k"),
        (999_600, "1.00M"),
        (2 * 10**9, "2.00B"),
        (10**16, "10,000T"),
        (-1234, "−1.23k"),
    ],
)
def test_tokens(count, shown):
    assert short_tokens(count) == shown


@given(st.integers(0, 999 * 10**12))
def test_short_tokens_are_short(count):
    assert len(short_tokens(count)) <= 5


@pytest.mark.parametrize(
    ("now", "before", "shown"),
    [
        (112, 100, "+12%"),
        (92, 100, "−8%"),
        (100, 100, "±0%"),
        (1001, 1000, "±0%"),
        (0, 100, "−100%"),
        (5, 0, "new"),
        (0, 0, "±0%"),
        (999, 100, "+899%"),
        (1400, 100, "×14"),
        (10**12, 1, "×1,000,000,000,000"),
    ],
)
def test_changes(now, before, shown):
    assert percent_change(now, before) == shown


@pytest.mark.parametrize(
    ("percent", "whole", "amount"),
    [
        (0, 0, "0 %"),
        (0.999, 0, "0.9 %"),
        (23.5, 23, "23.5 %"),
        (41.99999999999, 42, "42 %"),  # 42 read off a decimal
        (99.6, 99, "99.6 %"),
        (99.96, 99, "99.9 %"),
        (100, 100, "100 %"),
    ],
)
def test_nothing_is_told_as_full_before_it_is(percent, whole, amount):
    assert (whole_percent(percent), percent_amount(percent)) == (whole, amount)


def test_stretches_of_time():
    second, minute, hour, day = 1000, 60_000, 3_600_000, 86_400_000
    assert [
        duration(n) for n in (0, 45_900, 12 * minute, 3 * hour + 5 * minute, 2 * day + 4 * hour, -minute)
    ] == [
        "0s",
        "45s",
        "12m",
        "3h 05m",
        "2d 4h",
        "−1m",
    ]
    elapsed = (-hour, second, 12 * second, 5 * minute, 3 * hour, 2 * day, 20 * day, 100 * day, 800 * day)
    assert [ago(n) for n in elapsed] == [
        "now",
        "now",
        "12s ago",
        "5m ago",
        "3h ago",
        "2d ago",
        "2w ago",
        "3mo ago",
        "2y ago",
    ]


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (0, "0 B"),
        (512, "512 B"),
        (1000, "1.00 kB"),
        (99_960, "100 kB"),
        (999_600, "1.00 MB"),
        (3_400_000, "3.40 MB"),
        (42 * 10**8, "4.20 GB"),
    ],
)
def test_sizes(amount, shown):
    assert size(amount) == shown


@pytest.mark.parametrize(
    ("nano", "shown"),
    [(0, "$0.00"), (49_000, "<$0.01"), (4_200_000, "$0.0042"), (9_949_999, "$0.0099"), (9_960_000, "$0.01"), (NANO, "$1.00")],
)
def test_the_money_of_one_call_keeps_what_is_less_than_a_cent(nano, shown):
    assert call_money(nano) == shown
