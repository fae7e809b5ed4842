from __future__ import annotations

import pytest

from tally_tui.model import Provider
from tally_tui.rules.context_windows import window_of

CLAUDE, CODEX = Provider.CLAUDE, Provider.CODEX


@pytest.mark.parametrize(
    ("provider", "model", "logged", "peak", "window"),
    [
        (CLAUDE, "claude-opus-4-5-20251101", None, 90_000, 200_000),
        (CLAUDE, "claude-opus-4-5-20251101", None, 290_000, None),
        (CLAUDE, "claude-opus-4-8", None, 90_000, 200_000),
        (CLAUDE, "claude-opus-4-8", None, 290_000, 1_000_000),
        (CLAUDE, "claude-opus-4-8[1m]", None, 90_000, 1_000_000),
        (CLAUDE, "claude-sonnet-4-5-20250929", None, 290_000, 1_000_000),
        (CLAUDE, "claude-sonnet-4-20250514", None, 290_000, 1_000_000),
        (CLAUDE, "us.anthropic.claude-sonnet-5-v1:0", None, 10, 1_000_000),
        (CLAUDE, "claude-haiku-4-5", None, 10, 200_000),
        (CLAUDE, "claude-fable-5", None, 1_200_000, None),
        (CLAUDE, "glm-5", None, 10, None),
        (CODEX, "gpt-5.5", 258_400, 10, 258_400),
        (CODEX, "gpt-5.5", 258_400, 300_000, None),
        (CODEX, "gpt-5.5", None, 10, None),
    ],
)
def test_what_fits(provider: Provider, model: str, logged: int | None, peak: int, window: int | None) -> None:
    assert window_of(provider, model, logged, peak) == window
