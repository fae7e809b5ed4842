"""The reader: moving through a transcript, unfolding, finding, following and copying."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import events
from textual.binding import BindingType
from textual.message import Message

from tally_tui.widgets.transcript.choosing import GUTTER
from tally_tui.widgets.transcript.drawing import Fold, foldable, opens
from tally_tui.widgets.transcript.keys import BINDINGS
from tally_tui.widgets.transcript.pages import Depth, Head, Kind, Pages
from tally_tui.widgets.transcript.taking import Taking


def _asks(head: Head) -> bool:
    return head.kind is Kind.PROMPT and not head.level


_JUMPS: Final[dict[str, tuple[str, Callable[[Head], bool]]]] = {
    "prompt": ("prompt", _asks),
    "error": ("error", lambda head: head.error and head.depth < Depth.EVERYTHING),
    "edit": ("change of a file", lambda head: head.edits),
}
FOCI: Final[dict[str, Callable[[Head], bool]]] = {
    "chat": lambda head: head.kind in (Kind.PROMPT, Kind.REPLY, Kind.RULE) and not head.level,
    "edits": lambda head: head.edits or _asks(head),
    "commands": lambda head: head.command or _asks(head),
    "errors": lambda head: (head.error and head.depth < Depth.EVERYTHING) or _asks(head),
}
"""What `v` walks through; prompts stay as landmarks."""


class Reader(Taking, inherit_bindings=False):
    """A conversation to read."""

    HELP = "Every message, tool call and change of a session. The bar on the left is the cursor."
    BINDING_GROUP_TITLE = "Reader"
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    @dataclass
    class HitsRunOut(Message):
        """`n` or `N` went past the last hit here."""

        step: int

    def __init__(self, clock: Callable[[int], str] = str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(clock, id=id)
        self.following = False
        self.unseen = 0
        """Items that came below while nobody looked."""
        self.focus_name = ""
        self.hits: Sequence[int] = ()
        """The items that hold what is searched for, in order."""
        self.hit_count = 0
        self._seeking: tuple[int, int] | None = None
        """A hit whose text is on its way: the item, and from which end to look."""
        self._opening: str | None = None
        """The item that was unfolded before its text was here."""
        self._unfolded = False
        self._thoughts = False

    # -- showing

    def show(self, pages: Pages, same: bool = False, counted: bool = True) -> None:
        """Show a conversation; `counted`: what comes behind the end of the page is news."""
        known = len(self.heads)
        ending = same and self._at_end()
        super().show(pages, same)
        if not same:
            self.following, self.unseen, self._unfolded, self._thoughts = False, 0, False, False
            self.focus_name, self._focus = "", None
            self.hits, self.hit_count, self.pattern, self._hit_now, self._seeking = (), 0, None, None, None
            self._aside.clear()
        elif self.following:
            self.action_last()
        elif len(self.heads) > known and counted:
            self.unseen = 0 if ending and self._at_end() else self.unseen + len(self.heads) - known
        self.post_message(self.Moved())

    def scrolled(self) -> None:
        super().scrolled()
        if self._at_end():
            self.unseen = 0

    def _at_end(self) -> bool:
        return round(self.scroll_y) + self.page_lines >= self._heights.total

    def on_resize(self) -> None:
        self.call_later(self._seek)

    def _seek(self) -> None:
        """To the hit that could not be gone to so far."""
        if self._seeking is not None:
            self._land(*self._seeking)

    def arrived(self) -> None:
        super().arrived()
        self._seek()
        opening, self._opening = self._opening, None
        if opening is not None and self.head is not None and self.head.key == opening:
            # Only now it is known how much room it needs.
            self._to_row(self.cursor)

    # -- moving

    def action_by(self, lines: int) -> None:
        self.following = False
        before = self.place
        self.by(lines)
        if self.place == before and self.rows:
            # Nothing left to scroll: the cursor still walks over what is in sight.
            self._to_row(self.cursor + (1 if lines > 0 else -1), scroll=False)

    def action_page(self, pages: float) -> None:
        self.following = False
        self.by(int(pages * max(1, self.page_lines - 1)))
        self._cursor_in_page(pages)

    def _cursor_in_page(self, direction: float) -> None:
        first, last = self.in_sight()
        if direction > 0 and self._at_end():
            self.cursor = last
        elif direction < 0 and round(self.scroll_y) == 0:
            self.cursor = first

    def action_first(self) -> None:
        self.following = False
        self.cursor = 0
        self.go(0, 0)

    def action_last(self) -> None:
        self.cursor = max(0, len(self.rows) - 1)
        self.go(len(self.rows) - 1, 1_000_000_000)

    def action_message(self, step: int) -> None:
        self.following = False
        self._to_row(self.cursor + step)

    def _to_row(self, row: int, scroll: bool = True) -> None:
        if not self.rows:
            return
        self.cursor = max(0, min(row, len(self.rows) - 1))
        if scroll:
            kept = self.cursor
            self.show_rows(kept, kept)
            self.cursor = kept
        self.refresh()
        self.post_message(self.Moved())

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

    def action_jump(self, what: str, step: int) -> None:
        """To the next item of a kind, shown or hidden."""
        word, wanted = _JUMPS[what]
        here = self.item if self.item is not None else -1
        heads = self.heads
        places = range(here + 1, len(heads)) if step > 0 else range(here - 1, -1, -1)
        found = next((item for item in places if wanted(heads[item])), None)
        if found is None:
            self.post_message(self.Said(f"No {word} further {'down' if step > 0 else 'up'}."))
            return
        self.to_item(found)

    # -- folding

    def action_unfold(self) -> None:
        head = self.head
        if head is None or not foldable(head):
            return
        cursor = self.cursor
        if not self._cut(cursor) and self._load(cursor):
            return
        self.set_fold(cursor, self._next_fold(head))
        self._opening = head.key if self._pending else None
        self._to_row(cursor)

    def _next_fold(self, head: Head) -> Fold:
        fold = self.fold_of(head)
        if fold is Fold.FOLDED:
            return Fold.OPEN
        if fold is Fold.OPEN and self._cut(self.cursor):
            return Fold.FULL
        return Fold.FOLDED

    def _cut(self, row: int) -> bool:
        return any("· Enter shows all" in strip.text for strip in self.strips(row))

    def action_fold_all(self) -> None:
        self._unfolded = not self._unfolded
        fold = Fold.OPEN if self._unfolded else Fold.FOLDED
        self.set_folds(lambda head: None if opens(head) or head.kind is Kind.THINKING else fold)

    def action_thinking(self) -> None:
        self._thoughts = not self._thoughts
        fold = Fold.OPEN if self._thoughts else Fold.FOLDED
        if self._thoughts and self.depth < Depth.TOOLS:
            self.set_depth(Depth.TOOLS)
        self.set_folds(lambda head: fold if head.kind is Kind.THINKING else None)

    def action_deeper(self, step: int) -> None:
        depth = Depth(max(1, min(5, self.depth + step)))
        self.focus_name, self._focus = "", None
        self.set_depth(depth)
        self.post_message(self.Said(f"Depth {int(depth)} of 5: {_DEPTHS[depth]}"))

    def action_focus_on(self) -> None:
        names = ["", *FOCI]
        self.focus_name = names[(names.index(self.focus_name) + 1) % len(names)]
        self.set_focus_on(FOCI.get(self.focus_name))
        self.post_message(self.Said(f"Only {self.focus_name}" if self.focus_name else "Everything of this depth again"))

    # -- finding

    def find(self, pattern: re.Pattern[str] | None, hits: Sequence[int] = (), count: int = 0) -> None:
        """Mark what is searched for; `hits` are the items that hold it, `count` how often in all."""
        self.pattern, self.hits, self.hit_count = pattern, hits, count
        self._hit_now = self._seeking = None
        self.repaint()

    def first_hit(self) -> None:
        """To the first hit from here on, else the first of all."""
        if not self.hits:
            return
        here = self.item or 0
        at = bisect_left(self.hits, here)
        self._land(self.hits[at if at < len(self.hits) else 0], 0)

    def action_hit(self, step: int) -> None:
        """To the next place that is searched for, in this item or further on."""
        if self.pattern is None:
            self.post_message(self.Said("Nothing is searched for: / searches."))
            return
        if not self.hits:
            self.post_message(self.HitsRunOut(step))
            return
        item = self.item if self.item is not None else 0
        if self._hit_now is not None and self._hit_now[0] == self.heads[item].key:
            nth = self._hit_now[1] + step
            if 0 <= nth < len(self._hit_lines(self.cursor)):
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
        self._land(self.hits[at], 0 if step > 0 else -1)

    def to_hit(self, item: int) -> None:
        """To the first hit in an item, unfolding what hides it."""
        self._land(item, 0)

    def _land(self, item: int, nth: int) -> None:
        if not 0 <= item < len(self.heads):
            return
        if not self._width:
            self._seeking = (item, nth)  # it has no room yet, and no lines
            return
        head, row = self.heads[item], self.reveal(item)
        self._seeking = None
        if self.fold_of(head) is Fold.FOLDED or not self._hit_lines(row):
            self.set_fold(row, Fold.OPEN)
        if not head.hollow and self.pages.body(item) is None:
            self._seeking = (item, nth)
            self.to_item(item)
            return
        if not self._hit_lines(row):
            self.set_fold(row, Fold.FULL)
        lines = self._hit_lines(row)
        nth = nth % len(lines) if lines else 0
        old, self._hit_now = self._hit_now, (head.key, nth)
        for each in (row, *([self.cursor] if old else ())):
            self.forget(each)
        line = lines[nth] if lines else 0
        self.go(row, line - self.page_lines // 3 if line > self.page_lines // 3 else 0)
        self.cursor = row
        self._show_sideways(row, line)
        self.repaint()
        self.post_message(self.Moved())

    def _hit_lines(self, row: int) -> list[int]:
        """Which of a row's lines hold hits."""
        if self.pattern is None:
            return []
        return [n for n, strip in enumerate(self.strips(row)) if self.pattern.search(strip.text[GUTTER:])]

    def _show_sideways(self, row: int, line: int) -> None:
        """Scroll to the side until the hit of a line is in sight."""
        strips = self.strips(row)
        found = self.pattern.search(strips[line].text, GUTTER) if self.pattern and line < len(strips) else None
        if found:
            self.shift_to(row, cell_len(strips[line].text[: found.end()]))

    # -- sideways

    def action_sideways(self, step: int) -> None:
        row = self.wide_row()
        if row is None:
            self.post_message(self.Said("Nothing here is wider than the page."))
        else:
            self.shift(row, step * max(6, self._width // 4))

    def action_wrap(self) -> None:
        self.wraps = not self.wraps
        self._aside.clear()
        self.renew(self._goal)
        self.post_message(self.Said("Long lines are folded" if self.wraps else "Long lines scroll: h and l"))

    # -- following

    def action_follow(self) -> None:
        self.following = not self.following
        if self.following:
            self.unseen = 0
            self.action_last()
        self.post_message(self.Moved())

    # -- the mouse

    def on_click(self, event: events.Click) -> None:
        line = round(self.scroll_y) + event.y
        if event.button != 1 or not self.rows or line >= self._heights.total:
            return
        if self.text_selection is not None:
            return
        row, inner = self._heights.find(line)
        title = inner == (1 if self._spaced(row) else 0)
        more = "· Enter shows all" in self.strips(row)[inner].text if inner < len(self.strips(row)) else False
        self.cursor = row
        head = self.heads[self.rows[row]]
        loads = "· Enter loads it" in self.strips(row)[inner].text if inner < len(self.strips(row)) else False
        if loads and self._load(row):
            pass
        elif foldable(head) and (more or (title and not opens(head))):
            self.set_fold(row, self._next_fold(head))
        self.refresh()
        self.post_message(self.Moved())


_DEPTHS = {
    Depth.PROMPTS: "prompts",
    Depth.REPLIES: "prompts and replies",
    Depth.SUBAGENTS: "with subagents",
    Depth.TOOLS: "with tool calls",
    Depth.EVERYTHING: "everything",
}
