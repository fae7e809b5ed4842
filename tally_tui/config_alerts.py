"""The `[alerts]` table of the settings: which rules speak, from where on, when, and through what."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from tally_tui.config_values import BadSettingError, attempt, is_number, said

RULES: Final = (
    "weekly", "five_hour", "quota", "budget", "project_budget", "projected",
    "burn_rate", "costly_call", "costly_session", "limit_hit", "price_missing", "retention",
)  # fmt: skip
"""The axes of `rules.alerts`, each a table of its own: `[alerts.weekly]`."""
NOTIFICATIONS: Final = ("auto", "off", "osc9", "osc99", "osc777")
"""Which escape sequence a terminal is notified by; `auto` goes by the terminal's name."""
TOKENS: Final = ("title", "text", "severity", "axis", "rule", "provider", "threshold")
"""What `{…}` in the words of a command may be."""
WINDOWS: Final = ("weekly", "five_hour", "quota")
"""The windows that `[alerts.projected]` may look at."""
_BUDGETS: Final = ("budget", "project_budget")
_TOKEN: Final = re.compile(r"\{(\w+)\}")
_HOURS: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-4]):([0-5]\d)")
_DAY_MINUTES: Final = 1440


@dataclass(frozen=True, slots=True)
class AlertRule:
    """What the settings say of one rule."""

    on: bool = True
    thresholds: tuple[float, ...] | None = None
    """None: the rule's own."""
    windows: tuple[str, ...] = ("weekly", "quota")
    """Of `projected` only: which windows' projections are looked at; budgets say so themselves."""


@dataclass(frozen=True, slots=True)
class Alerts:
    """Everything `[alerts]` may say, with its defaults."""

    on: bool = True
    """Whether anything is looked at; if not nothing is recorded either."""
    quiet: tuple[int, int] | None = None
    """Minutes of the day from which to which alerts are recorded but not told; the end may be the next day's."""
    bell: bool = False
    """Whether the terminal's bell rings."""
    notification: str = "auto"
    """The terminal's notification: one of `NOTIFICATIONS`."""
    desktop: bool = False
    """Whether the desktop is notified (the extra `notify`)."""
    apprise: tuple[str, ...] = ()
    """Addresses of services to notify (the extra `apprise`)."""
    command: tuple[str, ...] = ()
    """A program and its words, run without a shell; `{title}` and the other `TOKENS` are filled in."""
    rules: tuple[tuple[str, AlertRule], ...] = ()
    """The rules that have a table."""

    def rule(self, axis: str) -> AlertRule:
        """What is said of a rule; the default where nothing is."""
        return dict(self.rules).get(axis, AlertRule())

    def quiet_at(self, minute: int) -> bool:
        """Whether a minute of the day is within the quiet hours."""
        if self.quiet is None:
            return False
        start, end = self.quiet
        return start <= minute < end if start < end else minute >= start or minute < end


def read_alerts(table: Any, wrong: Callable[[str, str], None]) -> Alerts:
    """The `[alerts]` table; `wrong(key, why)` is called for whatever cannot be used, and its default holds."""
    if not isinstance(table, Mapping):
        wrong("alerts", f"{said(table)} is no table; left out")
        return Alerts()
    used: dict[str, Any] = {}
    rules: list[tuple[str, AlertRule]] = []
    for name, value in table.items():
        if name in RULES:
            rules.append((name, _rule(name, value, wrong)))
        elif name in _READERS:
            try:
                used[name] = attempt(_READERS[name], value)
            except BadSettingError as error:
                default = next(each.default for each in fields(Alerts) if each.name == name)
                held = said("" if default is None else default)
                wrong(f"alerts.{name}", f"{error}; {held} is used")
        else:
            wrong(f"alerts.{name}", f"no such setting ({', '.join((*_READERS, *RULES))}); left out")
    return replace(Alerts(), **used, rules=tuple(rules))


def read_value(name: str, value: Any) -> Any:
    """One value by its name (`quiet`, `weekly.on`, `retention.thresholds`), as the settings would hold it.

    Raises:
        BadSettingError: there is no such setting, or it cannot be that.
    """
    rule, dot, key = name.partition(".")
    readers = _rule_readers(rule) if dot and rule in RULES else _READERS if not dot else {}
    if (key or rule) not in readers:
        if name in RULES:
            raise BadSettingError(f"alerts.{name} is a table: it has {' and '.join(_rule_readers(name))}")
        if rule in _BUDGETS and key == "thresholds":
            raise BadSettingError(f"alerts.{name}: a budget has its own thresholds")
        has = ", ".join(_rule_readers(rule)) if rule in RULES else ", ".join((*_READERS, *RULES))
        raise BadSettingError(f"alerts.{name}: no such setting ({has})")
    return attempt(readers[key or rule], value)


