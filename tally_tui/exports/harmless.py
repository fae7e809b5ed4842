"""Text of many lines that no terminal and no viewer acts on: what is not plain text is written out."""

from __future__ import annotations

import re

from tally_tui.rules.plain_text import on_lines

_COLOURS = re.compile(r"\x1b\[[0-9;:?]*[A-Za-z]|\x1b\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]")


def harmless(text: str) -> str:
    """The text with line breaks as `\\n`; control, direction and invisible characters as `\\x1b`, `\\u202e`."""
    return on_lines(text)


def plain_output(text: str) -> str:
    """What a command put out, without its colours and cursor moves; the rest as `harmless` has it."""
    return harmless(_COLOURS.sub("", text) if "\x1b" in text else text)


def one_line(text: str, longest: int = 120) -> str:
    """The beginning of a text on one line."""
    words = " ".join(harmless(text[: longest * 8]).split())
    return words if len(words) <= longest else words[: longest - 1] + "…"
