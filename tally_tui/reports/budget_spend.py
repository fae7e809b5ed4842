"""What counts towards a budget: its calls as a query, and their spend in the budget's own unit."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from zoneinfo import ZoneInfo

from tally_tui.config_budgets import SMALLEST, Budget
from tally_tui.ledger.ask import Mode, Sums
from tally_tui.ledger.ask_readings import accounts_of
from tally_tui.model import SLOT_MS
from tally_tui.query import LEDGER, Query, Term, Value, parse
from tally_tui.reports.windows import Spending, home_of, spending
from tally_tui.rules.accounts import account_called
from tally_tui.rules.milestones import rises, used_between
from tally_tui.rules.windows import Window


def budget_query(budget: Budget, *, now_ms: int, tz: ZoneInfo, week_start: int) -> Query:
    """The calls that a budget is about, its own query among the conditions.

    Raises:
        QueryError: the query is not understood (`ValueError` too).
        ValueError: it has dates, which are the period's to tell.
    """
    terms: list[Term] = []
    if budget.provider:
        terms.append(Term("provider", (Value(budget.provider, "exact"),)))
    if budget.project:
        terms.append(Term("project", (_value(budget.project, "exact"),)))
    if budget.model:
        terms.append(Term("model", (_value(budget.model, "contains"),)))
    if budget.query:
        asked = parse(budget.query, now=now_ms, tz=tz, week_start=week_start, allow=LEDGER)
        if asked.dates:
            raise ValueError("a budget's query has no dates: its period tells the time")
        terms += asked.terms
    return Query(tuple(terms))


def budget_account(db: sqlite3.Connection, budget: Budget) -> str | None:
    """The home folder of the account that a budget names; None: it names none.

    Raises:
        ValueError: there is no such account, or several are called so.
    """
    if budget.account is None or budget.provider is None:
        return None
    return account_called(budget.account, budget.provider, accounts_of(db, budget.provider))


def _value(text: str, plain: str) -> Value:
    if "*" in text:
        return Value(text, "glob", tuple(text.split("*")))
    return Value(text, "exact" if plain == "exact" else "contains")


def counted_home(
    db: sqlite3.Connection, budget: Budget, windows: tuple[Window, ...], root: str | None
) -> str | None:
    """The account whose calls alone count, as `spending` takes it; None: all that the budget's query finds."""
    if root is None and budget.unit == "percent" and windows:
        root = windows[0].key.root
    return None if root is None or budget.provider is None else home_of(db, budget.provider, root)


class BudgetSpend:
    """A budget's spend over stretches of time, in its unit's smallest part."""

    def __init__(
        self, budget: Budget, own: Spending, windows: tuple[Window, ...], shares: tuple[_Slots, _Slots] | None
    ) -> None:
        self.budget = budget
        self._own = own
        self._windows = windows
        self._shares = shares

    def sums(self, since: int, until: int) -> Sums:
        """The calls' own sums of [since, until)."""
        return self._own.total(since, until)

    def spent(self, since: int, until: int) -> int:
        """What counts in [since, until).

        A percentage is what readings rose by; of a part of the calls (a project, a model) it is their share of
        the cost in each window.
        """
        if self.budget.unit == "usd":
            return self._own.cost(since, until)
        if self.budget.unit == "tokens":
            return self.sums(since, until).tokens.total
        percent = sum(self._share(window, since, until) for window in self._windows)
        return round(percent * SMALLEST["percent"])

    def _share(self, window: Window, since: int, until: int) -> float:
        start, end = max(window.start, since), min(window.end, until)
        if start >= end:
            return 0.0
        return self._part(used_between([window], start, end), start, end)

    def _part(self, used: float, start: int, end: int) -> float:
        if self._shares is None or not used:
            return used
        own, everyone = (slots.cost(start, end) for slots in self._shares)
        return used * own / everyone if everyone else 0.0

    def running(self, since: int, until: int) -> list[tuple[int, int]]:
        """(instant, spent since `since`) wherever it rose, by time: calls to the quarter of an hour that they end."""
        if self.budget.unit == "percent":
            return self._percents(since, until)
        found, total = [], 0
        for slot, cost, tokens in self._own.by_slot(since, until):
            total += cost if self.budget.unit == "usd" else tokens
            found.append((min((slot + 1) * SLOT_MS, until), total))
        return found

    def _percents(self, since: int, until: int) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        before = 0.0
        for window in self._windows:
            start, end = max(window.start, since), min(window.end, until)
            if start >= end:
                continue
            used = 0.0
            for instant, rise in rises(window, start, end):
                used += rise
                spent = round((before + self._part(used, start, instant + 1)) * SMALLEST["percent"])
                if not found or spent > found[-1][1]:
                    found.append((instant, spent))
            before += self._part(used, start, end)
        return found


@contextmanager
def budget_spend(
    db: sqlite3.Connection,
    budget: Budget,
    query: Query,
    windows: tuple[Window, ...],
    *,
    over: tuple[int, int],
    mode: Mode,
    root: str | None = None,
) -> Iterator[BudgetSpend]:
    """The spend of a budget's calls (its `budget_query`, of its `budget_account`), inside an `ask.snapshot`.

    `windows` are those of the account's or the provider's plan, for percentages, which are of the calls of the account
    that they are of; `over` is the stretch in which `cost:` and
    `tokens:` of the query choose sessions.
    """
    home = counted_home(db, budget, windows, root)
    part = budget.unit == "percent" and len(query.terms) > 1
    everyone: _Slots | None = None
    if part and windows:
        # One choice of calls at a time: the ledger keeps it in one table.
        with spending(db, budget.provider, mode=mode, home=home) as found:
            everyone = _Slots(found.by_slot(windows[0].start, windows[-1].end))
    with spending(db, query=query, mode=mode, over=over, home=home) as own:
        slots = _Slots(own.by_slot(windows[0].start, windows[-1].end)) if everyone else None
        yield BudgetSpend(budget, own, windows, (slots, everyone) if slots and everyone else None)


class _Slots:
    """Costs by the quarter of an hour, to share out percents by: finer than readings come."""

    def __init__(self, slots: list[tuple[int, int, int]]) -> None:
        self._at = [slot * SLOT_MS for slot, _, _ in slots]
        self._until = [0, *accumulate(cost for _, cost, _ in slots)]

    def cost(self, since: int, until: int) -> int:
        """Nano-dollars of the quarters that begin in [since, until) or hold `since`."""
        return self._until[bisect_left(self._at, until)] - self._until[bisect_right(self._at, since - SLOT_MS)]
