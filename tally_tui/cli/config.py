"""`tally-tui config`: see and change settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tally_tui.cli import grammar, table_settings
from tally_tui.cli.action_words import action_words
from tally_tui.cli.alert_settings import ALERTS
from tally_tui.cli.archive_settings import ARCHIVE
from tally_tui.cli.output import columns_of, print_csv, print_json, say
from tally_tui.cli.problems import BadQuestionError, FailedError
from tally_tui.cli.settings import settings_in_force
from tally_tui.cli.text import shown
from tally_tui.config import KEYS, BadSettingError, Settings, key
from tally_tui.paths import config_path

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request

SECTIONS = (ALERTS, ARCHIVE)
"""The tables whose values have names of their own."""
_ACTIONS = {"path": (0, 0), "list": (0, 0), "get": (1, 1), "set": (2, 2), "unset": (1, 1)}
"""Every action, and how many words it takes at least and at most."""


def config(request: Request) -> int:
    """The command."""
    action, words = action_words(request, _ACTIONS)
    if action == "path":
        say(str(config_path()))
    elif action == "list":
        _list(request)
    else:
        _one(request, action, *words)
    return 0


def _one(request: Request, action: str, name: str, words: str = "") -> None:
    from tally_tui.config_edit import set_value, unset_value

    for section in SECTIONS:
        if section.is_one(name):
            table_settings.one(section, request, action, name, words)
            return
    try:
        if key(name) is None:
            from tally_tui.config_edit import from_words

            from_words(name, words)
        if action == "get":
            _get(request, name)
        elif action == "set":
            value = _value(request, name, words)
            set_value(name, value)
            say(f"{name} is now {_text(value)}")
        else:
            was = unset_value(name)
            default = _text(getattr(Settings(), name)) or "nothing"
            say(f"{name} is " + ("back to its default: " if was else "not set; its default is ") + default)
    except BadSettingError as error:
        at = 2 if action == "set" and key(name) else 1
        known = key(name)
        names = ", ".join(each.name for each in KEYS)
        hint = f"{name} takes {known.accepts}." if known else f"Settings: {names}."
        raise request.bad_word(at, f"{name}: {error}" if known else str(error), hint) from error
    except OSError as error:
        raise FailedError(
            f"{config_path()} cannot be written ({error.strerror}). Nothing was changed. "
            "Check the folder's permissions, or set TALLY_CONFIG_DIR to another one."
        ) from error


def _value(request: Request, name: str, words: str) -> Any:
    """What the file is to hold: checked further than the file's reader can, paths made absolute."""
    from tally_tui.config_edit import from_words

    value = from_words(name, words)
    if name.endswith("_roots"):
        return [_absolute(each) for each in value]
    if name == "price_table" and value:
        from tally_tui.rules.price_table import BadTableError, load

        value = _absolute(value)
        try:
            load(Path(value).expanduser())
        except BadTableError as error:
            raise BadQuestionError(str(error), request.line.point(request.words[2][0])) from error
    if name == "theme":
        _check_theme(request, value)
    return value


def _absolute(text: str) -> str:
    return text if text.startswith("~") else str(Path(text).absolute())


def _check_theme(request: Request, name: str) -> None:
    from textual.theme import BUILTIN_THEMES

    from tally_tui.themes import OURS

    names = [*(theme.name for theme in OURS), *BUILTIN_THEMES]
    if name not in names:
        raise request.bad_word(2, f"no theme {name!r}", f"Themes: {', '.join(names)}.")


def _get(request: Request, name: str) -> None:
    settings = settings_in_force()
    row = _row(settings, name)
    if request.on(grammar.JSON):
        print_json({"schema": "tally.config/1", "rows": [row]})
    elif request.on(grammar.CSV):
        print_csv(columns_of(row), [row])
    else:
        say(_text(row["value"]))


def _list(request: Request) -> None:
    settings = settings_in_force()
    rows = [_row(settings, each.name) for each in KEYS]
    tables = [row for section in SECTIONS for row in table_settings.rows(section, settings)]
    if request.on(grammar.JSON):
        print_json({"schema": "tally.config/1", "rows": [*rows, *tables], "prices": _prices(settings)})
        return
    if request.on(grammar.CSV):
        print_csv(columns_of(rows[0]), [*rows, *tables])
        return
    from tally_tui.cli.tables import Column, print_table

    columns = [Column("setting"), Column("value", wide=True), Column("default"), Column("from")]
    columns.append(Column("what it may be", rank=1))
    names = ("key", "value", "default", "source", "accepts")
    given = [row for row in tables if row["source"] == "file"]
    print_table(columns, [[_text(row[name]) or "–" for name in names] for row in (*rows, *given)])
    count = len(settings.prices)
    say(f"\nprices: {count} of your own" if count else "\nprices: none of your own", end="")
    say(f"; edit [[prices]] in {config_path()}")
    say(f"budgets: {len(settings.budgets) or 'none'}; `tally-tui budget list`")
    left = len(tables) - len(given)
    say(f"alerts and archive: {left} more at their defaults; --json lists them, docs/settings.md tells of them")


def _row(settings: Settings, name: str) -> dict[str, Any]:
    known = key(name)
    return {
        "key": name,
        "value": _plain(getattr(settings, name)),
        "default": _plain(getattr(Settings(), name)),
        "source": "file" if name in settings.given else "default",
        "accepts": known.accepts if known else "",
    }


def _prices(settings: Settings) -> list[dict[str, Any]]:
    from tally_tui.config import RATES

    return [
        {
            "model": each.model,
            "since": each.since.isoformat() if each.since else None,
            **{name: _dollars(getattr(each, name)) for name in RATES},
        }
        for each in settings.prices
    ]


def _dollars(nano: int | None) -> str | None:
    """Dollars per million tokens, as the file writes them."""
    return None if nano is None else f"{nano // 1000}.{nano % 1000:03d}"


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _text(value: Any) -> str:
    """A value as `config set` takes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(shown(str(each)) for each in value)
    return f"{value:g}" if isinstance(value, float) else shown(str(value))
