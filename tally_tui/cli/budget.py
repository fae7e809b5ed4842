"""`tally-tui budget`: set, remove and list budgets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from tally_tui import clock
from tally_tui.cli import contract, grammar
from tally_tui.cli.action_words import action_words
from tally_tui.cli.asking import Question, ledger, zone_of
from tally_tui.cli.output import print_json, say
from tally_tui.cli.problems import BadQuestionError, FailedError
from tally_tui.cli.settings import settings_in_force
from tally_tui.cli.text import listed, shown
from tally_tui.config import BadSettingError
from tally_tui.config_budgets import FIELDS, SMALLEST, Budget
from tally_tui.model import Span
from tally_tui.query import parse
from tally_tui.rules import figures
from tally_tui.rules.budget_words import BadBudgetError, Calendar, Words, read_words, words_of
from tally_tui.rules.windows import DAY_MS

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request
    from tally_tui.reports.answers_limits import BudgetRow, Budgets

_ACTIONS = {"list": (0, 0), "set": (2, 2), "unset": (1, 1)}
"""Every action, and how many words it takes at least and at most."""


def budget(request: Request) -> int:
    """The command."""
    action, words = action_words(request, _ACTIONS)
    if action == "set":
        return _set(request, *words)
    return _unset(request, *words) if action == "unset" else _list(request)


def _set(request: Request, name: str, amount: str) -> int:
    from tally_tui.config_budgets_edit import set_budget

    given = {
        option.key: value
        for option in (grammar.UNIT, grammar.PROVIDER, grammar.ACCOUNT, grammar.PROJECT, grammar.MODEL, grammar.ONLY,
                       grammar.PERIOD, grammar.THRESHOLDS)
        if (value := request.choices.get(option.key, (request.value(option),))[-1]) is not None
    }  # fmt: skip
    words = Words(name, amount, projected=request.on(grammar.PROJECTED), **given)
    try:
        settings = settings_in_force()
        by = Calendar(clock.now_ms(), zone_of(request, settings), settings.first_weekday)
        after = read_words(words, by)
        known = set_budget(after)
    except BadBudgetError as error:
        if error.field in ("name", "amount"):
            raise request.bad_word(1 if error.field == "name" else 2, str(error)) from error
        raise BadQuestionError(str(error)) from error
    except BadSettingError as error:
        raise BadQuestionError(str(error)) from error
    except OSError as error:
        raise FailedError(f"The settings cannot be written ({error.strerror}). Nothing was changed.") from error
    before = next((each for each in settings.budgets if each.name == after.name), None)
    done = "as it was" if before == after else "changed" if known else "set"
    say(f"budget {shown(name)} is {done}; `tally-tui budget list` shows how it stands")
    if before is not None and before != after:
        say(f"replaced: {'; '.join(_replaced(before, after))}")
    return 0


def _replaced(before: Budget, after: Budget) -> Iterator[str]:
    """`amount 300 → 250`, `provider claude → none`: what is not named is as in a new one, and easily forgotten."""
    was, now = (asdict(words_of(each)) for each in (before, after))
    for field in FIELDS:
        if was[field] != now[field]:
            yield f"{field} {_word(was[field])} → {_word(now[field])}"


def _word(value: str | bool) -> str:
    return shown(value or "none") if isinstance(value, str) else "yes" if value else "no"


def _unset(request: Request, name: str) -> int:
    from tally_tui.config_budgets_edit import unset_budget

    try:
        known = unset_budget(name)
    except (BadSettingError, OSError) as error:
        raise FailedError(f"The settings cannot be changed ({error}). Nothing was changed.") from error
    if not known:
        several = settings_in_force().budgets
        hint = f"There are: {listed(each.name for each in several)}." if several else "There are none."
        raise request.bad_word(1, f"there is no budget {name!r}", hint)
    say(f"budget {shown(name)} is removed")
    return 0


def _list(request: Request) -> int:
    from tally_tui.reports.budgets import budgets

    settings = settings_in_force()
    now, tz = clock.now_ms(), zone_of(request, settings)
    mode: Any = request.choices.get(grammar.MODE.key, (settings.cost_mode,))[-1]
    nothing = parse("", now=now, tz=tz)
    asked = Question(settings, now, tz, settings.first_weekday, Span(), nothing, mode, None)
    with ledger(request, asked) as (db, note):
        answer = budgets(db, settings.budgets, now_ms=now, tz=tz, week_start=settings.first_weekday, mode=mode)
    if request.on(grammar.JSON):
        print_json(contract.noted(document(answer), note))
    else:
        _print(answer)
    return 0


def document(answer: Budgets) -> dict[str, Any]:
    """`tally.budgets/1`."""
    return {
        "schema": "tally.budgets/1",
        "timezone": answer.timezone,
        "time": contract.stamp(answer.at_ms),
        "budgets": [_row(row) for row in answer.rows],
    }


def _row(row: BudgetRow) -> dict[str, Any]:
    chosen, standing = row.budget, row.standing
    unit = chosen.unit

    def amount(parts: int | None) -> Any:
        """In the budget's own unit: dollars as text, tokens whole, percents as numbers."""
        if parts is None:
            return None
        if unit == "usd":
            return figures.usd6(parts)
        return parts if unit == "tokens" else parts / SMALLEST["percent"]

    def usd(parts: int | None) -> str | None:
        return figures.usd6(parts) if unit == "usd" and parts is not None else None

    return {
        "name": chosen.name,
        "unit": unit,
        "provider": chosen.provider,
        "account": chosen.account,
        "project": chosen.project,
        "model": chosen.model,
        "query": chosen.query,
        "amount": amount(chosen.amount),
        "spent": amount(standing.spent if standing else None),
        "left": amount(standing.left if standing else None),
        "daily_allowance": amount(standing.daily_allowance if standing else None),
        "amount_usd": usd(chosen.amount),
        "spent_usd": usd(standing.spent if standing else None),
        "used_percent": standing.used_percent if standing else None,
        "pace_usd_per_day": usd(standing.pace if standing else None),
        "projected_low_usd": usd(standing.low if standing else None),
        "projected_high_usd": usd(standing.high if standing else None),
        "verdict": standing.verdict if standing else None,
        "low_confidence": standing.low_confidence if standing else None,
        "problem": row.problem,
        "period": {
            "kind": chosen.period,
            "start": None if row.period.since is None else contract.stamp(row.period.since),
            "end": None if row.period.until is None else contract.stamp(row.period.until),
        },
    }


