"""Changing budgets in the settings' file: the table of one budget, comments and order around it kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tally_tui import config_edit, paths
from tally_tui.config_budgets import Budget, table_of
from tally_tui.config_values import BadSettingError

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import AoT


def set_budget(budget: Budget, path: Path | None = None, *, renamed_from: str | None = None) -> bool:
    """Write a budget; tells whether one of its name (or of `renamed_from`) was there and was changed.

    Raises:
        BadSettingError: the file is not TOML, or a new name is taken; nothing was changed.
        OSError: it could not be written; the old one is untouched.
    """
    import tomlkit

    path = path or paths.config_path()
    document = config_edit.read_document(path)
    tables = _tables(document)
    before = renamed_from or budget.name
    if before != budget.name and _find(tables, budget.name) is not None:
        raise BadSettingError(f"there is a budget {budget.name} already; nothing was changed")
    fresh = {name: _item(value) for name, value in table_of(budget).items()}
    found = _find(tables, before)
    if found is None:
        table = tomlkit.table()
        for name, value in fresh.items():
            table.append(name, value)
        if tables is None:
            if document.as_string().strip():
                document.add(tomlkit.nl())
            document.append("budgets", tomlkit.aot())
            tables = document["budgets"]
        assert tables is not None
        tables.append(table)
    else:
        assert tables is not None
        table = tables[found]
        for name in [name for name in table if name not in fresh]:
            del table[name]
        for name, value in fresh.items():
            if table.get(name) != value:
                table[name] = value
    config_edit.write_document(path, document.as_string())
    return found is not None


def unset_budget(name: str, path: Path | None = None) -> bool:
    """Take a budget out of the file; tells whether it was there. Raises as `set_budget` does."""
    path = path or paths.config_path()
    document = config_edit.read_document(path)
    tables = _tables(document)
    found = _find(tables, name)
    if found is None or tables is None:
        return False
    del tables[found]
    if not len(tables):
        del document["budgets"]
    config_edit.write_document(path, document.as_string())
    return True


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
