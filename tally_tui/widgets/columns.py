"""Stacked columns in eighth blocks: spend over time, by model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tally_tui.widgets.figures import short_money

EIGHTHS = " ▁▂▃▄▅▆▇█"
TEXTURES = "█▓▒░#+=:"
"""What tells series apart where there is no colour; the legend shows the same."""
GUTTER = 7
WIDEST = 14
SERIES = 8


class Bar(Struct, frozen=True):
    """One column: what stands under it, its full name, and one value a series from the bottom up."""

    label: str
    title: str
    parts: tuple[int, ...]
    now: bool = False

    @property
    def total(self) -> int:
        return sum(self.parts)


class Group(Struct, frozen=True):
    """Neighbouring bars drawn as one, because there are more of them than cells."""

    first: int
    last: int
    bar: Bar


def grouped(bars: Sequence[Bar], cells: int) -> tuple[Group, ...]:
    """As many columns as fit: one a bar, else as few neighbours together as possible."""
    size = max(1, -(-len(bars) // max(1, cells)))
    groups = []
    for first in range(0, len(bars), size):
        some = bars[first : first + size]
        if len(some) == 1:
            groups.append(Group(first, first, some[0]))
            continue
        parts = tuple(sum(values) for values in zip(*(bar.parts for bar in some), strict=True))
        merged = Bar(
            some[0].label, f"{some[0].title} – {some[-1].title}", parts, any(bar.now for bar in some)
        )
        groups.append(Group(first, first + len(some) - 1, merged))
    return tuple(groups)


def nice_top(value: int) -> int:
    """The smallest round number (1, 2, 2.5 or 5 × a power of ten) that is no smaller."""
    power = 1
    while power * 10 <= value:
        power *= 10
    for tenths in (10, 15, 20, 25, 30, 40, 50, 60, 80, 100):
        if power * tenths >= value * 10:
            return max(1, power * tenths // 10)
    return power * 10


class Columns(Widget, can_focus=True):
    """The plot. ← → choose a column, Enter or a click opens its period."""

    HELP = "Spend over time. Choose a column to read its figures; open it to see that period."
    BINDING_GROUP_TITLE = "Chart"
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Columns { height: 8; width: 1fr; pointer: pointer;
        & > .columns--1 { color: $series-1; } & > .columns--2 { color: $series-2; }
        & > .columns--3 { color: $series-3; } & > .columns--4 { color: $series-4; }
        & > .columns--5 { color: $series-5; } & > .columns--6 { color: $series-6; }
        & > .columns--7 { color: $series-7; } & > .columns--8 { color: $series-8; }
        & > .columns--axis { color: $quiet; }
        & > .columns--chosen { background: $panel; } }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"columns--{n}" for n in range(1, SERIES + 1)),
        "columns--axis",
        "columns--chosen",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "choose(1)", "Next column", show=False, id="chart.next"),
        Binding("left", "choose(-1)", "Column before", show=False, id="chart.before"),
        Binding("enter", "open", "Open", id="chart.open", tooltip="Show only this column's period"),
    ]
    chosen: reactive[int | None] = reactive(None)
    """The group under the cursor."""

    @dataclass
    class Chosen(Message):
        """Another column is under the cursor; None: none."""

        bar: Bar | None

    @dataclass
    class Opened(Message):
        """The bars from `first` to `last` of `bars` were opened."""

        first: int
        last: int
        bars: Sequence[Bar]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self.bars: Sequence[Bar] | None = None
        self.scale: Callable[[int], str] = short_money
        self.groups: tuple[Group, ...] = ()
        self._unit = 1
        self._width = 0
        self._first = -1
        """The first bar of the chosen group; -1: none is chosen."""

    def show(self, bars: Sequence[Bar], scale: Callable[[int], str], same: bool) -> None:
        """Draw other bars; `same`: newer values of the same bars, so the chosen one stays."""
        self.bars, self.scale = bars, scale
        if not same:
            self.chosen = None
        self._arrange()
        if self.chosen is not None:
            self.post_message(self.Chosen(self.groups[self.chosen].bar))

    def on_resize(self) -> None:
        self._arrange()

    def on_blur(self) -> None:
        self.chosen = None

    def _arrange(self) -> None:
        # In another width the same bar may stand in another group.
        self._group()
        here = (place for place, group in enumerate(self.groups) if group.first <= self._first <= group.last)
        self.chosen = next(here, None)
        self.refresh()

    def _group(self) -> None:
        self._width = self.size.width
        cells = self._width - GUTTER
        self.groups = grouped(self.bars, cells) if self.bars and cells >= 1 else ()
        self._unit = max(1, min(WIDEST, cells // len(self.groups))) if self.groups else 1

    def validate_chosen(self, chosen: int | None) -> int | None:
        return chosen if chosen is not None and 0 <= chosen < len(self.groups) else None

    def watch_chosen(self, chosen: int | None) -> None:
        self._first = -1 if chosen is None else self.groups[chosen].first
        self.post_message(self.Chosen(None if chosen is None else self.groups[chosen].bar))

    def action_choose(self, step: int) -> None:
        if self.groups:
            start = len(self.groups) if step < 0 else -1
            where = start if self.chosen is None else self.chosen
            self.chosen = max(0, min(len(self.groups) - 1, where + step))

    def action_open(self) -> None:
        if self.chosen is not None:
            group = self.groups[self.chosen]
            self.post_message(self.Opened(group.first, group.last, self.bars or ()))

    def _at(self, x: int) -> int | None:
        place = (x - GUTTER) // self._unit
        return place if x >= GUTTER and place < len(self.groups) else None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self.chosen = self._at(event.x)

    def on_leave(self) -> None:
        if not self.has_focus:
            self.chosen = None

    def on_click(self, event: events.Click) -> None:
        self.chosen = self._at(event.x)
        self.action_open()

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        if width != self._width:
            # Drawn before the widget has heard of its new size.
            self._group()
        base, axis = self.rich_style, self.get_component_rich_style("columns--axis")
        plot = height - 1
        if self.bars is None:
            return self._skeleton(y, plot, axis)
        if y >= plot:
            return self._labels(axis)
        most = max((group.bar.total for group in self.groups), default=0)
        top = nice_top(most)
        # Without any spend there is no scale to write.
        tick = (
            ""
            if not most
            else self.scale(top)
            if y == 0
            else self.scale(top // 2)
            if self._middle(y, plot)
            else ""
        )
        segments = [Segment(tick.rjust(GUTTER - 1)[: GUTTER - 1] + ("┤" if tick else "│"), axis)]
        thick = self._thick()
        for place, group in enumerate(self.groups):
            text, style = self._cell(group.bar, top, plot, plot - 1 - y)
            if place == self.chosen and (text == " " or style.bgcolor == base.bgcolor):
                style = style + Style(bgcolor=self.get_component_rich_style("columns--chosen").bgcolor)
            segments.append(Segment(text * thick, style))
            segments.append(Segment(" " * (self._unit - thick), base))
        return Strip(segments).adjust_cell_length(width, base).simplify()

    @staticmethod
    def _middle(y: int, plot: int) -> bool:
        return y == plot // 2 and plot >= 4

    def _thick(self) -> int:
        return self._unit - 1 if self._unit > 1 else 1

    def _cell(self, bar: Bar, top: int, plot: int, level: int) -> tuple[str, Style]:
        """What stands in the cell `level` rows above the axis."""
        if not bar.total:
            return " ", self.rich_style
        low, high = level * 8, level * 8 + 8
        shown = max(1, round(bar.total * plot * 8 / top))
        inside: list[tuple[int, int]] = []
        run = 0
        for series, value in enumerate(bar.parts):
            start = round(run * shown / bar.total)
            run += value
            covered = min(round(run * shown / bar.total), high) - max(start, low)
            if covered > 0:
                inside.append((covered, series))
        if not inside:
            return " ", self.rich_style
        filled = sum(covered for covered, _ in inside)
        main = max(inside)[1]
        style = self.get_component_rich_style(f"columns--{main % SERIES + 1}")
        if self.app.no_color:
            return (TEXTURES[main % SERIES] if filled == 8 else EIGHTHS[filled]), style
        if len(inside) > 1 and filled == 8:
            # The lowest series in front, the one above it behind: exact to an eighth.
            above = max(inside[1:])[1]
            front = self.get_component_rich_style(f"columns--{inside[0][1] % SERIES + 1}")
            back = self.get_component_rich_style(f"columns--{above % SERIES + 1}")
            return EIGHTHS[inside[0][0]], Style(color=front.color, bgcolor=back.color)
        return EIGHTHS[filled], style

    def _labels(self, axis: Style) -> Strip:
        width = self.size.width
        longest = max((len(group.bar.label) for group in self.groups), default=0)
        step = max(1, -(-(longest + 1) // self._unit))
        line = [" "] * max(width, GUTTER)
        bold: tuple[int, int] | None = None
        for place in range(0, len(self.groups), step):
            bar = self.groups[place].bar
            left = GUTTER + place * self._unit + max(0, (self._thick() - len(bar.label)) // 2)
            if left + len(bar.label) <= width:
                line[left : left + len(bar.label)] = bar.label
                bold = (left, left + len(bar.label)) if bar.now else bold
        line[GUTTER - 1] = "└"
        line[GUTTER - 2] = "0"
        at = GUTTER + (self.chosen or 0) * self._unit + (self._thick() - 1) // 2
        if self.chosen is not None and self.chosen < len(self.groups) and at < len(line):
            # A mark that needs no colour.
            line[at], bold = "▲", (at, at + 1)
        text = "".join(line)
        if bold is None:
            return Strip([Segment(text, axis)]).adjust_cell_length(width, self.rich_style)
        parts = [text[: bold[0]], text[bold[0] : bold[1]], text[bold[1] :]]
        strong = self.rich_style + Style(bold=True)
        pieces = [Segment(part, style) for part, style in zip(parts, (axis, strong, axis), strict=True)]
        return Strip(pieces).adjust_cell_length(width, self.rich_style)

    def _skeleton(self, y: int, plot: int, axis: Style) -> Strip:
        width = self.size.width
        heights = (2, 4, 3, 5, 1, 4, 2)
        cells = "".join(
            "░░ " if plot - y <= heights[n % 7] and y < plot else "   " for n in range(width // 3)
        )
        lead = " " * (GUTTER - 1) + ("└" if y >= plot else "│")
        return Strip([Segment((lead + cells)[:width], axis)]).adjust_cell_length(width, self.rich_style)
