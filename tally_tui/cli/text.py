"""Text that is safe to show: titles, branches and folders come from logs and may hold anything."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from tally_tui.rules.plain_text import on_one_line


def shown(text: str) -> str:
    """The text with everything a terminal would act on, or nobody would see, written out (`\\x1b`), on one line."""
    return on_one_line(text)


def cells(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    seen = (each for each in text if not unicodedata.combining(each))
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in seen)


def listed(words: Iterable[str]) -> str:
    """`a, b and c`."""
    *most, last = list(words)
    return f"{', '.join(most)} and {last}" if most else last


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word that was most likely meant, if any is close."""
    import difflib

    near = difflib.get_close_matches(word.lower(), list(words), 1, 0.6)
    return near[0] if near else None


def time_left(seconds: float) -> str:
    """`3 s left`, `2 min left`."""
    return f"{max(1, round(seconds))} s left" if seconds < 99.5 else f"{round(seconds / 60)} min left"
