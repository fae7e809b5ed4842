"""Scrolling through rows whose heights are guessed until they are drawn, without a jump.

Every way to scroll ends in `go(row, line)`. It draws what will be seen and only then sets the scroll
position, so that a guess which proves wrong above the page moves the page with it. Nothing here is
animated: an animation holds a target that a correction would make wrong.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from math import ceil
from typing import Any

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.widget import Widget

from tally_tui.widgets.transcript.heights import Heights

KEPT = 256
"""Drawn rows that are kept."""


class AnchoredScroll(ScrollView):
    """Rows of lines; the subclass guesses heights and draws rows."""

    DEFAULT_CSS = """
    AnchoredScroll { overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._heights = Heights()
        self._drawn: OrderedDict[int, list[Strip]] = OrderedDict()
        self._standing_in: dict[int, list[Strip]] = {}
        """Rows on this page as they were drawn without their texts."""
        self._width = 0
        self._goal: tuple[int, int] = (0, 0)
        """Where the reader wants to be; differs from where he is while texts are on their way."""
        self._pending = False

    # -- for subclasses

    def guess(self, row: int) -> int:
        """About how many lines a row has at the present width."""
        raise NotImplementedError

    def guesses(self, first: int = 0) -> Iterable[int]:
        """The guesses for all rows from one on."""
        return map(self.guess, range(first, self.count()))

    def draw(self, row: int) -> tuple[list[Strip], bool]:
        """A row's lines, and whether they are its real ones (false: they stand in for a text not here yet)."""
        raise NotImplementedError

    def count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def scrolled(self) -> None:
        """The page shows something else."""

    # -- heights

    @property
    def page_lines(self) -> int:
        return max(1, self.scrollable_content_region.height)

    @property
    def place(self) -> tuple[int, int]:
        """The row at the top of the page, and which of its lines."""
        return self._heights.find(round(self.scroll_y))

    def stands_at(self, row: int, line: int) -> bool:
        """Whether this line is at the top of the page, drawn with its text."""
        return bool(self._width) and not self._pending and self.place == (row, line)

    def renew(self, at: tuple[int, int] | None = None) -> None:
        """Begin anew with other rows, or at another width; stay at `at`."""
        self._width = self.scrollable_content_region.width
        self._forget_all()
        if not self._width:
            return
        self._heights = Heights(self.guesses())
        self._resized()
        self.go(*(self._goal if at is None else at))

    def forget(self, row: int) -> None:
        """A row looks different now."""
        self._drawn.pop(row, None)
        self._standing_in.pop(row, None)

    def _forget_all(self) -> None:
        self._drawn.clear()
        self._standing_in.clear()

    def repaint(self) -> None:
        """All rows look different now, though none says more than before."""
        self._forget_all()
        self.again()

    def again(self) -> None:
        """Texts have come, or a row changed: the page is drawn anew around the place that was wanted."""
        if self._width and self.count():
            self.go(*self._goal)

    def strips(self, row: int) -> list[Strip]:
        """The lines of a row."""
        kept = self._drawn.get(row)
        if kept is not None:
            self._drawn.move_to_end(row)
            return kept
        if row in self._standing_in:
            self._pending = True
            return self._standing_in[row]
        strips, real = self.draw(row)
        if real:
            self._drawn[row] = strips
            if len(self._drawn) > KEPT:
                self._drawn.popitem(last=False)
        else:
            self._pending = True
            self._standing_in[row] = strips
        self._heights.set(row, len(strips))
        return strips

    def go(self, row: int, line: int = 0) -> None:
        """Put a line of a row at the top of the page, as far as there are lines below to fill it."""
        count = self.count()
        if not count or not self._width:
            self._goal = (row, line)
            return
        self._pending = False
        self._standing_in.clear()
        wanted = (row, line)
        row = max(0, min(row, count - 1))
        lines = len(self.strips(row))
        while line < 0 and row > 0:
            row -= 1
            lines = len(self.strips(row))
            line += lines
        line = max(0, line)
        while line >= lines and row < count - 1:
            line -= lines
            row += 1
            lines = len(self.strips(row))
        below, last = lines - line, row
        while below < self.page_lines and last < count - 1:
            last += 1
            below += len(self.strips(last))
        if below < self.page_lines:
            line -= self.page_lines - below
            while line < 0 and row > 0:
                row -= 1
                line += len(self.strips(row))
            line = max(0, line)
        self._goal = wanted if self._pending else (row, line)
        self._resized()
        y = self._heights.top(row) + line
        super().scroll_to(y=y, animate=False, force=True)
        self.refresh()
        self.scrolled()

    def _resized(self) -> None:
        size = Size(self._width, self._heights.total)
        if size != self.virtual_size:
            # Plain assignment would lay out the whole screen again.
            self.set_reactive(Widget.virtual_size, size)
            self._move_thumb()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        self._move_thumb()
        if round(old_value) != round(new_value):
            self.refresh(self.size.region)

    def _move_thumb(self) -> None:
        """Tell the scrollbar where the page is. It is painted anew only where it looks different then."""
        bar = self.vertical_scrollbar
        cells = bar.size.height
        before = _thumb(cells, bar.window_virtual_size, bar.window_size, bar.position)
        total, page, position = self.virtual_size.height, self.page_lines, bar.validate_position(self.scroll_y)
        bar.set_reactive(ScrollBar.window_virtual_size, total)
        bar.set_reactive(ScrollBar.window_size, page)
        bar.set_reactive(ScrollBar.position, position)
        if before != _thumb(cells, total, page, position):
            bar.refresh()

    # -- every route ends in go()

    def scroll_to(self, x: float | None = None, y: float | None = None, **options: Any) -> None:
        """The wheel, the scrollbar, Textual itself."""
        if y is None or not self._width:
            return
        here = round(self.scroll_y)
        target = round(max(0, min(y, max(0, self._heights.total - 1))))
        if abs(target - here) <= 3 * self.page_lines:
            self.by(target - here)
        else:
            self.go(*self._heights.find(target))

    def by(self, lines: int) -> None:
        """Scroll by exactly so many lines."""
        row, line = self.place
        self.go(row, line + lines)

    def show_rows(self, first: int, last: int) -> None:
        """Scroll as little as is needed to see these rows; their beginning, if they are too long."""
        top = self._heights.top(first)
        here = round(self.scroll_y)
        lines = sum(len(self.strips(row)) for row in range(first, last + 1))
        if top < here or lines >= self.page_lines:
            self.go(first, 0)
        elif top + lines > here + self.page_lines:
            self.go(first, lines - self.page_lines)

    def in_sight(self) -> tuple[int, int]:
        """The first and the last row on the page."""
        y = round(self.scroll_y)
        return self._heights.find(y)[0], self._heights.find(y + self.page_lines - 1)[0]

    def on_resize(self) -> None:
        if self.scrollable_content_region.width != self._width:
            self.renew(self._kept_place())
        else:
            self.again()

    def _kept_place(self) -> tuple[int, int]:
        """The same row; in a long one the same share of it, for its lines break elsewhere now."""
        row, line = self._goal
        if self._pending or not 0 <= row < len(self._heights) or not line:
            return self._goal
        share = line / max(1, self._heights[row])
        width = self.scrollable_content_region.width
        grown = self._width / width if self._width and width else 1.0
        return row, min(int(line * grown), int(share * self._heights[row] * grown))

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._forget_all()
        self.refresh()


def _thumb(cells: int, total: int, page: int, position: float) -> tuple[int, int, int]:
    """What a scrollbar shows: its cells, and the eighths of one between which its thumb is; as Textual paints it."""
    if page >= total or not page or not cells:
        return cells, 0, 0
    size = max(1.0, page * cells / total)
    start = int((cells - size) * position / (total - page) * 8)
    return cells, start, start + ceil(size * 8)
