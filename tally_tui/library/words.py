"""Texts → the words of the index, and what is typed → the same words.

Words are runs of letters and digits of one kind (see `folding`): Latin ones end where another script begins, and have
no case, accents or width. A run of a script without spaces is written as its overlapping pairs and its last letter,
so that any part of it is found. All that is not ASCII is cut and folded here, not by SQLite, whose tables of letters
differ from version to version: its `ascii` tokenizer takes what is left as it is. **Marks** are words that no text can
hold (Unicode's private area counts as no letters: the pictures in a shell's prompt are no part of the word beside
them); they let the index itself choose by facet, session and name.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby
from typing import Final

from tally_tui.library.folding import KINDS, NO_LETTER, RUNNING, SPACED, UNSPACED, fold, fold_run, is_letter

_OTHER: Final = re.compile("[^\x00-\x7f]+")
_UNSPACED: Final = re.compile(f"[{RUNNING}]+")
_SPACED: Final = re.compile(f"[{SPACED}]+")
SHORT: Final = 24
"""Runs of so many letters that are not ASCII are remembered."""
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
    return _OTHER.sub(_indexed_run, text)


def _indexed_run(found: re.Match[str]) -> str:
    run = found[0]
    return _short_run(run) if len(run) <= SHORT else _whole_run(run)


def _whole_run(run: str) -> str:
    return _SPACED.sub(r" \g<0> ", _UNSPACED.sub(_pairs, fold_run(run))).translate(_LETTERS)


# The same dashes, dots and umlauts again and again.
_short_run = lru_cache(16_384)(_whole_run)


def _pairs(found: re.Match[str]) -> str:
    run = found[0]
    return " " + " ".join([run[at : at + 2] for at in range(len(run))]) + " "


class _Letters(dict[int, str]):
    """What a folded character is in the index: itself where it is a letter, else a space."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = letter = char if is_letter(char) else " "
        return letter


_LETTERS: Final = _Letters()


def words_of(text: str) -> list[str]:
    """The words the index has of a text, in their order; of a run without spaces its pairs (one letter: itself)."""
    found: list[str] = []
    for kind, letters in groupby(fold(text), KINDS.__getitem__):
        if kind == NO_LETTER:
            continue
        run = "".join(letters)
        if kind == UNSPACED and len(run) > 1:
            found += [run[at : at + 2] for at in range(len(run) - 1)]
        else:
            found.append(run)
    return found
