"""`tally-tui config get|set|unset TABLE.…`: the values of a table of the settings, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tally_tui.cli import grammar
from tally_tui.cli.output import columns_of, print_csv, print_json, say
from tally_tui.cli.problems import FailedError
from tally_tui.cli.settings import settings_in_force
from tally_tui.cli.text import shown
from tally_tui.config_values import BadSettingError

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request
    from tally_tui.config import Settings


class Section(Struct, frozen=True):
    """A table of the settings as commands know it. Its values' names are without the table's: `weekly.on`, `keep`."""

    table: str
    names: Callable[[], tuple[str, ...]]
    accepts: Mapping[str, str]
    """What a value may be, by the last part of its name."""
    of_words: Callable[[str, str], Any]
    """What a person's words make of a value, as the file would hold it. Raises BadSettingError."""
    value: Callable[[Settings, str], Any]
    """A value as it is in force."""
    hint: Callable[[str], str]
    """What to say of a name that is none."""
    public: Callable[[str, Any], Any] = lambda name, value: value
    """A value as lists may show it: without what is secret."""
    text: Callable[[str, Any], str] | None = None
    """A value as `config set` takes it, where that is not what others are."""

    def is_one(self, name: str) -> bool:
        """Whether a setting's name speaks of this table."""
        return name == self.table or name.startswith(f"{self.table}.")

    def bare(self, name: str) -> str:
        """A name without the table's."""
        return name.removeprefix(f"{self.table}.")

    def said(self, name: str, value: Any) -> str:
        """A value as `config set` takes it."""
        if isinstance(value, bool):
            return str(value).lower()
        if self.text is not None and (own := self.text(name, value)):
            return shown(own)
        return ", ".join(shown(str(each)) for each in value) if isinstance(value, list) else shown(str(value))


def one(section: Section, request: Request, action: str, name: str, words: str) -> None:
    """Get, set or unset one value.

    Raises:
        BadQuestionError: there is no such value, or it cannot be that; nothing was changed.
        FailedError: the file cannot be written.
    """
    from tally_tui.config import Settings
    from tally_tui.config_table_edit import set_in_table, unset_in_table
    from tally_tui.paths import config_path

    bare = section.bare(name)
    if bare not in section.names():
        is_table = name == section.table or any(each.startswith(f"{bare}.") for each in section.names())
        raise request.bad_word(1, f"{name} is a table" if is_table else f"{name}: no such setting", section.hint(bare))
    try:
        if action == "get":
            _get(section, request, bare)
        elif action == "set":
            set_in_table(None, section.table, bare, section.of_words(bare, words))
            say(f"{name} is now {section.said(bare, section.value(settings_in_force(), bare))}")
        else:
            was = unset_in_table(None, section.table, bare)
            default = section.said(bare, section.value(Settings(), bare)) or "nothing"
            say(f"{name} is " + ("back to its default: " if was else "not set; its default is ") + default)
    except BadSettingError as error:
        hint = f"{name} takes {section.accepts[bare.rpartition('.')[2]]}."
        raise request.bad_word(2 if action == "set" else 1, f"{name}: {error}", hint) from error
    except OSError as error:
        raise FailedError(
            f"{config_path()} cannot be written ({error.strerror}). Nothing was changed. "
            "Check the folder's permissions, or set TALLY_CONFIG_DIR to another one."
        ) from error


def rows(section: Section, settings: Settings) -> list[dict[str, Any]]:
    """Every value with its default and where it is from, like the other settings' rows."""
    table = _table(section.table)
    return [_row(section, settings, table, bare) for bare in section.names()]


def _row(section: Section, settings: Settings, table: Any, bare: str, *, whole: bool = False) -> dict[str, Any]:
    from tally_tui.config import Settings as Defaults

    value = section.value(settings, bare)
    return {
        "key": f"{section.table}.{bare}",
        "value": value if whole else section.public(bare, value),
        "default": section.value(Defaults(), bare),
        "source": "file" if _given(table, bare) else "default",
        "accepts": section.accepts[bare.rpartition(".")[2]],
    }


def _table(name: str) -> Any:
    """A table as it stands in the file."""
    import tomllib

    from tally_tui.paths import config_path

    try:
        return tomllib.loads(config_path().read_text(encoding="utf-8-sig")).get(name)
    except (OSError, ValueError):
        return None


def _given(found: Any, bare: str) -> bool:
    """Whether the file says it."""
    for part in bare.split("."):
        if not isinstance(found, dict) or part not in found:
            return False
        found = found[part]
    return True


def _get(section: Section, request: Request, bare: str) -> None:
    row = _row(section, settings_in_force(), _table(section.table), bare, whole=True)
    if request.on(grammar.JSON):
        print_json({"schema": "tally.config/1", "rows": [row]})
    elif request.on(grammar.CSV):
        print_csv(columns_of(row), [row])
    else:
        say(section.said(bare, row["value"]))
