"""Changing budgets in the settings' file: the table of one budget, comments and order around it kept."""

from __future__ import annotations

import os
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tally_tui import config_edit, paths
from tally_tui.config_budgets import Budget, read_budget, table_of
from tally_tui.config_lines import with_table, without_table
from tally_tui.config_values import BadSettingError

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import AoT


@dataclass(frozen=True, slots=True)
class Change:
    """One change as it was written: enough to take it back."""

    before: Budget | None
    after: Budget | None
    text_before: str | None
    """The whole file; None: there was none."""
    text_after: str


def change_budget(before: Budget | None, after: Budget | None, path: Path | None = None) -> Change:
    """Put `after` in the place of `before`: without the one it is added, without the other removed.

    Raises:
        BadSettingError: the file is not TOML, says something else of `before` than that, or has another budget of
            the new name; nothing was changed.
        OSError: it could not be written; the old one is untouched.
    """
    path = path or paths.config_path()
    with config_edit.alone(path):
        return _changed(before, after, path)


def _changed(before: Budget | None, after: Budget | None, path: Path) -> Change:
    document = config_edit.read_document(path)
    text_before = _text(path)
    tables = _tables(document)
    if before is not None:
        _unchanged(before, tables, text_before or "")
    name = before.name if before else None
    if after is not None and after.name != name and _find(tables, after.name) is not None:
        raise BadSettingError(f"there is a budget {after.name} already; nothing was changed")
    text = text_before or ""
    if after is not None:
        text = _put(document, tables, text, after, name)
    elif name is not None:
        text = _remove(document, tables, text, name)
    config_edit.write_document(path, text)
    return Change(before, after, text_before, text)


def take_back(change: Change, path: Path | None = None) -> None:
    """Undo a change: the file becomes, to the byte, what it was; where other things were changed since, they stay.

    Raises as `change_budget` does.
    """
    path = path or paths.config_path()
    with config_edit.alone(path):
        if _text(path) != change.text_after:
            _changed(change.after, change.before, path)
        elif change.text_before is None:
            Path(os.path.realpath(path)).unlink()
        else:
            config_edit.write_document(path, change.text_before)


def _text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return None


def _unchanged(before: Budget, tables: AoT | None, text: str) -> None:
    import tomllib

    at = _find(tables, before.name)
    if at is None:
        raise BadSettingError(f"the budget {before.name} was removed meanwhile, by someone else; nothing was changed")
    # Read as settings are: a float of tomlkit's would not keep all digits.
    found = read_budget(tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)["budgets"][at])
    if found != before:
        was, now = table_of(before), table_of(found)
        names = [name for name in (*was, *now) if was.get(name) != now.get(name)]
        told = ", ".join(f"{name} is {_said(now, name)}, it was {_said(was, name)}" for name in dict.fromkeys(names))
        raise BadSettingError(f"the budget {before.name} was changed meanwhile ({told}); nothing was changed")


def _said(table: dict[str, Any], name: str) -> str:
    value = table.get(name)
    return "not given" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


def set_budget(budget: Budget, path: Path | None = None, *, renamed_from: str | None = None) -> bool:
    """Write a budget; tells whether one of its name (or of `renamed_from`) was there and was changed.

    Raises:
        BadSettingError: the file is not TOML, or a new name is taken; nothing was changed.
        OSError: it could not be written; the old one is untouched.
    """
    path = path or paths.config_path()
    with config_edit.alone(path):
        document = config_edit.read_document(path)
        tables = _tables(document)
        before = renamed_from or budget.name
        if before != budget.name and _find(tables, budget.name) is not None:
            raise BadSettingError(f"there is a budget {budget.name} already; nothing was changed")
        known = _find(tables, before) is not None
        config_edit.write_document(path, _put(document, tables, _text(path) or "", budget, before))
    return known


def _put(document: TOMLDocument, tables: AoT | None, text: str, budget: Budget, before: str | None) -> str:
    """The file's text with a budget in the place of the one named `before`, or as a new one."""
    import tomlkit

    fresh = {name: _item(value) for name, value in table_of(budget).items()}
    found = None if before is None else _find(tables, before)
    if tables is not None and found is not None:
        table = tables[found]
        for name in [name for name in table if name not in fresh]:
            del table[name]
        for name, value in fresh.items():
            if table.get(name) != value:
                table[name] = value
        return _marked(text, document.as_string())
    table = tomlkit.table()
    for name, value in fresh.items():
        table.append(name, value)
    several = tomlkit.aot()
    several.append(table)
    added = with_table(text, "budgets", tomlkit.document().append("budgets", several).as_string())
    if added is not None:
        return added
    if tables is None:
        if document.as_string().strip():
            document.add(tomlkit.nl())
        document.append("budgets", several)
    else:
        tables.append(table)
    return _marked(text, document.as_string())


def unset_budget(name: str, path: Path | None = None) -> bool:
    """Take a budget out of the file; tells whether it was there. Raises as `set_budget` does."""
    path = path or paths.config_path()
    with config_edit.alone(path, make=False):
        document = config_edit.read_document(path)
        tables = _tables(document)
        if _find(tables, name) is None:
            return False
        config_edit.write_document(path, _remove(document, tables, _text(path) or "", name))
    return True


def _remove(document: TOMLDocument, tables: AoT | None, text: str, name: str) -> str:
    """The file's text without a budget that it has."""
    found = _find(tables, name)
    assert tables is not None and found is not None
    left = without_table(text, "budgets", found)
    if left is not None:
        return left
    del tables[found]
    if not len(tables):
        del document["budgets"]
    return _marked(text, document.as_string())


def _marked(text: str, changed: str) -> str:
    """A changed text with the byte order mark that the file had before."""
    return "\ufeff" + changed if text.startswith("\ufeff") else changed


def _tables(document: TOMLDocument) -> AoT | None:
    from tomlkit.items import AoT

    tables = document.get("budgets")
    if tables is not None and not isinstance(tables, AoT):
        raise BadSettingError("budgets: no [[budgets]] tables; nothing was changed")
    return tables


def _find(tables: AoT | None, name: str) -> int | None:
    return next((at for at, table in enumerate(tables or ()) if str(table.get("name", "")).strip() == name), None)


def _item(value: Any) -> Any:
    import tomlkit

    # A Decimal keeps the digits as they were given.
    return tomlkit.item(value) if not hasattr(value, "as_tuple") else tomlkit.value(f"{value:f}")
