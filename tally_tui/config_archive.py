"""The `[archive]` table of the settings: which sessions are copied before their agent deletes their logs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from tally_tui.config_values import BadSettingError, attempt, is_number, said

MOST_DAYS: Final = 3650


@dataclass(frozen=True, slots=True)
class ArchiveRules:
    """Everything `[archive]` may say, with its defaults."""

    keep: tuple[str, ...] = ()
    """Queries: the sessions that any of them finds are archived."""
    all: bool = False
    """Whether every session is."""
    after_days: float = 7.0
    """How many days a session must have rested before it is archived of its own accord."""

    @property
    def on(self) -> bool:
        """Whether anything is archived that nobody chose by hand."""
        return self.all or bool(self.keep)


def read_archive(table: Any, wrong: Callable[[str, str], None]) -> ArchiveRules:
    """The `[archive]` table; `wrong(key, why)` is called for whatever cannot be used, and its default holds."""
    if not isinstance(table, Mapping):
        wrong("archive", f"{said(table)} is no table; left out")
        return ArchiveRules()
    used: dict[str, Any] = {}
    for name, value in table.items():
        if name not in _READERS:
            wrong(f"archive.{name}", f"no such setting ({', '.join(_READERS)}); left out")
            continue
        try:
            used[name] = attempt(_READERS[name], value)
        except BadSettingError as error:
            default = next(each.default for each in fields(ArchiveRules) if each.name == name)
            wrong(f"archive.{name}", f"{error}; {said(default)} is used")
    return replace(ArchiveRules(), **used)


def value_names() -> tuple[str, ...]:
    """The name of every value, as `read_value` takes them."""
    return tuple(_READERS)


def read_value(name: str, value: Any) -> Any:
    """One value by its name (`keep`, `all`, `after_days`), as the settings would hold it.

    Raises:
        BadSettingError: there is no such setting, or it cannot be that.
    """
    if name not in _READERS:
        raise BadSettingError(f"archive.{name}: no such setting ({', '.join(_READERS)})")
    return attempt(_READERS[name], value)


def _queries(value: Any) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(each, str) and each.strip() for each in value):
        return tuple(dict.fromkeys(value))
    raise BadSettingError(f'{said(value)} is no list of queries such as ["is:bookmarked", "cost:>5"]')


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise BadSettingError(f"{said(value)} is neither true nor false")


def _days(value: Any) -> float:
    if is_number(value, 0, MOST_DAYS):
        return float(value)
    raise BadSettingError(f"{said(value)} is no number of days from 0 to {MOST_DAYS}")


_READERS: Final[dict[str, Callable[[Any], Any]]] = {"keep": _queries, "all": _switch, "after_days": _days}
