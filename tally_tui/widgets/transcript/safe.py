"""Text of many lines made safe to draw: nothing in it reaches the terminal as anything but a sign."""

from __future__ import annotations

import re

from rich.cells import cell_len
from textual.content import Content, Span

from tally_tui.widgets.text import clean

LONGEST = 4_000
"""A line of more characters than this is shown in part: nobody reads it, and it would cost seconds."""

_BREAKS = re.compile("\r\n|[\n\x0b\x0c\x85\u2028\u2029]|\r(?!\n)")
_NEEDS_CARE = re.compile(r"[^\x20-\x7e]")
# Zero-width joiners and selectors make terminals disagree about widths; marks piled up overflow their line.
_WIDTHLESS = re.compile("[\u200c\u200d\ufe00-\ufe0f\U000e0000-\U000e0fff]")
_PILED = re.compile("([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{2})"
                    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+")  # fmt: skip
TAB = 4


def line(text: str) -> str:
    """One line without breaks, harmless."""
    if not _NEEDS_CARE.search(text):
        return text
    return clean(_PILED.sub(r"\1", _WIDTHLESS.sub("", text)))


def lines(text: str, longest: int = LONGEST) -> list[str]:
    """The lines of a text, each harmless, with tabs widened and the longest cut (saying how much is cut)."""
    text = text.removesuffix("\n")
    found = text.split("\n") if text.isascii() and "\r" not in text else _BREAKS.split(text)
    return [short(line(each.expandtabs(TAB) if "\t" in each else each), longest) for each in found]


def block(text: str, longest: int = LONGEST) -> str:
    """The same as one text."""
    return "\n".join(lines(text, longest))


def short(text: str, longest: int = LONGEST) -> str:
    """A line that is not longer than can be read, saying what is left out."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]} … {len(text) - longest:,} more characters"


def fold(content: Content, width: int) -> list[Content]:
    """Cut a line into pieces of at most `width` cells, wherever they end; nothing of it is lost."""
    text, width = content.plain, max(width, 2)
    if len(text) <= width and cell_len(text) <= width:
        return [content]
    ends: list[int] = []
    if text.isascii():
        ends = list(range(width, len(text), width))
    else:
        used = 0
        for place, sign in enumerate(text):
            cells = cell_len(sign)
            if used + cells > width:
                ends.append(place)
                used = 0
            used += cells
    return _pieces(content, ends)


def _pieces(content: Content, ends: list[int]) -> list[Content]:
    if not content.spans:
        text = content.plain
        return [Content(text[start:end]) for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
    return list(content.divide(ends)) if ends else [content]


def styled(text: str, spans: list[tuple[int, int, str]]) -> Content:
    """Text with named styles on stretches of it."""
    return Content(text, spans=[Span(start, end, style) for start, end, style in spans if end > start])
