"""Words for dates → instants: `7d`, `yesterday`, `last-week`, `2026-11-01`, `2026-11-01T14:00Z`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tally_tui.model import Span
from tally_tui.rules.periods import Kind, bounds
from tally_tui.rules.zones import EARLIEST, LATEST, epoch_ms, local

WORDS: Final[dict[str, str]] = {
    "today": "since midnight",
    "yesterday": "the day before",
    "this-week": "since the week began",
    "last-week": "the week before",
    "this-month": "since the first",
    "last-month": "the month before",
    "this-year": "since 1 January",
    "last-year": "the year before",
    "now": "this instant",
}
"""The words for dates, each with what it means after `since:`."""

EXAMPLES: Final = "write 7d, 12h, 90m, 3w, today, last-week, 2026-11-01, 2026-11 or 2026-11-01T14:00"

_AGO: Final = re.compile(r"(\d{1,9})(s|m|h|d|w|mo|y)")
_DAY: Final = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")
_MONTH: Final = re.compile(r"(\d{4})-(\d\d)")
_YEAR: Final = re.compile(r"\d{4}")
_SHAPES: Final[tuple[tuple[re.Pattern[str], Kind], ...]] = ((_DAY, "day"), (_MONTH, "month"), (_YEAR, "year"))
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}
_PERIODS: Final[dict[str, tuple[Kind, bool]]] = {
    "today": ("day", False), "yesterday": ("day", True),
    "this-hour": ("hour", False), "last-hour": ("hour", True),
    "this-week": ("week", False), "last-week": ("week", True),
    "this-month": ("month", False), "last-month": ("month", True),
    "this-year": ("year", False), "last-year": ("year", True),
}


class BadDateError(ValueError):
    """A word that names no date. `message` says why, `suggestion` what to write instead."""

    def __init__(self, word: str, message: str, suggestion: str = EXAMPLES) -> None:
        self.word = word
        self.message = message
        self.suggestion = suggestion
        super().__init__(f"{message}; {suggestion}" if suggestion else message)


def instant(word: str, *, now: int, tz: ZoneInfo, week_start: int = 0, end: bool = False) -> int:
    """The instant (epoch milliseconds) that a word for a date means.

    A word for a stretch of time (a day, a month, `last-week`) means its start, or with `end` its
    end, exclusive: until 2026-11-01 includes that day. `7d` is this time of day seven days ago.

    Raises:
        BadDateError: the word names no date.
    """
    plain = re.sub(r"[\s_]+", "-", word.strip().lower())
    if plain == "now":
        return now
    found = _period(plain, now, tz, week_start)
    if found is None:
        found = _calendar(word, plain, tz)
    if found is not None:
        return found[1 if end else 0]
    ago = _AGO.fullmatch(plain)
    try:
        at = _ago(int(ago[1]), ago[2], now, tz) if ago else _iso(word.strip(), tz)
    except OverflowError as error:
        raise BadDateError(word, f"{word!r} is before the calendar begins", "write 30d, 1y …") from error
    if at is None:
        raise BadDateError(word, f"{word!r} is no date", _suggestion(plain))
    return min(max(at, EARLIEST), LATEST)


def span(since: str | None, until: str | None, *, now: int, tz: ZoneInfo, week_start: int = 0) -> Span:
    """The stretch of time between two words for dates; None is open-ended.

    Raises:
        BadDateError: a word names no date, or nothing lies between the two.
    """
    first = None if since is None else instant(since, now=now, tz=tz, week_start=week_start)
    last = None if until is None else instant(until, now=now, tz=tz, week_start=week_start, end=True)
    if since is not None and until is not None and first is not None and last is not None and first >= last:
        message = f"nothing lies between {since} and {until}"
        raise BadDateError(until, message, "give an end that is after the start")
    return Span(first, last)


def _period(plain: str, now: int, tz: ZoneInfo, week_start: int) -> tuple[int, int] | None:
    """Start and end of `today`, `last-week` …"""
    if plain not in _PERIODS:
        return None
    kind, before = _PERIODS[plain]
    start, end = bounds(kind, now, tz, week_start)
    return bounds(kind, start - 1, tz, week_start) if before else (start, end)


def _calendar(word: str, plain: str, tz: ZoneInfo) -> tuple[int, int] | None:
    """Start and end of `2026-11-01`, `20261101`, `2026-11` or `2026`."""
    kind = next((kind for shape, kind in _SHAPES if shape.fullmatch(plain)), None)
    if kind is None:
        return None
    digits = plain.replace("-", "")
    year, month, day = int(digits[:4]), int(digits[4:6] or 1), int(digits[6:8] or 1)
    if not 1 <= month <= 12:
        raise BadDateError(word, f"{word!r} has no month {month:02d}", "months are 01 to 12: 2026-11-01")
    try:
        noon = datetime(year, month, day, 12)
    except ValueError as error:
        hint = f"that month has {_days(year, month)} days" if year else ""
        raise BadDateError(word, f"{word!r} is no day of the calendar", hint) from error
    # A day that a zone skipped altogether has no noon; the period is then the one after it.
    return bounds(kind, _utc_ms(noon, tz), tz)


def _ago(count: int, unit: str, now: int, tz: ZoneInfo) -> int:
    """So many units before now; from days on by the local clock, so that clock changes do not shift it."""
    if unit in _SECONDS:
        return now - count * _SECONDS[unit] * 1000
    moment = local(now, tz).replace(tzinfo=None)
    if unit in ("d", "w"):
        moment -= timedelta(days=count * (7 if unit == "w" else 1))
    else:
        months = moment.year * 12 + moment.month - 1 - count * (12 if unit == "y" else 1)
        year, month = divmod(months, 12)
        if year < 1:
            raise OverflowError
        moment = moment.replace(year=year, month=month + 1, day=min(moment.day, _days(year, month + 1)))
    return _utc_ms(moment, tz)


def _utc_ms(moment: datetime, tz: ZoneInfo) -> int:
    """The instant (epoch milliseconds) of a local time; within the calendar, whatever the zone."""
    try:
        return epoch_ms((moment if moment.tzinfo else moment.replace(tzinfo=tz)).astimezone(UTC))
    except OverflowError:
        # A zone far ahead of or behind UTC: there the calendar has no such instant.
        return EARLIEST if moment.year < 5000 else LATEST


def _days(year: int, month: int) -> int:
    """The days of a month."""
    return 31 if month == 12 else (date(year, month + 1, 1) - timedelta(days=1)).day


def _iso(word: str, tz: ZoneInfo) -> int | None:
    """An ISO 8601 instant; without an offset it is local time."""
    if not re.match(r"\d{4}-?\d\d-?\d\d[T\s]", word, re.IGNORECASE):
        return None
    try:
        moment = datetime.fromisoformat(word.upper())
    except ValueError:
        return None
    return _utc_ms(moment, tz)


def _suggestion(plain: str) -> str:
    import difflib

    slashed = re.fullmatch(r"(\d{4})[/.](\d{1,2})(?:[/.](\d{1,2}))?", plain)
    short = re.fullmatch(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?", plain)
    parts = slashed or short
    if parts:
        return "did you mean " + "-".join(part.zfill(2) for part in parts.groups() if part) + "?"
    counted = re.fullmatch(r"(\d{1,9})-?(second|sec|minute|min|hour|day|week|month|year)s?(-ago)?", plain)
    if counted:
        unit = {"month": "mo"}.get(counted[2], counted[2][0])
        return f"did you mean {counted[1]}{unit}?"
    near = difflib.get_close_matches(plain, _PERIODS, 1, 0.7)
    return f"did you mean {near[0]}?" if near else EXAMPLES
