"""Walking over what is looked for in a transcript: from hit to hit, whatever hides them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.message import Message

from tally_tui.widgets.transcript.choosing import GUTTER
from tally_tui.widgets.transcript.drawing import Fold
from tally_tui.widgets.transcript.seeking import Pattern, Seen, count
from tally_tui.widgets.transcript.taking import Taking


class Finding(Taking, inherit_bindings=False):
    """A transcript with a walk over the items that hold what is looked for."""

    @dataclass
    class HitsRunOut(Message, namespace="reader"):
        """`n` or `N` went past the last hit here."""

        step: int

    following = False
    """Whether the end is kept in sight as the conversation grows."""
    hits: Sequence[int] = ()
    """The items that hold what is searched for, in order."""
    hit_count = 0
    _near = ""
    """What stands around the hit that is gone to."""
    _seeking: tuple[int, int] | None = None
    """A hit whose text is on its way: the item, and from which end to look."""

    def find(self, pattern: Pattern | None, hits: Sequence[int] = (), count: int = 0) -> None:
        """Mark what is searched for; `hits` are the items that hold it, `count` how often in all."""
        self.pattern, self.hits, self.hit_count = pattern, hits, count
        self._hit_now = self._seeking = None
        self._seen.clear()
        self.repaint()

    def first_hit(self) -> None:
        """To the first hit from here on, else the first of all."""
        if not self.hits:
            return
        here = self.item or 0
        at = bisect_left(self.hits, here)
        self._land(self.hits[at if at < len(self.hits) else 0], 0)

    @property
    def hit_place(self) -> int | None:
        """Which of the items with hits one is at, from 0 on; None: at none of them."""
        item = self._seeking[0] if self._seeking is not None else self.item
        at = bisect_left(self.hits, item) if item is not None else len(self.hits)
        return at if at < len(self.hits) and self.hits[at] == item else None

    @property
    def hit_within(self) -> tuple[int, int] | None:
        """How often it stands in the item one is at before the line one is at, and in that line; None: at no line."""
        head, now = self.head, self._hit_now
        if head is None or now is None or self._seeking is not None or now[0] != head.key:
            return None
        begun = self._seen_at(self.cursor).begun
        return (sum(begun[: now[1]]), begun[now[1]]) if now[1] < len(begun) else None

    def hit_line(self, before: int) -> int:
        """Which of the lines with hits, of the item one is at, has the one behind so many others."""
        begun = self._seen_at(self.cursor).begun
        place = 0
        while place + 1 < len(begun) and before >= begun[place]:
            before -= begun[place]
            place += 1
        return place

    def action_hit(self, step: int) -> None:
        """To the next place that is searched for, in this item or further on."""
        if self.pattern is None:
            self.post_message(self.Said("Nothing is searched for: / searches."))
            return
        if not self.hits:
            self.post_message(self.HitsRunOut(step))
            return
        item = self.item if self.item is not None else 0
        if self._hit_now is not None and self._seeking is None and self._hit_now[0] == self.heads[item].key:
            nth = self._hit_now[1] + step
            if 0 <= nth < len(self._hit_lines(self.cursor)):
                self.post_message(self.Said(""))
                self._land(item, nth)
                return
        at = bisect_right(self.hits, item) if step > 0 else bisect_left(self.hits, item) - 1
        if self._seeking is not None:
            # On its way there: the step is from where it will be.
            item = self._seeking[0]
            at = bisect_right(self.hits, item) if step > 0 else bisect_left(self.hits, item) - 1
        elif self._hit_now is None and item in self.hits:
            at = self.hits.index(item)
        if not 0 <= at < len(self.hits):
            self.post_message(self.HitsRunOut(step))
            return
        self.post_message(self.Said(""))  # what was said before is no longer so
        self._land(self.hits[at], 0 if step > 0 else -1)

    def to_hit(self, item: int, nth: int = 0, near: str = "") -> None:
        """To a hit in an item (the first; -1: the last), unfolding what hides it.

        `near` is what stands around the one that is meant.
        """
        self._near = " ".join(near.split())
        self._land(item, nth)

    def to_item(self, item: int, fold: Fold | None = None, line: int = 0) -> None:
        """Put an item at the top of the page, whatever hides it."""
        self.following = False
        row = self.reveal(item)
        if fold is not None and self.fold_of(self.heads[item]) < fold:
            self.set_fold(row, fold)
        self.go(row, line)
        self.cursor = row
        self.refresh()
        self.post_message(self.Moved())

    def _seek(self) -> None:
        """To the hit that could not be gone to so far."""
        if self._seeking is not None:
            self._land(*self._seeking)

    def _land(self, item: int, nth: int) -> None:
        if not 0 <= item < len(self.heads):
            return
        if not self._width:
            self._seeking = (item, nth)  # it has no room yet, and no lines
            return
        self.following = False
        head, row = self.heads[item], self.reveal(item)
        self._seeking = None
        if not head.holds and self.fold_of(head) is Fold.FOLDED:
            self.set_fold(row, Fold.OPEN)
        if not head.hollow and self.pages.body(item) is None:
            self._seeking = (item, nth)
            self.to_item(item)
            return
        if not head.holds and self._hides(row):
            self.set_fold(row, Fold.FULL)
        lines = self._hit_lines(row)
        nth, self._near = self._nearest_to(self._near, row, nth % len(lines) if lines else 0), ""
        old, self._hit_now = self._hit_now, (head.key, nth)
        for each in (row, *([self.cursor] if old else ())):
            self.forget(each)
        line = lines[nth] if lines else 0
        self.go(row, line - self.page_lines // 3 if line > self.page_lines // 3 else 0)
        self.cursor = row
        self._show_sideways(row, line)
        self.repaint()
        self.post_message(self.Moved())

    def _hides(self, row: int) -> bool:
        """Whether more of what is looked for stands in an unfolded item than is shown of it."""
        seen, pattern = self._seen_at(row), self.pattern
        if pattern is None or not self._cut(row):
            return False
        return not seen.whole or seen.times < count(self.pages.said(self.rows[row]), pattern)

    def _cut(self, row: int) -> bool:
        self.strips(row)
        return self.heads[self.rows[row]].key in self._asks

    def _nearest_to(self, near: str, row: int, nth: int) -> int:
        """The first of a row's hits whose line stands in some words; without one `nth`."""
        for place, line in enumerate(self._hit_lines(row)) if near else ():
            words = " ".join(self.strips(row)[line].text[GUTTER:].strip(" │┊▌▸▾").split())
            if words and words in near:
                return place
        return nth

    def _seen_at(self, row: int) -> Seen:
        """Where what is looked for stands in a row's lines."""
        if self.pattern is None:
            return Seen()
        self.strips(row)
        return self._seen.get(self.heads[self.rows[row]].key, Seen())

    def _hit_lines(self, row: int) -> Sequence[int]:
        """The lines of a row that one walks to."""
        return self._seen_at(row).stops

    def _show_sideways(self, row: int, line: int) -> None:
        """Scroll the line of a hit to the side until the hit is in sight."""
        strips, spans = self.strips(row), self._seen_at(row).spans.get(line)
        if spans and line < len(strips):
            start, end = (cell_len(strips[line].text[: GUTTER + place]) for place in spans[0])
            self.shift_line(row, line, start, end)