def value_names() -> tuple[str, ...]:
    """The name of every value, as `read_value` takes them: `on`, `quiet` … `weekly.thresholds` …"""
    return (*_READERS, *(f"{rule}.{key}" for rule in RULES for key in _rule_readers(rule)))


def _rule_readers(name: str) -> dict[str, Callable[[Any], Any]]:
    readers: dict[str, Callable[[Any], Any]] = {"on": _switch}
    if name not in (*_BUDGETS, "limit_hit"):
        readers["thresholds"] = _thresholds
    if name == "projected":
        readers["windows"] = _windows
    return readers


def _rule(name: str, table: Any, wrong: Callable[[str, str], None]) -> AlertRule:
    if not isinstance(table, Mapping):
        wrong(f"alerts.{name}", f"{said(table)} is no table; left out")
        return AlertRule()
    readers = _rule_readers(name)
    used: dict[str, Any] = {}
    for key, value in table.items():
        if key not in readers:
            where = " (a budget has its own thresholds)" if name in _BUDGETS and key == "thresholds" else ""
            wrong(f"alerts.{name}.{key}", f"no such setting{where}; left out")
            continue
        try:
            used[key] = attempt(readers[key], value)
        except BadSettingError as error:
            wrong(f"alerts.{name}.{key}", f"{error}; the default is used")
    return AlertRule(**used)


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise BadSettingError(f"{said(value)} is neither true nor false")


def _thresholds(value: Any) -> tuple[float, ...]:
    if isinstance(value, list) and all(is_number(each, 0, 1_000_000) and each > 0 for each in value):
        return tuple(sorted({float(each) for each in value}))
    raise BadSettingError(f"{said(value)} is no list of numbers above 0")


def _windows(value: Any) -> tuple[str, ...]:
    if isinstance(value, list) and all(each in WINDOWS for each in value):
        return tuple(dict.fromkeys(value))
    raise BadSettingError(f"{said(value)} is no list of {', '.join(WINDOWS)}")


def _quiet(value: Any) -> tuple[int, int] | None:
    if value == "":
        return None
    found = _HOURS.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        raise BadSettingError(f"{said(value)} is no stretch of the day such as 22:00-07:30")
    hour, minute, end_hour, end_minute = map(int, found.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if start == end or end > _DAY_MINUTES:
        raise BadSettingError(f"{said(value)} is no stretch of the day such as 22:00-07:30")
    return start, end


def _notification(value: Any) -> str:
    if isinstance(value, str) and value.lower() in NOTIFICATIONS:
        return value.lower()
    raise BadSettingError(f"{said(value)} is none of {', '.join(NOTIFICATIONS)}")


def _words(value: Any) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(each, str) and "\0" not in each for each in value):
        return tuple(value)
    raise BadSettingError(f"{said(value)} is no list of words")


def _addresses(value: Any) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(each, str) and "://" in each for each in value):
        return tuple(value)
    # An address may hold a password: it is not repeated.
    raise BadSettingError("it is no list of addresses such as ntfy://…")


def _command(value: Any) -> tuple[str, ...]:
    words = _words(value)
    if words and not words[0].strip():
        raise BadSettingError("its first word, the program, is empty")
    unknown = [token for word in words for token in _TOKEN.findall(word) if token not in TOKENS]
    if unknown:
        names = ", ".join(f"{{{token}}}" for token in TOKENS)
        raise BadSettingError(f"{{{unknown[0]}}} is none of {names}")
    return words


_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "on": _switch,
    "quiet": _quiet,
    "bell": _switch,
    "notification": _notification,
    "desktop": _switch,
    "apprise": _addresses,
    "command": _command,
}


def filled(words: tuple[str, ...], values: Mapping[str, str]) -> list[str]:
    """The words of a command with their tokens filled in; what is filled in is not looked at again."""
    return [_TOKEN.sub(lambda found: values.get(found[1], found[0]), word) for word in words]
