"""A source of made-up budgets over a real settings file: deeds are done to the file, answers follow it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fake_source import FakeSource
from made_up import DAY, HOUR, NOW_MS, ZONE
from on_screen import settled
from textual.pilot import Pilot

from tally_tui.actions import Action, ChangeBudget, TakeBackBudget
from tally_tui.answers import Answer
from tally_tui.config import load
from tally_tui.config_budgets import SMALLEST, Budget
from tally_tui.config_budgets_edit import set_budget
from tally_tui.live import budgeting
from tally_tui.model import NANO, Span
from tally_tui.reports.answers_limits import (
    BudgetPoint,
    BudgetRow,
    Budgets,
    PastPeriod,
    Preview,
    Suggestion,
    Suggestions,
)
from tally_tui.requests import (
    BudgetPeriodRequest,
    BudgetPreviewRequest,
    BudgetsRequest,
    BudgetSuggestionsRequest,
    Request,
)
from tally_tui.rules import periods
from tally_tui.rules.budgets import passed_at, standing
from tally_tui.screens.budgets import BudgetsScreen

TOKENS, PERCENT = "tokens", "percent"
ALL = (
    Budget("firm", 300 * NANO, provider="claude", thresholds=(50, 90, 100)),
    Budget("side project", 40 * NANO, provider="codex", period="calendar-month"),
    Budget("atlas", 25 * NANO, project="atlas", period="calendar-month", projected=True),
    Budget("all tokens", 900_000_000, TOKENS, period="calendar-month"),
    Budget("plan", 60 * SMALLEST["percent"], PERCENT, provider="claude"),
    Budget("today", 30 * NANO, period="day"),
    Budget("fresh", 80 * NANO, provider="claude", model="haiku", query="-is:subagent", period="calendar-week",
           thresholds=()),
    Budget("odd", 5 * NANO, query="role:user"),
)  # fmt: skip
"""Every verdict, unit and doubt."""
SPENT = {
    "firm": (0.71, 0.11), "side project": (0.30, 0.01), "atlas": (1.04, 0.06), "all tokens": (0.60, 0.02),
    "plan": (0.33, 0.1), "today": (0.58, 0.58), "fresh": (0.0, 0.0),
}  # fmt: skip
"""Of each amount: what is spent, and what of it in the last 24 hours. Other budgets: 0.2, 0.05."""
MONEY = {"side project": "actual", "atlas": "mixed", "today": "equivalent"}


class BudgetSource(FakeSource):
    """Answers of a ledger that does not exist, for the budgets of `path`."""

    def __init__(self, path: Path, budgets: tuple[Budget, ...] = ALL, suggest: bool = True) -> None:
        super().__init__()
        self.path, self.suggest = path, suggest
        for budget in budgets:
            set_budget(budget, path)

    def do(self, action: Action) -> None:
        self.deeds.append(action)
        assert isinstance(action, ChangeBudget | TakeBackBudget)
        self.publish(budgeting.perform(action))
        self.release()

    def report(self, request: Request) -> Answer | None:
        if isinstance(request, BudgetsRequest):
            settings = load(self.path)
            rows = tuple(row_of(each, 0, points=False) for each in settings.budgets)
            wrong = [each for each in settings.problems if each.key.startswith("budgets") or not each.key]
            unreadable = any(not each.key for each in wrong)
            # Where the test happens to run is no part of a picture.
            told = tuple(str(each).replace(str(self.path), "~/.config/tally-tui/config.toml") for each in wrong)
            return Budgets(ZONE.key, NOW_MS, rows, told, unreadable)
        if isinstance(request, BudgetPeriodRequest):
            found = [each for each in load(self.path).budgets if each.name == request.name]
            return Budgets(ZONE.key, NOW_MS, tuple(row_of(each, request.back, points=True) for each in found))
        if isinstance(request, BudgetPreviewRequest):
            return preview_of(request.budget, request.count)
        if isinstance(request, BudgetSuggestionsRequest):
            return Suggestions(ZONE.key, SUGGESTED if self.suggest else ())
        return super().report(request)


async def opened(pilot: Pilot[str]) -> None:
    """Until the Budgets screen stands there with its budgets."""
    await settled(pilot)
    await pilot.press("3")
    await settled(pilot)
    while not isinstance(pilot.app.screen, BudgetsScreen) or pilot.app.screen.has_class("-loading"):
        await pilot.pause(0.01)
    await settled(pilot)


SUGGESTED = (
    Suggestion(Budget("claude week", 220 * NANO, provider="claude"), (91 * NANO, 212 * NANO, 180 * NANO, 64 * NANO)),
    Suggestion(Budget("codex week", 30 * NANO, provider="codex"), (0, 12 * NANO, 29 * NANO, 0)),
)


def period_of(budget: Budget, back: int) -> Span:
    """A subscription week begins on Mondays at 9."""
    kinds: Mapping[str, periods.Kind] = {"day": "day", "calendar-week": "week", "calendar-month": "month"}
    kind = kinds.get(budget.period)
    if kind is None:
        start = periods.bounds("week", NOW_MS, ZONE)[0] + 9 * HOUR - back * 7 * DAY
        return Span(start, start + 7 * DAY)
    start = periods.step(kind, periods.bounds(kind, NOW_MS, ZONE)[0], -back, ZONE)
    return Span(start, periods.bounds(kind, start, ZONE)[1])


def row_of(budget: Budget, back: int, *, points: bool) -> BudgetRow:
    period = period_of(budget, back)
    assert period.since is not None and period.until is not None
    if budget.query == "role:user":
        problem = "role: searches conversations; it says nothing about cost"
        return BudgetRow(budget, period, True, None, {}, "", 0, problem=problem)
    share, recent = SPENT.get(budget.name, (0.2, 0.05))
    share = share / (back + 1) if back else share
    until = min(NOW_MS, period.until)
    spent = round(budget.amount * share)
    steps = 23
    told = [BudgetPoint(period.since, 0)] + [
        BudgetPoint(period.since + (until - period.since) * n // steps, round(spent * (n / steps) ** 1.4))
        for n in range(1, steps + 1)
        if n % 6 or n == steps
    ]
    money = "" if budget.unit != "usd" else MONEY.get(budget.name, "equivalent")
    both = {"claude": spent * 3 // 4, "codex": spent - spent * 3 // 4}
    return BudgetRow(
        budget, period, back == 0,
        standing(amount=budget.amount, spent=spent, recent=round(budget.amount * recent), start=period.since,
                 end=period.until, now=until, thresholds=budget.thresholds),
        both if money == "mixed" else {budget.provider or "claude": spent}, money, 3 if budget.name == "atlas" else 0,
        tuple(told) if points else (),
    )  # fmt: skip


def preview_of(budget: Budget, count: int) -> Preview:
    """Past periods cost $50 more each, the present one $40."""
    found = []
    for back in range(count + 1):
        period = period_of(budget, back)
        assert period.since is not None
        spent = (40 + 50 * back) * NANO
        running = [(period.since + n * 6 * HOUR, spent * n // 20) for n in range(1, 21)]
        fired = passed_at(running, budget.amount, budget.thresholds)
        found.append(PastPeriod(period, True, spent, spent * 100 / budget.amount, fired))
    return Preview(ZONE.key, budget, tuple(found))
