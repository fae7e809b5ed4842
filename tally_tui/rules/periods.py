"""Hours, days, weeks, months and years of a time zone, as stretches of epoch milliseconds.

A period starts at the first instant whose local time has reached its start, so periods tile time
even where midnight does not exist or comes twice. An hour ends where the clocks change, so the
hour that comes twice in autumn is two periods with different offsets.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from tally_tui.model import SLOT_MS, Span
from tally_tui.rules.zones import (
    DAY_MS,
    EARLIEST,
    LATEST,
    BadZoneError,
    change_between,
    epoch_ms,
    local,
    offset,
    offsets,
    zone,
)

__all__ = [
    "KINDS", "BadZoneError", "Kind", "bounds", "key", "label", "offsets", "part_of", "same_part_before",
    "step", "ticks", "zone",
]

Kind = Literal["slot", "hour", "day", "week", "month", "year", "all"]
KINDS: Final[tuple[Kind, ...]] = ("hour", "day", "week", "month", "year")
"""The periods that reports group by; `slot` (a quarter of an hour) and `all` are for charts only."""

HOUR_MS: Final = 3_600_000
MONTHS_AT_MOST: Final = 36
"""A chart of everything shows months up to this many of them, then years."""


def bounds(kind: Kind, instant: int, tz: ZoneInfo, week_start: int = 0) -> tuple[int, int]:
    """Start and end (exclusive), in epoch milliseconds, of the period that holds an instant.

    `week_start` is the weekday a week begins on, Monday being 0.
    """
    if kind == "all":
        return EARLIEST, LATEST
    if kind == "slot":
        start = instant // SLOT_MS * SLOT_MS
        return start, start + SLOT_MS
    if kind == "hour":
        return _hour(instant, tz)
    first = _first_day(kind, local(instant, tz).date(), week_start)
    start, then = _start(first, tz), _next(kind, first)
    end = _start(then, tz)
    # A clock set back past midnight shows yesterday's date again after the day has begun.
    while end <= instant < LATEST:
        start, then = end, _next(kind, then)
        end = _start(then, tz)
    return start, end


def step(kind: Kind, start: int, n: int, tz: ZoneInfo, week_start: int = 0) -> int:
    """The start of the period that comes `n` after (before, if negative) the one that starts at `start`."""
    for _ in range(abs(n)):
        found = bounds(kind, start if n > 0 else start - 1, tz, week_start)
        start = found[1 if n > 0 else 0]
    return start


def key(kind: Kind, start: int, tz: ZoneInfo) -> str:
    """A period's start as reports name it: `2026-11-22T08:00+01:00`, `2026-11-22`, `2026-11`, `2026`.

    A week is named by its first day. An hour must be given by its own start (see `bounds`): after a
    clock change that is not always a full hour.
    """
    moment = local(start, tz)
    if kind in ("hour", "slot"):
        return moment.isoformat(timespec="minutes")
    if kind == "year":
        return f"{moment.year:04d}"
    if kind == "month":
        return f"{moment.year:04d}-{moment.month:02d}"
    return "all" if kind == "all" else moment.date().isoformat()


def label(kind: Kind, start: int, tz: ZoneInfo) -> str:
    """A period for people: `08:00`, `Sun 22 Nov`, `16–22 Nov`, `Nov 2026`, `2026`.

    An hour that comes twice that day also says its offset: `02:00 +01:00`.
    """
    moment = local(start, tz)
    if kind in ("hour", "slot"):
        clock = f"{moment:%H:%M}"
        return f"{clock} {moment.isoformat()[-6:]}" if _twice(moment) else clock
    if kind == "day":
        return f"{_WEEKDAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]}"
    if kind == "week":
        last = local(start + 6 * DAY_MS + DAY_MS // 2, tz)
        month = "" if moment.month == last.month else f" {_MONTHS[moment.month - 1]}"
        return f"{moment.day}{month}–{last.day} {_MONTHS[last.month - 1]}"
    if kind == "month":
        return f"{_MONTHS[moment.month - 1]} {moment.year}"
    return "all time" if kind == "all" else str(moment.year)


def same_part_before(kind: Kind, now: int, tz: ZoneInfo, week_start: int = 0) -> Span:
    """The part of the previous period that is as far along, by the local clock, as `now` is in its own.

    Today until 14:00 → yesterday until 14:00; the 31st → the whole of a shorter month before.
    """
    start, _ = bounds(kind, now, tz, week_start)
    before, end = bounds(kind, start - 1, tz, week_start)
    if kind in ("hour", "slot", "all"):
        return Span(before, min(before + now - start, end))
    moment, first, earlier = local(now, tz), local(start, tz), local(before, tz)
    if kind == "year":
        try:
            day = moment.date().replace(year=earlier.year)
        except ValueError:
            # 29 February: as far along as the end of the other year's February.
            return Span(before, _start(date(earlier.year, 3, 1), tz))
    else:
        day = earlier.date() + (moment.date() - first.date())
    then = epoch_ms(datetime.combine(day, moment.time(), tz).astimezone(UTC))
    return Span(before, min(max(then, before), end))


def part_of(kind: Kind, span: Span, tz: ZoneInfo) -> Kind:
    """What a chart of such a period is cut into: a day into hours, a year into months."""
    if kind == "all":
        first, last = local(_since(span), tz), local(_until(span) - 1, tz)
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        return "month" if months <= MONTHS_AT_MOST else "year"
    return _PARTS[kind]


def ticks(kind: Kind, span: Span, tz: ZoneInfo, week_start: int = 0) -> list[int]:
    """The starts of the parts that a chart of a period shows, oldest first; together they cover the span.

    The parts of a day are its hours (23 or 25 of them where clocks change), of a week or month its
    days, of a year its months, of an hour its slots, and of everything its months or years.

    Raises:
        ValueError: the span is open-ended.
    """
    part = part_of(kind, span, tz)
    at, until = bounds(part, _since(span), tz, week_start)[0], min(_until(span), LATEST)
    found: list[int] = []
    while at < until:
        found.append(at)
        at = bounds(part, at, tz, week_start)[1]
    return found


_PARTS: Final[dict[Kind, Kind]] = {
    "slot": "slot", "hour": "slot", "day": "hour", "week": "day", "month": "day", "year": "month",
}
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _since(span: Span) -> int:
    if span.since is None:
        raise ValueError("a chart needs a span with both ends")
    return span.since


def _until(span: Span) -> int:
    if span.until is None:
        raise ValueError("a chart needs a span with both ends")
    return span.until


def _first_day(kind: Kind, day: date, week_start: int) -> date:
    if kind == "week":
        return day - timedelta(days=(day.weekday() - week_start) % 7)
    if kind == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if kind == "year" else day


def _next(kind: Kind, first: date) -> date:
    try:
        if kind == "month":
            return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
        if kind == "year":
            return first.replace(year=first.year + 1)
        return first + timedelta(days=7 if kind == "week" else 1)
    except (ValueError, OverflowError):
        return date.max


def _twice(moment: datetime) -> bool:
    return moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()


@lru_cache(maxsize=4096)
def _start(day: date, tz: ZoneInfo) -> int:
    """The first instant whose local date is `day` or later."""
    if day <= date(1, 1, 3):
        return EARLIEST
    if day >= date(9999, 12, 29):
        return LATEST
    midnight = datetime(day.year, day.month, day.day)
    at = epoch_ms(midnight.replace(tzinfo=tz).astimezone(UTC))
    if local(at, tz).replace(tzinfo=None) == midnight:
        return at
    # Midnight was skipped: the day begins where the clock jumped over it.
    before, after = at - 2 * DAY_MS, at
    while after - before > 1:
        middle = (before + after) // 2
        if local(middle, tz).date() < day:
            before = middle
        else:
            after = middle
    return after


def _hour(instant: int, tz: ZoneInfo) -> tuple[int, int]:
    ahead = offset(instant, tz)
    start = (instant + ahead * 1000) // HOUR_MS * HOUR_MS - ahead * 1000
    end = start + HOUR_MS
    if offset(start, tz) != ahead:
        start = change_between(start, instant, tz)
    if offset(end - 1, tz) != ahead:
        end = change_between(instant, end - 1, tz)
    return start, end
