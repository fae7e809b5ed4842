"""Negated terms, asked of whole messages: a line has docs of several kinds, and none of them may have the term."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from tally_tui.library.facets import Facet, Flag
from tally_tui.library.folding import Text
from tally_tui.library.words import facet_mark

if TYPE_CHECKING:
    from tally_tui.library.phrases import Sought
    from tally_tui.library.search import Found

_COLUMNS: Final = "SELECT id, facet, name FROM doc WHERE file = ? AND offset = ? AND id"


class Negations:
    """The negated terms of a search."""

    def __init__(
        self, terms: Sequence[Sought], facets: frozenset[Facet], text: Callable[[Found, Facet, int], str | None]
    ) -> None:
        """`facets`: the kinds of text that are looked in; `text` reads the text of another doc of a found one's line,
        given its kind and name."""
        self._looked = [term for term in terms if term.negated and not term.verified and term.words]
        self._read = [term for term in terms if term.negated and term.verified]
        self._facets = facets
        self._text = text
        kinds = " OR ".join(f'"{facet_mark(facet)}"' for facet in sorted(facets))
        said = " OR ".join(f"({term.expression()})" for term in self._looked)
        self._expression = f"({kinds}) AND ({said})"

    def __bool__(self) -> bool:
        return bool(self._looked or self._read)

    def excludes(self, found: Found) -> bool:
        """Whether another doc of the line has one of the terms."""
        if not found.flags & Flag.SEVERAL:
            return False
        db = found.shard.db
        others = list(_others(db, found))
        if not others:
            return False
        # The docs of a line have numbers in a row.
        ends = min(found.id, others[0][0]), max(found.id, others[-1][0])
        if self._looked and db.execute(
            "SELECT 1 FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ? LIMIT 1", (self._expression, *ends)
        ).fetchone():
            return True
        for _, number, name in others if self._read else ():
            facet = Facet(number)
            if facet in self._facets and (text := self._text(found, facet, name)):
                said = Text(text)
                if any(term.holds(said) for term in self._read):
                    return True
        return False


def _others(db: sqlite3.Connection, found: Found) -> list[tuple[int, int, int]]:
    """(number, kind, name) of the line's other docs, by number."""
    line = found.file, found.offset
    before: list[tuple[int, int, int]] = []
    after: list[tuple[int, int, int]] = []
    for others, step in ((before, -1), (after, 1)):
        at = found.id + step
        while row := db.execute(f"{_COLUMNS} = ?", (*line, at)).fetchone():
            others.append(row)
            at += step
    return [*reversed(before), *after]
