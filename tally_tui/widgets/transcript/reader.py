"""The reader: moving through a transcript, unfolding, finding, following and copying."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from textual import events
from textual.binding import BindingType

from tally_tui.widgets.transcript.drawing import OPENS, Fold, foldable
from tally_tui.widgets.transcript.drawing import opens as stands_open
from tally_tui.widgets.transcript.finding import Finding
from tally_tui.widgets.transcript.keys import BINDINGS
from tally_tui.widgets.transcript.pages import Depth, Head, Kind, Pages


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


class Reader(Finding, inherit_bindings=False):
    """A conversation to read."""

    HELP = "Every message, tool call and change of a session. The bar on the left is the cursor."
    BINDING_GROUP_TITLE = "Reader"
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(self, clock: Callable[[int], str] = str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(clock, id=id)
        self.following = False
        self.unseen = 0
        """Items that came below while nobody looked."""
        self.focus_name = ""
        self._wished = ""
        """The focus that a person chose: not that of a session which has nothing of the kind."""
        self._opening: str | None = None
        """The item that was unfolded before its text was here."""
        self._unfolded = False
        self._thoughts = False

    # -- showing

    def show(self, pages: Pages, same: bool = False, counted: bool = True) -> None:
        """Show a conversation; `counted`: what comes behind the end of the page is news."""
        if not same and self.focus_name != self._wished:
            self.focus_name, self._focus = self._wished, FOCI.get(self._wished)
        known = len(self.heads)
        ending = same and self._at_end()
        super().show(pages, same)
        if not same:
            # Depth, focus and thinking stay as they are from session to session.
            self.following, self.unseen, self._unfolded = False, 0, False
            if not self.rows and self.focus_name:
                self._only("")  # there is nothing of the kind in this one
            self.hits, self.hit_count, self.pattern, self._hit_now, self._seeking = (), 0, None, None, None
            self.straighten()
        elif self.following:
            self.action_last()
        elif len(self.heads) > known and counted:
            self.unseen = 0 if ending and self._at_end() else self.unseen + len(self.heads) - known
        self.post_message(self.Moved())

    def habits(self) -> dict[str, str]:
        """How a person reads, for the next start."""
        return {
            "reader.depth": str(int(self.depth)), "reader.only": self._wished,
            "reader.thinking": "open" if self._thoughts else "", "reader.lines": "folded" if self.wraps else "",
        }  # fmt: skip

    def take_habits(self, habits: Mapping[str, str]) -> None:
        """Read so again; what is not understood, or not there, stays as it is."""
        depth, only = habits.get("reader.depth", ""), habits.get("reader.only", self._wished)
        if depth in {str(int(each)) for each in Depth}:
            self.depth = Depth(int(depth))
        self._thoughts = habits.get("reader.thinking", "open" if self._thoughts else "") == "open"
        self.wraps = habits.get("reader.lines", "folded" if self.wraps else "") == "folded"
        self._wished = only if only in FOCI else ""
        self._only(self._wished)
        if self.heads and not self.rows:
            self._only("")

    def fold_of(self, head: Head) -> Fold:
        thought = self._thoughts and head.kind is Kind.THINKING and head.key not in self._folds
        return Fold.OPEN if thought and foldable(head) else super().fold_of(head)

    def scrolled(self) -> None:
        super().scrolled()
        if self._at_end():
            self.unseen = 0

    def _at_end(self) -> bool:
        return round(self.scroll_y) + self.page_lines >= self._heights.total

    def on_resize(self) -> None:
        self.call_later(self._seek)

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
        if self.rows:
            self.cursor = len(self.rows) - 1
            self.go(self.cursor, 1_000_000_000)

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

    def action_jump(self, what: str, step: int) -> None:
        """To the next item of a kind, shown or hidden."""
        word, wanted = _JUMPS[what]
        here = self.item if self.item is not None else -1
        heads = self.heads
        places = range(here + 1, len(heads)) if step > 0 else range(here - 1, -1, -1)
        found = next((item for item in places if wanted(heads[item]) and not self.shut_away(heads[item])), None)
        if found is None:
            self.post_message(self.Said(f"No {word} further {'down' if step > 0 else 'up'}."))
            return
        self.to_item(found)

    # -- folding

    def action_unfold(self) -> None:
        head = self.head
        if head is None or not (foldable(head) or head.opens):
            return
        cursor = self.cursor
        if not self._cut(cursor) and (self._load(cursor) or self._open_media(cursor)):
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

    def action_fold_all(self) -> None:
        self._unfolded = not self._unfolded
        fold = Fold.OPEN if self._unfolded else Fold.FOLDED
        self.set_folds(lambda head: None if stands_open(head) or head.holds or head.kind is Kind.THINKING else fold)

    def action_thinking(self) -> None:
        self._thoughts = not self._thoughts
        fold = Fold.OPEN if self._thoughts else Fold.FOLDED
        if self._thoughts and self.depth < Depth.TOOLS:
            self.set_depth(Depth.TOOLS)
        self.set_folds(lambda head: fold if head.kind is Kind.THINKING else None)

    def action_deeper(self, step: int) -> None:
        depth = Depth(max(1, min(5, self.depth + step)))
        self.focus_name, self._wished, self._focus = "", "", None
        self.set_depth(depth)
        self.post_message(self.Said(f"Depth {int(depth)} of 5: {_DEPTHS[depth]}"))

    def action_focus_on(self) -> None:
        names = ["", *FOCI]
        self._wished = names[(names.index(self.focus_name) + 1) % len(names)]
        self._only(self._wished)
        self.post_message(self.Said(f"Only {self.focus_name}" if self.focus_name else "Everything of this depth again"))

    def _only(self, name: str) -> None:
        self.focus_name = name
        self.set_focus_on(FOCI.get(name))

    # -- sideways

    def action_sideways(self, step: int) -> None:
        row = self.wide_row()
        if row is None:
            self.post_message(self.Said("Nothing here is wider than the page."))
        else:
            self.shift(row, step * max(6, self._width // 4))

    def action_wrap(self) -> None:
        row, line = self._goal
        # In other lines now; a hit that one is at stays the hit that one is at.
        before, within = self._written(row, line), self.hit_within
        self.wraps = not self.wraps
        self.straighten()
        self.renew((row, 0))
        self.go(row, self._line_with(row, before) if line else 0)
        if within is not None and self.item is not None:
            self.to_hit(self.item, self.hit_line(within[0]))
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
        opens = OPENS in self.strips(row)[inner].text if inner < len(self.strips(row)) else False
        if loads and self._load(row):
            pass
        elif (opens or (title and head.hollow)) and head.opens:
            self.post_message(self.MediaWanted(self.rows[row]))
        elif foldable(head) and (more or (title and (not stands_open(head) or self.fold_of(head) is Fold.FOLDED))):
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
