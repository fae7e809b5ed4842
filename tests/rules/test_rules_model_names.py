"""Model ids in all their wrappings find the model they name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.model import Provider
from tally_tui.rules.model_names import normalise
from tally_tui.rules.prices import PriceBook

CLAUDE, CODEX = Provider.CLAUDE, Provider.CODEX
BOOK = PriceBook()


@pytest.mark.parametrize(
    ("logged", "row"),
    [
        ("claude-opus-5", "claude-opus-5"),
        ("claude-opus-5-5", "claude-opus-5-5"),
        ("claude-opus-5-20260724", "claude-opus-5"),
        ("claude-opus-4-20250514", "claude-opus-4-0"),
        ("claude-opus-4-1-20250805", "claude-opus-4-1"),
        ("claude-opus-4-6[1m]", "claude-opus-4-6"),
        ("Claude-Opus-4-6", "claude-opus-4-6"),
        ("claude-sonnet-4-20250514", "claude-sonnet-4-0"),
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5"),
        ("claude-sonnet-5@default", "claude-sonnet-5"),
        ("claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet"),
        ("claude-fable-5-1", "claude-fable-5-1"),
        ("claude-fable-5-1-20260901", "claude-fable-5-1"),
        ("anthropic/claude-fable-5.1", "claude-fable-5-1"),
        ("openrouter/anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"),
        ("anthropic/claude-opus-4.6-fast", "claude-opus-4-6"),
        ("vertex_ai/claude-haiku-4-5@20251001", "claude-haiku-4-5"),
        (
            "projects/p/locations/us-east5/publishers/anthropic/models/claude-opus-4-8",
            "claude-opus-4-8",
        ),
        ("anthropic.claude-opus-4-6-v1", "claude-opus-4-6"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0[1m]", "claude-sonnet-4-5"),
        ("eu.anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-3-5-sonnet"),
        ("us-gov.anthropic.claude-opus-5", "claude-opus-5"),
        ("bedrock/us.anthropic.claude-fable-5", "claude-fable-5"),
        (
            "arn:aws:bedrock:us-east-2:123456789012:inference-profile/us.anthropic.claude-opus-5-5",
            "claude-opus-5-5",
        ),
        ("claude-mythos-5", "claude-mythos-5"),
        ("claude-mythos-5-1", "claude-mythos-5-1"),
        ("claude-mythos-5-2", "claude-mythos-5-2"),
        ("claude-mythos-preview", "claude-mythos-preview"),
    ],
)
def test_claude_ids_find_their_model(logged: str, row: str) -> None:
    found = BOOK.find(CLAUDE, logged)
    assert found is not None
    assert (found.provider, found.id) == (CLAUDE, row)


@pytest.mark.parametrize(
    ("logged", "row"),
    [
        ("gpt-5", "gpt-5"),
        ("gpt-5-codex", "gpt-5"),
        ("gpt-5-2025-08-07", "gpt-5"),
        ("gpt-5.1-codex-max", "gpt-5.1"),
        ("gpt-5.1-codex-mini", "gpt-5.1-codex-mini"),
        ("gpt-5.2-20251211", "gpt-5.2"),
        ("gpt-5.3-codex", "gpt-5.3-codex"),
        ("openai/gpt-5.5", "gpt-5.5"),
        ("gpt-5.5-codex", "gpt-5.5"),
        ("gpt-5.6", "gpt-5.6-sol"),
        ("gpt-5.6-terra-2026-07-09", "gpt-5.6-terra"),
        ("gpt-6.1-sol", "gpt-6.1-sol"),
        ("gpt-daybreak-blue-latest", "gpt-daybreak-blue-latest"),
        ("codex-mini-latest", "codex-mini"),
        ("o4-mini-2025-04-16", "o4-mini"),
    ],
)
def test_codex_ids_find_their_model(logged: str, row: str) -> None:
    found = BOOK.find(CODEX, logged)
    assert found is not None
    assert (found.provider, found.id) == (CODEX, row)


@pytest.mark.parametrize(
    "logged",
    [
        "",
        " ",
        "unknown",
        "<synthetic>",
        "sonnet",
        "opus",
        "claude",
        "claude-opus",
        "claude-opus-9",
        "claude-fable-5-3",
        "gpt",
        "gpt-5.7",
        "gpt-5.6-sol-turbo",
        "ollama/gpt-oss-20b",
        "groq/gpt-5",
        "llama-4",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123",
    ],
)
def test_no_family_is_guessed(logged: str) -> None:
    assert BOOK.find(CLAUDE, logged) is None
    assert BOOK.find(CODEX, logged) is None


def test_what_the_wrapping_says_of_price_is_kept() -> None:
    assert normalise("us.anthropic.claude-sonnet-4-5-20250929-v1:0").region == "us"
    assert normalise("global.anthropic.claude-sonnet-4-5-20250929-v1:0").region == "global"
    assert normalise("anthropic.claude-opus-4-6-v1").region == ""
    assert normalise("anthropic/claude-opus-4.6-fast").fast
    assert not normalise("claude-opus-4-6").fast


def test_a_gateway_can_put_another_providers_model_behind_an_agent() -> None:
    found = BOOK.find(CLAUDE, "openai/gpt-5.5")
    assert found is not None
    assert (found.provider, found.id) == (CODEX, "gpt-5.5")


@given(st.text(max_size=60))
def test_any_text_is_taken_apart(text: str) -> None:
    name = normalise(text)
    assert name.bare == name.bare.lower()
    assert all(name.spellings)
    BOOK.find(CLAUDE, text)
