"""How each budget stands in its period, and what its thresholds would have done in past ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from tally_tui.config_budgets import Budget
from tally_tui.ledger import ask
from tally_tui.ledger.ask import Mode
from tally_tui.ledger.ask_filter import filtered
from tally_tui.model import Provider, Span
from tally_tui.query import Query
from tally_tui.reports.answers_limits import BudgetPoint, BudgetRow, Budgets, PastPeriod, Preview
from tally_tui.reports.budget_periods import Calendar, calendar
from tally_tui.reports.budget_spend import budget_account, budget_query, budget_spend
from tally_tui.rules.budgets import RECENT_MS, passed_at, standing
from tally_tui.rules.windows import Window

_MONTH_WEEKS: Final = 6
"""Weeks of readings that a calendar month, at its longest, and the week it begins in need."""


def budgets(
    db: sqlite3.Connection,
    several: Sequence[Budget],
    *,
    now_ms: int,
    tz: ZoneInfo,
    week_start: int = 0,
    mode: Mode = "calculate",
    points: bool = False,
) -> Budgets:
    """Each budget in its present period, in the order given.

    Args:
        db: the ledger.
        several: the budgets, as the settings hold them.
        now_ms: the present instant; spend is that of [the period's start, now).
        tz: the zone that calendar periods are cut in.
        week_start: the weekday a calendar week begins on, Monday being 0.
        mode: which cost.
        points: whether the burn-up of the period is told too.

    A budget that cannot be told (its query is not understood) says why in `problem`; the others stand.
    """
    with ask.snapshot(db):
        long = any(budget.unit == "percent" and budget.period == "calendar-month" for budget in several)
        dates = calendar(db, now_ms=now_ms, tz=tz, week_start=week_start, weeks=_MONTH_WEEKS if long else 1)
        rows = tuple(_row(db, budget, dates, now_ms, mode, points) for budget in several)
    return Budgets(tz.key, now_ms, rows)


def budget_period(
    db: sqlite3.Connection,
    budget: Budget,
    *,
    back: int,
    now_ms: int,
    tz: ZoneInfo,
    week_start: int = 0,
    mode: Mode = "calculate",
) -> Budgets:
    """One budget `back` periods before the present one, at that period's end (now, of the present one), with the
    points of its burn-up.

    A past period has no projection: its band is what was spent. For the arguments see `budgets`.
    """
    with ask.snapshot(db):
        dates = calendar(db, now_ms=now_ms, tz=tz, week_start=week_start, weeks=_weeks(budget, back))
        *_, (period, known) = dates.back(budget, now_ms, back, _account(db, budget)[0])
        row = _row(db, budget, dates, now_ms, mode, True, (period, known))
    return Budgets(tz.key, now_ms, (row,))


def preview(
    db: sqlite3.Connection,
    budget: Budget,
    *,
    now_ms: int,
    tz: ZoneInfo,
    week_start: int = 0,
    count: int = 4,
    mode: Mode = "calculate",
) -> Preview:
    """Which thresholds would have fired when, in the present period and the `count` before it, the newest first.

    Instants are told to the quarter of an hour. Periods before the ledger's first call are left out.
    """
    with ask.snapshot(db):
        try:
            query = budget_query(budget, now_ms=now_ms, tz=tz, week_start=week_start)
            root = budget_account(db, budget)
        except ValueError as error:
            return Preview(tz.key, budget, (), str(error))
        dates = calendar(db, now_ms=now_ms, tz=tz, week_start=week_start, weeks=_weeks(budget, count))
        held = ask.data_span(db)
        found = []
        for period, known in dates.back(budget, now_ms, count, root):
            start, until = _ends(period, now_ms)
            if held is None or held.since is None or until <= held.since:
                continue
            windows = dates.plan(budget.provider, root)
            with budget_spend(db, budget, query, windows, over=(start, until), mode=mode, root=root) as spend:
                spent = spend.spent(start, until)
                fired = passed_at(spend.running(start, until), budget.amount, budget.thresholds)
            found.append(PastPeriod(period, known, spent, spent * 100 / budget.amount, fired))
    return Preview(tz.key, budget, tuple(found))


def _weeks(budget: Budget, back: int) -> int:
    """Weeks of readings that so many periods before the present one need."""
    if budget.period != "subscription-week" and budget.unit != "percent":
        # Only the newest readings, which tell plans from keys.
        return 1
    return (back + 1) * (5 if budget.period == "calendar-month" else 1) + 1


def _ends(period: Span, now_ms: int) -> tuple[int, int]:
    assert period.since is not None and period.until is not None
    return period.since, min(period.until, now_ms)


def _row(
    db: sqlite3.Connection,
    budget: Budget,
    dates: Calendar,
    now_ms: int,
    mode: Mode,
    points: bool,
    past: tuple[Span, bool] | None = None,
) -> BudgetRow:
    """`past` is another period than the present one, and whether it was read."""
    root, problem = _account(db, budget)
    if past is None:
        start, end, known = dates.period(budget, now_ms, root)
        period = Span(start, end)
    else:
        period, known = past
        assert period.since is not None and period.until is not None
        start, end = period.since, period.until
        now_ms = min(now_ms, end)
    windows = dates.plan(budget.provider, root)
    if problem:
        return BudgetRow(budget, period, known, None, {}, "", 0, problem=problem)
    try:
        query = budget_query(budget, now_ms=now_ms, tz=dates.tz, week_start=dates.week_start)
        filtered(db, query)
    except ValueError as error:
        return BudgetRow(budget, period, known, None, {}, "", 0, problem=str(error))
    if budget.unit == "percent" and not windows:
        problem = f"no reading of {budget.provider}'s own long limit yet: percents need one"
        return BudgetRow(budget, period, known, None, {}, "", 0, problem=problem)
    with budget_spend(db, budget, query, windows, over=(start, now_ms), mode=mode, root=root) as spend:
        spent = spend.spent(start, now_ms)
        recent = spend.spent(max(start, now_ms - RECENT_MS), now_ms)
        unpriced = spend.sums(start, now_ms).unpriced_calls
        told = [BudgetPoint(at, so_far) for at, so_far in spend.running(start, now_ms)] if points else []
    by_provider = {budget.provider: spent} if budget.provider else _by_provider(db, budget, query, start, now_ms, mode)
    return BudgetRow(
        budget=budget,
        period=period,
        period_known=known,
        standing=standing(
            amount=budget.amount,
            spent=spent,
            recent=recent,
            start=start,
            end=end,
            now=now_ms,
            thresholds=budget.thresholds,
        ),
        by_provider=by_provider,
        money=_money(budget, by_provider, dates, root),
        unpriced_calls=unpriced,
        points=(BudgetPoint(start, 0), *told) if points else (),
        known_by=_known_by(budget, windows, end),
    )


def _known_by(budget: Budget, windows: Sequence[Window], end: int) -> int | None:
    if budget.period != "subscription-week":
        return None
    return next((window.reset_at for window in windows if window.end == end), None)


def _account(db: sqlite3.Connection, budget: Budget) -> tuple[str | None, str]:
    """The home folder of the account that a budget names, and why there is none."""
    try:
        return budget_account(db, budget), ""
    except ValueError as error:
        return None, str(error)


def _by_provider(
    db: sqlite3.Connection, budget: Budget, query: Query, since: int, until: int, mode: Mode
) -> dict[str, int]:
    chosen = filtered(db, query)
    within = ask.within(Span(since, until), ask.data_span(db))
    with ask.choose(db, chosen, keys=["provider"], mode=mode) as choice:
        choice.keep_roots(chosen.sums, *within)
        groups = choice.keys(["provider"])
        return {
            Provider(groups[group][0]).word: sums.cost if budget.unit == "usd" else sums.tokens.total
            for group, sums in sorted(choice.sums(*within))
        }


def _money(budget: Budget, by_provider: Mapping[str, int], dates: Calendar, root: str | None) -> str:
    """What the dollars are. Only accounts with a plan are told percents, so readings tell plans from keys."""
    if budget.unit != "usd":
        return ""
    spent = [provider for provider, cost in by_provider.items() if cost] or list(by_provider)
    if len(spent) != 1:
        return "mixed" if spent else "equivalent"
    if spent[0] == "claude":
        return "equivalent"
    known = any(key.provider == spent[0] and root in (None, key.root) for key in dates.known)
    return "plan" if known else "actual"
