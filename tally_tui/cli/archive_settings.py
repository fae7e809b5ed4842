"""The values of the `[archive]` table, as `tally-tui config` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tally_tui.cli.table_settings import Section
from tally_tui.cli.text import listed, nearest
from tally_tui.config_archive import MOST_DAYS, read_value, value_names
from tally_tui.config_values import BadSettingError

if TYPE_CHECKING:
    from tally_tui.config import Settings

_ACCEPTS: Final = {
    "keep": 'queries, comma-separated (one with a comma in it as a list: ["provider:claude,codex"]), or nothing',
    "all": "true | false",
    "after_days": f"days, 0 to {MOST_DAYS}",
}


def _of_words(bare: str, words: str) -> Any:
    """As the file would hold it. Raises BadSettingError."""
    from tally_tui.config_edit import SWITCH_WORDS
    from tally_tui.config_table_edit import plain

    value: Any = words.strip()
    if bare == "all":
        value = SWITCH_WORDS.get(value.lower(), value)
    elif bare == "after_days":
        try:
            value = float(value)
        except ValueError:
            pass
    else:
        value = _queries(value)
    return plain(read_value(bare, value))


def _queries(words: str) -> Any:
    if words.startswith("["):
        import tomllib

        try:
            found = tomllib.loads(f"value = {words}")["value"]
        except (ValueError, RecursionError) as error:
            raise BadSettingError(f"that is no list ({error})") from error
    else:
        found = [part.strip() for part in words.split(",") if part.strip()]
    for each in found if isinstance(found, list) else ():
        _understood(each)
    return found


def _understood(query: Any) -> None:
    """Raises BadSettingError: a rule that means nothing would never be followed."""
    from zoneinfo import ZoneInfo

    from tally_tui.clock import now_ms
    from tally_tui.query import LEDGER, QueryError, parse

    try:
        parse(str(query), now=now_ms(), tz=ZoneInfo("UTC"), allow=LEDGER)
    except QueryError as error:
        raise BadSettingError(f"{error.message}{f'; {error.suggestion}' if error.suggestion else ''}") from error


def _value(settings: Settings, bare: str) -> Any:
    from tally_tui.config_table_edit import plain

    return plain(getattr(settings.archive, bare))


def _text(bare: str, value: Any) -> str:
    import json

    # A query may hold a comma.
    listed_so = bare == "keep" and any("," in each for each in value)
    return json.dumps(value, ensure_ascii=False) if listed_so else ""


def _hint(bare: str) -> str:
    near = nearest(bare, value_names())
    names = listed(f"archive.{each}" for each in value_names())
    return f"Did you mean archive.{near}?" if near else f"There are {names}."


ARCHIVE: Final = Section("archive", value_names, _ACCEPTS, _of_words, _value, _hint, text=_text)
