"""The newest reading of each limit window."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple


class Reading(NamedTuple):
    """An observed percentage of a limit; times in epoch milliseconds, `minutes` the window's length."""

    provider: int
    limit_id: str
    minutes: int
    ts: int
    percent: float
    resets_at: int | None
    plan: str | None


def newest_readings(db: sqlite3.Connection, until: int) -> Iterator[Reading]:
    """The newest reading before `until` of every (provider, limit, window), in that order."""
    window = (-1, "", 0)
    # From window to window by the key: there may be a reading for every call there is, but few windows.
    while found := db.execute(
        "SELECT provider, limit_id, minutes FROM reading WHERE (provider, limit_id, minutes) > (?, ?, ?) "
        "ORDER BY provider, limit_id, minutes LIMIT 1",
        window,
    ).fetchone():
        window = found
        newest = db.execute(
            "SELECT provider, limit_id, minutes, ts, percent, resets_at, plan FROM reading "
            "WHERE provider = ? AND limit_id = ? AND minutes = ? AND ts < ? ORDER BY ts DESC LIMIT 1",
            (*window, until),
        ).fetchone()
        if newest:
            yield Reading(*newest)
