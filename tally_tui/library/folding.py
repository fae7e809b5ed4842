"""Texts as they are compared: composed, without case, accents and width, and the way back to their own places.

A text may spell a letter in one piece or as a letter and marks behind it (NFC, NFD); both are the same text here.
What counts as a letter, and where a word ends, is decided here alone: the index is filled with these letters, and a
text is held against what is searched by them.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

RUNNING: Final = (
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3041-\u3096\u3099-\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U0001aff0-\U0001b16f"
    "\U00020000-\U0003ffff"
    "\u1100-\u11ff\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb"
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e50-\u0e59\u0e81-\u0ebd\u0ec0-\u0ec6\u0ec8-\u0ecd\u0ed0-\u0ed9\u0edc-\u0edf"
    "\u1000-\u1049\u1050-\u109d\ua9e0-\ua9fe\uaa60-\uaa76\uaa7a-\uaac2\uaadb-\uaadd"
    "\u1780-\u17d3\u17d7\u17dc-\u17dd\u17e0-\u17e9\u1950-\u196d\u1970-\u1974\u1980-\u19ab\u19b0-\u19c9\u19d0-\u19da"
    "\u1a20-\u1a5e\u1a60-\u1a7c\u1a7f-\u1a89\u1a90-\u1a99\u1aa7\u1b00-\u1b4c\ua980-\ua9c0\ua9cf-\ua9d9"
)
"""Scripts whose words follow each other without a space (Chinese, Japanese, Thai, Lao, Burmese, Khmer …), and Korean,
whose particles are written to the word: any part of a run is found."""
SPACED: Final = (
    "\u0370-\u0e00\u0f00-\u10ff\u1200-\u177f\u1800-\u1cff\u1f00-\u1fff\u2c00-\u2c5f\u2c80-\u2dff\ua000-\ua6ff"
    "\ua800-\ua95f\ua9e0-\uab2f\uab70-\uabff\ufb07-\ufdff\ufe70-\ufeff\U00010000-\U0001d3ff\U0001e000-\U0001efff"
)
"""Where the letters of all other scripts but Latin lie."""
_RUNNING: Final = re.compile(f"[{RUNNING}]")
_SPACED: Final = re.compile(f"[{SPACED}]")

NO_LETTER, LATIN, OTHER, UNSPACED = range(4)
"""Kinds of characters: a word is a run of one kind. `LATIN` are digits too."""

_RUN: Final = re.compile("[^\x00-\x7f]+")
_STRUCK: Final = "\u0338"
_WITH_SIGN: Final = re.compile("[<=>]?[^\x00-\x7f]+")
"""Of what is ASCII only these make another sign with a mark behind them, that one; letters lose it."""
_WITH_BASE: Final = re.compile("[\x00-\x7f]?[^\x00-\x7f]+")
_HALF: Final = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc]")
_SHORT: Final = 24
"""Runs of so many letters that are not ASCII are remembered: the same dashes, dots and umlauts again and again."""


def is_accent(char: str) -> bool:
    """Whether a mark does not count: accents, Hebrew and Arabic points, variation selectors. Vowel signs do count."""
    if not unicodedata.category(char).startswith("M"):
        return False
    order = unicodedata.combining(char)
    return (
        order == 1 or 10 <= order <= 36 or 200 <= order <= 240
        or unicodedata.category(char) == "Me" or char == "\u034f" or "\u180b" <= char <= "\u180f"
        or "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    )  # fmt: skip


def is_letter(char: str) -> bool:
    """Whether a (folded) character is part of a word."""
    return char.isalnum() or (not char.isascii() and unicodedata.category(char).startswith("M") and not is_accent(char))


class _Kinds(dict[str, int]):
    """The kind of each folded character."""

    def __missing__(self, char: str) -> int:
        if _RUNNING.match(char):
            kind = UNSPACED
        elif not is_letter(char):
            kind = NO_LETTER
        else:
            kind = OTHER if _SPACED.match(char) else LATIN
        self[char] = kind
        return kind


KINDS: Final = _Kinds()


class _Folded(dict[int, str]):
    """What each character of a composed text is, folded: one character, or none."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_char(chr(code))
        return folded


