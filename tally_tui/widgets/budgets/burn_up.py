"""The burn-up of a period: spent so far, the even line, where it is heading, the amount and its thresholds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import ClassVar
from zoneinfo import ZoneInfo

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tally_tui.reports.answers_limits import BudgetRow
from tally_tui.rules import periods
from tally_tui.rules.budgets import Standing
from tally_tui.rules.zones import local
from tally_tui.widgets.budgets.words import short
from tally_tui.widgets.columns import EIGHTHS, GUTTER, nice_top

EVEN, AMOUNT, THRESHOLD, HEADING, NOW = "·", "─", "┄", "░", "┊"
_LONGEST = 2
"""The scale ends at so many times the amount where only a projection is above it."""

_Cell = tuple[str, str]
"""A sign, and the name of its style."""


class BurnUp(Widget):
    """Eighth blocks of what was spent; everything else is lines of its own signs, so that no colour is needed."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    BurnUp { height: 10; width: 1fr;
        & > .burn--spent { color: $primary; } & > .burn--over { color: $error; }
        & > .burn--heading { color: $warning; } & > .burn--amount { color: $foreground; text-style: bold; }
        & > .burn--quiet { color: $quiet; } }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "burn--spent",
        "burn--over",
        "burn--heading",
        "burn--amount",
        "burn--quiet",
    }

    def __init__(self) -> None:
        super().__init__()
        self._row: BudgetRow | None = None
        self._zone: ZoneInfo | None = None
        self._now = 0
        self._drawn: tuple[tuple[int, int], list[list[_Cell]]] | None = None

    def show(self, row: BudgetRow | None, zone: ZoneInfo, now_ms: int) -> None:
        """Draw a period; None: it is not known yet."""
        self._row, self._zone, self._now, self._drawn = row, zone, now_ms, None
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._drawn = None

    def render_line(self, y: int) -> Strip:
        size = (self.size.width, self.size.height)
        if self._drawn is None or self._drawn[0] != size:
            self._drawn = (size, self._draw(*size))
        rows = self._drawn[1]
        base = self.rich_style
        styles: dict[str, Style] = {"": base}
        segments = []
        for sign, name in rows[y] if y < len(rows) else ():
            plain = name.removesuffix("!")
            if name not in styles:
                styles[name] = self.get_component_rich_style(f"burn--{plain}")
                if name.endswith("!"):
                    # A line that crosses what is spent is cut out of it.
                    styles[name] += Style(reverse=True)
            segments.append(Segment(sign, styles[name]))
        return Strip(segments).adjust_cell_length(size[0], base).simplify()

    def _draw(self, width: int, height: int) -> list[list[_Cell]]:
        cells: list[list[_Cell]] = [[(" ", "")] * width for _ in range(height)]
        row, plot, across = self._row, height - 1, width - GUTTER
        if row is None or row.standing is None or self._zone is None or across < 2 or plot < 2:
            return cells
        return _Plot(row, row.standing, self._zone, across, plot).drawn(cells)


