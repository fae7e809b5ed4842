"""The values of the `[alerts]` table, as `tally-tui config` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tally_tui.cli.table_settings import Section
from tally_tui.cli.text import listed, nearest
from tally_tui.config_alerts import NOTIFICATIONS, RULES, TOKENS, WINDOWS, value_names

if TYPE_CHECKING:
    from tally_tui.config import Settings

_ACCEPTS: Final = {
    "on": "true | false",
    "quiet": "hours of the day such as 22:00-07:30, or off",
    "bell": "true | false",
    "notification": " | ".join(NOTIFICATIONS),
    "desktop": "true | false",
    "apprise": "addresses such as ntfy://…, comma-separated",
    "command": f"a program and its words; tokens: {', '.join(TOKENS)}",
    "thresholds": "numbers above 0, comma-separated",
    "windows": f"of {', '.join(WINDOWS)}, comma-separated",
}


def _of_words(bare: str, words: str) -> Any:
    from tally_tui.config_alerts_edit import alert_value_of

    return alert_value_of(bare, words)


def _hint(bare: str) -> str:
    rule, _, key = bare.partition(".")
    if rule in RULES:
        its = [f"alerts.{each}" for each in value_names() if each.startswith(f"{rule}.")]
        own = " A budget has thresholds of its own: `tally-tui budget set`." if key == "thresholds" else ""
        return f"alerts.{rule} has {listed(its)}.{own}"
    near = nearest(bare, value_names())
    return f"Did you mean alerts.{near}?" if near else "docs/alerts.md lists them."


def _value(settings: Settings, bare: str) -> Any:
    """As a person writes it; thresholds that are in force."""
    from tally_tui.rules.alerts import THRESHOLDS

    rule, _, key = bare.rpartition(".")
    value = getattr(settings.alerts.rule(rule) if rule else settings.alerts, key)
    if key == "thresholds":
        of: Any = rule
        return [_number(each) for each in (THRESHOLDS[of] if value is None else value)]
    if key == "quiet":
        return "" if value is None else "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in value)
    return list(value) if isinstance(value, tuple) else value


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _public(bare: str, value: Any) -> Any:
    # An address may hold a password.
    return [f"{each.partition('://')[0]}://…" for each in value] if bare == "apprise" else value


def _text(bare: str, value: Any) -> str:
    import shlex

    return shlex.join(value) if bare == "command" else ""


ALERTS: Final = Section("alerts", value_names, _ACCEPTS, _of_words, _value, _hint, _public, _text)
