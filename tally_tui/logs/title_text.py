"""A session's title from a text of its log: secrets are masked before it is cut, for half of one is not known."""

from __future__ import annotations

from typing import Final

from tally_tui.logs.boilerplate import telling
from tally_tui.rules.redaction import masked

TITLE_LENGTH: Final = 300
_LOOKED_AT: Final = 16_384
"""Characters of a text that a title may come from."""


def title_text(text: str) -> str:
    """The beginning of a text on one line, at most `TITLE_LENGTH` characters."""
    return " ".join(masked(text[:_LOOKED_AT]).split())[:TITLE_LENGTH]


def prompt_title_text(prompt: str) -> str:
    """As `title_text`, from the first telling word of a prompt on; '' where an agent's program wrote all of it."""
    return " ".join(telling(masked(prompt[:_LOOKED_AT])).split())[:TITLE_LENGTH]
