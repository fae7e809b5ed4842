"""Settings: what `config.toml` may say, and what is used where it says nothing.

Reading is forgiving: a value that is wrong or a word that is not known becomes a `Problem` that
names its line, and the default is used. `config_edit` changes the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar

from tally_tui import paths
from tally_tui.config_alerts import Alerts, read_alerts
from tally_tui.config_archive import ArchiveRules, read_archive
from tally_tui.config_budgets import Budget, read_budget
from tally_tui.config_credits import read_allowances, read_rates
from tally_tui.config_lines import line_of
from tally_tui.config_values import BadSettingError as BadSettingError
from tally_tui.config_values import attempt, is_number
from tally_tui.config_values import said as said

_T = TypeVar("_T")
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
COST_MODES: Final = ("auto", "calculate", "display")
NUMBERS: Final = ("short", "full")
LINE_PARTS: Final = ("model", "session", "today", "block", "burn", "context", "5h", "7d", "limits")
"""What a status line can show, in its usual order; `limits` are the ones of single models."""
LINE_THEIRS: Final = ("before", "after", "above", "below")
"""Where a status line shows what the command it wraps printed; `above` and `below` are lines of their own."""
RATES: Final = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
"""The prices a `[[prices]]` table may give, in dollars per million tokens."""


_OFFSET: Final = re.compile(r"(?:UTC|GMT)?[+-](?:[01]?\d|2[0-3])(?::?[0-5]\d)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the settings that was not used."""

    key: str
    line: int | None
    """Line of the file, from 1; None where it is the whole file."""
    text: str
    """What is wrong, and what was used instead."""

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.key + ': ' if self.key else ''}{self.text}"


@dataclass(frozen=True, slots=True)
class PriceOverride:
    """A price of the user's own, before any table's. Rates are nano-dollars per token; None: not given."""

    model: str
    since: date | None
    """The first day (UTC) it holds; None: always."""
    input: int
    output: int
    cache_read: int | None = None
    cache_write_5m: int | None = None
    cache_write_1h: int | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default."""

    time_zone: str = "local"
    """The zone that days are cut in: an IANA name, an offset such as `+05:30`, or `local`, the machine's."""
    week_start: str = "monday"
    """The day a week begins."""
    theme: str = "tally-dark"
    """Name of the colour theme."""
    cost_mode: str = "calculate"
    """`calculate`: computed from prices; `display`: only what logs state; `auto`: what a log states, else computed."""
    numbers: str = "short"
    """How the tables of commands show token counts: `short` is 1.2M, `full` is 1,234,567."""
    claude_roots: tuple[str, ...] = ()
    """Further Claude Code home folders to read, beside the ones found."""
    codex_roots: tuple[str, ...] = ()
    """Further Codex home folders to read, beside the ones found."""
    price_table: str = ""
    """Path of a pinned price table, to repeat an old report; empty: the newest one there is."""
    watch: bool = True
    """Whether file-system events tell of new log lines; if not, only the sweep does."""
    poll_seconds: float = 2.0
    """Seconds between two sweeps over the log files (0.5 to 3600)."""
    statusline: tuple[str, ...] = LINE_PARTS
    """The parts of the status line, in this order."""
    statusline_theirs: str = "before"
    """Where the output of a wrapped status line goes."""
    statusline_lines: int = 1
    """How many lines a status line has, 1 or 2: the second is of limits and the context."""
    codex_credits: tuple[str, ...] = ()
    """What windows of a Codex plan give in all, `7d=1000` each: credits by window (`config_credits`)."""
    codex_rates: tuple[str, ...] = ()
    """Rates of one's own, `MODEL=INPUT/CACHED/OUTPUT` each: credits per million tokens."""
    prices: tuple[PriceOverride, ...] = ()
    """`[[prices]]` tables: a model's own price, from a day on."""
    budgets: tuple[Budget, ...] = ()
    """`[[budgets]]` tables: what may be spent, on what, in which period."""
    alerts: Alerts = Alerts()  # noqa: RUF009 - frozen
    """The `[alerts]` table: which rules speak, when, and through what."""
    archive: ArchiveRules = ArchiveRules()  # noqa: RUF009 - frozen
    """The `[archive]` table: which sessions are copied before their logs are deleted."""

    given: frozenset[str] = field(default=frozenset(), compare=False)
    """The keys that the file sets, of those that were used."""
    problems: tuple[Problem, ...] = field(default=(), compare=False)
    """What the file says that was not used."""

    @property
    def first_weekday(self) -> int:
        """The day a week begins as a number, Monday being 0."""
        return WEEKDAYS.index(self.week_start)


