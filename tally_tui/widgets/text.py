"""Text from logs, made safe to draw: the one border that all of it crosses."""

from __future__ import annotations

import re

from rich.cells import cell_len, set_cell_size

from tally_tui.rules.plain_text import unpiled

_HOSTILE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)


def clean(text: str) -> str:
    """The text with every control, escape, direction and invisible character made visible.

    Line breaks and tabs become spaces; the result is one line that no terminal obeys.
    """
    if text.isascii():
        return _HOSTILE.sub(_visible, text) if not text.isprintable() else text
    return _HOSTILE.sub(_visible, unpiled(text))


def _visible(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code in (0x09, 0x0A, 0x0D):
        return " "
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "�"


def crop(text: str, width: int) -> str:
    """The text in at most `width` cells, with … where something was left out."""
    if cell_len(text) <= width:
        return text
    return "…" if width == 1 else set_cell_size(text, width - 1).rstrip() + "…" if width > 0 else ""


def fit(text: str, width: int, right: bool = False) -> str:
    """The text in exactly `width` cells."""
    text = crop(text, width)
    pad = " " * (width - cell_len(text))
    return pad + text if right else text + pad
