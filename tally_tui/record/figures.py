"""The few sums a status line shows, asked of the ledger once and kept in the state file."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Final

from tally_tui.model import SLOT_MS, PriceStatus, Provider, Reason

if TYPE_CHECKING:
    from tally_tui.config import Settings

_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 60 * _MINUTE_MS
KEPT_MS: Final = 6 * _HOUR_MS
"""How far back the minutes go: a five-hour window and its slack."""
BLOCK_MS: Final = 5 * _HOUR_MS
_LOOK_BACK_MS: Final = 48 * _HOUR_MS

_COST: Final = {
    "calculate": "sum(r.cost)",
    "display": "sum(r.recorded)",
    "auto": "sum(iif(f.recorded, r.recorded, r.cost))",
}
_UNPRICED: Final = {
    "calculate": f"f.status = {PriceStatus.UNPRICED:d}",
    "display": "NOT f.recorded",
    "auto": f"f.status = {PriceStatus.UNPRICED:d} AND NOT f.recorded",
}
_OURS: Final = f"f.provider = {Provider.CLAUDE:d} AND f.reason = {Reason.COUNTED:d}"


def figures(db: sqlite3.Connection, now: int, settings: Settings) -> dict[str, Any]:
    """Claude's spend today and minute by minute of the last hours, as the state file holds it.

    `at` and `day` (start and end) in epoch milliseconds; `today` as [nano-dollars, unpriced calls];
    `minutes` as [minutes since the epoch, nano-dollars, unpriced calls]; `block`: start and end of the
    five hours that calls alone suggest, or None. Where there are several accounts, `accounts` has the
    minutes and the block of each by its home folder: their limits are their own. `paces`: where the present part of
    each of Claude's limit windows began and at which percent, and when it resets, by `limits.key`.
    """
    from tally_tui.ledger.ask_readings import homes_of
    from tally_tui.rules.periods import bounds
    from tally_tui.rules.zones import BadZoneError, zone

    try:
        tz = zone(settings.time_zone)
    except BadZoneError:
        tz = zone("UTC")
    start, end = bounds("day", now, tz)
    cost, unpriced = _COST[settings.cost_mode], _UNPRICED[settings.cost_mode]
    today = db.execute(
        f"SELECT coalesce({cost}, 0), coalesce(sum(r.calls) FILTER (WHERE {unpriced}), 0) "
        f"FROM rollup r JOIN facet f ON f.id = r.facet WHERE {_OURS} AND r.slot >= ? AND r.slot < ?",
        (start // SLOT_MS, end // SLOT_MS),
    ).fetchone()
    homes = homes_of(db, Provider.CLAUDE.word)
    return {
        "at": now,
        "day": [start, end],
        "today": list(today),
        **_lately(db, now, cost, unpriced, None),
        "paces": _paces(db, now),
        "accounts": {home: _lately(db, now, cost, unpriced, home) for home in homes} if len(homes) > 1 else {},
    }


def _paces(db: sqlite3.Connection, now: int) -> dict[str, list[float]]:
    from tally_tui.record.limits import key
    from tally_tui.reports.windows import newest_windows

    found = {}
    for window, newest in newest_windows(db, now):
        if window.key.provider == Provider.CLAUDE.word and now < window.end and newest.resets_at is not None:
            first = next((each for each in window.samples if each.segment == window.segment), None)
            base = first.percent if first is not None and window.segment else 0.0
            named = key(window.key.root, window.key.limit, window.key.minutes)
            found[named] = [window.segment_start, base, window.end]
    return found


def _lately(db: sqlite3.Connection, now: int, cost: str, unpriced: str, home: str | None) -> dict[str, Any]:
    """The minutes and the block of an account; None: of all of them."""
    # `CROSS JOIN`: by time, and never through all calls of an account.
    ours = f"{_OURS} AND f.home = coalesce(?, f.home)"
    minutes = db.execute(
        f"SELECT r.ts / {_MINUTE_MS}, {cost}, count(*) FILTER (WHERE {unpriced}) "
        f"FROM call r CROSS JOIN facet f ON f.id = r.facet WHERE {ours} AND r.ts >= ? AND r.ts <= ? "
        "GROUP BY 1 ORDER BY 1",
        (home, now - KEPT_MS, now),
    ).fetchall()
    slots = db.execute(
        f"SELECT DISTINCT r.slot FROM rollup r CROSS JOIN facet f ON f.id = r.facet "
        f"WHERE {ours} AND r.slot >= ? AND r.slot <= ? ORDER BY 1",
        (home, (now - _LOOK_BACK_MS) // SLOT_MS, now // SLOT_MS),
    )
    block = heuristic_block([slot * SLOT_MS for (slot,) in slots], now)
    return {"minutes": [list(minute) for minute in minutes], "block": list(block) if block else None}


def heuristic_block(calls: list[int], now: int) -> tuple[int, int] | None:
    """The five hours that `now` is in, if no reading tells: from the full hour of its first call on.

    `calls` are sorted instants to the quarter of an hour; a block ends after five hours or five hours
    of silence, and the next call begins another.
    """
    start, last = -BLOCK_MS, -BLOCK_MS
    for instant in calls:
        if instant >= start + BLOCK_MS or instant - last >= BLOCK_MS:
            start = instant // _HOUR_MS * _HOUR_MS
        last = instant
    return (start, start + BLOCK_MS) if start <= now < start + BLOCK_MS else None
