"""A small chart around one moment: values as columns of eighths, the threshold as a line, the moment as a mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tally_tui.reports.answers_alerts import Series
from tally_tui.widgets.columns import EIGHTHS, GUTTER

_EMPTY: Final = -1.0
_DASH: Final = "╌"
_DAY: Final = 5
"""The cells that a day needs to be named."""
_HIGHEST: Final = 1.1
"""The scale reaches above the greatest value, so that a line there can be seen."""


class Times(Struct, frozen=True):
    """How the instants below a chart are written."""

    mark: Callable[[int], str] = str
    edge: Callable[[int], str] = str
    """Of where it begins and ends."""
    days: tuple[tuple[int, str], ...] = ()
    """Where days begin, and what they are called."""


class SmallChart(Widget):
    """Hidden while there is nothing to draw."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    SmallChart { height: 6; width: 1fr; display: none;
        & > .small--below { color: $primary; } & > .small--above { color: $error; }
        & > .small--level { color: $warning; } & > .small--axis { color: $quiet; }
        & > .small--mark { color: $foreground; text-style: bold; } }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "small--below", "small--above", "small--level", "small--axis", "small--mark",
    }  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.series: Series | None = None
        self._at = self._now = 0
        self._scale: Callable[[float], str] = str
        self._times = Times()

    def show(
        self, series: Series | None, at: int, now: int, scale: Callable[[float], str], times: Times
    ) -> None:
        """Draw a series with a mark at an instant. `scale` writes a value, `times` what stands below."""
        self.series, self._at, self._now, self._scale, self._times = series, at, now, scale, times
        self.display = series is not None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        series = self.series
        if series is None or width <= GUTTER + 2:
            return Strip.blank(width, self.rich_style)
        axis = self.get_component_rich_style("small--axis")
        cells, plot = width - GUTTER, height - 2
        if y == height - 1:
            return self._below(series, cells, axis)
        if y == plot:
            return self._marks(series, cells, axis)
        values = columns(series, cells, self._now)
        top = max((*values, series.level or 0.0, 1e-9)) * _HIGHEST
        ticks = {0: self._scale(top / _HIGHEST)}
        level = series.level
        line = None if level is None else plot - 1 - min(plot - 1, int(level / top * plot))
        if line is not None and level is not None:
            ticks = {line: self._scale(level)}
        tick = ticks.get(y, "")
        segments = [Segment(tick.rjust(GUTTER - 1)[: GUTTER - 1] + ("┤" if tick else "│"), axis)]
        segments += [self._cell(value, level, top, plot, plot - 1 - y, y == line) for value in values]
        return Strip(segments).adjust_cell_length(width, self.rich_style).simplify()

    def _cell(
        self, value: float, level: float | None, top: float, plot: int, row: int, on_line: bool
    ) -> Segment:
        filled = 0 if value <= 0 else max(1, round(value / top * plot * 8))
        inside = max(0, min(8, filled - row * 8))
        if inside:
            above = level is not None and value + 1e-9 >= level
            return Segment(EIGHTHS[inside], self.get_component_rich_style("small--above" if above else "small--below"))
        if on_line:
            return Segment(_DASH, self.get_component_rich_style("small--level"))
        return Segment(" ", self.rich_style)

    def _place(self, series: Series, instant: int, cells: int) -> int:
        since, until = series.span.since or 0, series.span.until or 1
        return max(0, min(cells - 1, (instant - since) * cells // max(1, until - since)))

    def _marks(self, series: Series, cells: int, axis: Style) -> Strip:
        line = ["─"] * cells
        for _, place in self._days(series, cells):
            line[place] = "┬"
        at = self._place(series, self._at, cells)
        mark = self.get_component_rich_style("small--mark")
        parts = [Segment("0".rjust(GUTTER - 1) + "└" + "".join(line[:at]), axis), Segment("▲", mark)]
        parts.append(Segment("".join(line[at + 1 :]), axis))
        return Strip(parts).adjust_cell_length(self.size.width, self.rich_style)

    def _days(self, series: Series, cells: int) -> Sequence[tuple[str, int]]:
        """The days that have room for their name, each with its column."""
        days = [(name, self._place(series, at, cells)) for at, name in self._times.days]
        step = -(-_DAY * len(days) // max(1, cells))
        return days[:: max(1, step)]

    def _below(self, series: Series, cells: int, axis: Style) -> Strip:
        """When it began, when it fired, when it ends, days between; what there is no room for is left out."""
        since, until = series.span.since or 0, series.span.until or 1
        line = [" "] * cells
        place = self._place(series, self._at, cells)
        words = [(place, self._times.mark(self._at), True), (0, self._times.edge(since), False)]
        words.append((cells, self._times.edge(until), False))
        words += [(at, name, False) for name, at in self._days(series, cells)]
        taken: list[tuple[int, int]] = []
        bold = (0, 0)
        for at, word, strong in words:
            left = max(0, min(cells - len(word), at - (len(word) // 2 if strong else 0)))
            span = (left, left + len(word))
            if span[1] > cells or any(span[0] <= end and start <= span[1] for start, end in taken):
                continue
            line[left : span[1]] = word
            taken.append(span)
            bold = span if strong else bold
        text = "".join(line)
        mark = self.get_component_rich_style("small--mark")
        parts = [Segment(" " * GUTTER + text[: bold[0]], axis), Segment(text[bold[0] : bold[1]], mark)]
        parts.append(Segment(text[bold[1] :], axis))
        return Strip(parts).adjust_cell_length(self.size.width, self.rich_style)


def columns(series: Series, cells: int, now: int) -> Sequence[float]:
    """One value a column: of a level what held at its end, of amounts the greatest; below 0 where nothing is known."""
    since, until = series.span.since or 0, series.span.until or 1
    length = max(1, until - since)
    found = [_EMPTY] * cells
    for at, value in series.points:
        place = max(0, min(cells - 1, (at - since) * cells // length))
        found[place] = max(found[place], value)
    if series.shape == "amount":
        if 0 < len(series.points) < cells and _even(series):
            found = _spread(series, cells)
        return found
    held, end = _EMPTY, (min(now, until) - since) * cells // length
    for place, value in enumerate(found):
        held = value if value > _EMPTY else held
        found[place] = held if place <= end else _EMPTY
    return found


def _even(series: Series) -> bool:
    """Whether the points are as far from each other as in a calendar: hours, days."""
    steps = {later[0] - earlier[0] for earlier, later in zip(series.points, series.points[1:], strict=False)}
    return len(steps) == 1


def _spread(series: Series, cells: int) -> list[float]:
    """Each point over the columns of its stretch."""
    since, until = series.span.since or 0, series.span.until or 1
    step = series.points[1][0] - series.points[0][0]
    found = [_EMPTY] * cells
    for at, value in series.points:
        first = (at - since) * cells // (until - since)
        for place in range(max(0, first), min(cells, (at + step - since) * cells // (until - since))):
            found[place] = value
    return found
