"""One made-up alert of every axis, to see what each channel makes of them. Nothing of it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tally_tui.ledger.alerts import Alert, Told
from tally_tui.model import NANO
from tally_tui.record.alert_words import notice
from tally_tui.record.firings import rules_of
from tally_tui.rules.alerts import AXES, Axis, Severity, severity
from tally_tui.rules.windows import DAY_MS, FIVE_HOURS, HOUR_MS, SEVEN_DAYS

if TYPE_CHECKING:
    from tally_tui.config import Settings
    from tally_tui.record.notice import Notice

_SEVERITY: Final[dict[Axis, Severity]] = {
    "burn_rate": "warn", "costly_call": "info", "costly_session": "info", "limit_hit": "critical",
    "price_missing": "info", "retention": "warn",
}  # fmt: skip
_MINUTES: Final[dict[Axis, int]] = {
    "weekly": SEVEN_DAYS, "five_hour": FIVE_HOURS, "quota": SEVEN_DAYS, "projected": SEVEN_DAYS,
}  # fmt: skip
_LEFT: Final[dict[Axis, int]] = {
    "weekly": 2 * DAY_MS, "five_hour": 2 * HOUR_MS, "quota": 2 * DAY_MS, "projected": 2 * DAY_MS,
}  # fmt: skip
"""How long until the reset, in milliseconds: less than the window is long."""
_BUDGET: Final = {"unit": "usd", "amount": 300 * NANO, "spent": 276 * NANO, "projected": 310 * NANO}


def examples(settings: Settings, now_ms: int) -> tuple[Notice, ...]:
    """What would be told of each axis, at the lowest threshold that is in force."""
    rules = rules_of(settings)
    found = []
    for number, axis in enumerate(AXES, 1):
        threshold = min(rules[axis].thresholds, default=90.0)
        provider, scope, kind, numbers = _of(axis, threshold, now_ms)
        found.append(
            notice(
                Alert(
                    id=number,
                    rule=axis,
                    scope=scope,
                    until=now_ms + _LEFT.get(axis, 0),
                    segment=0,
                    threshold=threshold,
                    axis=axis,
                    severity=_SEVERITY.get(axis) or severity(threshold),
                    provider=provider,
                    kind=kind,
                    minutes=_MINUTES.get(axis),
                    fired_at=now_ms,
                    latched_at=now_ms,
                    numbers=numbers,
                    told=Told.WAITING,
                    problems=(),
                    acknowledged_at=None,
                ),
                now_ms,
            )
        )
    return tuple(found)


def _of(axis: Axis, threshold: float, now_ms: int) -> tuple[str | None, str, str, dict[str, Any]]:
    """Provider, scope, kind and numbers."""
    numbers: dict[str, Any]
    match axis:
        case "weekly":
            return "claude", f"claude/claude/{SEVEN_DAYS}", "window", {"percent": threshold}
        case "five_hour":
            return "claude", f"claude/claude/{FIVE_HOURS}", "window", {"percent": threshold}
        case "quota":
            return "codex", f"codex/codex/{SEVEN_DAYS}", "window", {"percent": threshold}
        case "projected":
            numbers = {"percent": 61.0, "projected_percent": threshold + 4, "cap_at": now_ms + DAY_MS}
            return "claude", f"claude/claude/{SEVEN_DAYS}", "window", numbers
        case "budget":
            return None, "example", "calendar-month", _BUDGET
        case "project_budget":
            return None, "example of a project", "subscription-week", _BUDGET
        case "burn_rate":
            return "claude", "claude", "day", {"rate_nano": 12 * NANO, "usual_nano": 3 * NANO, "times": threshold}
        case "costly_call":
            numbers = {"cost_nano": round(threshold * NANO), "model": "example-model", "session": "example"}
            return "claude", "example", "call", numbers
        case "costly_session":
            numbers = {"cost_nano": round(threshold * NANO), "title": "An example", "session": "example"}
            return "codex", "example", "session", numbers
        case "limit_hit":
            return "claude", "claude", "event", {"text": "You have reached your limit (an example)"}
        case "price_missing":
            return "codex", "example-model", "model", {"calls": 3, "tokens": 45_000}
        case "retention":
            return "claude", "claude", "calendar-week", {"files": 12, "deleted_from": now_ms + 8 * HOUR_MS}
    raise ValueError(axis)
