"""Models of other makers behind an agent: found by their own names alone, priced as their source says."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.clock import parse_instant
from tally_tui.ingest import price_update
from tally_tui.model import PriceStatus, Provider, Tokens
from tally_tui.rules import price_table
from tally_tui.rules.other_models import MAKERS, ROUTER, SOURCES
from tally_tui.rules.price_table import Row
from tally_tui.rules.prices import PriceBook

BOOK = PriceBook()
ROWS = BOOK.table.others.all()
OWN = sorted({name for row in BOOK.table.rows for name in (*row.names, *row.starts)})
AT = parse_instant("2026-11-20T12:00:00Z")
MILLION = Tokens(1_000_000, 0, 0, 0, 1_000_000)


def told(model: str, at: int = AT, provider: Provider = Provider.CLAUDE) -> tuple[str, str | None]:
    found = BOOK.price(provider, model, MILLION, at=at)
    return found.status.name, None if found.cost is None else f"{found.cost / 1e9:g}"


@pytest.mark.parametrize(
    ("model", "dollars"),
    [
        ("glm-4.6", "2.8"), ("GLM-4.6", "2.8"), ("zai/glm-4.6", "2.8"), ("zai-org/GLM-4.6", "2.8"),
        ("kimi-k3", "18"), ("moonshot/kimi-k3", "18"), ("grok-4", "18"), ("xai/grok-4", "18"),
        ("grok-3-fast", "30"), ("grok-code-fast-1", "1.7"), ("gemini/gemini-2.5-flash", "2.8"),
        ("vertex_ai/gemini-2.5-flash", "2.8"), ("google/gemini-2.5-flash", "2.8"), ("litellm_proxy/xai/grok-4", "18"),
        ("deepseek/deepseek-v3.2", "0.572"), ("deepseek-v3.2-20261001", "0.572"), ("openrouter/deepseek/deepseek-v3.2", "0.64"),
        ("qwen/qwen3-coder", "1.3"), ("codestral-latest", "1.2"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("provider", list(Provider))
def test_names_as_gateways_write_them(provider: Provider, model: str, dollars: str) -> None:
    assert told(model, provider=provider) == ("PRICED", dollars)


def test_a_makers_model_that_only_openrouter_lists_is_an_estimate() -> None:
    status, dollars = told("qwen3-coder-plus")
    assert (status, told("qwen/qwen3-coder-plus")) == ("ESTIMATED", ("PRICED", dollars))
    assert "OpenRouter's price stands in" in BOOK.price(Provider.CODEX, "dashscope/qwen3-max", MILLION, at=AT).rate


@pytest.mark.parametrize(
    ("time", "dollars", "part"),
    [("00:29", "0.685", ""), ("00:30", "1.37", "00:30–16:30 UTC"), ("16:29", "1.37", "00:30"), ("16:30", "0.685", "")],
)
def test_a_price_by_the_time_of_the_day(time: str, dollars: str, part: str) -> None:
    at = parse_instant(f"2026-11-20T{time}:00Z")
    assert told("deepseek-chat", at) == ("PRICED", dollars)
    rates = BOOK.vector(Provider.CLAUDE, "deepseek-chat", at)
    assert part in rates.rate and rates.since <= at < rates.until


@given(st.integers(AT - 400 * 86_400_000, AT), st.sampled_from(["deepseek-chat", "deepseek-v4-pro", "deepseek-flash"]))
def test_rates_hold_as_long_as_they_say(at: int, model: str) -> None:
    rates = BOOK.vector(Provider.CLAUDE, model, at)
    assert rates.since <= at < rates.until
    for other in (rates.since, rates.until - 1):
        assert BOOK.vector(Provider.CLAUDE, model, other).input == rates.input


@pytest.mark.parametrize(
    "model",
    [
        "ollama/deepseek-r1", "deepseek-r1:8b", "groq/grok-4", "lmstudio/qwen/qwen3-coder", "kimi", "grok", "gemini",
        "glm", "deepseek", "gemini-2.5-pro-ultra", "glm-4.6-mini", "kimi-k9", "openrouter/deepseek/deepseek-v99",
        "openrouter/zai/glm-4.6", "zai/kimi-k3", "xai/gemini-2.5-flash", "grok-4-fast-fast", "glm-4.6-fast", "/glm-4.6",
        "glm-4.6/", "a/b/glm-4.6",
    ],
)  # fmt: skip
def test_no_price_is_guessed(model: str) -> None:
    assert told(model) == told(model, provider=Provider.CODEX) == ("UNPRICED", None)


@given(
    st.sampled_from(OWN) | st.sampled_from(ROWS).map(lambda row: sorted(row.names)[0]),
    st.sampled_from(["-ultra", "-nano", "-9", ".7", "7", "x", "-mini-x", "-7b", ":7b", "-instruct-y", "-lite-2", "-dev"]),
)
def test_another_model_of_a_family_has_no_price_of_its_neighbours(name: str, more: str) -> None:
    """What is put behind a name makes it another model, unless that one is listed under just that name."""
    row = BOOK.find(Provider.CLAUDE, name + more)
    if name.startswith(("ft:", "gpt-4o-mini-2024-07-18.ft-")):
        return
    assert row is None or (name + more).replace(".", "-") in {each.replace(".", "-") for each in (*row.names, *row.starts)}


@given(st.sampled_from(ROWS), st.sampled_from(["ollama/", "groq/", "my-relay/", "x", "local."]))
def test_what_nobody_knows_before_a_name_takes_its_price_away(row: Row, before: str) -> None:
    assert all(BOOK.find(Provider.CLAUDE, before + name) is None for name in row.names)


def test_every_row_is_found_by_each_of_its_names() -> None:
    others = BOOK.table.others
    for raw, row in zip(json.loads(price_table.SHIPPED.read_bytes())["others"], ROWS, strict=True):
        for name in row.names:
            if raw["by"] == ROUTER:
                found = others.find(f"{ROUTER}/{name}")
                assert found is not None and name in found.row.names
            elif raw["by"] != "zhipuai":
                prefix = next(each for each, maker in MAKERS.items() if maker == raw["by"] and each != "z-ai")
                found = others.find(name if raw["by"] == "mistral" else f"{prefix}/{name}")
                assert found is not None, name


def test_a_damaged_row_has_no_price_and_harms_no_other() -> None:
    good = {"by": "zai", "id": "a", "is": ["glm-a"], "prices": [{"tiers": [[0, 1_000_000, 1, 1, 1, 1]]}]}
    bad: list[Any] = [{"by": "zai", "id": "b", "is": ["glm-b"], "prices": 3}, {"by": 1, "is": []}, 7, {"is": [3]}]
    table = {
        "schema": "tally.prices/1", "as_of": "2026-01-02", "source": "a test", "search": {"claude": 0, "codex": 0},
        "models": [], "others": [*bad, good], "multipliers": [],
    }  # fmt: skip
    for text in (json.dumps(table).encode(), price_update.as_json(table)):
        book = PriceBook(table=price_table.read(text))
        assert book.find(Provider.CLAUDE, "glm-b") is None
        assert book.vector(Provider.CLAUDE, "zai/glm-a", 0).cost(1_000, 0, 0, 0, 0) == 1_000_000
    whole = price_update.as_json({**table, "others": [good]})
    cut = PriceBook(table=price_table.read(whole.replace(b'"glm-a"]', b'"glm-a"')))
    assert cut.find(Provider.CLAUDE, "glm-a") is None


@pytest.mark.parametrize("moment", ["2025-12-01T12:00", "2026-07-15T23:00", "2026-09-20T12:00", "2026-11-20T02:00"])
def test_other_models_cost_what_the_source_says(moment: str) -> None:
    genai = pytest.importorskip("genai_prices")
    from genai_prices.data import providers

    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    known = {provider.id: provider for provider in providers}
    usage = genai.Usage(input_tokens=90_000, cache_read_tokens=40_000, output_tokens=7_000)
    tokens = Tokens(50_000, 0, 0, 40_000, 7_000)
    compared = 0
    for by in (*SOURCES, ROUTER):
        models = {model.id: model for model in known[by].models}
        for raw, row in zip(json.loads(price_table.SHIPPED.read_bytes())["others"], ROWS, strict=True):
            if raw["by"] != by:
                continue
            name = f"{ROUTER}/{raw['is'][0]}" if by == ROUTER else raw["is"][0]
            if BOOK.find(Provider.CLAUDE, name) is not row:
                continue  # another list's, looked at before
            found = BOOK.vector(Provider.CLAUDE, name, round(at.timestamp() * 1000))
            theirs = models[raw["id"]].calc_price(usage, known[by], genai_request_timestamp=at, price_context={})
            ours = found.for_prompt(tokens.prompt).cost(tokens.input, 0, 0, tokens.cache_read, tokens.output)
            assert ours == int((theirs.total_price * 10**9).quantize(Decimal(1))), raw["id"]
            compared += 1
    assert compared > 500


def test_what_agents_log_of_claude_the_other_way_round() -> None:
    for one, other in [
        ("anthropic/claude-4-6-sonnet", "claude-sonnet-4-6"), ("claude-4.5-haiku", "claude-haiku-4-5"),
        ("claude-4-6-opus-fast", "claude-opus-4-6-fast"), ("claude-5-mythos", "claude-mythos-5"),
        ("claude-sonnet-3-5", "claude-3-5-sonnet"), ("claude-4-6-sonnet-20260218", "claude-sonnet-4-6"),
        ("openrouter/anthropic/claude-4.6-opus", "claude-opus-4-6"), ("claude-5-5-opus[1m]", "claude-opus-5-5"),
    ]:  # fmt: skip
        assert BOOK.price(Provider.CLAUDE, one, MILLION, at=AT) == BOOK.price(Provider.CLAUDE, other, MILLION, at=AT)
        assert told(one)[0] == "PRICED"


@pytest.mark.parametrize(
    ("model", "rate"),
    [
        ("claude-opus-4-8-fast", "claude-opus-4-8 · fast ×2"),
        ("claude-opus-4-8-fast-20260601", "claude-opus-4-8 · fast ×2"),
        ("openai/gpt-5.5-fast", "gpt-5.5 · fast ×2.5"),
        ("gpt-5.5(high)", "gpt-5.5"),
        ("@anthropic/claude-opus-4.8", "claude-opus-4-8"),
        ("openai:gpt-5.5", "gpt-5.5"),
        ("vertex_ai/claude-opus-4-8@20260501", "claude-opus-4-8"),
        ("bedrock/us-west-2/anthropic.claude-opus-4-8", "claude-opus-4-8"),
        ("bedrock/converse/eu.anthropic.claude-opus-4-8", "claude-opus-4-8 · eu ×1.1"),
        ("azure/global/gpt-5.5", "gpt-5.5"),
        ("azure/eu/gpt-5.5", "gpt-5.5 · estimated: the price in region eu is not known"),
        ("vercel/anthropic/claude-opus-4.8:thinking", "claude-opus-4-8"),
    ],
)
def test_wrappings_of_relays(model: str, rate: str) -> None:
    found = BOOK.price(Provider.CODEX, model, Tokens(1, 0, 0, 0, 1), at=AT)
    assert found.rate.partition(" · since")[0] == rate
    assert (found.status is PriceStatus.PRICED) == ("estimated" not in rate)
