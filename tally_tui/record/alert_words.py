"""An alert in words: the title and the text that channels, lists and toasts show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from tally_tui.config_alerts import TOKENS
from tally_tui.config_budgets import SMALLEST
from tally_tui.record.notice import Notice
from tally_tui.rules.accounts import account_name
from tally_tui.rules.alerts import root_of
from tally_tui.rules.figures import counted, duration, money, percent_amount, projected, short_tokens
from tally_tui.rules.windows import FIVE_HOURS, MINUTE_MS, SEVEN_DAYS

if TYPE_CHECKING:
    from tally_tui.ledger.alerts import Alert

_SHORT: Final = 8
"""So much of a session's id is enough to find it by."""
_PERIODS: Final = {
    "subscription-week": "this week", "day": "today", "calendar-week": "this week", "calendar-month": "this month",
}  # fmt: skip


def notice(alert: Alert, now_ms: int) -> Notice:
    """What channels tell of an alert."""
    values = {
        "axis": alert.axis, "rule": alert.rule, "provider": alert.provider or "", "threshold": f"{alert.threshold:g}",
    }  # fmt: skip
    assert {*values, "title", "text", "severity"} == set(TOKENS)
    return Notice(alert.id, title(alert), text(alert, now_ms), alert.severity, values)


def title(alert: Alert) -> str:
    """`Claude: 7 days at 95%`."""
    numbers, who = alert.numbers, _who(alert)
    match alert.axis:
        case "weekly" | "five_hour" | "quota":
            return f"{who}: {_window(alert)} at {alert.threshold:g}%"
        case "projected" if "spent" not in numbers:
            return f"{who}: {_window(alert)} heads for {alert.threshold:g}%"
        case "projected":
            return f"Budget {alert.scope} heads for {alert.threshold:g}%"
        case "budget" | "project_budget":
            return f"Budget {alert.scope}: {alert.threshold:g}% spent"
        case "burn_rate":
            return f"{who} burns {numbers.get('times', alert.threshold):.1f}× the usual"
        case "costly_call":
            return f"{who}: a call for {money(int(numbers.get('cost_nano', 0)))}"
        case "costly_session":
            return f"{who}: a session passed {money(int(alert.threshold * 10**9))}"
        case "limit_hit":
            return f"{who} was stopped by its limit"
        case "price_missing":
            return f"No price for {alert.scope}"
        case "retention":
            return f"{who} is about to delete {'a transcript' if numbers.get('files') == 1 else 'transcripts'}"
    return alert.axis


def text(alert: Alert, now_ms: int) -> str:
    """The figures of that moment, and what is left of the window."""
    numbers = alert.numbers
    match alert.axis:
        case "projected" if "spent" not in numbers:
            parts = [f"{_percent(numbers['percent'])} now, {_projected(numbers['projected_percent'])} at the reset"]
            if numbers.get("cap_at"):
                parts.append(f"full {_when(numbers['cap_at'], now_ms)}")
        case "weekly" | "five_hour" | "quota":
            parts = [f"{_percent(numbers.get('percent', alert.threshold))} used"]
        case "budget" | "project_budget" | "projected":
            spent, amount = (_amount(numbers, name) for name in ("spent", "amount"))
            parts = [f"{spent} of {amount} {_PERIODS.get(alert.kind, '')}".strip()]
            if numbers.get("set_later"):
                parts.append("already past when this budget was set")
            if alert.axis == "projected":
                parts.append(f"heading for {_amount(numbers, 'projected')}")
        case "burn_rate":
            parts = [f"{money(numbers['rate_nano'])} in the last hour, usually {money(numbers['usual_nano'])}"]
        case "costly_call" | "costly_session":
            parts = [money(numbers["cost_nano"])]
            parts += [str(numbers[name]) for name in ("title", "model") if numbers.get(name)]
            if not numbers.get("title") and numbers.get("session"):
                parts.append(f"session {str(numbers['session'])[:_SHORT]}")
        case "limit_hit":
            parts = [str(numbers.get("text", ""))]
        case "price_missing":
            calls = numbers["calls"]
            tokens = f"{short_tokens(numbers['tokens'])} tokens"
            parts = [f"{counted(calls, 'call')} with {tokens} {'is' if calls == 1 else 'are'} not in any sum"]
        case "retention":
            soon = _when(numbers["deleted_from"], now_ms)
            files = numbers["files"]
            what, they = ("", "it") if files == 1 else ("the first ", "they")
            parts = [f"{counted(files, 'transcript')}, {what}{soon}; what {they} cost stays counted here"]
        case _:
            parts = []
    if alert.kind == "window" and alert.until > now_ms:
        parts.append(f"resets {_when(alert.until, now_ms)}")
    return ", ".join(parts)


def _who(alert: Alert) -> str:
    """The agent, and its account where that is not in the usual home folder."""
    agent = {"claude": "Claude", "codex": "Codex"}.get(alert.provider or "", "All agents")
    root = root_of(alert.axis, alert.kind, alert.scope)
    account = alert.numbers.get("account") or account_name(alert.provider or "", root)
    return f"{agent} ({account})" if root else agent


def _window(alert: Alert) -> str:
    minutes = alert.minutes or 0
    length = {FIVE_HOURS: "5 hours", SEVEN_DAYS: "7 days"}.get(minutes, duration(minutes * MINUTE_MS))
    limit = alert.scope.split("@")[0].split("/")
    own = len(limit) == 3 and limit[1] not in (limit[0], "")
    return f"{limit[1]}, {length}" if own else length


def _when(instant: int, now_ms: int) -> str:
    return f"in {duration(instant - now_ms)}" if instant > now_ms else "now"


def _amount(numbers: Mapping[str, Any], name: str) -> str:
    unit, value = numbers.get("unit", "usd"), int(numbers[name])
    if unit == "usd":
        return money(value)
    if unit == "tokens":
        return f"{short_tokens(value)} tokens"
    return _percent(value / SMALLEST["percent"])


def _projected(value: float) -> str:
    return projected(value).replace(" ", "")


def _percent(value: float) -> str:
    return percent_amount(value).replace(" ", "")
