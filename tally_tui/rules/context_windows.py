"""How many tokens a conversation with a model may hold.

Codex logs say it themselves. Claude Code's do not: its models take 200,000 tokens, the fifth
generation a million (context windows of genai-prices 0.2.3), and those of the fourth a million when
a session was started with `…[1m]`, which the logs do not repeat: it shows when more than 200,000 were read.
"""

from __future__ import annotations

import re
from typing import Final

from tally_tui.model import Provider

USUAL: Final = 200_000
LARGE: Final = 1_000_000
_FIFTH: Final = re.compile(r"claude-(?:sonnet|opus|haiku|fable|mythos)-5\b")
_EITHER: Final = re.compile(r"claude-(?:sonnet-4(?:-0|-5|-6|-2025\d{4})?|opus-4-[678])\b")


def window_of(provider: Provider, model: str, logged: int | None, peak: int) -> int | None:
    """The tokens that fit; None where nothing tells.

    Args:
        provider: whose agent it is.
        model: the model that answered last, as logged.
        logged: what the log says fits.
        peak: the most tokens that an answer was given to read.
    """
    if logged is not None:
        return logged if peak <= logged else None
    if provider is not Provider.CLAUDE or "claude" not in model:
        return None
    large = model.endswith("[1m]") or bool(_FIFTH.search(model)) or (peak > USUAL and bool(_EITHER.search(model)))
    window = LARGE if large else USUAL
    return window if peak <= window else None
