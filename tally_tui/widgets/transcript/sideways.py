"""Lines wider than the page: what of them is in sight, and the signs that there is more."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.strip import Strip

from tally_tui.widgets.transcript.choosing import Choosing
from tally_tui.widgets.transcript.styles import STILL


class WideStrip(Strip):
    """A line longer than the page is wide, or one beside such a line."""

    __slots__ = ("still",)

    def __init__(self, segments: Iterable[Segment], cell_length: int | None, still: int) -> None:
        super().__init__(segments, cell_length)
        self.still = still
        """Cells on the left that do not scroll."""


def still_cells(content: Content) -> int | None:
    """How many cells of a line do not scroll; None: it is no line that scrolls."""
    ends = [span.end for span in content.spans if span.style == STILL]
    return cell_len(content.plain[: max(ends)]) if ends else None


class Sideways(Choosing):
    """Keeps how far each item is scrolled to the side."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._aside: dict[str, int] = {}
        self._line_aside: tuple[str, int, int] | None = None
        """An item's line that is scrolled on its own, and how far: what is sought stands in it."""

    def overflow(self, row: int) -> int:
        """How many cells of a row's widest line do not fit."""
        wide = [strip.cell_length for strip in self.strips(row) if isinstance(strip, WideStrip)]
        return max(0, max(wide, default=0) - self._width)

    def aside(self, row: int) -> int:
        """How far a row is scrolled to the side, in cells."""
        return self._aside.get(self.heads[self.rows[row]].key, 0)

    def line_aside(self, row: int) -> tuple[int, int] | None:
        """The line of a row that is scrolled on its own, and how far."""
        if self._line_aside is None or self._line_aside[0] != self.heads[self.rows[row]].key:
            return None
        return self._line_aside[1:]

    def shift(self, row: int, cells: int) -> bool:
        """Scroll a row sideways, as far as it goes; whether it moved."""
        before, alone = self.aside(row), self.line_aside(row)
        after = max(0, min(before + cells, self.overflow(row)))
        self._aside[self.heads[self.rows[row]].key] = after
        if alone is not None:
            self._line_aside = None
        if before != after or alone is not None:
            self.refresh()
        return before != after

    def shift_line(self, row: int, line: int, start: int, end: int) -> None:
        """Scroll a line so that its cells from `start` to `end` are in sight, and no other with it.

        No further than needed: the lines around it, mostly shorter, would be out of sight.
        """
        self._line_aside = None
        strip = self.strips(row)[line]
        here, room = self.aside(row), self._width
        # The last cell, and once scrolled the first, may be the sign that there is more.
        if isinstance(strip, WideStrip) and not ((not here or start > here + strip.still) and end < here + room):
            most = max(0, strip.cell_length - room)
            cells = max(0, min(0 if end < room else end - room // 2, most))
            self._line_aside = (self.heads[self.rows[row]].key, line, cells)
        self.refresh()

    def straighten(self) -> None:
        """Scroll everything back."""
        self._aside.clear()
        self._line_aside = None

    def _written(self, row: int, line: int) -> int:
        """How many characters that are no air stand in a row before one of its lines."""
        if not line or not 0 <= row < len(self.rows):
            return 0
        return sum(len("".join(strip.text.split())) for strip in self.strips(row)[:line])

    def _line_with(self, row: int, before: int) -> int:
        """The line of a row that holds what stands behind so many characters."""
        for line, strip in enumerate(self.strips(row)):
            before -= len("".join(strip.text.split()))
            if before < 0:
                return line
        return 0

    def wide_row(self) -> int | None:
        """The row that is scrolled sideways: the cursor's, else the first in sight that is too wide."""
        if not self.rows:
            return None
        first, last = self.in_sight()
        return next((row for row in (self.cursor, *range(first, last + 1)) if self.overflow(row)), None)

    def in_view(self, row: int, line: int, strip: Strip, sign: Style) -> Strip:
        """What of a line is in sight."""
        if not isinstance(strip, WideStrip):
            return strip
        alone = self.line_aside(row)
        width, offset = self._width, alone[1] if alone is not None and alone[0] == line else self.aside(row)
        still = min(strip.still, max(0, width - 6))
        room = width - still
        ground = next((style for text, style, _ in reversed(list(strip)) if text), None)
        rest = strip.crop(still + offset, still + offset + room)
        if ground is not None and ground.bgcolor is not None:
            sign += Style(bgcolor=ground.bgcolor)
        rest = rest.adjust_cell_length(room, Style(bgcolor=ground.bgcolor) if ground is not None else None)
        if strip.cell_length > still + offset + room:
            rest = Strip([*rest.crop(0, room - 1), Segment("›", sign)], room)
        if offset and strip.crop(still, still + offset + 1).text.strip():
            rest = Strip([Segment("‹", sign), *rest.crop(1, room)], room)
        return Strip([*strip.crop(0, still), *rest], width)

    # -- the mouse

    def _row_under(self, event: events.MouseEvent) -> int | None:
        line = round(self.scroll_y) + event.y
        return self._heights.find(line)[0] if self.rows and line < self._heights.total else None

    def _wheel(self, event: events.MouseEvent, cells: int) -> None:
        row = self._row_under(event)
        if row is not None:
            self.shift(row, cells)
        event.prevent_default()
        event.stop()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        if event.shift or event.ctrl:
            self._wheel(event, 6)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        if event.shift or event.ctrl:
            self._wheel(event, -6)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        self._wheel(event, 6)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        self._wheel(event, -6)
