"""Budgets in words: amounts in their unit, what they are about, their period, their verdict."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from rich.cells import cell_len

from tally_tui.config_budgets import SMALLEST, Budget, Unit
from tally_tui.model import Span
from tally_tui.reports.answers_limits import BudgetRow
from tally_tui.rules import periods
from tally_tui.rules.budgets import Standing, Verdict
from tally_tui.rules.windows import DAY_MS
from tally_tui.rules.zones import local
from tally_tui.widgets import figures
from tally_tui.widgets.text import clean, crop

SIGNS: Final[Mapping[Verdict, tuple[str, str]]] = {
    "ok": ("✓", "$text-success"), "warn": ("!", "$text-warning"), "over": ("✗", "$text-error"),
}  # fmt: skip
"""Each verdict's sign and style."""
UNKNOWN: Final = ("?", "$text-warning")
PROVIDERS: Final = {"claude": "Claude", "codex": "Codex"}
MONEY: Final = {
    "equivalent": "equivalent $",
    "plan": "$ within a plan",
    "actual": "actual $",
    "mixed": "$ of both, not of one kind",
}
"""What a budget's dollars are."""
SHORT_MONEY: Final = {"equivalent": "equivalent $", "plan": "plan $", "actual": "actual $", "mixed": "$ of both"}
"""The same for a card."""
KINDS: Final = {
    "subscription-week": "subscription week", "day": "day", "calendar-week": "week", "calendar-month": "month",
}  # fmt: skip
_FAR: Final = 20
"""A projection beyond so many times the amount, or what is spent already, is not told more exactly."""


def amount(parts: int, unit: Unit) -> str:
    """`$12.50`, `1.20M tokens`, `12.5 %`."""
    if unit == "usd":
        return figures.money(parts)
    if unit == "tokens":
        return f"{figures.count(parts)} tokens"
    return figures.percent_amount(parts / SMALLEST["percent"])


def short(parts: int, unit: Unit) -> str:
    """The same in at most six cells, for an axis."""
    if unit == "usd":
        return figures.short_money(parts)
    return figures.count(parts) if unit == "tokens" else f"{figures.whole_percent(parts / SMALLEST['percent'])} %"


def used(percent: float) -> str:
    """How much of an amount is spent, in seven cells: ` 92 %`, `>9999 %`."""
    return f"{figures.whole_percent(percent):4} %" if percent < 10_000 else ">9999 %"


def verdict(row: BudgetRow) -> tuple[str, str, str]:
    """Sign, word and style of a verdict."""
    standing = row.standing
    if standing is None:
        return UNKNOWN[0], "cannot be told", UNKNOWN[1]
    sign, style = SIGNS[standing.verdict]
    # What is not yet spent can still be kept.
    word = "heading over" if standing.verdict == "over" and standing.left >= 0 else standing.verdict
    return sign, word, style


def about(row: BudgetRow) -> str:
    """What a budget is about: `Claude · project site* · equivalent $`."""
    unit = {"usd": MONEY.get(row.money, ""), "tokens": "tokens", "percent": "% of the weekly limit"}[row.budget.unit]
    return " · ".join(filter(None, (scope(row.budget), unit)))


def on_card(row: BudgetRow, width: int) -> list[str]:
    """Period, what counts and in what, in as many lines as they need: they part only between two of these."""
    budget = row.budget
    unit = {"usd": SHORT_MONEY.get(row.money, ""), "tokens": "tokens", "percent": "% of the limit"}[budget.unit]
    lines: list[str] = []
    for part in filter(None, (kind(budget), *_scope(budget), unit)):
        longer = f"{lines[-1]} · {part}" if lines else ""
        if longer and cell_len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(crop(part, width))
    return lines


def scope(budget: Budget) -> str:
    """Whose calls count."""
    return " · ".join(_scope(budget))


def _scope(budget: Budget) -> list[str]:
    parts = [PROVIDERS.get(budget.provider or "", "")]
    parts += [f"{name} {clean(said)}" for name in ("account", "project", "model") if (said := getattr(budget, name))]
    parts += [f"/ {clean(budget.query)}"] if budget.query else []
    return [part for part in parts if part] or ["everything"]


def kind(budget: Budget) -> str:
    """`week`, `subscription week` …"""
    return KINDS[budget.period]


def dates(budget: Budget, period: Span, known: bool, zone: ZoneInfo) -> str:
    """When a period is: `16–22 Nov`, `18 Nov 15:00 – 25 Nov 15:00`, with `~` where nobody read it."""
    assert period.since is not None and period.until is not None
    names: Mapping[str, periods.Kind] = {"day": "day", "calendar-week": "week", "calendar-month": "month"}
    if budget.period in names:
        return periods.label(names[budget.period], period.since, zone)
    start, end = local(period.since, zone), local(period.until, zone)
    return f"{'' if known else '~'}{_moment(start)} – {_moment(end)}"


def moment(instant: int, zone: ZoneInfo) -> str:
    """`Wed 18 Nov 15:00`."""
    return f"{periods.label('day', instant, zone)} {local(instant, zone):%H:%M}"


def _moment(when: datetime) -> str:
    return f"{when.day} {when:%b %H:%M}"


def remaining(standing: Standing) -> str:
    """`3d 4h left`, `over`."""
    left = standing.end - standing.now
    return f"{figures.duration(left)} left" if left > 0 else "ended"


def left(standing: Standing, unit: Unit) -> str:
    """`$12.50 left`, `$3.20 over`."""
    told = amount(abs(standing.left), unit).removesuffix(" tokens")
    return f"{told} {'over' if standing.left < 0 else 'left'}"


def spent_of(standing: Standing, unit: Unit) -> str:
    """`$12.50 of $300.00`, `1.20M of 5.00M tokens`."""
    return f"{_bare(standing.spent, unit)} of {amount(standing.amount, unit)}"


def _bare(parts: int, unit: Unit) -> str:
    # One `tokens` or % a line is enough.
    return amount(parts, unit).removesuffix(" tokens").removesuffix(" %")


def band(standing: Standing, unit: Unit) -> str:
    """`$180.00–$220.00`: what will be spent at the end."""
    most = max(standing.amount, standing.spent) * _FAR
    if standing.low > most:
        return f"over {amount(most, unit)}"
    low = amount(standing.low, unit)
    if standing.high > most:
        return f"{low} to over {amount(most, unit)}"
    high = amount(standing.high, unit)
    if low == high:
        return low
    return f"{low.removesuffix(' tokens').removesuffix(' %')}–{high}"


def doubt(standing: Standing) -> str:
    """Why a projection does not count yet; '' if it does."""
    if not standing.low_confidence:
        return ""
    return "nothing spent yet" if standing.spent <= 0 else "too early to tell"


def allowance(standing: Standing, unit: Unit) -> str:
    """What may still be spent, a day; in the last day an hour: what is left is less than a day's."""
    if standing.end - standing.now >= DAY_MS:
        return f"{amount(standing.daily_allowance, unit)} a day"
    return f"{amount(round(standing.daily_allowance / 24), unit)} an hour"


def even_pace(standing: Standing) -> int:
    """What may be spent a day on the even line, in the unit's smallest part."""
    return round(standing.amount * DAY_MS / (standing.end - standing.start))


def against_even(standing: Standing, unit: Unit) -> str:
    """`$20.10 above the even line`."""
    above = standing.spent - standing.even
    if not above:
        return "on the even line"
    return f"{amount(abs(above), unit)} {'above' if above > 0 else 'below'} the even line"
