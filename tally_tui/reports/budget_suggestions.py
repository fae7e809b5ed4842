"""Budgets to begin with: what past weeks cost, rounded up."""

from __future__ import annotations

import sqlite3
from typing import Final
from zoneinfo import ZoneInfo

from tally_tui.config_budgets import Budget
from tally_tui.ledger import ask, first_pass
from tally_tui.ledger.ask import Mode
from tally_tui.model import NANO
from tally_tui.reports.answers_limits import Suggestion, Suggestions
from tally_tui.reports.budget_periods import Calendar, calendar
from tally_tui.reports.windows import spending

WEEKS: Final = 4
"""How many weeks are looked at, the present one among them."""
_MOST: Final = 2


def suggestions(
    db: sqlite3.Connection,
    *,
    now_ms: int,
    tz: ZoneInfo,
    week_start: int = 0,
    mode: Mode = "calculate",
) -> Suggestions:
    """At most two budgets: a week of each provider that anything was spent on, the dearer one first; of one provider
    alone a month beside it. The amount is that of the dearest such period, rounded up. None while logs are read for
    the first time.
    """
    with ask.snapshot(db):
        if first_pass.under_way(db):
            return Suggestions(tz.key, ())
        dates = calendar(db, now_ms=now_ms, tz=tz, week_start=week_start, weeks=WEEKS + 1)
        found = [
            _suggestion(db, Budget(f"{provider} week", NANO, provider=provider), WEEKS, dates, now_ms, mode)
            for provider in ("claude", "codex")
        ]
        found = sorted((each for each in found if any(each.spent)), key=lambda each: -each.budget.amount)
        if len(found) == 1:
            provider = found[0].budget.provider
            month = Budget(f"{provider} month", NANO, provider=provider, period="calendar-month")
            found.append(_suggestion(db, month, 2, dates, now_ms, mode))
    return Suggestions(tz.key, tuple(found[:_MOST]))


def rounded_up(nano: int) -> int:
    """Nano-dollars rounded up to two digits, and to a dollar at least: $212.20 → $220."""
    dollars = max(1, -(-nano // NANO))
    size: int = 10 ** max(0, len(str(dollars)) - 2)
    return -(-dollars // size) * size * NANO


def _suggestion(
    db: sqlite3.Connection, budget: Budget, count: int, dates: Calendar, now_ms: int, mode: Mode
) -> Suggestion:
    periods = [span for span, _ in dates.back(budget, now_ms, count - 1)]
    with spending(db, budget.provider, mode=mode) as spend:
        spent = tuple(spend.cost(span.since or 0, min(span.until or now_ms, now_ms)) for span in periods)
    return Suggestion(
        Budget(budget.name, rounded_up(max(spent)), provider=budget.provider, period=budget.period), spent
    )
