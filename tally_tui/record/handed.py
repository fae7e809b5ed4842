"""Readings handed over by a person or a script: as JSON, or value by value."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from tally_tui.clock import BadClockError, parse_instant
from tally_tui.ledger.readings import Taken
from tally_tui.model import Provider
from tally_tui.record import places
from tally_tui.record.payload import CLAUDE, WINDOWS, limits
from tally_tui.rules.plausible import implausible

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

SOURCE: Final = "record"
_SECONDS_END: Final = 100_000_000_000
"""From here on a number of a reset is milliseconds: as seconds it would be the year 5138."""


class BadReadingError(ValueError):
    """What was handed over is no reading. `name` says which limit's, `field` which value of it ('' where unknown)."""

    def __init__(self, message: str, name: str = "", field: str = "") -> None:
        super().__init__(message)
        self.name = name
        self.field = field


class BadJsonError(BadReadingError):
    """It is no JSON; `at` is where in the text it stops making sense."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


def percent(text: str) -> float:
    """A percentage as a person writes it: `23.5`, `23.5%`.

    Raises:
        BadReadingError: it is none.
    """
    try:
        return float(text.strip().removesuffix("%"))
    except ValueError:
        raise BadReadingError(f"{text!r} is no percentage") from None


def instant(text: str) -> int:
    """Epoch milliseconds of a reset: epoch seconds (or milliseconds), or ISO 8601, UTC where it says no offset.

    Raises:
        BadReadingError: it is neither.
    """
    try:
        found = parse_instant(text.strip())
    except (BadClockError, OverflowError, ValueError):
        raise BadReadingError(f"{text!r} is no instant: give epoch seconds or 2026-11-22T15:00:00Z") from None
    return found // 1000 if found >= _SECONDS_END * 1000 else found


def reading(name: str, used: float, resets_at: int, now: int, session: str = "") -> Taken:
    """One of the account's limits (`five_hour`, `seven_day`), checked.

    Raises:
        BadReadingError: it cannot be true; its `field` is `percent` or `resets_at`.
    """
    minutes = WINDOWS[name]
    for field, reset in (("percent", None), ("resets_at", resets_at)):
        why = implausible(minutes, used, reset, now)
        if why:
            raise BadReadingError(why, name, field)
    return Taken(Provider.CLAUDE, CLAUDE, minutes, now, used, resets_at, SOURCE, session, places.claude_root())


def from_json(text: str, now: int) -> tuple[list[Taken], list[str]]:
    """The readings of a document: Claude Code's own to its status line, or its `rate_limits` alone.

    Returns:
        The readings, and a remark on each entry that was left out.

    Raises:
        BadReadingError: it is no JSON, holds no limits, or its seven-day limit cannot be true.
    """
    try:
        said = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadJsonError(f"no JSON: {error.msg}", error.pos) from None
    except RecursionError:
        raise BadJsonError("no JSON that can be read: it is nested too deeply", 0) from None
    if not isinstance(said, dict):
        raise BadReadingError("a JSON object was expected")
    if "rate_limits" not in said and "session_id" in said:
        return [], ["it states no rate_limits: an account without them, or a session not yet answered"]
    entries: dict[str, Any] = said.get("rate_limits", said)
    found, left_out = [], []
    session = said.get("session_id")
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        if not isinstance(entry, dict) or "used_percentage" not in entry:
            continue
        try:
            found.append(_entry(name, entry, now, session if isinstance(session, str) else ""))
        except BadReadingError as error:
            if name == "seven_day" or len(entries) == 1:
                raise
            left_out.append(f"{name}: {error}; left out")
    if not found and not left_out:
        raise BadReadingError("no rate_limits in it, such as five_hour with used_percentage and resets_at")
    return found, left_out


def from_allowance(text: str, now: int, tz: ZoneInfo) -> tuple[list[Taken], list[str]]:
    """The readings of Codex's limits that a pasted `/status` or usage page tells of.

    Returns:
        The readings, and a remark on each window that was left out.
    """
    from tally_tui.rules.credits import parse_allowance
    from tally_tui.rules.reset_words import reset_instant

    found, left_out = [], []
    # As it comes out of a terminal or a pipe: with colours.
    for told in parse_allowance(re.sub(r"\x1b\[[0-?]*[ -/]*[@-~]", "", text)):
        if told.minutes is None:
            left_out.append(f"{told.label}: nothing says how long its window is; left out")
            continue
        resets_at = reset_instant(told.resets, minutes=told.minutes, now_ms=now, tz=tz)
        why = implausible(told.minutes, told.used, resets_at, now)
        if why:
            left_out.append(f"{told.label}: {why}; left out")
            continue
        used = round(told.used, 6)
        found.append(
            Taken(Provider.CODEX, "codex", told.minutes, now, used, resets_at, SOURCE, "", places.codex_root())
        )
    return found, left_out


def _entry(name: str, entry: dict[str, Any], now: int, session: str) -> Taken:
    resets = entry.get("resets_at")
    if resets is None:
        raise BadReadingError("resets_at is missing", name)
    if isinstance(resets, str):
        try:
            entry = {**entry, "resets_at": instant(resets) / 1000}
        except BadReadingError as error:
            raise BadReadingError(str(error), name) from None
    said = limits({name: entry})
    if not said or said[0].resets_at is None:
        raise BadReadingError("used_percentage or resets_at is no number", name)
    if not said[0].minutes:
        raise BadReadingError("nothing says how long its window is", name)
    one = said[0]
    why = implausible(one.minutes, one.percent, one.resets_at, now)
    if why:
        raise BadReadingError(why, name)
    return Taken(
        Provider.CLAUDE, one.name, one.minutes, now, one.percent, one.resets_at, SOURCE, session, places.claude_root()
    )
