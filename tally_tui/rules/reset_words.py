"""When a limit resets, by the words that an agent's own screen tells it in."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tally_tui.rules.windows import DAY_MS, HOUR_MS, MINUTE_MS

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = f"({'|'.join(_MONTHS)})[a-z]*"
_CLOCK: Final = re.compile(r"\b(\d{1,2}):(\d{2})(?::\d{2})?(?:\s*([ap])\.?m\b)?|\b(\d{1,2})\s*([ap])\.?m\b", re.I)
_DAY: Final = re.compile(rf"\b{_MONTH}\.?\s+(\d{{1,2}})(?!\d|:)|\b(\d{{1,2}})(?:st|nd|rd|th)?\.?\s+{_MONTH}", re.I)
_AHEAD: Final = re.compile(r"\b(\d{1,3})\s*(d|h|m)(?:ays?|ours?|rs?|inutes?|ins?)?\b", re.I)
_UNITS: Final = {"d": DAY_MS, "h": HOUR_MS, "m": MINUTE_MS}


def reset_instant(words: str | None, *, minutes: int, now_ms: int, tz: ZoneInfo) -> int | None:
    """Epoch milliseconds of `6:50 PM`, `18:50`, `09:00 on 7 Jun`, `2h 5m`, `2 days`; None where they do not tell it.

    A clock alone is the next one that the wall shows; a day without a clock tells too little. None, too, where it would
    be further ahead than the window (`minutes`) and a day, or past.
    """
    if not words:
        return None
    found = _by_clock(words, now_ms, tz)
    if found is None and not _DAY.search(words):
        spans = _AHEAD.findall(words)
        found = now_ms + sum(int(count) * _UNITS[unit.lower()] for count, unit in spans) if spans else None
    return found if found is not None and now_ms < found <= now_ms + minutes * MINUTE_MS + DAY_MS else None


def _by_clock(words: str, now_ms: int, tz: ZoneInfo) -> int | None:
    clock = _CLOCK.search(words)
    if not clock:
        return None
    hour, minute = int(clock[1] or clock[4]), int(clock[2] or 0)
    half = (clock[3] or clock[5] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:
        return None
    now = datetime.fromtimestamp(now_ms / 1000, tz)
    day = _DAY.search(words)
    try:
        at = now.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
        if day:
            month = _MONTHS.index((day[1] or day[4]).lower()) + 1
            at = at.replace(month=month, day=int(day[2] or day[3]))
            # Told in December, a day in January is next year's.
            at = at if at > now else at.replace(year=at.year + 1)
        elif at <= now:
            at += timedelta(days=1)
    except (ValueError, OverflowError):
        return None
    return round(at.timestamp() * 1000)
