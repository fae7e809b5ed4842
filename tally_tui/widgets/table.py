"""A table of any length: only the rows in sight are asked for and drawn (line API)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import ClassVar, Protocol, TypeAlias

from msgspec import Struct
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tally_tui.widgets.meter import meter
from tally_tui.widgets.text import fit

Cell: TypeAlias = str | float
"""Text, or a share from 0 to 1 that is drawn as a bar."""


class Tinted(str):
    """Text in a colour of its own (`info`, `warn`, `critical`, `good`, `quiet`); its words say what that means."""

    tint = "info"

    @classmethod
    def of(cls, text: str, tint: str) -> Tinted:
        made = cls(text)
        made.tint = tint
        return made


class Column(Struct, frozen=True):
    """One column. The first one of a table stays in sight and takes what the others leave."""

    id: str
    label: str
    width: int
    """Cells; of the first column: the least it can live with."""
    right: bool = False
    grow: int = 0
    """Cells it may take in addition where there is room."""
    sortable: bool = True
    fixed: bool = False
    """Of the first column: its width is all it wants."""


class Rows(Protocol):
    """Where the rows come from."""

    def __len__(self) -> int:
        """How many there are, whether or not they are at hand."""

    def cells(self, row: int) -> Sequence[Cell] | None:
        """One cell a column, of clean text; None: not here yet."""


class Placed(Struct, frozen=True):
    """A column with the width it got; `index` is its place in the row's cells."""

    index: int
    column: Column
    width: int


