"""Two sessions side by side, line by line; at forty columns one above the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tally_tui.reports.compare import Comparison, PromptTurn
from tally_tui.widgets.comparison_lines import Laying, Line


class ComparisonView(ScrollView, can_focus=True, inherit_bindings=False):
    """Draws a comparison. The cursor walks over prompts, tools and files; of a prompt it is on one side."""

    BINDING_GROUP_TITLE = "Comparison"
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    ComparisonView { height: 1fr; overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; padding: 0 1;
        & > .compare--title { text-style: bold; color: $text-primary; }
        & > .compare--quiet { color: $quiet; }
        & > .compare--sign { color: $text-accent; text-style: bold; }
        & > .compare--error { color: $text-error; text-style: bold; }
        & > .compare--change { color: $text-success; }
        & > .compare--row { background: $boost; }
        & > .compare--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        &:ansi > .compare--quiet { text-style: dim; }
        &:ansi > .compare--row { text-style: underline; }
        &:ansi > .compare--cursor { text-style: reverse; background: ansi_default; color: ansi_default; } }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"compare--{name}" for name in ("title", "quiet", "sign", "error", "change", "row", "cursor")
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Down", show=False, id="compare.down"),
        Binding("k,up", "move(-1)", "Up", show=False, id="compare.up"),
        Binding("h,left", "side('left')", "A", show=False, id="compare.left", tooltip="The first session's prompt"),
        Binding("l,right", "side('right')", "B", show=False, id="compare.right", tooltip="The second session's prompt"),
        Binding("pagedown,space,ctrl+d", "page(1)", "Next page", show=False, id="compare.page-down"),
        Binding("pageup,ctrl+u", "page(-1)", "Page before", show=False, id="compare.page-up"),
        Binding("g,home", "end(0)", "Top", show=False, id="compare.first"),
        Binding("G,end", "end(-1)", "End", show=False, id="compare.last"),
        Binding("tab", "section", "Section", id="compare.section", tooltip="On to the prompts, the tools, the files"),
        Binding("enter", "open", "Open", id="compare.open", tooltip="Read this prompt and what followed"),
    ]

    @dataclass
    class Opened(Message):
        """A prompt was chosen: `side` is `left` or `right`."""

        side: str
        turn: PromptTurn

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self.zone = zone
        self.found: Comparison | None = None
        self.side = "left"
        self._lines: list[Line] = []
        self._stops: list[int] = []
        """The first line of each stop."""
        self._at = 0

    @property
    def place(self) -> tuple[int, str]:
        """Where the cursor is: which of its stops, and the side."""
        return self._at, self.side

    def show(self, found: Comparison, place: tuple[int, str]) -> None:
        """Show a comparison, the cursor at a place."""
        self.found = found
        self._at, self.side = place
        self._lay()
        if self._at:
            self._go(self._at)
        else:
            self.scroll_home(animate=False)

    def _lay(self) -> None:
        width = self.scrollable_content_region.width
        if self.found is None or not width:
            return
        self._lines = list(Laying(self.found, width, self.zone).lines())
        self._stops = []
        for number, line in enumerate(self._lines):
            if line.stop is not None and line.stop == len(self._stops):
                self._stops.append(number)
        self._at = min(self._at, max(0, len(self._stops) - 1))
        self.virtual_size = Size(0, len(self._lines))
        self.refresh()

    def on_resize(self) -> None:
        self._lay()

    # -- the cursor

    @property
    def turn(self) -> tuple[str, PromptTurn] | None:
        """The prompt under the cursor, with its side; the other side's where this one has none."""
        if self.found is None or not self._stops:
            return None
        pair = self._lines[self._stops[self._at]].pair
        if pair is None:
            return None
        numbers = {"left": self.found.pairs[pair].left, "right": self.found.pairs[pair].right}
        side = self.side if numbers[self.side] is not None else "right" if self.side == "left" else "left"
        number = numbers[side]
        assert number is not None
        turns = self.found.left.turns if side == "left" else self.found.right.turns
        return side, turns[number]

    def _go(self, stop: int) -> None:
        if self._stops:
            self._at = max(0, min(stop, len(self._stops) - 1))
            first = self._stops[self._at]
            last = first + sum(line.stop == self._at for line in self._lines[first : first + 6]) - 1
            # At the first stop everything above it comes into sight too.
            top = 0 if self._at == 0 and last < self.size.height else first
            self.scroll_to_region(
                Region(0, top, 1, last - top + 1), animate=False, force=True, immediate=True, origin_visible=False
            )
            self.refresh()

    def action_move(self, step: int) -> None:
        self._go(self._at + step)

    def action_page(self, step: int) -> None:
        """A screenful on or back."""
        if self._stops:
            line = self._stops[self._at] + step * max(1, self.size.height - 2)
            near = [stop for stop, first in enumerate(self._stops) if first <= line]
            self._go(near[-1] if near else 0)

    def action_end(self, stop: int) -> None:
        self._go(len(self._stops) - 1 if stop else 0)

    def action_side(self, side: str) -> None:
        self.side = side
        self.refresh()

    def action_section(self) -> None:
        """On to the next heading; from the last one to the first."""
        headings = [number for number, line in enumerate(self._lines) if line.heading]
        if not headings or not self._stops:
            return
        here = self._stops[self._at]
        target = next((number for number in headings if number > here), headings[0])
        self._go(next((stop for stop, first in enumerate(self._stops) if first > target), len(self._stops) - 1))
        self.scroll_to(y=target, animate=False, force=True, immediate=True)

    def action_open(self) -> None:
        if (found := self.turn) is not None:
            self.post_message(self.Opened(*found))

    def on_click(self, event: events.Click) -> None:
        number = int(self.scroll_y) + event.y - self.gutter.top
        if event.button != 1 or not 0 <= number < len(self._lines):
            return
        line = self._lines[number]
        at = event.x - self.gutter.left
        for piece in line.pieces:
            width = cell_len(piece.text)
            if 0 <= at < width and piece.side:
                self.side = piece.side
            at -= width
        if line.stop is not None:
            again = self._at == line.stop
            self._at = line.stop
            if again and event.chain > 1:
                self.action_open()
        self.refresh()

    # -- drawing

    def render_line(self, y: int) -> Strip:
        width, ground = self.scrollable_content_region.width, self.rich_style
        number = int(self.scroll_y) + y
        if number >= len(self._lines):
            return Strip.blank(width, ground)
        line = self._lines[number]
        chosen = line.stop is not None and line.stop == self._at
        shown = self.turn if chosen and line.pair is not None else None
        base = self.get_component_rich_style("compare--row") if chosen else ground
        segments = []
        for piece in line.pieces:
            if chosen and (line.pair is None or (shown is not None and piece.side == shown[0])):
                style = self.get_component_rich_style("compare--cursor")
            elif piece.style == "fact":
                style = base
            else:
                style = base + self.get_component_rich_style(f"compare--{piece.style}", partial=True)
            segments.append(Segment(piece.text, style))
        return Strip(segments).adjust_cell_length(width, base)
