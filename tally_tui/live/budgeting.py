"""Budgets, on screens: the questions about them, and what a person changes."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from tally_tui import clock
from tally_tui.actions import ChangeBudget, Done, TakeBackBudget
from tally_tui.config_budgets_edit import change_budget, take_back
from tally_tui.config_values import BadSettingError
from tally_tui.reports.answers_limits import Budgets, Preview, Suggestions
from tally_tui.requests import BudgetPeriodRequest, BudgetPreviewRequest, BudgetRequest, BudgetsRequest
from tally_tui.trouble import Trouble

if TYPE_CHECKING:
    from tally_tui.config import Settings
    from tally_tui.ledger.ask import Mode


def answer(
    db: sqlite3.Connection, request: BudgetRequest, settings: Settings, tz: ZoneInfo
) -> Budgets | Preview | Suggestions:
    """Answer a question about budgets by these settings.

    Raises:
        sqlite3.Error: the ledger cannot be read.
    """
    from tally_tui.reports import budgets

    common: dict[str, Any] = {
        "now_ms": clock.now_ms(),
        "tz": tz,
        "week_start": settings.first_weekday,
        "mode": cast("Mode", settings.cost_mode),
    }
    if isinstance(request, BudgetsRequest):
        found = budgets.budgets(db, settings.budgets, **common)
        wrong = [each for each in settings.problems if each.key.startswith("budgets") or not each.key]
        return replace(
            found, problems=tuple(map(str, wrong)), unreadable=any(not each.key for each in wrong)
        )
    if isinstance(request, BudgetPeriodRequest):
        chosen = next((each for each in settings.budgets if each.name == request.name), None)
        if chosen is None:
            return Budgets(tz.key, common["now_ms"], ())
        return budgets.budget_period(db, chosen, back=request.back, **common)
    if isinstance(request, BudgetPreviewRequest):
        return budgets.preview(db, request.budget, count=request.count, **common)
    from tally_tui.reports.budget_suggestions import suggestions

    return suggestions(db, **common)


def perform(action: ChangeBudget | TakeBackBudget) -> Done:
    """Change the settings' file, or say why that could not be done."""
    try:
        return _perform(action)
    except BadSettingError as error:
        said = str(error)
        return Done(action, trouble=Trouble(f"{said[:1].upper()}{said[1:]}."))
    except OSError as error:
        why = error.strerror or str(error)
        return Done(action, trouble=Trouble(f"The settings could not be written ({why}).", "Nothing was changed."))


def _perform(action: ChangeBudget | TakeBackBudget) -> Done:
    if isinstance(action, TakeBackBudget):
        take_back(action.change)
        before, after = action.change.before, action.change.after
        if before is None:
            assert after is not None
            return Done(action, f"{after.name} is not there any more.")
        return Done(action, f"{before.name} is {'as it was' if after else 'back'}.")
    change = change_budget(action.before, action.after)
    if action.after is None:
        assert action.before is not None
        said = f"{action.before.name} is removed. u takes it back."
    else:
        said = f"{action.after.name} is {'saved' if action.before else 'added'}. u takes it back."
    return Done(action, said, undo=TakeBackBudget(change))
