"""Which items of a transcript are shown, at which depth, and how far each is unfolded."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from operator import is_
from typing import Final

from tally_tui.widgets.transcript.anchored import AnchoredScroll
from tally_tui.widgets.transcript.drawing import COMPACT, Fold, estimate, foldable, opens
from tally_tui.widgets.transcript.pages import Body, Depth, Head, Pages

GUTTER: Final = 2
"""Cells on the left: the cursor's bar, and air."""


class NoPages:
    """A conversation before there is one."""

    heads: tuple[Head, ...] = ()

    def body(self, item: int) -> Body | None:
        return None

    def said(self, item: int) -> Sequence[str]:
        return ()


class Choosing(AnchoredScroll):
    """The rows of a transcript: items in order, without those that depth or focus leave out."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.pages: Pages = NoPages()
        self.depth = Depth.TOOLS
        self.rows: list[int] = []
        """The items that are shown, in order."""
        self.cursor = 0
        """The row that keys are about."""
        self._row_of: dict[int, int] = {}
        self._folds: dict[str, Fold] = {}
        self._revealed: set[str] = set()
        self._focus: Callable[[Head], bool] | None = None
        self._stood: tuple[int, int, str, int] | None = None
        """Where the cursor was before other items were shown (item, line on the page), and where it is since."""

    # -- what is shown

    @property
    def heads(self) -> tuple[Head, ...]:
        return self.pages.heads

    def show(self, pages: Pages, same: bool = False) -> None:
        """Show a conversation; `same`: it is the one shown, grown or changed, and the place is kept."""
        if same and self._grow(pages):
            return
        self._stood = None
        before = self._anchor() if same else None
        top = self.heads[before[0]].key if before is not None else ""
        kept = self.heads[self.rows[self.cursor]].key if same and self.rows else None
        self.pages = pages
        if not same:
            self._folds.clear()
            self._revealed.clear()
            self.cursor = 0
        self._choose()
        if before is None:
            self.renew((0, 0))
            return
        if kept is not None:
            self.cursor = next((row for row, item in enumerate(self.rows) if self.heads[item].key == kept), self.cursor)
        # What came may stand before it: the same number may be another item now.
        item = next((item for item, head in enumerate(self.heads) if head.key == top), before[0])
        self._return((item, *before[1:]))

    def _grow(self, pages: Pages) -> bool:
        """Take up a conversation that only grew at its end, at the cost of what came; False where more changed."""
        old, new = self.heads, pages.heads
        if not self._width or not self.rows or len(self._heights) != len(self.rows):
            return False
        changed = [item for item, same in enumerate(map(is_, old, new)) if not same]
        end = next((item for item in changed if not _stands_like(old[item], new[item])), min(len(old), len(new)))
        row = bisect_left(self.rows, end)
        if row < len(self.rows) and (row <= self._goal[0] or row <= self.cursor):
            return False
        self.pages = pages
        for item in changed:
            if item < end and (at := self._row_of.get(item)) is not None:
                self.forget(at)
        self._cut_off(row)
        for item in range(end, len(new)):
            if self._chosen(new[item]):
                self._row_of[item] = len(self.rows)
                self.rows.append(item)
        for lines in self.guesses(row):
            self._heights.append(lines)
        self._resized()
        self.go(*self._goal)
        return True

    def _cut_off(self, row: int) -> None:
        """Rows from one on are no longer there."""
        for item in self.rows[row:]:
            del self._row_of[item]
        for known in [each for each in self._drawn if each >= row]:
            self.forget(known)
        del self.rows[row:]
        self._heights.cut(row)

    def _anchor(self) -> tuple[int, int, int] | None:
        """The item at the top, the line in it, and its row."""
        if not self.rows:
            return None
        row, line = self._goal
        row = max(0, min(row, len(self.rows) - 1))
        return self.rows[row], line, row

    def _return(self, anchor: tuple[int, int, int] | None) -> None:
        """Draw anew with the same item at the top, or the nearest one that is shown."""
        if anchor is None:
            self.renew((0, 0))
            return
        item, line, _ = anchor
        row = self._row_of.get(item)
        if row is None:
            row, line = self._nearest(item), 0
        self.renew((row, line))

    def _nearest(self, item: int) -> int:
        """The row of the last shown item at or before one."""
        low, high = 0, len(self.rows)
        while low < high:
            middle = (low + high) // 2
            if self.rows[middle] <= item:
                low = middle + 1
            else:
                high = middle
        return max(0, low - 1)

    def _choose(self) -> None:
        """Which items are shown at this depth."""
        chosen = self._chosen
        self.rows = [item for item, head in enumerate(self.heads) if chosen(head)]
        self._row_of = {item: row for row, item in enumerate(self.rows)}
        self.cursor = max(0, min(self.cursor, len(self.rows) - 1))

    def shut_away(self, head: Head) -> bool:
        """Whether it was taken back, and nobody looks at that."""
        return bool(head.branch) and self._folds.get(head.branch, Fold.FOLDED) is Fold.FOLDED

    def _chosen(self, head: Head) -> bool:
        if self.shut_away(head):
            return False
        wanted = head.depth <= self.depth if self._focus is None else self._focus(head)
        return wanted or head.key in self._revealed

    def set_depth(self, depth: Depth) -> None:
        """Show less or more of the conversation; the reader stays where he is."""
        self._refilter(lambda: setattr(self, "depth", depth))

    def set_focus_on(self, wanted: Callable[[Head], bool] | None) -> None:
        """Show only some items, whatever their depth; None: by depth again."""
        self._refilter(lambda: setattr(self, "_focus", wanted))

    def _refilter(self, change: Callable[[], None]) -> None:
        """Show other items: the one under the cursor, or the nearest before it, stands where it stood."""
        if not self.rows or not self._width:
            change()
            self._revealed.clear()
            self._choose()
            self.renew((0, 0))
            return
        item, line = self._stand()
        before = self._stood
        if before is not None and before[2:] == (self.heads[item].key, line):
            # Nobody moved since the last time: the nearest one only stood in for this.
            item, line = before[:2]
        change()
        self._revealed.clear()
        self._choose()
        if self.rows:
            self._stay(item, line)
            now, there = self._stand()
            self._stood = (item, line, self.heads[now].key, there)
        else:
            self.renew((0, 0))

    def _stand(self) -> tuple[int, int]:
        """The item under the cursor, and on which line of the page it begins: its first, not the blank one before."""
        row = self.cursor
        self.strips(row)
        return self.rows[row], self._heights.top(row) + self._spaced(row) - round(self.scroll_y)

    def _stay(self, item: int, line: int) -> None:
        """Draw anew with an item, or the nearest that is shown, at a line of the page; the cursor on it."""
        row = self._row_of.get(item)
        if row is None:
            row, line = self._nearest(item), max(0, line)
        # What is behind the page's end would not be in sight.
        line = min(line, self.page_lines - 1)
        self.cursor = row
        self.renew((row, self._spaced(row) - line))
        self.cursor = row

    def _rechoose(self) -> None:
        """The same choice of items, made anew."""
        item, line = self._stand() if self.rows and self._width else (0, 0)
        self._choose()
        self._stay(item, line)

    def reveal(self, item: int) -> int:
        """Show an item whatever hides it; returns its row."""
        row = self._row_of.get(item)
        if row is None:
            anchor, cursor, head = self._anchor(), self.item, self.heads[item]
            self._revealed.add(head.key)
            if head.branch:
                self._folds[head.branch] = Fold.OPEN
                self._revealed.add(head.branch)
            self._choose()
            if cursor is not None:
                self.cursor = self._nearest(cursor)
            self._return(anchor)
            row = self._row_of[item]
        return row

    @property
    def item(self) -> int | None:
        """The item under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    @property
    def head(self) -> Head | None:
        item = self.item
        return None if item is None else self.heads[item]

    # -- folds

    def fold_of(self, head: Head) -> Fold:
        kept = self._folds.get(head.key)
        if kept is not None:
            return kept
        return Fold.OPEN if opens(head) else Fold.FOLDED

    def set_fold(self, row: int, fold: Fold) -> None:
        """Fold or unfold one item. Its title stays where it is."""
        head = self.heads[self.rows[row]]
        if not foldable(head):
            return
        self._folds[head.key] = fold
        if head.holds:
            # What was taken back comes out below it, or goes: the rule itself stays where it is.
            self._rechoose()
            return
        self.forget(row)
        if row + 1 < len(self.rows):
            self.forget(row + 1)
        top, line = self.place
        # Folded away above the page's top, the item itself becomes the top.
        self.go(*((row, 0) if top == row and fold is Fold.FOLDED else (top, line)))

    def set_folds(self, wanted: Callable[[Head], Fold | None]) -> None:
        """Fold or unfold all that `wanted` has a fold for."""
        for head in self.heads:
            fold = wanted(head)
            if fold is not None:
                self._folds[head.key] = fold
        row, line = self._goal
        self.renew((row, 0 if row < len(self.rows) and line else line))

    # -- rows for the scroll

    def count(self) -> int:
        return len(self.rows)

    def _spaced(self, row: int) -> bool:
        if not row:
            return False
        here, before = self.heads[self.rows[row]], self.heads[self.rows[row - 1]]
        if here.kind not in COMPACT or before.kind not in COMPACT:
            return True
        return self.fold_of(before) is not Fold.FOLDED and not before.hollow

    def guess(self, row: int) -> int:
        head = self.heads[self.rows[row]]
        return estimate(head, self.fold_of(head), self._width - GUTTER, self._spaced(row))

    def guesses(self, first: int = 0) -> Iterator[int]:
        # As `guess`, without looking at each row twice: a session may have very many.
        heads, width = self.heads, self._width - GUTTER
        start = max(0, first - 1)
        tight_above = open_above = False
        for row, item in enumerate(islice(self.rows, start, None), start):
            head = heads[item]
            fold, tight = self.fold_of(head), head.kind in COMPACT
            if row >= first:
                spaced = row > 0 and (not tight or not tight_above or open_above)
                yield estimate(head, fold, width, spaced)
            tight_above, open_above = tight, fold is not Fold.FOLDED and not head.hollow


def _stands_like(one: Head, other: Head) -> bool:
    """Whether two heads of an item differ in words alone: it is shown where, and as long as, it was."""
    return one.key == other.key and one.kind is other.kind and one.depth is other.depth and (
        (one.error, one.edits, one.command, one.level, one.branch, one.holds)
        == (other.error, other.edits, other.command, other.level, other.branch, other.holds)
    )
