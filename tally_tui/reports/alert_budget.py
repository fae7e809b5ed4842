"""The call with which a budget's spend passed a threshold: the running sum of its period, call by call."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from tally_tui.config_budgets import Budget
from tally_tui.ledger.alerts import Alert
from tally_tui.ledger.ask import Mode
from tally_tui.ledger.ask_calls import Call, calls_page
from tally_tui.ledger.ask_filter import Filter, filtered
from tally_tui.model import SLOT_MS, Span
from tally_tui.query import Query
from tally_tui.reports.budget_periods import calendar
from tally_tui.reports.budget_spend import budget_account, budget_query, budget_spend, counted_home
from tally_tui.rules.budgets import crossed

if TYPE_CHECKING:
    from tally_tui.config import Settings

_PAGE: Final = 500


def passing_call(
    db: sqlite3.Connection, alert: Alert, settings: Settings, *, tz: ZoneInfo, mode: Mode
) -> Call | None:
    """The call at which the sum passed the alert's threshold, inside a snapshot.

    None where it cannot be told: the budget is no longer there or is another one now, it counts percents, which
    readings tell and no call, or its period's sum (calls may have found another owner since) stays below.
    """
    budget = next((each for each in settings.budgets if each.name == alert.scope), None)
    if budget is None or budget.unit not in ("usd", "tokens") or budget.amount != alert.numbers.get("amount"):
        return None
    at = alert.fired_at
    try:
        root = budget_account(db, budget)
        query = budget_query(budget, now_ms=at, tz=tz, week_start=settings.first_weekday)
        home = counted_home(db, budget, (), root)
        plain = Query(tuple(term for term in query.terms if term.field not in ("cost", "tokens")))
        chosen = filtered(db, plain, where=[("home", home)] if home is not None else (), calls=True)
    except ValueError:
        return None
    start, end, _ = calendar(db, now_ms=at, tz=tz, week_start=settings.first_weekday).period(budget, at, root)
    until = min(end, at + 1)
    with budget_spend(db, budget, query, (), over=(start, until), mode=mode, root=root) as spend:
        running = spend.running(start, until)
        if len(plain.terms) < len(query.terms):
            chosen = chosen.of_roots(sorted(spend.sums(start, until).roots), Span())
    before = 0
    for instant, total in running:
        if crossed(total, budget.amount, alert.threshold):
            first = max(start, (instant - 1) // SLOT_MS * SLOT_MS)
            for call in _calls(db, chosen, first, min(first + SLOT_MS, until), mode):
                before += _worth(call, budget, mode)
                if crossed(before, budget.amount, alert.threshold):
                    return call
            return None
        before = total
    return None


def _calls(db: sqlite3.Connection, chosen: Filter, since: int, until: int, mode: Mode) -> Iterator[Call]:
    """By time, page by page."""
    offset = 0
    while True:
        page = calls_page(
            db, chosen, since, until, order="time", mode=mode, descending=False, limit=_PAGE, offset=offset
        )
        yield from page
        if len(page) < _PAGE:
            return
        offset += _PAGE


def _worth(call: Call, budget: Budget, mode: Mode) -> int:
    """What a call adds, in the budget's smallest unit."""
    if budget.unit == "tokens":
        return call.tokens.total
    return call.recorded if mode == "display" or (mode == "auto" and call.is_recorded) else call.cost
