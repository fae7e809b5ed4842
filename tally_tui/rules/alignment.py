"""Two lists of texts laid side by side: the same and the similar next to each other, in the order of both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

ALIKE: Final = 0.5
"""Texts that share so much of their words are similar."""
_LOOKED_AT: Final = 2_000
"""Characters of a text that are compared."""
_MOST: Final = 60_000
"""Pairs of texts that are compared between two equal ones; of more only the equal ones are found."""
_WORD: Final = re.compile(r"\w+")


def align(left: Sequence[str], right: Sequence[str]) -> list[tuple[int | None, int | None, float]]:
    """(number in `left`, number in `right`, how alike: 1 the same) in the order of both; None: nothing beside it."""
    ours, theirs = [_plain(text) for text in left], [_plain(text) for text in right]
    found: list[tuple[int | None, int | None, float]] = []
    a = b = 0
    for match in SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks():
        found += _between(ours, theirs, (a, match.a), (b, match.b))
        found += [(match.a + n, match.b + n, 1.0) for n in range(match.size)]
        a, b = match.a + match.size, match.b + match.size
    return found


def _between(
    ours: Sequence[str], theirs: Sequence[str], mine: tuple[int, int], other: tuple[int, int]
) -> list[tuple[int | None, int | None, float]]:
    """What lies between two equal texts, the most alike pairs together."""
    rows, columns = mine[1] - mine[0], other[1] - other[0]
    if not rows or not columns or rows * columns > _MOST:
        return [(n, None, 0.0) for n in range(*mine)] + [(None, n, 0.0) for n in range(*other)]
    said = [_words(ours[n]) for n in range(*mine)]
    heard = [_words(theirs[n]) for n in range(*other)]
    alike = [[_likeness(one, each) for each in heard] for one in said]
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for row in reversed(range(rows)):
        for column in reversed(range(columns)):
            together = alike[row][column] + best[row + 1][column + 1] if alike[row][column] >= ALIKE else -1.0
            best[row][column] = max(together, best[row + 1][column], best[row][column + 1])
    found: list[tuple[int | None, int | None, float]] = []
    row = column = 0
    while row < rows and column < columns:
        likeness = alike[row][column]
        if likeness >= ALIKE and best[row][column] == likeness + best[row + 1][column + 1]:
            found.append((mine[0] + row, other[0] + column, likeness))
            row, column = row + 1, column + 1
        elif best[row][column] == best[row + 1][column]:
            found.append((mine[0] + row, None, 0.0))
            row += 1
        else:
            found.append((None, other[0] + column, 0.0))
            column += 1
    found += [(mine[0] + n, None, 0.0) for n in range(row, rows)]
    return found + [(None, other[0] + n, 0.0) for n in range(column, columns)]


def _plain(text: str) -> str:
    return " ".join(text[:_LOOKED_AT].casefold().split())


def _words(text: str) -> frozenset[str]:
    """A text's words; of those that no spaces part (Chinese, Japanese) every two signs that stand together."""
    found: set[str] = set()
    for word in _WORD.findall(text):
        if word.isascii() or len(word) < 3:
            found.add(word)
        else:
            found.update(word[at : at + 2] for at in range(len(word) - 1))
    return frozenset(found)


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the words that both have, 0 to 1."""
    if not one or not other:
        return 0.0
    return 2 * len(one & other) / (len(one) + len(other))
