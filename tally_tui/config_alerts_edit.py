"""Changing `[alerts]` in the settings' file: one value at a time, comments and order around it kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tally_tui import config_edit, paths
from tally_tui.config_alerts import RULES, read_value
from tally_tui.config_values import BadSettingError, said

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_SWITCHES: Final = ("on", "bell", "desktop")
_LISTS: Final = ("thresholds", "windows", "apprise")
_NUMBER: Final = re.compile(r"\d+(\.\d+)?")


def bare_name(name: str) -> str:
    """`weekly.on` of `alerts.weekly.on`: names are taken with and without the table they stand in."""
    return name.removeprefix("alerts.")


def alert_value_of(name: str, words: str) -> Any:
    """The value that a person's words give a setting of alerts, as the file would hold it.

    `50, 80,95` for thresholds, `on` or `off` for switches, `22:00-07:30` or `off` for the quiet hours, words as a shell
    would part them for the command.

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
        import shlex

        try:
            value = shlex.split(value)
        except ValueError as error:
            raise BadSettingError(f"the command's words cannot be told apart ({error})") from error
    elif key == "quiet" and value.lower() == "off":
        value = ""
    read_value(name, value)
    return _plain(value)


def set_alert_value(path: Path | None, name: str, value: Any) -> Path:
    """Write one value, such as `weekly.thresholds`, `retention.on` or `quiet`; returns the file that holds it.

    Raises:
        BadSettingError: no such setting, it cannot be that, or the file cannot be changed; nothing was.
        OSError: it could not be written; the old one is untouched.
    """
    import tomlkit

    name, value = bare_name(name), _plain(value)
    read_value(name, value)
    path = path or paths.config_path()
    document = config_edit.read_document(path)
    table = _alerts(document)
    if table is None:
        if document.as_string().strip():
            document.add(tomlkit.nl())
        table = tomlkit.table(is_super_table="." in name)
        document.append("alerts", table)
        table = document["alerts"]
    rule, dot, key = name.partition(".")
    if dot:
        if rule not in table:
            inline = isinstance(table, tomlkit.items.InlineTable)
            table[rule] = tomlkit.inline_table() if inline else tomlkit.table()
        table = table[rule]
        if not isinstance(table, Mapping):
            raise BadSettingError(f"alerts.{rule} is no table; nothing was changed")
    table[key or rule] = value
    _write(path, document, name, value)
    return path


def unset_alert_value(path: Path | None, name: str) -> bool:
    """Take a value out of the file, so that its default holds; tells whether it was there. Raises as `set_alert_value`
    does."""
    name = bare_name(name)
    path = path or paths.config_path()
    document = config_edit.read_document(path)
    table = alerts = _alerts(document)
    rule, dot, key = name.partition(".")
    if dot and alerts is not None:
        table = alerts.get(rule)
    if not isinstance(table, Mapping) or (key or rule) not in table or (not dot and rule in RULES):
        return False
    del table[key or rule]  # type: ignore[attr-defined]
    if dot and not table and "#" not in getattr(table, "as_string", str)():
        # A heading with nothing under it is left by no hand.
        del alerts[rule]
    _write(path, document, name, None)
    return True


def alert_value(path: Path | None, name: str) -> Any:
    """What the file says a value is; None where it says nothing.

    Raises:
        BadSettingError: the file is not TOML.
    """
    found: Any = config_edit.read_document(path or paths.config_path()).unwrap().get("alerts")
    for part in bare_name(name).split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _alerts(document: TOMLDocument) -> Any:
    table = document.get("alerts")
    if table is not None and not isinstance(table, Mapping):
        raise BadSettingError("alerts is no table; nothing was changed")
    return table


def _plain(value: Any) -> Any:
    """As a person would write it: 90, not 90.0; lists, not tuples."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _write(path: Path, document: TOMLDocument, name: str, value: Any) -> None:
    """Write the file if it says what it should: tables that are spread over a file are easily torn."""
    import tomllib

    text = document.as_string()
    try:
        found: Any = tomllib.loads(text).get("alerts", {})
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    except tomllib.TOMLDecodeError:
        found, value = None, object()
    if found != value:
        raise BadSettingError(f"alerts.{name} could not be put into {path}: change it by hand; nothing was changed")
    config_edit.write_document(path, text)
