"""Codex credits by the rate card, and allowances told in text."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.model import Tokens
from tally_tui.rules.credits import CREDIT, Credits, Rate, added, capacity, credits_of, parse_allowance

# model, input (uncached), cached, output     credits      confidence
CARD = [
    ("gpt-5.5", 800, 200, 100, "0.1775", "exact"),
    ("codex-auto-review", 500, 500, 100, "0.0590625", "estimated"),
    ("gpt-5.4", 1_000_000, 0, 0, "62.5", "exact"),
    ("gpt-5.4-mini", 0, 0, 1_000_000, "113", "exact"),
    ("gpt-5.3-codex", 0, 1_000_000, 0, "4.375", "exact"),
    ("openai/gpt-5.2", 1, 0, 0, "0.00004375", "exact"),
    ("gpt-99", 1_000_000, 0, 0, "0", "unpriced"),
]


@pytest.mark.parametrize(("model", "uncached", "cached", "output", "expected", "confidence"), CARD)
def test_the_rate_card(model: str, uncached: int, cached: int, output: int, expected: str, confidence: str) -> None:
    got = credits_of(model, Tokens(input=uncached, cache_read=cached, output=output))
    assert (Decimal(got.nano) / CREDIT, got.confidence) == (Decimal(expected), confidence)


def test_fast_mode_costs_more_credits() -> None:
    tokens = Tokens(input=800, cache_read=200, output=100)
    assert credits_of("gpt-5.5", tokens, fast=True) == Credits(443_750_000, "exact")
    assert credits_of("gpt-5.4", tokens, fast=True).nano == 2 * credits_of("gpt-5.4", tokens).nano
    assert credits_of("gpt-5.2", tokens, fast=True).confidence == "estimated"


def test_a_rate_of_ones_own_comes_first() -> None:
    own = {"gpt-5.5": Rate(Decimal(1), Decimal(1), Decimal(1))}
    assert credits_of("gpt-5.5", Tokens(input=1_000_000), overrides=own) == Credits(CREDIT, "user_override")


def test_a_sum_is_as_sure_as_its_least_sure_part() -> None:
    assert added([]) == Credits(0, "exact")
    assert added([Credits(2, "exact"), Credits(3, "estimated")]) == Credits(5, "estimated")


TEXTS = [
    ("5h 79% 6:50 PM Weekly 33% Jun 7", [("5h", 300, 79, "6:50 PM"), ("Weekly", 10_080, 33, "Jun 7")]),
    (
        "5h limit:     [████░] 79% left (resets 18:50)\nWeekly limit: [██░░░] 33% left (resets 09:00 on 7 Jun)",
        [("5h", 300, 79, "18:50"), ("Weekly", 10_080, 33, "09:00 on 7 Jun")],
    ),
    ("5 hour usage limit 21% used", [("5h", 300, 79, None)]),
    ("7d: 12.5 % remaining, resets in 2 days", [("Weekly", 10_080, 12.5, "2 days")]),
    ("24h 50% tomorrow", [("24h", 1_440, 50, "tomorrow")]),
    ("nothing of use, 50% of it", []),
    ("Weekly 250%", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS, ids=range(len(TEXTS)))
def test_allowances_from_pasted_text(text: str, expected: list[tuple[str, int, float, str | None]]) -> None:
    got = parse_allowance(text)
    assert [(each.label, each.minutes, each.remaining, each.resets) for each in got] == expected


@given(st.text())
def test_any_text_is_read_without_failing(text: str) -> None:
    assert all(0 <= each.remaining <= 100 for each in parse_allowance(text))


def test_capacity_of_a_window() -> None:
    told = capacity(30 * CREDIT, 40, total=100 * CREDIT)
    assert told and (told.left, told.confidence) == (60 * CREDIT, "exact")
    guessed = capacity(30 * CREDIT, 40)
    assert guessed and (guessed.total, guessed.left, guessed.confidence) == (75 * CREDIT, 45 * CREDIT, "estimated")
    assert capacity(30 * CREDIT, 0.5) is None
