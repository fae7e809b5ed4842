"""A person's own prices, and what tells the ledger that prices changed."""

from __future__ import annotations

from datetime import date

import pytest

from tally_tui.clock import parse_instant
from tally_tui.config import PriceOverride
from tally_tui.model import PriceStatus, Provider, Tokens
from tally_tui.rules.prices import Price, PriceBook

CLAUDE, CODEX = Provider.CLAUDE, Provider.CODEX
BEFORE, AFTER = parse_instant("2026-10-31T23:59:59Z"), parse_instant("2026-11-01")
MILLION = Tokens(input=1_000_000)
DOLLAR = 10**9


def cost(book: PriceBook, model: str, at: int, tokens: Tokens = MILLION, **how: str) -> Price:
    provider = CLAUDE if "claude" in model else CODEX
    return book.price(provider, model, tokens, at=at, **how)


def test_an_own_price_holds_from_its_day() -> None:
    book = PriceBook([PriceOverride("claude-opus-4-8", date(2026, 11, 1), 4_000, 20_000)])
    assert cost(book, "claude-opus-4-8", BEFORE).cost == 5 * DOLLAR
    after = cost(book, "claude-opus-4-8", AFTER)
    assert (after.cost, after.status) == (4 * DOLLAR, PriceStatus.PRICED)
    assert after.rate == "claude-opus-4-8 · your price · since 2026-11-01"


def test_an_own_price_without_a_day_holds_always_and_over_every_tier() -> None:
    book = PriceBook([PriceOverride("claude-sonnet-4-5", None, 1_000, 2_000)])
    for at in (0, BEFORE, AFTER):
        assert cost(book, "claude-sonnet-4-5-20250929", at).cost == DOLLAR


def test_what_an_own_price_leaves_out_follows_from_input() -> None:
    book = PriceBook(
        [PriceOverride("claude-opus-4-8", None, 1_000, 5_000), PriceOverride("gpt-5.5", None, 1_000, 5_000)]
    )
    writes = Tokens(write_5m=1_000_000, write_1h=1_000_000, cache_read=1_000_000)
    assert cost(book, "claude-opus-4-8", AFTER, writes).cost == int(3.35 * DOLLAR)
    assert cost(book, "gpt-5.5", AFTER, writes).cost == int(2.1 * DOLLAR)
    given = PriceBook([PriceOverride("claude-opus-4-8", None, 1_000, 5_000, 0, 2_000, 3_000)])
    assert cost(given, "claude-opus-4-8", AFTER, writes).cost == 5 * DOLLAR


def test_a_model_that_nobody_prices_can_be_given_a_price() -> None:
    book = PriceBook([PriceOverride("house-model", date(2026, 11, 1), 2_000, 2_000)])
    assert cost(book, "house-model", BEFORE).status is PriceStatus.UNPRICED
    assert cost(book, "house-model", BEFORE).cost is None
    assert cost(book, "house-model", AFTER).cost == 2 * DOLLAR
    estimated = PriceBook([PriceOverride("codex-auto-review", None, 2_000, 2_000)])
    assert cost(estimated, "codex-auto-review", AFTER).status is PriceStatus.PRICED


def test_regions_still_count_unless_the_price_is_for_the_regional_id() -> None:
    plain = PriceBook([PriceOverride("claude-opus-4-8", None, 1_000, 1_000)])
    assert cost(plain, "us.anthropic.claude-opus-4-8", AFTER).cost == int(1.1 * DOLLAR)
    regional = PriceBook([PriceOverride("us.anthropic.claude-opus-4-8", None, 1_000, 1_000)])
    assert cost(regional, "us.anthropic.claude-opus-4-8", AFTER).cost == DOLLAR
    assert cost(regional, "claude-opus-4-8", AFTER).cost == 5 * DOLLAR
    both = PriceBook([*regional.overrides, PriceOverride("claude-opus-4-8", None, 2_000, 1_000)])
    assert cost(both, "us.anthropic.claude-opus-4-8", AFTER).cost == DOLLAR
    assert cost(both, "claude-opus-4-8", AFTER).cost == 2 * DOLLAR


def test_fast_calls_keep_the_tables_price() -> None:
    book = PriceBook([PriceOverride("claude-opus-4-8", None, 1_000, 1_000)])
    assert cost(book, "claude-opus-4-8", AFTER, speed="fast").cost == 10 * DOLLAR
    none = PriceBook([PriceOverride("claude-sonnet-4-6", None, 1_000, 1_000)])
    assert cost(none, "claude-sonnet-4-6", AFTER, speed="fast").status is PriceStatus.ESTIMATED
    assert cost(none, "claude-sonnet-4-6", AFTER, speed="fast").cost == DOLLAR


def test_the_newest_of_several_own_prices_is_used() -> None:
    days = [PriceOverride("gpt-5.5", date(2026, 11, day), day * 1_000, 0) for day in (20, 1, 10)]
    book = PriceBook(days)
    found = [cost(book, "gpt-5.5", parse_instant(f"2026-11-{day:02}")).cost for day in (1, 9, 10, 19, 20)]
    assert found == [DOLLAR, DOLLAR, 10 * DOLLAR, 10 * DOLLAR, 20 * DOLLAR]


def test_the_fingerprint_changes_with_the_prices_only() -> None:
    override = PriceOverride("gpt-5.5", None, 1_000, 1_000)
    assert PriceBook().fingerprint == PriceBook().fingerprint
    assert PriceBook([override]).fingerprint == PriceBook([override]).fingerprint
    prints = {
        PriceBook().fingerprint,
        PriceBook([override]).fingerprint,
        PriceBook([PriceOverride("gpt-5.5", None, 1_001, 1_000)]).fingerprint,
        PriceBook([PriceOverride("gpt-5.5", date(2026, 1, 1), 1_000, 1_000)]).fingerprint,
    }
    assert len(prints) == 4
    assert all(len(each) == 16 for each in prints)


@pytest.mark.parametrize("at", [BEFORE, AFTER])
def test_rates_say_from_when_until_when_they_hold(at: int) -> None:
    book = PriceBook([PriceOverride("claude-opus-4-8", date(2026, 11, 1), 4_000, 20_000)])
    rates = book.vector(CLAUDE, "claude-opus-4-8", at)
    assert rates.since <= at < rates.until
    assert parse_instant("2026-11-01") in (rates.since, rates.until)