@dataclass(frozen=True, slots=True)
class Key:
    """One setting by name: what it may be, and how a value is made of what the file or a person says."""

    name: str
    accepts: str
    read: Callable[[Any], Any]
    """From a TOML value. Raises BadSettingError."""

    @property
    def default(self) -> Any:
        return next(each.default for each in fields(Settings) if each.name == self.name)


def _one_of(*words: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if isinstance(value, str) and value.lower() in words:
            return value.lower()
        raise BadSettingError(f"{said(value)} is none of {', '.join(words)}")

    return read


def _text(value: Any) -> str:
    if isinstance(value, str) and value.isprintable():
        return value
    raise BadSettingError(f"{said(value)} is no text")


def _zone(value: Any) -> str:
    name = _text(value).strip()
    if name.lower() in ("local", "utc", "z") or _OFFSET.fullmatch(name):
        return name
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise BadSettingError(f"{said(value)} is no time zone such as Europe/Vienna, UTC or local") from error
    return name


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise BadSettingError(f"{said(value)} is neither true nor false")


def _seconds(value: Any) -> float:
    if is_number(value, 0.5, 3600):
        return float(value)
    raise BadSettingError(f"{said(value)} is no number of seconds from 0.5 to 3600")


def _parts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise BadSettingError(f"{said(value)} is no list of words")
    for each in value:
        if each not in LINE_PARTS:
            raise BadSettingError(f"{said(each)} is none of {', '.join(LINE_PARTS)}")
    return tuple(dict.fromkeys(value))


def _lines(value: Any) -> int:
    if value in (1, 2) and isinstance(value, int) and not isinstance(value, bool):
        return value
    raise BadSettingError(f"{said(value)} is neither 1 nor 2")


def _folders(value: Any) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(each, str) and each for each in value):
        return tuple(value)
    raise BadSettingError(f"{said(value)} is no list of folders")


KEYS: Final = (
    Key("time_zone", "a time zone such as Europe/Vienna, +05:30, UTC, or local", _zone),
    Key("week_start", "a day: monday … sunday", _one_of(*WEEKDAYS)),
    Key("theme", "a theme's name", _text),
    Key("cost_mode", " | ".join(COST_MODES), _one_of(*COST_MODES)),
    Key("numbers", " | ".join(NUMBERS), _one_of(*NUMBERS)),
    Key("claude_roots", "folders, comma-separated", _folders),
    Key("codex_roots", "folders, comma-separated", _folders),
    Key("price_table", "a file's path, or nothing", _text),
    Key("watch", "true | false", _switch),
    Key("poll_seconds", "seconds, 0.5 to 3600", _seconds),
    Key("statusline", f"of {', '.join(LINE_PARTS)}, comma-separated", _parts),
    Key("statusline_theirs", " | ".join(LINE_THEIRS), _one_of(*LINE_THEIRS)),
    Key("statusline_lines", "1 | 2", _lines),
    Key("codex_credits", "WINDOW=CREDITS such as 7d=1000, comma-separated", read_allowances),
    Key("codex_rates", "MODEL=INPUT/CACHED/OUTPUT in credits per million tokens, comma-separated", read_rates),
)
"""Every setting but the tables, `prices`, `budgets`, `alerts` and `archive`."""


def key(name: str) -> Key | None:
    return next((each for each in KEYS if each.name == name), None)


def load(path: Path | None = None) -> Settings:
    """The settings in force: the file's (`config.toml` of ours unless given), with defaults for the rest.

    Never fails: what cannot be used is in `problems`.
    """
    path = path or paths.config_path()
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        return _unusable(None, f"{path} cannot be read ({error.strerror}); all defaults are used")
    import tomllib

    try:
        text = data.decode("utf-8-sig")
        found = tomllib.loads(text, parse_float=Decimal)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return _unusable(line, f"{path} is not UTF-8 text; all defaults are used")
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        return _unusable(int(at[1]) if at else None, f"{path} is not TOML: {error}; all defaults are used")
    except (ValueError, ArithmeticError, RecursionError) as error:
        # What the parser is not up to: a number of thousands of digits, tables within tables within tables.
        return _unusable(None, f"{path} cannot be read ({type(error).__name__}); all defaults are used")
    return _settings(found, text)


def _unusable(line: int | None, text: str) -> Settings:
    return Settings(problems=(Problem("", line, text),))


