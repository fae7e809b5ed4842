"""A year of days as a heat map, with streaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from msgspec import Struct
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

SIGNS = "·░▒▓█"
LABELS = 4
DAY = timedelta(days=1)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


class Streaks(Struct, frozen=True):
    """Runs of days with any use, up to the last day of the map."""

    current: int
    longest: int
    active: int
    """Days with any use."""


def streaks(days: Mapping[date, int], first: date, last: date) -> Streaks:
    """Count them; a last day without use yet does not end the current streak."""
    run = longest = active = 0
    day = first
    before_last = 0
    while day <= last:
        if day == last:
            before_last = run
        run = run + 1 if days.get(day, 0) > 0 else 0
        active += run > 0
        longest = max(longest, run)
        day += DAY
    return Streaks(run or before_last, longest, active)


def levels(values: Mapping[date, int]) -> Callable[[int], int]:
    """A function from a value to its level 0–4, by quarters of the days with any use."""
    used = sorted(value for value in values.values() if value > 0)
    marks = [used[len(used) * part // 4] for part in (1, 2, 3)] if used else []

    def level(value: int) -> int:
        return 0 if value <= 0 else 1 + sum(value > mark for mark in marks)

    return level


class HeatMap(Widget):
    """Weeks from left to right, days from top to bottom; in blocks below one another where it is narrow."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    HeatMap { height: auto; width: 58; pointer: pointer;
        & > .heat--1 { color: $heat-1; } & > .heat--2 { color: $heat-2; }
        & > .heat--3 { color: $heat-3; } & > .heat--4 { color: $heat-4; }
        & > .heat--quiet { color: $quiet; }
        &:ansi > .heat--quiet { text-style: dim; } }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {*(f"heat--{n}" for n in range(1, 5)), "heat--quiet"}

    @dataclass
    class Opened(Message):
        """A day was clicked."""

        day: date

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self.days: Mapping[date, int] = {}
        self.first = self.last = date(2000, 1, 3)
        self.week_start = 0
        self.figure: Callable[[int], str] = str

    def show(
        self, days: Mapping[date, int], first: date, last: date, week_start: int, figure: Callable[[int], str]
    ) -> None:
        """Draw the days from `first` to `last`; `figure` writes a day's value."""
        changed = (first, last) != (self.first, self.last)
        self.days, self.first, self.last, self.week_start, self.figure = days, first, last, week_start, figure
        self.refresh(layout=changed)

    @property
    def _origin(self) -> date:
        """The first day of the first week shown."""
        return self.first - DAY * ((self.first.weekday() - self.week_start) % 7)

    def _weeks(self) -> int:
        return (self.last - self._origin).days // 7 + 1

    def _block(self, width: int) -> int:
        """How many weeks stand side by side: all of them, or equal parts of them."""
        weeks = self._weeks()
        parts = -(-weeks // max(1, width - LABELS))
        return -(-weeks // parts)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return -(-self._weeks() // self._block(width)) * 8 + (1 if width >= 56 else 2)

    def _day(self, x: int, y: int) -> date | None:
        block, row = divmod(y, 8)
        column = x - LABELS
        size = self._block(self.size.width)
        if row == 0 or not 0 <= column < size:
            return None
        day = self._origin + DAY * ((block * size + column) * 7 + row - 1)
        return day if self.first <= day <= self.last else None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        day = self._day(event.x, event.y)
        self.tooltip = f"{day:%a %d %b %Y}: {self.figure(self.days.get(day, 0))}" if day else None

    def on_click(self, event: events.Click) -> None:
        if day := self._day(event.x, event.y):
            self.post_message(self.Opened(day))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        size = self._block(width)
        block, row = divmod(y, 8)
        quiet = self.get_component_rich_style("heat--quiet")
        if block * size >= self._weeks():
            lines = self._summary(width)
            line = lines[y - block * 8] if y - block * 8 < len(lines) else ""
            return Strip([Segment(line, quiet)]).adjust_cell_length(width, self.rich_style)
        if row == 0:
            return Strip([Segment(self._months(block, size), quiet)]).adjust_cell_length(
                width, self.rich_style
            )
        weekday = WEEKDAYS[(self.week_start + row - 1) % 7]
        segments = [Segment(f"{weekday if row % 2 else '':<{LABELS}}", quiet)]
        level = levels(self.days)
        for column in range(size):
            day = self._day(LABELS + column, y)
            if day is None:
                segments.append(Segment(" ", self.rich_style))
                continue
            heat = level(self.days.get(day, 0))
            style = self.get_component_rich_style(f"heat--{heat}") if heat else quiet
            segments.append(Segment(SIGNS[heat], style))
        return Strip(segments).adjust_cell_length(width, self.rich_style).simplify()

    def _months(self, block: int, size: int) -> str:
        line = [" "] * (LABELS + size + 3)
        free = 0
        for column in range(size):
            monday = self._origin + DAY * (block * size + column) * 7
            place = LABELS + column
            if monday.day <= 7 and place >= free and column + 3 <= size:
                line[place : place + 3] = MONTHS[monday.month - 1]
                free = place + 4
        return "".join(line)

    def _summary(self, width: int) -> list[str]:
        found = streaks(self.days, self.first, self.last)
        days = "day" if found.current == 1 else "days"
        now = f"streak {found.current} {days}, longest {found.longest}"
        used = f"{found.active} days used"
        if width >= 56:
            return [f"{now} · {used}  {SIGNS}"]
        return [now, f"{used} · less {SIGNS} more"]
