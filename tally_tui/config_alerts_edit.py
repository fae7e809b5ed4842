"""Changing `[alerts]` in the settings' file: one value at a time, comments and order around it kept."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from tally_tui import config_edit, config_table_edit
from tally_tui.config_alerts import RULES, read_value
from tally_tui.config_values import BadSettingError, said

_SWITCHES: Final = ("on", "bell", "desktop")
_LISTS: Final = ("thresholds", "windows", "apprise")
_NUMBER: Final = re.compile(r"\d+(\.\d+)?")


def bare_name(name: str) -> str:
    """`weekly.on` of `alerts.weekly.on`: names are taken with and without the table they stand in."""
    return name.removeprefix("alerts.")


def alert_value_of(name: str, words: str) -> Any:
    """The value that a person's words give a setting of alerts, as the file would hold it.

    `50, 80,95` for thresholds, `on` or `off` for switches, `22:00-07:30` or `off` for the quiet hours; the command's
    words as a shell would part them, or as a list.

    Raises:
        BadSettingError: no such setting, or it cannot be that.
    """
    name = bare_name(name)
    key = name.rpartition(".")[2]
    value: Any = words.strip()
    if key in _SWITCHES:
        value = config_edit.SWITCH_WORDS.get(value.lower(), value)
    elif key in _LISTS:
        parts = [part.strip().strip("\"'") for part in value.strip("[]").split(",")]
        value = [part for part in parts if part]
        if key == "thresholds":
            parts = [part.removeprefix("$").removesuffix("%").strip() for part in value]
            wrong = next((part for part in parts if not _NUMBER.fullmatch(part)), None)
            if wrong is not None:
                raise BadSettingError(f"{said(wrong)} is no number above 0")
            value = [float(part) for part in parts]
    elif key == "command":
        value = _command_words(value)
    elif key == "quiet" and value.lower() == "off":
        value = ""
    read_value(name, value)
    return config_table_edit.plain(value)


def _command_words(text: str) -> list[str]:
    """The words of a command, listed as in the file (`["notify-send", "{title}"]`) or as a shell would part them."""
    import shlex

    if text.startswith("["):
        try:
            found = tomllib.loads(f"command = {text}")
        except (ValueError, RecursionError):
            found = {}
        if list(found) == ["command"] and all(isinstance(word, str) for word in found["command"]):
            return list(found["command"])
    try:
        return shlex.split(text)
    except ValueError as error:
        raise BadSettingError(f"the command's words cannot be told apart ({error})") from error


def set_alert_value(path: Path | None, name: str, value: Any) -> Path:
    """Write one value, such as `weekly.thresholds`, `retention.on` or `quiet`; returns the file that holds it.

    Raises:
        BadSettingError: no such setting, it cannot be that, or the file cannot be changed; nothing was.
        OSError: it could not be written; the old one is untouched.
    """
    name, value = bare_name(name), config_table_edit.plain(value)
    read_value(name, value)
    return config_table_edit.set_in_table(path, "alerts", name, value)


def unset_alert_value(path: Path | None, name: str) -> bool:
    """Take a value out of the file, so that its default holds; tells whether it was there. Raises as `set_alert_value`
    does."""
    name = bare_name(name)
    return name not in RULES and config_table_edit.unset_in_table(path, "alerts", name)


def alert_value(path: Path | None, name: str) -> Any:
    """What the file says a value is; None where it says nothing.

    Raises:
        BadSettingError: the file is not TOML.
    """
    return config_table_edit.value_in_table(path, "alerts", bare_name(name))
