"""Changing a table of the settings' file: one value at a time, comments and order around it kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tally_tui import config_edit, config_lines, paths
from tally_tui.config_values import BadSettingError

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def set_in_table(path: Path | None, table: str, name: str, value: Any) -> Path:
    """Write one value of a table, such as `quiet` or, of a table within it, `weekly.on`; returns the file.

    Raises:
        BadSettingError: the file cannot be changed; nothing was.
        OSError: it could not be written; the old one is untouched.
    """
    path = path or paths.config_path()
    with config_edit.alone(path):
        _set(path, table, name, value)
    return path


def _set(path: Path, table: str, name: str, value: Any) -> None:
    import tomlkit

    document = config_edit.read_document(path)
    found = _table(document, table)
    if _found(document, table, name) is None:
        added = config_lines.with_value(config_edit.text_of(path), f"{table}.{name}", tomlkit.item(value).as_string())
        if added is not None:
            config_edit.write_document(path, added)
            return
    if found is None:
        if document.as_string().strip():
            document.add(tomlkit.nl())
        document.append(table, tomlkit.table(is_super_table="." in name))
        found = document[table]
    inner, dot, key = name.partition(".")
    if dot:
        if inner not in found:
            inline = isinstance(found, tomlkit.items.InlineTable)
            found[inner] = tomlkit.inline_table() if inline else tomlkit.table()
        found = found[inner]
        if not isinstance(found, Mapping):
            raise BadSettingError(f"{table}.{inner} is no table; nothing was changed")
    found[key or inner] = value
    _write(path, document, table, name, value)


def unset_in_table(path: Path | None, table: str, name: str) -> bool:
    """Take a value out of a table, so that its default holds; tells whether it was there. Raises as `set_in_table`."""
    path = path or paths.config_path()
    with config_edit.alone(path, make=False):
        document = config_edit.read_document(path)
        found = whole = _table(document, table)
        inner, dot, key = name.partition(".")
        if dot and whole is not None:
            found = whole.get(inner)
        if not isinstance(found, Mapping) or (key or inner) not in found:
            return False
        del found[key or inner]  # type: ignore[attr-defined]
        if dot and not found and "#" not in getattr(found, "as_string", str)():
            # A heading with nothing under it is left by no hand.
            del whole[inner]
        _write(path, document, table, name, None)
        return True


def value_in_table(path: Path | None, table: str, name: str) -> Any:
    """What the file says a value is; None where it says nothing.

    Raises:
        BadSettingError: the file is not TOML.
    """
    return _found(config_edit.read_document(path or paths.config_path()).unwrap(), table, name)


def plain(value: Any) -> Any:
    """As a person would write it: 90, not 90.0; lists, not tuples."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def _table(document: TOMLDocument, table: str) -> Any:
    found = document.get(table)
    if found is not None and not isinstance(found, Mapping):
        raise BadSettingError(f"{table} is no table; nothing was changed")
    return found


def _found(document: Mapping[str, Any], table: str, name: str) -> Any:
    found: Any = document.get(table)
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _write(path: Path, document: TOMLDocument, table: str, name: str, value: Any) -> None:
    """Write the file if it says what it should: tables that are spread over a file are easily torn."""
    import tomllib

    text = document.as_string()
    try:
        found = _found(tomllib.loads(text), table, name)
    except (ValueError, RecursionError):
        found, value = None, object()
    if found != value:
        raise BadSettingError(f"{table}.{name} could not be put into {path}: change it by hand; nothing was changed")
    config_edit.write_document(path, text)
