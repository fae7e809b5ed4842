"""The heights of very many rows: where each begins, and which one holds a line, in O(log n)."""

from __future__ import annotations

from collections.abc import Iterable


class Heights:
    """A Fenwick tree of lines per row."""

    __slots__ = ("_each", "_step", "_tree", "total")

    def __init__(self, each: Iterable[int] = ()) -> None:
        self._each = list(each)
        count = len(self._each)
        self._tree = tree = [0, *self._each]
        for row in range(1, count + 1):
            above = row + (row & -row)
            if above <= count:
                tree[above] += tree[row]
        self.total = sum(self._each)
        """Lines of all rows."""
        self._step = 1 << max(0, count.bit_length() - 1)

    def __len__(self) -> int:
        return len(self._each)

    def __getitem__(self, row: int) -> int:
        return self._each[row]

    def set(self, row: int, lines: int) -> None:
        """Give a row another height."""
        more = lines - self._each[row]
        if not more:
            return
        self._each[row] = lines
        self.total += more
        row += 1
        while row <= len(self._each):
            self._tree[row] += more
            row += row & -row

    def append(self, lines: int) -> None:
        """One more row, behind all others."""
        self._each.append(lines)
        row = len(self._each)
        below, total = row - 1, lines
        while below > row - (row & -row):
            total += self._tree[below]
            below &= below - 1
        self._tree.append(total)
        self.total += lines
        self._step = 1 << (row.bit_length() - 1)

    def cut(self, rows: int) -> None:
        """Only so many rows from the first on are left."""
        self.total -= sum(self._each[rows:])
        del self._each[rows:]
        del self._tree[rows + 1 :]
        self._step = 1 << max(0, rows.bit_length() - 1)

    def top(self, row: int) -> int:
        """The line at which a row begins."""
        lines = 0
        while row:
            lines += self._tree[row]
            row &= row - 1
        return lines

    def find(self, line: int) -> tuple[int, int]:
        """The row that holds a line (the nearest where none does), and the line within it."""
        if not self._each:
            return 0, 0
        line = max(0, min(line, self.total - 1))
        row, step = 0, self._step
        while step:
            further = row + step
            if further <= len(self._each) and self._tree[further] <= line:
                line -= self._tree[further]
                row = further
            step >>= 1
        return min(row, len(self._each) - 1), line
