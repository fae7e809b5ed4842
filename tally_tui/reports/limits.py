"""How far each limit is used, and where it will stand at its reset."""

from __future__ import annotations

import sqlite3
from typing import Final

from tally_tui.ledger.ask_readings import Reading, newest_readings
from tally_tui.model import Provider
from tally_tui.reports.answers import LimitGauge

_MINUTE_MS: Final = 60_000
_LEAST_PART: Final = 100
"""A pace is told once a hundredth of the window is over: before, one call would be a forecast."""


def limits(db: sqlite3.Connection, *, now_ms: int) -> tuple[LimitGauge, ...]:
    """The newest reading of every limit window that is not past its reset.

    A reading that does not say when its window resets is shown for the window's length.
    """
    return tuple(
        LimitGauge(
            provider=Provider(reading.provider).word,
            limit=reading.limit_id,
            minutes=reading.minutes,
            percent=reading.percent,
            read_ms=reading.ts,
            resets_ms=reading.resets_at,
            projected=_projected(reading),
            plan=reading.plan,
        )
        for reading in newest_readings(db, now_ms + 1)
        if now_ms < (reading.resets_at or reading.ts + reading.minutes * _MINUTE_MS)
    )


def _projected(reading: Reading) -> float | None:
    """Percent at the reset if the window goes on as it went until the reading; never below the reading."""
    if reading.resets_at is None:
        return None
    length = reading.minutes * _MINUTE_MS
    passed = reading.ts - (reading.resets_at - length)
    if passed * _LEAST_PART < length:
        return None
    return reading.percent * max(1.0, length / passed)