def _print(answer: Budgets) -> None:
    if not answer.rows:
        say("There is no budget yet. `tally-tui budget set NAME AMOUNT` makes one: budget set week 300")
    for row in answer.rows:
        name, standing = shown(row.budget.name), row.standing
        if standing is None:
            say(f"{name}: {shown(row.problem or 'cannot be told')}")
            continue

        def told(parts: int, row: BudgetRow = row) -> str:
            if row.budget.unit == "usd":
                return figures.money(parts)
            if row.budget.unit == "tokens":
                return f"{figures.short_tokens(parts)} tokens"
            return figures.percent_amount(parts / SMALLEST["percent"])

        sign = {"ok": "✓", "warn": "!", "over": "✗"}[standing.verdict]
        # What is not yet spent can still be kept.
        kept = standing.verdict == "over" and standing.left >= 0
        heading = "heading over:" if kept else f"{standing.verdict}, heading for"
        doubt = ", low confidence" if standing.low_confidence else ""
        remaining = max(0, standing.end - answer.at_ms)
        # In the last day what is left is less than a day's.
        an_hour = remaining < DAY_MS
        may = told(round(standing.daily_allowance / 24) if an_hour else standing.daily_allowance)
        used = figures.whole_percent(standing.used_percent)
        say(f"{sign} {name}: {told(standing.spent)} of {told(standing.amount)} ({used} %)")
        say(
            f"    {heading} {told(standing.low)} to {told(standing.high)}{doubt}; "
            f"{may} {'an hour' if an_hour else 'a day'} left for {figures.duration(remaining)}"
        )
