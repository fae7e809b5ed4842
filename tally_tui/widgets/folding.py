"""Rows with others folded away below them: which row is where, and on which line."""

from __future__ import annotations

from collections.abc import Mapping


class Folding:
    """`unfolded`: place of a row among its equals → how many rows stand below it. All others are folded.

    A row is `tall` lines high, one that stands below another a single line.
    """

    def __init__(self, unfolded: Mapping[int, int] | None = None, tall: int = 1) -> None:
        self._open = sorted((unfolded or {}).items())
        self.tall = tall

    def count(self, places: int) -> int:
        """All rows, of so many that stand below none."""
        return places + sum(count for _, count in self._open)

    def place(self, row: int) -> tuple[int, int | None]:
        """The place of a row, or that of the row it stands below and its number there."""
        shift = 0
        for place, count in self._open:
            first = place + shift + 1
            if row < first:
                break
            if row < first + count:
                return place, row - first
            shift += count
        return row - shift, None

    def row_of(self, place: int, below: int | None = None) -> int:
        """The row at a place, or one of those below it."""
        row = place + self._before(place)
        return row if below is None else row + 1 + below

    def line_of(self, row: int) -> int:
        """A row's first line."""
        place, below = self.place(row)
        line = place * self.tall + self._before(place)
        return line if below is None else line + self.tall + below

    def row_at(self, line: int) -> tuple[int, int]:
        """The row a line is of, and which of its lines."""
        shift = 0
        for place, count in self._open:
            first = (place + 1) * self.tall + shift
            if line < first:
                break
            if line < first + count:
                return self.row_of(place, line - first), 0
            shift += count
        place, part = divmod(line - shift, self.tall)
        return self.row_of(place), part

    def _before(self, place: int) -> int:
        return sum(count for other, count in self._open if other < place)
