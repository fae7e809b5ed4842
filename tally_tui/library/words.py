"""Texts → the words of the index, and what is typed → the same words.

Words are cut at everything that is neither letter nor digit, and have no case and no accents. SQLite cuts and folds
too, by tables of its own: what is not ASCII is cut and folded here, so that both have the same words. A run of
Chinese, Japanese or Korean has no spaces to cut at: it is written as its overlapping pairs and its last
letter, so that any part of it is found. **Marks** are words that no text can hold (Unicode's private area counts as
no letters: the pictures in a shell's prompt are no part of the word beside them); they let the index itself choose
by facet, session and name.
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
UNSPACED: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
"""Thai, Lao, Burmese, Khmer: words follow each other without a space, so the index does not know them."""
_OTHER: Final = re.compile("[^\x00-\x7f]+")
_CARE: Final = re.compile(
    "[^\x00-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\xbf\xd7\xf7\u2000-\u2064\u20a0-\u20b9\u2190-\u23f3\u2500-\u26ff\u2701-\u2775"
    "\u2794-\u2b4c\u3008-\u3020]+"
)
"""What SQLite may not cut at as Python does. Lines, arrows and dashes, most of what is not ASCII, it cuts at."""
SHORT: Final = 24
"""Runs of so many letters that are not ASCII are remembered."""
_WORD: Final = re.compile(r"[^\W_]+")
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
    return _CARE.sub(_indexed_run, text)


def _indexed_run(found: re.Match[str]) -> str:
    run = found[0]
    return _short_run(run) if len(run) <= SHORT else _whole_run(run)


def _whole_run(run: str) -> str:
    return CJK.sub(_pairs, run.translate(_LETTERS))


# The same dashes, dots and umlauts again and again.
_short_run = lru_cache(16_384)(_whole_run)


def _pairs(found: re.Match[str]) -> str:
    run = found[0]
    return " " + " ".join([run[at : at + 2] for at in range(len(run))]) + " "


def words_of(text: str) -> list[str]:
    """The words the index has of a text, in their order; of a CJK run its pairs (one letter: itself)."""
    found: list[str] = []
    at = 0
    text = _cut(text)
    for run in CJK.finditer(text):
        found += _WORD.findall(text[at : run.start()])
        letters = run[0]
        found += [letters[i : i + 2] for i in range(len(letters) - 1)] or [letters]
        at = run.end()
    return found + _WORD.findall(text[at:])


def _cut(text: str) -> str:
    return _OTHER.sub(lambda run: run[0].translate(_LETTERS), text)


class _Letters(dict[int, str]):
    """What a character beyond ASCII is in the index: a folded letter, nothing (accents), or a space."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        # Letters that came later SQLite may not know, and would cut at: they are looked for in the texts.
        known = {"L": _folded(char), "N": _folded(char), "M": ""}.get(unicodedata.ucd_3_2_0.category(char)[0], " ")
        if known and not _WORD.fullmatch(known):
            known = " "  # a letter then, and no longer
        self[code] = letter = char if CJK.match(char) else known
        return letter


_LETTERS: Final = _Letters()


def ends_in_cjk(text: str) -> bool:
    return bool(text) and CJK.fullmatch(text[-1]) is not None


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