def _settings(found: Mapping[str, Any], text: str) -> Settings:
    used: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in found.items():
        if name == "prices":
            used["prices"] = _tables(name, "price", read_price, value, text, problems)
            continue
        if name == "budgets":
            used["budgets"] = _budgets(value, text, problems)
            continue
        if name == "alerts":
            used["alerts"] = _alerts(value, text, problems)
            continue
        if name == "archive":
            used["archive"] = read_archive(value, _wrong(text, "archive", problems))
            continue
        known = key(name)
        if known is None:
            problems.append(Problem(name, line_of(text, name), f"no such setting{nearest(name)}; left out"))
            continue
        try:
            used[name] = attempt(known.read, value)
        except BadSettingError as error:
            problems.append(Problem(name, line_of(text, name), f"{error}; {said(known.default)} is used"))
    return replace(Settings(), **used, given=frozenset(used), problems=tuple(problems))


def _tables(
    name: str, one: str, read: Callable[[Mapping[str, Any]], _T], value: Any, text: str, problems: list[Problem]
) -> tuple[_T, ...]:
    """The `[[name]]` tables that can be read; a problem for each of the others."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        problems.append(Problem(name, line_of(text, name), f"no [[{name}]] tables; left out"))
        return ()
    lines = text.splitlines()
    starts = [at for at, line in enumerate(lines, 1) if re.match(rf"\s*\[\[\s*{name}\s*\]\]", line)]
    found = []
    for index, table in enumerate(value):
        try:
            found.append(attempt(read, table))
        except BadSettingError as error:
            line = starts[index] if index < len(starts) else line_of(text, name)
            problems.append(Problem(f"{name}[{index + 1}]", line, f"{error}; this {one} is left out"))
    return tuple(found)


def _budgets(value: Any, text: str, problems: list[Problem]) -> tuple[Budget, ...]:
    taken: set[str] = set()

    def read(table: Mapping[str, Any]) -> Budget:
        budget = read_budget(table)
        if budget.name in taken:
            raise BadSettingError(f"there is a budget {said(budget.name)} before it")
        taken.add(budget.name)
        return budget

    return _tables("budgets", "budget", read, value, text, problems)


def _alerts(value: Any, text: str, problems: list[Problem]) -> Alerts:
    return read_alerts(value, _wrong(text, "alerts", problems))


def _wrong(text: str, table: str, problems: list[Problem]) -> Callable[[str, str], None]:
    """What a table's reader calls with the key of what cannot be used, and why."""

    def wrong(name: str, why: str) -> None:
        problems.append(Problem(name, line_of(text, name) or line_of(text, table), why))

    return wrong


def read_price(table: Mapping[str, Any]) -> PriceOverride:
    """One `[[prices]]` table.

    Raises:
        BadSettingError: the model or a price is missing, or something is not what it must be.
    """
    unknown = [name for name in table if name not in ("model", "since", *RATES)]
    if unknown:
        raise BadSettingError(f"{unknown[0]}: no such field (model, since, {', '.join(RATES)})")
    model, since = table.get("model"), table.get("since")
    if not isinstance(model, str) or not model:
        raise BadSettingError("model is missing")
    if isinstance(since, str):
        try:
            since = date.fromisoformat(since)
        except ValueError as error:
            raise BadSettingError(f"since: {said(since)} is no date such as 2026-11-01") from error
    if since is not None and type(since) is not date:
        raise BadSettingError("since: give a date such as 2026-11-01, without a time")
    missing = [name for name in ("input", "output") if name not in table]
    if missing:
        raise BadSettingError(f"{missing[0]} is missing (dollars per million tokens)")
    return PriceOverride(model, since, **{name: _rate(name, table[name]) for name in RATES if name in table})


def _rate(name: str, value: Any) -> int:
    """Nano-dollars per token of dollars per million tokens."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise BadSettingError(f"{name}: {said(value)} is no number of dollars per million tokens")
    nano = Decimal(value) * 1000
    if not nano.is_finite() or not 0 <= nano <= 10**9:
        raise BadSettingError(f"{name}: {value} is no sensible number of dollars per million tokens")
    if nano != int(nano):
        raise BadSettingError(f"{name}: {value} is finer than $0.001 per million tokens")
    return int(nano)


def nearest(name: str) -> str:
    """` (did you mean …?)` where a setting's name is close to this one, else nothing."""
    import difflib

    near = difflib.get_close_matches(name, [each.name for each in KEYS] + ["prices", "budgets", "alerts", "archive"], 1)
    return f" (did you mean {near[0]}?)" if near else ""