def place(columns: Sequence[Column], width: int, shift: int) -> tuple[list[Placed], bool]:
    """Give columns their widths: the first always, then those from `shift` on that fit.

    Returns the placed columns and whether some are out of sight on the right.
    """
    first, others = columns[0], list(enumerate(columns))[1:]
    # The label gets a comfortable reading width, but never so much that it stands alone.
    least = first.width if first.fixed else max(first.width, min(34, width * 2 // 5))
    room = width - least
    needed = sum(column.width + 1 for _, column in others)
    if needed > room:
        others = others[shift:]
    chosen: list[tuple[int, Column]] = []
    for index, column in others:
        if column.width + 1 > room:
            break
        room -= column.width + 1
        chosen.append((index, column))
    placed = []
    spare = room
    for index, column in chosen:
        extra = min(spare, column.grow)
        spare -= extra
        placed.append(Placed(index, column, column.width + extra))
    placed.insert(0, Placed(0, first, least if first.fixed else least + spare))
    return placed, len(chosen) < len(others)


class VirtualTable(ScrollView, can_focus=True, inherit_bindings=False):
    """A table over `Rows`. It draws what is in sight, and says so when rows there are missing."""

    HELP = "Rows and columns. Columns that do not fit are reached with ← and →."
    BINDING_GROUP_TITLE = "Table"
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    VirtualTable { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; background: transparent;
        & > .table--header { text-style: bold; color: $text-primary; background: $panel; }
        & > .table--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        & > .table--odd { background: $boost; }
        & > .table--bar { color: $primary; }
        & > .table--quiet { color: $quiet; }
        & > .table--info { color: $text-primary; } & > .table--good { color: $text-success; }
        & > .table--warn { color: $text-warning; } & > .table--critical { color: $text-error; }
        &:ansi > .table--header { text-style: bold underline; }
        &:ansi > .table--cursor { text-style: reverse; background: ansi_default; color: ansi_default; }
        &:ansi > .table--quiet { text-style: dim; } }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--cursor",
        "table--odd",
        "table--bar",
        "table--quiet",
        "table--info",
        "table--good",
        "table--warn",
        "table--critical",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Next row", show=False, id="table.down"),
        Binding("k,up", "move(-1)", "Row before", show=False, id="table.up"),
        Binding("pagedown,space,ctrl+d", "page(1)", "Next page", show=False, id="table.page-down"),
        Binding("pageup,ctrl+u", "page(-1)", "Page before", show=False, id="table.page-up"),
        Binding("g,home", "goto(0)", "First row", show=False, id="table.first"),
        Binding("G,end", "goto(-1)", "Last row", show=False, id="table.last"),
        Binding("right", "shift(1)", "Columns further right", show=False, id="table.right"),
        Binding("left", "shift(-1)", "Columns further left", show=False, id="table.left"),
        Binding("enter", "open", "Open", id="table.open", tooltip="Open what is under the cursor"),
    ]
    cursor: reactive[int] = reactive(0, repaint=False)

    @dataclass
    class Opened(Message):
        """Enter, or a click on the row under the cursor: number `row` of `rows`.

        By the time it is handled the table may show other rows, where that number is another row's or none's.
        """

        row: int
        rows: Rows

    @dataclass
    class Moved(Message):
        """Another row is under the cursor."""

        row: int

    @dataclass
    class SortAsked(Message):
        """A click on a column's header."""

        column: str

    @dataclass
    class Missing(Message):
        """Rows in sight are not at hand."""

        first: int
        last: int

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, VirtualTable.Missing)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self.columns: Sequence[Column] = ()
        self.rows: Rows | None = None
        self.nothing = "Nothing here."
        self._sort: tuple[str, bool] = ("", True)
        self._shift = 0
        self._placed: list[Placed] = []
        self._more = False
        self._width = 0

    def show(
        self, columns: Sequence[Column], rows: Rows, sort: tuple[str, bool], cursor: int | None = None
    ) -> None:
        """Draw other rows, or newer ones; `cursor` None leaves it where it is."""
        if columns != self.columns:
            self._shift = 0
        self.columns, self.rows, self._sort = columns, rows, sort
        self._measure()
        self._arrange()
        self.cursor = self.cursor if cursor is None else cursor
        self.refresh()
        if cursor is not None:
            self.call_after_refresh(self._bring)
        self.call_after_refresh(self._look)

    # -- where rows lie; a table of taller rows says so here

    @property
    def head(self) -> int:
        """Lines above the rows that stay in sight."""
        return 1

    def line_of(self, row: int) -> int:
        """The first line of a row, the header not counted."""
        return row

    def row_at(self, line: int) -> tuple[int, int]:
        """The row that a line is of, and which of its lines."""
        return line, 0

    def tall(self, row: int) -> int:
        """The lines of a row."""
        return 1

    def _measure(self) -> None:
        count = len(self.rows) if self.rows is not None else 0
        self.virtual_size = Size(0, self.line_of(count) + self.head)

    def validate_cursor(self, row: int) -> int:
        return max(0, min(row, len(self.rows) - 1)) if self.rows is not None else 0

    def watch_cursor(self, old: int, new: int) -> None:
        self.refresh()
        self._bring()
        self.post_message(self.Moved(new))

    def _bring(self) -> None:
        # Higher by the header, which covers the topmost lines in sight.
        place = Region(0, self.line_of(self.cursor), 1, self.tall(self.cursor) + self.head)
        self.scroll_to_region(place, animate=False, force=True, immediate=True)

    def on_resize(self) -> None:
        self._arrange()
        self._bring()
        self._look()
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._look()

    def _arrange(self) -> None:
        self._width = width = self.scrollable_content_region.width
        if self.columns and width:
            # One cell on the right is kept for the sign that there are more columns.
            self._placed, self._more = place(self.columns, width - 1, self._shift)

    def _look(self) -> None:
        if self.rows is None or not len(self.rows):
            return
        first, last = self.in_sight()
        if self.rows.cells(first) is None or self.rows.cells(last) is None:
            self.post_message(self.Missing(first, last))

    def in_sight(self) -> tuple[int, int]:
        """The first and the last row on the screen, where there are any."""
        top, end = int(self.scroll_y), len(self.rows or ()) - 1
        bottom = top + max(1, self.size.height - self.head) - 1
        return min(self.row_at(top)[0], end), min(self.row_at(bottom)[0], end)

    def action_move(self, rows: int) -> None:
        self.cursor += rows
        self._show_whole()

    def action_page(self, pages: int) -> None:
        lines = max(1, self.size.height - self.head - 1)
        row = self.row_at(max(0, self.line_of(self.cursor) + pages * lines))[0]
        self.cursor = row if row != self.cursor else self.cursor + pages
        self._show_whole()

    def action_goto(self, row: int) -> None:
        self.cursor = row if row >= 0 or self.rows is None else len(self.rows) - 1
        self._show_whole()

    def _show_whole(self) -> None:
        # On a short terminal the table may lie below what is in sight: a key that moves in it brings it up.
        self.scroll_visible(animate=False, immediate=True)

    def action_shift(self, columns: int) -> None:
        if columns < 0 or self._more:
            self._shift = max(0, self._shift + columns)
            self._arrange()
            self.refresh()

    def action_open(self) -> None:
        if self.rows is not None and len(self.rows):
            self.post_message(self.Opened(self.cursor, self.rows))

    def on_click(self, event: events.Click) -> None:
        if event.button != 1 or self.rows is None:
            return
        event.stop()
        if event.y < self.head:
            self._click_header(event.x)
            return
        row, part = self.row_at(int(self.scroll_y) + event.y - self.head)
        if row >= len(self.rows) or self._click_row(row, part, event.x):
            return
        if row == self.cursor and event.chain > 1:
            self.action_open()
        self.cursor = row

    def _click_row(self, row: int, part: int, x: int) -> bool:
        """Whether a click at this place of a row means something else than choosing it."""
        return False

    def _click_header(self, x: int) -> None:
        edge = 0
        if (self._more and x >= self._width - 1) or (self._shift and x == self._placed[0].width):
            self.action_shift(1 if x >= self._width - 1 else -1)  # on the signs that there are more
            return
        for placed in self._placed:
            edge += placed.width + 1
            if x < edge:
                if placed.column.sortable:
                    self.post_message(self.SortAsked(placed.column.id))
                return

    def truncated(self) -> str | None:
        """The whole label of the row under the cursor where it is cut off on the screen."""
        cells = self.rows.cells(self.cursor) if self.rows is not None and len(self.rows) else None
        if not cells or not self._placed:
            return None
        label = str(cells[0])
        return label if cell_len(label) > self._placed[0].width else None

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if width != self._width:
            # A scrollbar came or went, which no resize tells of.
            self._arrange()
        if y < self.head:
            return self._header(width)
        row, part = self.row_at(int(self.scroll_y) + y - self.head)
        quiet = self.get_component_rich_style("table--quiet")
        if self.rows is None:
            lengths = (22, 17, 25, 13, 19, 15)
            text = "░" * min(width, lengths[(y - self.head) % 6]) if y < 6 + self.head else ""
            return Strip([Segment(text, quiet)]).adjust_cell_length(width, self.rich_style)
        if row >= len(self.rows):
            lines = [] if len(self.rows) else wrap(self.nothing, max(1, width))
            text = lines[y - self.head] if y - self.head < len(lines) else ""
            return Strip([Segment(fit(text, width), quiet)]).adjust_cell_length(width, self.rich_style)
        if row == self.cursor:
            style = self.get_component_rich_style("table--cursor")
        elif row % 2:
            style = self.get_component_rich_style("table--odd")
        else:
            style = self.rich_style
        return self._row(row, part, style, width)

    def _row(self, row: int, part: int, style: Style, width: int) -> Strip:
        cells = self.rows.cells(row) if self.rows is not None else None
        if cells is None:
            return Strip([Segment("…", style)]).adjust_cell_length(width, style)
        return self._line(cells, style, width)

    def _header(self, width: int) -> Strip:
        style = self.get_component_rich_style("table--header")
        parts = []
        for placed in self._placed:
            label, room = placed.column.label, placed.width
            if placed.column.id == self._sort[0]:
                label += "▼" if self._sort[1] else "▲"
            parts.append(fit(label, room, placed.column.right))
        text = " ".join(parts)
        if self._shift:
            text = text[: self._placed[0].width] + "‹" + text[self._placed[0].width + 1 :]
        if self._more:
            text = fit(text, width - 1) + "›"
        return Strip([Segment(fit(text, width), style)]).adjust_cell_length(width, style)

    def _line(self, cells: Sequence[Cell], style: Style, width: int) -> Strip:
        segments = []
        for placed in self._placed:
            cell = cells[placed.index]
            if isinstance(cell, float):
                # A reversed cursor would turn the bar's colour into its background.
                bar = (
                    style
                    if style.reverse
                    else style + Style(color=self.get_component_rich_style("table--bar").color)
                )
                segments.append(Segment(meter(cell, placed.width), bar))
            else:
                tinted = style
                if isinstance(cell, Tinted) and not style.reverse:
                    colour = self.get_component_rich_style(f"table--{cell.tint}").color
                    tinted = style + Style(color=colour)
                segments.append(Segment(fit(cell, placed.width, placed.column.right), tinted))
            segments.append(Segment(" ", style))
        return Strip(segments).adjust_cell_length(width, style).simplify()
