"""What calls cost: the figures of real price lists, and the arithmetic that every sum stands on."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.clock import parse_instant
from tally_tui.model import PriceStatus, Provider, Tokens
from tally_tui.rules.prices import PriceBook, price

CLAUDE, CODEX = Provider.CLAUDE, Provider.CODEX
BOOK = PriceBook()
JULY_2026 = parse_instant("2026-07-15T10:01:00Z")
COUNT = st.integers(0, 3_000_000)


def dollars(text: str) -> int:
    """Nano-dollars."""
    return int(Fraction(text) * 10**9)


def claude(
    model: str, fresh: int, w5: int, w1: int, read: int, output: int, at: int = JULY_2026, **how: Any
) -> Any:
    return price(CLAUDE, model, Tokens(fresh, w5, w1, read, output), at=at, **how)


def codex(model: str, prompt: int, cached: int, output: int, at: int = JULY_2026, **how: Any) -> Any:
    """Codex logs count cached tokens inside input."""
    return price(CODEX, model, Tokens(prompt - cached, 0, 0, cached, output), at=at, **how)


@pytest.mark.parametrize(
    ("model", "tokens", "how", "cost"),
    [
        # One-hour cache writes are 2 × input.
        ("claude-opus-4-6", (10, 0, 1_000_000, 0, 10), {}, "10.000300"),
        # The long-context tier of Sonnet 4.5 takes the whole request: $6 and $22.50.
        ("claude-sonnet-4-5-20250929", (10, 50_000, 0, 200_000, 1_000), {}, "0.517560"),
        ("claude-sonnet-4-5-20250929", (1_000, 60_000, 0, 150_000, 1_000), {}, "0.568500"),
        # Opus 4.6 is flat since 2026-03-13.
        ("claude-opus-4-6", (10, 50_000, 0, 700_000, 1_000), {}, "0.687550"),
        # Fast mode, 6 ×.
        ("claude-opus-4-6", (1_000, 10_000, 0, 20_000, 1_000), {"speed": "fast"}, "0.615000"),
        # $10 per 1,000 web searches.
        ("claude-opus-4-6", (1_000, 0, 0, 0, 1_000), {"searches": 5}, "0.080000"),
        ("claude-opus-5", (1_000, 0, 0, 0, 1_000), {}, "0.030000"),
        # A regional Bedrock profile, 1.1 ×.
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", (1_000, 0, 0, 0, 1_000), {}, "0.019800"),
        # One million of each: 5 + 6.25 + 0.5 + 25.
        ("claude-opus-4-8", (1_000_000, 1_000_000, 0, 1_000_000, 1_000_000), {}, "36.75"),
        ("claude-opus-4-8", (1_000_000, 1_000_000, 0, 1_000_000, 1_000_000), {"speed": "fast"}, "73.50"),
        ("claude-sonnet-4-6", (300, 0, 0, 0, 2_500), {}, "0.0384"),
        ("claude-fable-5-1", (1_000_000, 0, 0, 1_000_000, 0), {}, "10.25"),
        ("claude-mythos-5-1", (1_000_000, 0, 1_000_000, 1_000_000, 1_000_000), {}, "80.25"),
        ("claude-haiku-5-5", (100_000, 0, 0, 0, 0), {}, "0.01"),
        ("claude-haiku-5-5", (100_001, 0, 0, 0, 0), {}, "0.0500005"),
    ],
)
def test_what_claude_calls_cost(model: str, tokens: tuple[int, ...], how: dict[str, Any], cost: str) -> None:
    found = price(CLAUDE, model, Tokens(*tokens), at=JULY_2026, **how)
    assert found.cost == dollars(cost)
    assert found.status is PriceStatus.PRICED


def test_two_sonnet_calls_of_four_streamed_lines() -> None:
    first, second = (
        claude("claude-sonnet-4-6", 500, 0, 0, 0, 2_000),
        claude("claude-sonnet-4-6", 300, 0, 0, 0, 3_000),
    )
    assert first.cost + second.cost == dollars("0.0774")


@pytest.mark.parametrize(
    ("model", "prompt", "cached", "output", "cost"),
    [
        ("gpt-5", 5_000, 1_000, 2_000, "0.025125"),
        ("gpt-5.1-codex", 1_000, 800, 100, "0.00135"),
        ("gpt-5.5", 1_000, 200, 100, "0.0071"),
        ("openai/gpt-5.5", 1_000, 200, 100, "0.0071"),
        # Over 272k of prompt: input and reads 2 ×, output 1.5 ×, at July's price.
        ("gpt-5.6-sol", 300_000, 290_000, 1_000, "0.435"),
    ],
)
def test_what_codex_calls_cost(model: str, prompt: int, cached: int, output: int, cost: str) -> None:
    found = codex(model, prompt, cached, output)
    assert found.cost == dollars(cost)
    assert found.status is PriceStatus.PRICED


def test_codex_cache_writes_are_dearer_from_gpt_5_6_on() -> None:
    written = Tokens(input=2_000, write_5m=6_000, cache_read=2_000, output=500)
    assert price(CODEX, "gpt-5.6-terra", written, at=JULY_2026).cost == dollars("0.03175")
    assert price(CODEX, "gpt-5.5", Tokens(write_5m=1_000), at=JULY_2026).cost == dollars("0.005")


def test_a_call_costs_what_its_model_cost_on_its_day() -> None:
    tokens = Tokens(input=300_000, output=1_000)

    def on(day: str) -> int | None:
        return price(CLAUDE, "claude-sonnet-4-6", tokens, at=parse_instant(day)).cost

    assert on("2026-02-10T12:00:00Z") == dollars("1.8225")
    assert on("2026-03-12T23:59:59.999Z") == dollars("1.8225")
    assert on("2026-03-13T00:00:00Z") == dollars("0.915")
    assert codex("gpt-5.6-sol", 1_000_000, 0, 0, at=parse_instant("2026-08-20T23:00:00Z")).cost == dollars(
        "10"
    )
    assert codex("gpt-5.6-sol", 1_000_000, 0, 0, at=parse_instant("2026-08-21T00:00:00Z")).cost == dollars(
        "8"
    )


def test_a_tier_begins_above_its_threshold() -> None:
    at = claude("claude-sonnet-4-5", 100_000, 50_000, 20_000, 30_000, 10)
    above = claude("claude-sonnet-4-5", 100_001, 50_000, 20_000, 30_000, 10)
    assert at.cost == dollars("0.61665")
    assert above.cost == dollars("1.233231")
    assert (at.rate, above.rate) == ("claude-sonnet-4-5", "claude-sonnet-4-5 · over 200k")


def test_the_rate_says_which_price_was_used() -> None:
    fast = claude("claude-opus-4-6", 1, 0, 0, 0, 1, speed="fast", region="us")
    assert fast.rate == "claude-opus-4-6 · fast ×6 · us ×1.1 · since 2026-03-13"
    assert claude("claude-opus-4-8", 1, 0, 0, 0, 1, speed="fast").rate == "claude-opus-4-8 · fast ×2"
    long = codex("gpt-5.6-sol", 300_000, 0, 0, at=parse_instant("2026-11-01"))
    assert long.rate == "gpt-5.6-sol · over 272k · since 2026-08-21"
    assert claude("claude-haiku-9", 1, 0, 0, 0, 1).rate == "no price is known"


def test_fast_mode_of_opus_4_6_had_the_long_context_tier_while_it_lasted() -> None:
    day = parse_instant("2026-02-20")
    assert claude("claude-opus-4-6", 200_000, 0, 0, 0, 0, at=day, speed="fast").cost == dollars("6")
    assert claude("claude-opus-4-6", 300_000, 0, 0, 0, 10_000, at=day, speed="fast").cost == dollars("20.25")
    assert claude("claude-opus-4-6", 300_000, 0, 0, 0, 10_000, speed="fast").cost == dollars("10.5")


@pytest.mark.parametrize(
    ("model", "region", "factor"),
    [
        ("claude-opus-4-8", None, "1"),
        ("claude-opus-4-8", "", "1"),
        ("claude-opus-4-8", "global", "1"),
        ("claude-opus-4-8", "not_available", "1"),
        ("claude-opus-4-8", "us", "1.1"),
        ("us.anthropic.claude-opus-4-8", None, "1.1"),
        ("us.anthropic.claude-opus-4-8", "us", "1.1"),
        ("eu.anthropic.claude-opus-4-8", "not_available", "1.1"),
        ("apac.anthropic.claude-opus-4-8", None, "1.1"),
        ("jp.anthropic.claude-opus-4-8", None, "1.1"),
        ("au.anthropic.claude-opus-4-8", None, "1.1"),
        ("us-gov.anthropic.claude-opus-4-8", None, "1.2"),
        ("global.anthropic.claude-opus-4-8", None, "1"),
        ("anthropic.claude-opus-4-8", None, "1"),
        # Older than Sonnet 4.5: the same from every endpoint.
        ("us.anthropic.claude-opus-4-1-20250805-v1:0", None, "3"),
    ],
)
def test_where_a_call_ran_multiplies_its_tokens_but_not_its_searches(
    model: str, region: str | None, factor: str
) -> None:
    found = claude(model, 1_000_000, 0, 0, 0, 0, region=region, searches=100)
    assert found.cost == dollars("1") + dollars("5") * Fraction(factor)
    assert found.status is PriceStatus.PRICED


def test_what_is_not_known_of_a_price_makes_it_an_estimate() -> None:
    place = claude("claude-opus-4-8", 1_000_000, 0, 0, 0, 0, region="mars")
    assert (place.cost, place.status) == (dollars("5"), PriceStatus.ESTIMATED)
    assert place.rate == "claude-opus-4-8 · estimated: the price in region mars is not known"
    speed = claude("claude-sonnet-4-6", 100_000, 0, 0, 0, 0, speed="fast")
    assert (speed.cost, speed.status) == (dollars("0.3"), PriceStatus.ESTIMATED)
    assert "no fast price is known" in speed.rate
    batch = claude("claude-opus-4-8", 1_000_000, 0, 0, 0, 0, tier="batch")
    assert (batch.cost, batch.status) == (dollars("2.5"), PriceStatus.ESTIMATED)
    since = claude("claude-opus-4-8", 1_000_000, 0, 0, 0, 0, tier="batch", at=parse_instant("2026-10-14"))
    assert (since.cost, since.status) == (dollars("2.5"), PriceStatus.PRICED)
    assert since.rate == "claude-opus-4-8 · batch ×0.5 · since 2026-10-14"


def test_openai_tiers() -> None:
    day = parse_instant("2026-11-01")
    tiers = {
        None: "5",
        "default": "5",
        "auto": "5",
        "flex": "2.5",
        "priority": "12.5",
        "fast": "12.5",
        "batch": "2.5",
    }
    for tier, cost in tiers.items():
        found = codex("gpt-5.5", 200_000, 0, 0, at=day, tier=tier)
        assert (found.cost, found.status) == (dollars(cost) // 5, PriceStatus.PRICED), tier
    assert codex("gpt-5.5", 200_000, 0, 0, at=day, speed="fast").cost == dollars("2.5")
    # Before its price is known, a tier keeps its proportion to the standard price of the day.
    july = codex("gpt-5.6-sol", 100_000, 0, 0, tier="priority")
    assert (july.cost, july.status) == (dollars("1"), PriceStatus.ESTIMATED)


@pytest.mark.parametrize(
    ("model", "day", "stand_in"),
    [
        ("gpt-5-codex-mini", "2026-01-01", "gpt-5.1-codex-mini"),
        ("gpt-5.3-codex-spark", "2026-05-01", "gpt-5.3-codex"),
        ("codex-auto-review", "2026-03-01", "gpt-5.3-codex"),
        ("codex-auto-review", "2026-04-21T23:59:59Z", "gpt-5.3-codex"),
        ("codex-auto-review", "2026-04-22", "gpt-5.5"),
        ("codex-auto-review", "2026-11-20", "gpt-5.5"),
    ],
)
def test_a_price_that_stands_in_says_so(model: str, day: str, stand_in: str) -> None:
    at = parse_instant(day)
    found, other = codex(model, 9_000, 4_000, 700, at=at), codex(stand_in, 9_000, 4_000, 700, at=at)
    assert found.cost == other.cost
    assert found.status is PriceStatus.ESTIMATED
    assert found.rate.startswith(model)
    assert f"estimated: {stand_in} stands in" in found.rate


@pytest.mark.parametrize("model", ["", "unknown", "<synthetic>", "claude-opus-9", "gpt-7", "sonnet"])
@pytest.mark.parametrize("provider", list(Provider))
def test_an_unknown_model_is_unpriced_even_without_tokens(provider: Provider, model: str) -> None:
    for tokens in (Tokens(), Tokens(1, 2, 3, 4, 5)):
        found = price(provider, model, tokens, at=JULY_2026, speed="fast", region="us", searches=3)
        assert (found.cost, found.status) == (None, PriceStatus.UNPRICED)
    assert BOOK.vector(provider, model, JULY_2026).status is PriceStatus.UNPRICED


def test_a_call_without_tokens_of_a_known_model_costs_nothing() -> None:
    assert claude("claude-opus-5", 0, 0, 0, 0, 0).cost == 0


def test_rates_are_finer_than_a_nano_dollar() -> None:
    # Cached input at $0.005 per million: 5 nano-dollars for 1,000 tokens.
    assert codex("gpt-5-nano", 1_000, 1_000, 0).cost == 5_000
    # $0.0125: 12.5 nano-dollars for one token, half to even.
    day = parse_instant("2026-11-01")
    assert [codex("gpt-5-mini", count, count, 0, at=day, tier="flex").cost for count in (1, 2, 3)] == [
        12,
        25,
        38,
    ]


MODELS = st.sampled_from([(row.provider, row.id) for row in BOOK.table.rows])
TIERS = st.sampled_from([None, "standard", "priority", "flex", "batch"])


@given(
    model=MODELS,
    at=st.integers(0, 4_000_000_000_000),
    speed=st.sampled_from([None, "standard", "fast"]),
    tier=TIERS,
    region=st.sampled_from([None, "us", "global", "mars"]),
    counts=st.tuples(COUNT, COUNT, COUNT, COUNT, COUNT, st.integers(0, 50)),
)
def test_the_cost_is_the_exact_sum_rounded_half_to_even_once(
    model: tuple[Provider, str],
    at: int,
    speed: str | None,
    tier: str | None,
    region: str | None,
    counts: tuple[int, int, int, int, int, int],
) -> None:
    rates = BOOK.vector(*model, at, speed, tier, region)
    assert rates.since <= at < rates.until
    used = rates.for_prompt(sum(counts[:4]))
    each = (used.input, used.write_5m, used.write_1h, used.cache_read, used.output, used.search)
    exact = sum((Fraction(count * rate, 1000) for count, rate in zip(counts, each, strict=True)), Fraction())
    assert rates.cost(*counts) == used.cost(*counts) == round(exact)


@given(
    model=MODELS,
    counts=st.tuples(*[st.integers(0, 20_000)] * 5),
    more=st.tuples(*[st.integers(0, 5_000)] * 5),
)
def test_more_tokens_of_a_tier_never_cost_less(
    model: tuple[Provider, str], counts: tuple[int, ...], more: tuple[int, ...]
) -> None:
    rates = BOOK.vector(*model, JULY_2026)
    assert rates.cost(*counts) <= rates.cost(*(a + b for a, b in zip(counts, more, strict=True)))


@given(model=MODELS, a=st.tuples(*[st.integers(0, 10_000)] * 5), b=st.tuples(*[st.integers(0, 10_000)] * 5))
def test_two_calls_differ_from_one_of_both_by_a_nano_dollar_at_most(
    model: tuple[Provider, str], a: tuple[int, ...], b: tuple[int, ...]
) -> None:
    rates = BOOK.vector(*model, JULY_2026)
    both = rates.cost(*(x + y for x, y in zip(a, b, strict=True)))
    assert abs(rates.cost(*a) + rates.cost(*b) - both) <= 1


def test_no_price_of_the_table_is_rounded_by_a_region() -> None:
    for row in BOOK.table.rows:
        for period in row.periods:
            for tier in period.tiers:
                for rule in BOOK.table.multipliers:
                    if rule.provider is row.provider:
                        assert all((rate * rule.factor).denominator == 1 for rate in tier[1:]), row.id


def test_the_cache_does_not_grow_without_end() -> None:
    book = PriceBook()
    for number in range(25_000):
        book.vector(CODEX, "gpt-5", number, tier=f"tier-{number}")
    assert book.vector(CODEX, "gpt-5", 0).cost(1_000_000, 0, 0, 0, 0) == dollars("1.25")
    assert len(book._chains) <= 20_000