def _fold_char(char: str) -> str:
    if is_accent(char):
        return ""
    base, *marks = [*unicodedata.normalize("NFD", char)]
    # A sign that is struck out is another sign.
    if marks and base.isalnum() and all(map(is_accent, marks)):
        char = base
    low = char.casefold()
    low = low if len(low) == 1 else char.lower()
    # Cherokee's small letters are folded to capitals.
    return low.lower() if len(low) == 1 and len(low.lower()) == 1 else char


class _Narrow(dict[int, str]):
    """Letters and digits in their usual width."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = narrow = unicodedata.normalize("NFKC", char) if _HALF.match(char) else char
        return narrow


_FOLDED: Final = _Folded()
_NARROW: Final = _Narrow()


def joins(char: str) -> bool:
    """Whether a character is a part of the letter before it: a mark, a vowel or final of a Korean syllable."""
    return not char.isascii() and (
        "\u1160" <= char <= "\u11ff" or "\uff9e" <= char <= "\uff9f" or "\uffc2" <= char <= "\uffdc"
        or unicodedata.category(char).startswith("M")
    )  # fmt: skip


def composed(text: str) -> str:
    """The text with every letter in one piece, where there is such a letter."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """The text as it is compared with others."""
    if text.isascii():
        return text.lower()
    # Most of what is not ASCII stands alone among what is.
    return (_WITH_SIGN if _STRUCK in text else _RUN).sub(_fold_match, text).lower()


def _fold_match(found: re.Match[str]) -> str:
    return fold_run(found[0])


def fold_run(run: str) -> str:
    """As `fold`, of what is not ASCII."""
    return _short_run(run) if len(run) <= _SHORT else _whole_run(run)


def _whole_run(run: str) -> str:
    if _HALF.search(run):
        run = run.translate(_NARROW)
    return composed(run).translate(_FOLDED)


_short_run = lru_cache(16_384)(_whole_run)


class Text:
    """A text, and the forms in which terms look at it, each made when it is asked for."""

    __slots__ = ("_composed", "_folded", "_starts", "own")

    def __init__(self, own: str) -> None:
        self.own = own
        self._folded: str | None = None
        self._composed: str | None = None
        self._starts: dict[bool, list[int] | None] = {}

    @property
    def folded(self) -> str:
        """For words and signs."""
        if self._folded is None:
            self._folded = fold(self.own)
        return self._folded

    @property
    def composed(self) -> str:
        """For patterns."""
        if self._composed is None:
            self._composed = composed(self.own)
        return self._composed

    def span(self, start: int, end: int, *, folded: bool) -> tuple[int, int]:
        """Where [start, end) of the folded or composed form stands in the text itself: letters with all their marks."""
        if self.is_even(folded=folded):
            return start, end
        starts = self._starts[folded]
        assert starts is not None
        # A letter of several characters is taken whole.
        return starts[start], starts[end] if starts[end] > starts[end - 1] else starts[_after(starts, end)]


    def is_even(self, *, folded: bool) -> bool:
        """Whether each character of the folded or composed form stands where it does in the text."""
        if self.own.isascii():
            return True
        if folded not in self._starts:
            even = unicodedata.is_normalized("NFC", self.own) and (
                not folded or (len(self.folded) == len(self.own) and not _HALF.search(self.own))
            )
            self._starts[folded] = None if even else _starts(self.own, fold if folded else composed)
        return self._starts[folded] is None


def _after(starts: list[int], at: int) -> int:
    return bisect_left(starts, starts[at] + 1, at)


def _starts(text: str, form: Callable[[str], str]) -> list[int] | None:
    """For each character of a text's form where it begins in the text, and the text's end; None: where it is itself."""
    found: list[int] = []
    even = True
    at = 0
    for match in _WITH_BASE.finditer(text):
        start, end = match.span()
        found.extend(range(at, start))
        run = match[0]
        if unicodedata.is_normalized("NFC", run) and not _HALF.search(run) and len(form(run)) == len(run):
            found.extend(range(start, end))
        else:
            even = False
            for low, high in _letters(run):
                found.extend([start + low] * len(form(run[low:high])))
        at = end
    if even:
        return None
    found.extend(range(at, len(text)))
    found.append(len(text))
    return found


def _letters(run: str) -> Iterator[tuple[int, int]]:
    """[start, end) of each letter with what composes with it: none is composed across."""
    start = 0
    for at in range(1, len(run)):
        if not joins(run[at]):
            yield start, at
            start = at
    yield start, len(run)
