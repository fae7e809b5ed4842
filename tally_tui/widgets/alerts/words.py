"""How severities, rules and instants are written on the Alerts screen."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from tally_tui.model import Span
from tally_tui.reports.answers_alerts import Unit
from tally_tui.rules.alerts import Axis
from tally_tui.rules.periods import bounds
from tally_tui.rules.windows import DAY_MS
from tally_tui.rules.zones import local
from tally_tui.widgets import figures
from tally_tui.widgets.small_chart import Times

SIGNS: Final[dict[str, str]] = {"info": "i", "warn": "▲", "critical": "‼"}
STYLES: Final[dict[str, str]] = {"info": "$text-primary", "warn": "$text-warning", "critical": "$text-error"}
NAMES: Final[dict[Axis, str]] = {
    "weekly": "Claude's 7-day limit",
    "five_hour": "Claude's 5-hour limit",
    "quota": "other limits",
    "budget": "budgets",
    "project_budget": "project budgets",
    "projected": "projections",
    "burn_rate": "the cost of an hour",
    "costly_call": "a call for",
    "costly_session": "a session for",
    "limit_hit": "being stopped by a limit",
    "price_missing": "a model without a price",
    "retention": "transcripts deleted in",
}
"""The rules in words, to stand before their thresholds."""
WATCHES: Final[dict[Axis, str]] = {
    "weekly": "so much of Claude's 7-day limit is used",
    "five_hour": "so much of Claude's 5-hour limit is used",
    "quota": "so much of another limit is used: Codex's, a model's own",
    "budget": "so much of a budget is spent",
    "project_budget": "so much of a project's budget is spent",
    "projected": "a limit or budget heads for so much by its end",
    "burn_rate": "the last hour cost so many times the usual",
    "costly_call": "a single call costs so much",
    "costly_session": "a session comes to cost so much",
    "limit_hit": "an agent says that a limit stopped it",
    "price_missing": "so many calls of a model have no price",
    "retention": "transcripts will be deleted in so many days",
}
"""When each rule speaks."""


def thresholds(axis: Axis, values: tuple[float, ...]) -> str:
    """Thresholds with their unit: `90, 95 %`."""
    if axis in ("budget", "project_budget"):
        return "each budget's"
    if axis == "limit_hit":
        return ""
    if not values:
        return "none"
    numbers = [f"{value:g}" for value in values]
    match axis:
        case "burn_rate":
            return ", ".join(f"{number}×" for number in numbers)
        case "costly_call" | "costly_session":
            return ", ".join(f"${number}" for number in numbers)
        case "price_missing":
            return ", ".join(numbers) + (" call" if values == (1.0,) else " calls")
        case "retention":
            return ", ".join(numbers) + (" day" if values == (1.0,) else " days")
    return ", ".join(numbers) + " %"


def scale(unit: Unit, value: float) -> str:
    """A value of a chart in at most six cells."""
    if unit == "percent":
        return f"{value:.0f}%"
    return figures.short_money(round(value * 10**9)) if unit == "usd" else figures.count(round(value))


def instant(at: int, zone: ZoneInfo, now: int) -> str:
    """A local time: today's by the clock, within six days by the weekday, else by the date."""
    moment, today = local(at, zone), local(now, zone)
    if moment.date() == today.date():
        return f"{moment:%H:%M}"
    if abs((moment.date() - today.date()).days) < 7:
        return f"{moment:%a %H:%M}"
    return f"{moment.day} {moment:%b %H:%M}" if moment.year == today.year else f"{moment:%Y-%m-%d}"


def axis_times(span: Span, zone: ZoneInfo, now: int) -> Times:
    """What stands below a chart: of some days the dates, for a weekday may come twice; of less the time."""
    since, until = span.since or 0, span.until or 0
    if until - since < 2 * DAY_MS:
        return Times(lambda at: instant(at, zone, now), lambda at: instant(at, zone, now))
    days, midnight = [], bounds("day", since, zone)[1]
    while midnight < until:
        days.append((midnight, str(local(midnight, zone).day)))
        midnight = bounds("day", midnight, zone)[1]

    def date(at: int) -> str:
        return f"{local(at, zone).day} {local(at, zone):%b}"

    return Times(lambda at: f"{date(at)} {local(at, zone):%H:%M}", date, tuple(days))


def minutes(quiet: tuple[int, int]) -> str:
    """A stretch of the day: `22:00–07:30`."""
    return "–".join(f"{each // 60:02d}:{each % 60:02d}" for each in quiet)
