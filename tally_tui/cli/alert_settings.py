"""`tally-tui config get|set|unset alerts.…`: the values of the `[alerts]` table, one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tally_tui.cli import grammar
from tally_tui.cli.output import columns_of, print_csv, print_json
from tally_tui.cli.problems import FailedError
from tally_tui.cli.settings import settings_in_force
from tally_tui.cli.text import listed, nearest, shown
from tally_tui.config_alerts import NOTIFICATIONS, RULES, TOKENS, WINDOWS, Alerts, value_names
from tally_tui.config_values import BadSettingError

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request
    from tally_tui.config import Settings

_PREFIX: Final = "alerts."
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


def is_one(name: str) -> bool:
    """Whether a setting's name speaks of alerts."""
    return name == "alerts" or name.startswith(_PREFIX)


def one(request: Request, action: str, name: str, words: str) -> None:
    """Get, set or unset one value.

    Raises:
        BadQuestionError: there is no such value, or it cannot be that; nothing was changed.
        FailedError: the file cannot be written.
    """
    from tally_tui.config_alerts_edit import alert_value_of, set_alert_value, unset_alert_value
    from tally_tui.paths import config_path

    bare = name.removeprefix(_PREFIX)
    if bare not in value_names():
        raise request.bad_word(1, f"{name} is a table" if bare in RULES else f"{name}: no such setting", _hint(bare))
    try:
        if action == "get":
            _get(request, bare)
        elif action == "set":
            set_alert_value(None, bare, alert_value_of(bare, words))
            print(f"{name} is now {_text(bare, value_of(settings_in_force().alerts, bare))}")
        else:
            was = unset_alert_value(None, bare)
            default = _text(bare, value_of(Alerts(), bare)) or "nothing"
            print(f"{name} is " + ("back to its default: " if was else "not set; its default is ") + default)
    except BadSettingError as error:
        hint = f"{name} takes {_ACCEPTS[bare.rpartition('.')[2]]}."
        raise request.bad_word(2 if action == "set" else 1, f"{name}: {error}", hint) from error
    except OSError as error:
        raise FailedError(
            f"{config_path()} cannot be written ({error.strerror}). Nothing was changed. "
            "Check the folder's permissions, or set TALLY_CONFIG_DIR to another one."
        ) from error


def _hint(bare: str) -> str:
    rule, _, key = bare.partition(".")
    if rule in RULES:
        its = [f"{_PREFIX}{each}" for each in value_names() if each.startswith(f"{rule}.")]
        own = " A budget has thresholds of its own: `tally-tui budget set`." if key == "thresholds" else ""
        return f"{_PREFIX}{rule} has {listed(its)}.{own}"
    near = nearest(bare, value_names())
    return f"Did you mean {_PREFIX}{near}?" if near else "docs/alerts.md lists them."


def value_of(alerts: Alerts, bare: str) -> Any:
    """A value by its name (`quiet`, `weekly.on`), as a person writes it; thresholds that are in force."""
    from tally_tui.rules.alerts import THRESHOLDS

    rule, _, key = bare.rpartition(".")
    value = getattr(alerts.rule(rule) if rule else alerts, key)
    if key == "thresholds":
        of: Any = rule
        return [_number(each) for each in (THRESHOLDS[of] if value is None else value)]
    if key == "quiet":
        return "" if value is None else "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in value)
    return list(value) if isinstance(value, tuple) else value


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value


def rows(settings: Settings) -> list[dict[str, Any]]:
    """Every value with its default and where it is from, like the other settings' rows."""
    table = _table()
    return [_row(settings, table, bare) for bare in value_names()]


def _row(settings: Settings, table: Any, bare: str, *, whole: bool = False) -> dict[str, Any]:
    value, default = value_of(settings.alerts, bare), value_of(Alerts(), bare)
    if bare == "apprise" and not whole:
        # An address may hold a password.
        value = [f"{each.partition('://')[0]}://…" for each in value]
    return {
        "key": f"{_PREFIX}{bare}",
        "value": value,
        "default": default,
        "source": "file" if _given(table, bare) else "default",
        "accepts": _ACCEPTS[bare.rpartition(".")[2]],
    }


def _table() -> Any:
    """`[alerts]` as it stands in the file."""
    import tomllib

    from tally_tui.paths import config_path

    try:
        return tomllib.loads(config_path().read_text(encoding="utf-8-sig")).get("alerts")
    except (OSError, ValueError):
        return None


def _given(found: Any, bare: str) -> bool:
    """Whether the file says it."""
    for part in bare.split("."):
        if not isinstance(found, dict) or part not in found:
            return False
        found = found[part]
    return True


def _get(request: Request, bare: str) -> None:
    row = _row(settings_in_force(), _table(), bare, whole=True)
    if request.on(grammar.JSON):
        print_json({"schema": "tally.config/1", "rows": [row]})
    elif request.on(grammar.CSV):
        print_csv(columns_of(row), [row])
    else:
        print(_text(bare, row["value"]))


def _text(bare: str, value: Any) -> str:
    """A value as `config set` takes it."""
    import shlex

    if isinstance(value, bool):
        return str(value).lower()
    if bare == "command":
        return shown(shlex.join(value))
    return ", ".join(shown(str(each)) for each in value) if isinstance(value, list) else shown(str(value))
