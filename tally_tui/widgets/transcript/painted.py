"""Lines as they were painted, kept with the rows that they are of: to scroll is to paint few lines anew."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip

KEPT = 256
"""Rows whose lines are kept."""
Lines = list["Strip | None"]


class Painted:
    """Lines by row. Textual keeps with a strip what it makes of it, so that the same strip costs little again."""

    __slots__ = ("_rows",)

    def __init__(self) -> None:
        self._rows: dict[int, tuple[Sequence[Strip], object, Lines]] = {}

    def lines(self, row: int, drawn: Sequence[Strip], look: object) -> Lines:
        """The lines of a row, None where one was never painted; forgotten where it is drawn anew or looks different."""
        kept = self._rows.get(row)
        if kept is not None and kept[0] is drawn and kept[1] == look:
            return kept[2]
        if len(self._rows) >= KEPT:
            self._rows.clear()
        lines: Lines = [None] * len(drawn)
        self._rows[row] = (drawn, look, lines)
        return lines
