"""Texts → the words of the index, and what is typed → the same words.

The index cuts at everything that is neither letter nor digit, and forgets case and accents. A run of
Chinese, Japanese or Korean has no spaces to cut at: it is written as its overlapping pairs and its last
letter, so that any part of it is found. **Marks** are words that no text can hold (their letters are
taken out of texts); they let the index itself choose by facet, session and name.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

CJK: Final = re.compile(
    "[\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\u1100-\u11ff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]+"
)
_OTHER: Final = re.compile("[^\x00-\x7f]+")
_MARKS: Final = re.compile("[\uf8e0-\uf8ef]+")
_SPECIAL: Final = re.compile(f"{CJK.pattern[:-2]}\uf8e0-\uf8ef]")
_FACET, _ERROR, _SESSION, _NAME = "\uf8e1", "\uf8e2", "\uf8e3", "\uf8e4"


def facet_mark(facet: int) -> str:
    return f"{_FACET}{facet}"


def error_mark() -> str:
    return _ERROR


def session_mark(name: int) -> str:
    """`name`: the session's number in its shard."""
    return f"{_SESSION}{name}"


def name_mark(name: int) -> str:
    """`name`: the number of a tool or path in its shard."""
    return f"{_NAME}{name}"


def indexed(text: str) -> str:
    """A text as it is given to the index, without its marks."""
    if text.isascii():
        return text
    if _SPECIAL.search(text):
        text = CJK.sub(_pairs, _MARKS.sub(" ", text))
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which no database takes
        text = text.encode("utf-8", "replace").decode()
    return text


def _pairs(found: re.Match[str]) -> str:
    run = found[0]
    return " " + " ".join([run[at : at + 2] for at in range(len(run))]) + " "


def words_of(text: str) -> list[str]:
    """The words the index has of a text, in their order; of a CJK run its pairs (one letter: itself)."""
    found: list[str] = []
    at = 0
    text = _MARKS.sub(" ", text)
    for run in CJK.finditer(text):
        found += _plain_words(text[at : run.start()])
        letters = run[0]
        found += [letters[i : i + 2] for i in range(len(letters) - 1)] or [letters]
        at = run.end()
    return found + _plain_words(text[at:])


def _plain_words(text: str) -> list[str]:
    if text.isascii():
        return re.findall(r"[0-9A-Za-z]+", text)
    letters = [char if _is_letter(char) else " " for char in text]
    return "".join(letters).split()


def ends_in_cjk(text: str) -> bool:
    return bool(text) and CJK.fullmatch(text[-1]) is not None


@lru_cache(4096)
def _is_letter(char: str) -> bool:
    # Accents that stand on their own belong to the letter before, as the index has it.
    category = unicodedata.category(char)
    return category[0] in "LN" or category in ("Co", "Mn")


def fold(text: str) -> str:
    """The text without case and accents, letter for letter: an offset in one is an offset in the other."""
    if text.isascii():
        return text.lower()
    # Most of what is not ASCII stands alone among what is.
    return _OTHER.sub(_fold_run, text).lower()


def _fold_run(found: re.Match[str]) -> str:
    return "".join(map(_folded, found[0]))


@lru_cache(8192)
def _folded(char: str) -> str:
    if char < "\x80":
        return char.lower()
    base = unicodedata.normalize("NFD", char)
    low = (base[0] if len(base) > 1 and unicodedata.combining(base[1]) else char).lower()
    return low if len(low) == 1 else char
