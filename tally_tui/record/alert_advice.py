"""What to do next about an alert, in concrete steps, and the figures it was made of, each with its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tally_tui.config_budgets import SMALLEST
from tally_tui.rules.alert_names import rule_name
from tally_tui.rules.figures import duration, money, percent_amount, projected, short_tokens
from tally_tui.rules.windows import FIVE_HOURS, MINUTE_MS, SEVEN_DAYS

if TYPE_CHECKING:
    from tally_tui.ledger.alerts import Alert

OPEN, BUDGETS, SNOOZE = "o", "3", "z"
"""Keys of the Alerts screen that a step may name."""


def steps(alert: Alert, now_ms: int, clock: Callable[[int], str], *, can_open: bool) -> Iterator[tuple[str, str]]:
    """(what to do, the key that does it or ''), the first thing first.

    Args:
        alert: the alert.
        now_ms: the present instant.
        clock: writes an instant for people, as `14:05`.
        can_open: whether the turn that brought it about can be opened.
    """
    numbers = alert.numbers
    match alert.axis:
        case "weekly" | "five_hour" | "quota" | "limit_hit":
            yield _wait(alert, now_ms, clock), ""
            if alert.until > now_ms and alert.axis != "five_hour":
                yield "Until then: a smaller model, shorter contexts, or the other agent", ""
        case "projected" if "spent" not in numbers:
            full = numbers.get("cap_at")
            if alert.until <= now_ms:
                yield _wait(alert, now_ms, clock), ""
            elif full and full > now_ms:
                yield f"Slow down: at that pace it is full {clock(full)}, and resets only {clock(alert.until)}", ""
            else:
                yield f"Slow down until {clock(alert.until)}, when it resets", ""
        case "budget" | "project_budget" | "projected":
            if alert.until > now_ms:
                yield f"Raise the budget, or spend no more until {clock(alert.until)}, when its period ends", BUDGETS
            else:
                yield f"Its period ended {clock(alert.until)}; see how the present one stands", BUDGETS
        case "burn_rate":
            yield "See what is running, and stop what runs in circles", ""
        case "costly_call":
            yield "A call costs what its context holds: compact it, or begin a new session", ""
        case "costly_session":
            yield "Compact it, or begin a new session for the next task", ""
        case "price_missing":
            yield "Get new prices: tally-tui prices update", ""
            yield f"Or give your own in [[prices]] of config.toml: model = {alert.scope!r}", ""
        case "retention":
            yield "Keep them longer: cleanupPeriodDays in Claude Code's settings.json", ""
            yield "Archive what you want to keep: 2 opens the conversations, A keeps one", "2"
    if can_open:
        yield "Open the turn that crossed it", OPEN
    yield f"Hear no more of “{rule_name(alert.rule)}” for a while", SNOOZE


def _wait(alert: Alert, now_ms: int, clock: Callable[[int], str]) -> str:
    length = {FIVE_HOURS: "5-hour ", SEVEN_DAYS: "7-day "}.get(alert.minutes or 0, "")
    if alert.kind == "event":
        return "The agent says when it goes on: open the turn to read it"
    if alert.until <= now_ms:
        return f"Nothing: the {length}window was reset {clock(alert.until)}"
    return f"Wait until {clock(alert.until)}, when the {length}window resets (in {duration(alert.until - now_ms)})"


def figures(alert: Alert, clock: Callable[[int], str]) -> Iterator[tuple[str, str]]:
    """(what, how much) at the moment of an alert."""
    numbers = alert.numbers
    unit = numbers.get("unit", "usd")
    names: dict[str, tuple[str, Callable[[float], str]]] = {
        "percent": ("used", percent_amount),
        "projected_percent": ("at the reset", projected),
        "cap_at": ("full", lambda value: clock(int(value))),
        "spent": ("spent", lambda value: amount(unit, int(value))),
        "amount": ("of", lambda value: amount(unit, int(value))),
        "used_percent": ("used", percent_amount),
        "projected": ("heading for", lambda value: amount(unit, int(value))),
        "rate_nano": ("in the hour before", lambda value: money(int(value))),
        "usual_nano": ("usual hour", lambda value: money(int(value))),
        "times": ("times the usual", lambda value: f"{value:.1f}×"),
        "cost_nano": ("cost", lambda value: money(int(value))),
        "calls": ("calls", lambda value: f"{value:,.0f}"),
        "tokens": ("tokens", lambda value: short_tokens(int(value))),
        "files": ("transcripts", lambda value: f"{value:,.0f}"),
        "deleted_from": ("the first goes", lambda value: clock(int(value))),
    }
    yield "threshold", threshold(alert)
    for name, (word, write) in names.items():
        value = numbers.get(name)
        if isinstance(value, int | float):
            yield word, write(value)
    for name, word in (("model", "model"), ("title", "conversation"), ("session", "session"), ("text", "it said")):
        if isinstance(numbers.get(name), str) and numbers[name]:
            yield word, str(numbers[name])
    if alert.kind == "window":
        lengths = {FIVE_HOURS: "5 hours ", SEVEN_DAYS: "7 days ", 0: ""}
        length = lengths.get(alert.minutes or 0, f"{duration((alert.minutes or 0) * MINUTE_MS)} ")
        part = f", part {alert.segment + 1} (percents were handed back)" if alert.segment else ""
        yield "window", f"{length}until {clock(alert.until)}{part}"
    elif alert.until and alert.kind not in ("event",):
        yield "period", f"{alert.kind.replace('-', ' ')} until {clock(alert.until)}"


def threshold(alert: Alert) -> str:
    """A threshold with its unit."""
    number = f"{alert.threshold:g}"
    match alert.axis:
        case "burn_rate":
            return f"{number}× the usual"
        case "costly_call" | "costly_session":
            return money(round(alert.threshold * 10**9))
        case "price_missing":
            return f"{number} call{'' if alert.threshold == 1 else 's'}"
        case "retention":
            return f"{number} day{'' if alert.threshold == 1 else 's'} before"
        case "limit_hit":
            return "none: it is the agent's own word"
    return f"{number} %"


def amount(unit: object, value: int) -> str:
    """An amount of a budget's smallest parts, with its unit."""
    if unit == "usd":
        return money(value)
    return f"{short_tokens(value)} tokens" if unit == "tokens" else percent_amount(value / SMALLEST["percent"])