class _Plot:
    """One drawing: time from left to right, amounts from the bottom up."""

    def __init__(self, row: BudgetRow, standing: Standing, zone: ZoneInfo, across: int, plot: int) -> None:
        self.row, self.standing, self.zone, self.across, self.plot = row, standing, zone, across, plot
        self.running = standing.now < standing.end
        ahead = min(standing.high, standing.amount * _LONGEST) if self.running else 0
        self.top = _top(max(standing.amount, standing.spent, ahead), row.budget.unit)

    def at(self, column: int) -> int:
        """The instant at which a column begins."""
        return self.standing.start + (self.standing.end - self.standing.start) * column // self.across

    def level(self, amount: float) -> int:
        """The row of an amount, counted from the bottom."""
        return min(self.plot - 1, max(0, int(amount * self.plot / self.top)))

    def drawn(self, cells: list[list[_Cell]]) -> list[list[_Cell]]:
        """Fill the cells in."""
        spent = self._spent()
        now = self._column(self.standing.now) if self.running else None
        for column in range(self.across):
            for level in range(self.plot):
                cells[self.plot - 1 - level][GUTTER + column] = self._cell(column, level, spent, now)
        self._scale(cells)
        self._days(cells[self.plot], now)
        return cells

    def _spent(self) -> list[int | None]:
        """What is spent at the end of each column; None: that is still to come."""
        instants = [point.at for point in self.row.points]
        found: list[int | None] = []
        for column in range(self.across):
            if self.running and self.at(column) > self.standing.now:
                found.append(None)
                continue
            known = bisect_right(instants, self.at(column + 1))
            found.append(self.row.points[known - 1].spent if known else 0)
        return found

    def _column(self, instant: int) -> int:
        length = self.standing.end - self.standing.start
        return min(self.across - 1, (instant - self.standing.start) * self.across // length)

    def _cell(self, column: int, level: int, spent: list[int | None], now: int | None) -> _Cell:
        amount, value = self.standing.amount, spent[column]
        line = self._line(column, level, now)
        if value is not None:
            style = "over" if value > amount else "spent"
            filled = min(8, max(0, _shown(value, self.plot, self.top) - level * 8))
            if filled == 8:
                return (line[0], f"{style}!") if line and line[0] in (EVEN, AMOUNT) else ("█", style)
            if filled and not (line and line[0] in (EVEN, AMOUNT) and filled < 3):
                return EIGHTHS[filled], style
        elif line is None or line[0] in (THRESHOLD, EVEN):
            low, high = self._heading(column)
            if self.level(low) <= level <= self.level(min(high, self.top)) and low <= self.top:
                return HEADING, "heading"
        return line or (" ", "")

    def _line(self, column: int, level: int, now: int | None) -> _Cell | None:
        amount = self.standing.amount
        if level == self.level(amount):
            return AMOUNT, "amount"
        middle = (2 * column + 1) / (2 * self.across)
        if level == self.level(amount * middle):
            return EVEN, "quiet"
        if column == now:
            return NOW, "quiet"
        if any(level == self.level(amount * each / 100) for each in self.row.budget.thresholds if each < 100):
            return THRESHOLD, "quiet"
        return None

    def _heading(self, column: int) -> tuple[float, float]:
        standing = self.standing
        rest = standing.end - standing.now
        share = ((self.at(column) + self.at(column + 1)) / 2 - standing.now) / rest
        return tuple(standing.spent + (end - standing.spent) * share for end in (standing.low, standing.high))  # type: ignore[return-value]

    def _scale(self, cells: list[list[_Cell]]) -> None:
        unit, amount = self.row.budget.unit, self.standing.amount
        labels: dict[int, tuple[str, str]] = {self.level(amount): (short(amount, unit), "amount")}
        for each in self.row.budget.thresholds:
            if each < 100:
                labels.setdefault(self.level(amount * each / 100), (f"{each} %", "quiet"))
        if all(abs(self.plot - 1 - level) > 0 for level in labels):
            labels[self.plot - 1] = (short(self.top, unit), "quiet")
        for level in range(self.plot):
            text, style = labels.get(level, ("", "quiet"))
            line = text.rjust(GUTTER - 1)[: GUTTER - 1] + ("┤" if text else "│")
            cells[self.plot - 1 - level][:GUTTER] = [(sign, style if sign not in "┤│" else "quiet") for sign in line]

    def _days(self, line: list[_Cell], now: int | None) -> None:
        """The axis: where days (hours, of a day) begin, and where now is."""
        line[:GUTTER] = [(sign, "quiet") for sign in "0└".rjust(GUTTER)]
        if now is not None:
            word = "▲ now"
            at = now if now + len(word) <= self.across else now - len(word) + 1
            word = word if at == now else "now ▲"
            if at >= 0:
                self._write(line, at, word, "amount")
        marks = periods.ticks("day" if self.row.budget.period == "day" else "month", self.row.period, self.zone)
        marks = [start for start in marks if start >= self.standing.start]
        longest = max((len(_tick(start, self.row, self.zone)) for start in marks), default=0)
        step = -(-(longest + 1) * len(marks) // self.across) if marks else 1
        for start in marks[:: max(1, step)]:
            column, text = self._column(start), _tick(start, self.row, self.zone)
            around = line[GUTTER + max(0, column - 1) : GUTTER + column + len(text) + 1]
            if column + len(text) <= self.across and all(sign == " " for sign, _ in around):
                self._write(line, column, text, "quiet")

    @staticmethod
    def _write(line: list[_Cell], column: int, text: str, style: str) -> None:
        for place, sign in enumerate(text):
            line[GUTTER + column + place] = (sign, style)


def _shown(value: int, plot: int, top: int) -> int:
    return max(1, round(value * plot * 8 / top)) if value > 0 else 0


def _top(value: int, unit: str) -> int:
    return nice_top(value + value // 50) if unit != "percent" else value + value // 20


def _tick(start: int, row: BudgetRow, zone: ZoneInfo) -> str:
    when = local(start, zone)
    if row.budget.period == "day":
        return f"{when:%H}"
    return f"{when:%a} {when.day}" if row.budget.period != "calendar-month" else str(when.day)


def legend(row: BudgetRow, figure: Callable[[int], str]) -> list[tuple[str, str, str]]:
    """What the signs mean: (sign, style, words)."""
    standing = row.standing
    if standing is None:
        return []
    found = [("█", "$primary", f"spent {figure(standing.spent)}"), (EVEN, "$quiet", "even line")]
    if standing.now < standing.end:
        doubt = " (low confidence)" if standing.low_confidence else ""
        found.append((HEADING, "$warning", f"heading for{doubt}"))
    found.append((AMOUNT, "bold", f"amount {figure(standing.amount)}"))
    below = [each for each in row.budget.thresholds if each < 100]
    if below:
        found.append((THRESHOLD, "$quiet", "alerts at " + ", ".join(f"{each} %" for each in below)))
    return found
