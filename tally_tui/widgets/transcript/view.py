"""The transcript: which items are shown, how far each is unfolded, and how they are painted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style as VisualStyle

from tally_tui.widgets.transcript.anchored import AnchoredScroll
from tally_tui.widgets.transcript.drawing import COMPACT, Fold, Page, draw, estimate, foldable, opens
from tally_tui.widgets.transcript.layout import BLANK
from tally_tui.widgets.transcript.pages import Depth, Head, Kind, Pages
from tally_tui.widgets.transcript.styles import CLASSES, css

GUTTER = 2
"""Cells on the left: the cursor's bar, and air."""
AHEAD = 40
"""Items whose texts are fetched beyond those in sight, each way."""
STANDING_IN = 12
"""Lines that stand in for a text on its way, at most: a page of nothing helps nobody."""
_WEIGHTS = ("bold", "dim", "italic", "underline", "strike", "reverse")


class NoPages:
    """A conversation before there is one."""

    heads: tuple[Head, ...] = ()

    def body(self, item: int) -> None:
        return None


class TranscriptView(AnchoredScroll, can_focus=True, inherit_bindings=False):
    """Draws the items of a conversation that are in sight."""

    COMPONENT_CLASSES = CLASSES
    DEFAULT_CSS = css("TranscriptView")

    @dataclass
    class Wanted(Message):
        """The texts of these items are needed and not at hand."""

        first: int
        last: int

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, TranscriptView.Wanted)

    @dataclass
    class Moved(Message):
        """Another item is under the cursor, or the page shows another part."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, TranscriptView.Moved)

    def __init__(self, clock: Callable[[int], str] = str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.clock = clock
        self.pages: Pages = NoPages()
        self.depth = Depth.TOOLS
        self.rows: list[int] = []
        """The items that are shown, in order."""
        self.cursor = 0
        """The row that keys are about."""
        self.pattern: re.Pattern[str] | None = None
        self._row_of: dict[int, int] = {}
        self._folds: dict[str, Fold] = {}
        self._revealed: set[str] = set()
        self._missing: set[int] = set()
        self._hit_now: tuple[str, int] | None = None
        """The item and which of its lines with hits the reader is at."""
        self._focus: Callable[[Head], bool] | None = None

    # -- what is shown

    @property
    def heads(self) -> tuple[Head, ...]:
        return self.pages.heads

    def show(self, pages: Pages, same: bool = False) -> None:
        """Show a conversation; `same`: it is the one shown, grown or changed, and the place is kept."""
        before = self._anchor() if same else None
        kept = self.heads[self.rows[self.cursor]].key if same and self.rows else None
        self.pages = pages
        if not same:
            self._folds.clear()
            self._revealed.clear()
            self._hit_now = None
            self.cursor = 0
        self._choose()
        if before is None:
            self.renew((0, 0))
            return
        if kept is not None:
            self.cursor = next((row for row, item in enumerate(self.rows) if self.heads[item].key == kept), self.cursor)
        self._return(before)

    def _anchor(self) -> tuple[int, int, int] | None:
        """The item at the top, the line in it, and the lines of the whole."""
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
        depth, revealed, focus = self.depth, self._revealed, self._focus
        if focus is None:
            self.rows = [n for n, head in enumerate(self.heads) if head.depth <= depth or head.key in revealed]
        else:
            self.rows = [n for n, head in enumerate(self.heads) if focus(head) or head.key in revealed]
        self._row_of = {item: row for row, item in enumerate(self.rows)}
        self.cursor = max(0, min(self.cursor, len(self.rows) - 1))

    def set_depth(self, depth: Depth) -> None:
        """Show less or more of the conversation; the reader stays where he is."""
        self._refilter(lambda: setattr(self, "depth", depth))

    def set_focus_on(self, wanted: Callable[[Head], bool] | None) -> None:
        """Show only some items, whatever their depth; None: by depth again."""
        self._refilter(lambda: setattr(self, "_focus", wanted))

    def _refilter(self, change: Callable[[], None]) -> None:
        anchor, item = self._anchor(), self.item
        change()
        self._revealed.clear()
        self._choose()
        if item is not None:
            self.cursor = self._nearest(item)
        self._return(anchor)

    def reveal(self, item: int) -> int:
        """Show an item whatever hides it; returns its row."""
        row = self._row_of.get(item)
        if row is None:
            anchor, cursor = self._anchor(), self.item
            self._revealed.add(self.heads[item].key)
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

    def draw(self, row: int) -> tuple[list[Strip], bool]:
        item = self.rows[row]
        head, spaced = self.heads[item], self._spaced(row)
        fold = self.fold_of(head)
        page = Page(self._width - GUTTER, self.app.current_theme.ansi, self.clock)
        real, body = True, None
        if fold is not Fold.FOLDED and not head.hollow:
            body = self.pages.body(item)
            real = body is not None
        contents = draw(head, body, fold, page, spaced)
        if not real:
            self._missing.add(item)
            lines = min(STANDING_IN, self.guess(row) - len(contents))
            contents += [Content.styled("…", ".transcript--quiet")] + [BLANK] * max(0, lines - 1)
        if self.pattern is not None:
            contents = self._with_hits(head, contents, self.pattern)
        return self._strips(head, contents, spaced), real

    def _with_hits(self, head: Head, contents: list[Content], pattern: re.Pattern[str]) -> list[Content]:
        out: list[Content] = []
        nth = 0
        for content in contents:
            found = [match.span() for match in pattern.finditer(content.plain) if match.end() > match.start()]
            if found:
                now = self._hit_now == (head.key, nth)
                nth += 1
                for start, end in found:
                    content = content.stylize(".transcript--hit-now" if now else ".transcript--hit", start, end)
            out.append(content)
        return out

    def _strips(self, head: Head, contents: list[Content], spaced: bool) -> list[Strip]:
        base = self.visual_style
        ground = base.rich_style
        styles: dict[object, object] = {}

        def style_of(name: object) -> object:
            known = styles.get(name)
            if known is None:
                known = styles[name] = self._style_of(name)  # type: ignore[arg-type]
            return known

        width = self._width - GUTTER
        side = self.get_visual_style("transcript--side").rich_style
        gutter = Segment("▌ ", side) if head.kind is Kind.PROMPT else Segment(" " * GUTTER, ground)
        out: list[Strip] = []
        for number, content in enumerate(contents):
            segments = [
                Segment(text, style.rich_style)
                for text, style in content.render(base, "", parse_style=style_of)  # type: ignore[arg-type]
            ]
            lead = Segment(" " * GUTTER, ground) if spaced and number == 0 else gutter
            line = Strip(segments).adjust_cell_length(width, ground)
            out.append(Strip([lead, *line]).simplify())
        return out

    def _style_of(self, name: str | VisualStyle) -> VisualStyle:
        if isinstance(name, str) and name.startswith("."):
            # As it is declared: Textual's own look-up loses grounds that are not see-through.
            styles = self.get_component_styles(name[1:])
            weights: dict[str, Any] = {each: True for each in _WEIGHTS if getattr(styles.text_style, each)}
            return VisualStyle(
                styles.background if styles.has_rule("background") else None,
                styles.color if styles.has_rule("color") else None,
                **weights,
            )
        return self._get_style(name)

    def scrolled(self) -> None:
        if self._missing:
            first, last = min(self._missing), max(self._missing)
            self._missing.clear()
            self.post_message(self.Wanted(max(0, first - AHEAD), min(len(self.heads) - 1, last + AHEAD)))
        first, last = self.in_sight()
        self.cursor = max(first, min(self.cursor, last))
        self.post_message(self.Moved())

    def arrived(self) -> None:
        """Texts have come: what stood in for them is drawn."""
        self.again()

    # -- painting

    def render_line(self, y: int) -> Strip:
        width, ground = self.scrollable_content_region.width, self.visual_style.rich_style
        line = round(self.scroll_y) + y
        if not self._width or line >= self._heights.total or not self.rows:
            return Strip.blank(width, ground)
        row, inner = self._heights.find(line)
        strips = self.strips(row)
        if inner >= len(strips):
            return Strip.blank(width, ground)
        strip = strips[inner]
        if row == self.cursor and not (inner == 0 and self._spaced(row)):
            bar = self.get_visual_style("transcript--cursor").rich_style
            strip = Strip([Segment("▐ " if not self.has_focus else "█ ", bar), *strip.crop(GUTTER)])
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(line)) is not None:
            strip = _selected(strip, span, self.screen.get_component_rich_style("screen--selection"))
        return strip.adjust_cell_length(width, ground).apply_offsets(0, line)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """What is selected with the mouse, without the gutter."""
        first = selection.start.y if selection.start is not None else 0
        last = selection.end.y if selection.end is not None else self._heights.total - 1
        lines: list[str] = []
        for line in range(first, min(last, first + 5_000, self._heights.total - 1) + 1):
            row, inner = self._heights.find(line)
            strips = self.strips(row)
            text = strips[inner].text if inner < len(strips) else ""
            start, end = selection.get_span(line) or (0, 0)
            lines.append(text[max(start, GUTTER) : len(text) if end < 0 else end].rstrip())
        return "\n".join(lines), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()


def _selected(strip: Strip, span: tuple[int, int], style: Style) -> Strip:
    """A strip with some of its characters in another style; an end below 0 is the strip's end."""
    start, end = span
    segments: list[Segment] = []
    at = 0
    for text, own, _ in strip:
        low = min(max(start - at, 0), len(text))
        high = len(text) if end < 0 else min(max(end - at, low), len(text))
        for piece, inside in ((text[:low], False), (text[low:high], True), (text[high:], False)):
            if piece:
                segments.append(Segment(piece, (own or Style()) + style if inside else own))
        at += len(text)
    return Strip(segments, strip.cell_length)
