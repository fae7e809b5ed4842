"""Which stretch of time a budget counts in: by the calendar of the time zone, or by its provider's own weeks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from tally_tui.config_budgets import Budget, Period
from tally_tui.model import Span
from tally_tui.reports.windows import Known, known_windows, last_windows, plan_windows
from tally_tui.rules import periods
from tally_tui.rules.periods import Kind
from tally_tui.rules.windows import LONG, Window
from tally_tui.rules.windows_history import WEEK_MS, week_at

_CALENDAR: Final[dict[Period, Kind]] = {"day": "day", "calendar-week": "week", "calendar-month": "month"}


class Calendar(Struct, frozen=True):
    """What periods are cut by: the time zone, the day a week begins (Monday is 0), and the windows that were read."""

    tz: ZoneInfo
    week_start: int
    known: Known
    last: Known = field(default_factory=dict)
    """The newest window of limits that were not read lately: weeks go on from it."""

    def plan(self, provider: str | None, root: str | None = None) -> tuple[Window, ...]:
        """The weeks of a provider's plan (and of one of its accounts); without one Claude's, else Codex's."""
        if provider:
            return plan_windows(self.known, provider, root) or plan_windows(self.last, provider, root)
        return self.plan("claude") or self.plan("codex")

    def period(self, budget: Budget, at: int, root: str | None = None) -> tuple[int, int, bool]:
        """Start, end and whether it was read (a calendar's always is) of a budget's period that holds an instant.

        `root` is the home folder of the account that the budget names.

        A subscription week that no reading tells of goes on from the known ones; where there are none it is the
        calendar's week.
        """
        kind = _CALENDAR.get(budget.period)
        if kind:
            return *periods.bounds(kind, at, self.tz, self.week_start), True
        weeks = self.plan(budget.provider, root)
        if not weeks:
            return *periods.bounds("week", at, self.tz, self.week_start), False
        week = week_at(weeks, at, 0)
        return week.start, week.end, week.known

    def back(
        self, budget: Budget, now_ms: int, count: int, root: str | None = None
    ) -> Iterator[tuple[Span, bool]]:
        """The budget's present period and `count` before it, the newest first."""
        at = now_ms
        for _ in range(count + 1):
            start, end, known = self.period(budget, at, root)
            yield Span(start, end), known
            at = start - 1


def calendar(db: sqlite3.Connection, *, now_ms: int, tz: ZoneInfo, week_start: int, weeks: int = 1) -> Calendar:
    """The calendar as known at an instant, with readings of so many weeks back."""
    known = known_windows(db, since=now_ms - weeks * WEEK_MS, until=now_ms + 1, at_least=LONG)
    return Calendar(tz, week_start, known, last_windows(db, known, now_ms))
