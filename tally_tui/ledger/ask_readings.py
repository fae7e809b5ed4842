"""What was read of the limits: the newest reading of each, and all that a window's rules need."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from tally_tui.model import Provider
from tally_tui.rules import windows as rules
from tally_tui.rules.windows import LimitKey, ManualCredit

_Told: TypeAlias = tuple[str, str, int, float, int | None, str, str | None]
"""root, session, ts, percent, resets_at, source, plan."""


class Reading(NamedTuple):
    """An observed percentage of a limit; times in epoch milliseconds, `minutes` the window's length."""

    provider: int
    limit_id: str
    minutes: int
    ts: int
    percent: float
    resets_at: int | None
    plan: str | None
    source: str = "log"
    root: str = ""


def newest_readings(db: sqlite3.Connection, until: int) -> Iterator[Reading]:
    """The newest reading before `until` of every (provider, limit, window), in that order."""
    for provider, limit, minutes in _limits(db):
        newest = db.execute(
            "SELECT provider, limit_id, minutes, ts, percent, resets_at, plan, source, root FROM reading "
            "WHERE provider = ? AND limit_id = ? AND minutes = ? AND ts < ? ORDER BY ts DESC LIMIT 1",
            (provider, limit, minutes, until),
        ).fetchone()
        if newest:
            yield Reading(*newest)


def _limits(db: sqlite3.Connection) -> Iterator[tuple[int, str, int]]:
    found = (-1, "", 0)
    # From limit to limit by the key: there may be a reading for every call there is, but few limits.
    while row := db.execute(
        "SELECT provider, limit_id, minutes FROM reading WHERE (provider, limit_id, minutes) > (?, ?, ?) "
        "ORDER BY provider, limit_id, minutes LIMIT 1",
        found,
    ).fetchone():
        found = row
        yield found


def limit_lengths(db: sqlite3.Connection) -> list[tuple[str, str, int]]:
    """(provider, limit, minutes) of every limit that was ever read, in that order."""
    return [(Provider(provider).word, limit, minutes) for provider, limit, minutes in _limits(db)]


def observed(
    db: sqlite3.Connection, provider: str, limit: str, minutes: int, since: int, until: int
) -> dict[LimitKey, list[rules.Reading]]:
    """The readings of one limit in [since, until), by account.

    Of a run of equal readings of one session the first and the last are enough: there may be a reading a call.
    """
    runs: dict[tuple[str, str], list[_Told]] = {}
    values = (int(Provider[provider.upper()]), limit, minutes, since, until)
    for told in db.execute(
        "SELECT root, session, ts, percent, resets_at, source, plan FROM reading "
        "WHERE provider = ? AND limit_id = ? AND minutes = ? AND ts >= ? AND ts < ? ORDER BY ts",
        values,
    ):
        run = runs.setdefault((told[0], told[1]), [])
        if len(run) > 1 and _equal(run[-2], run[-1]) and _equal(run[-1], told):
            run[-1] = told
        else:
            run.append(told)
    found: dict[LimitKey, list[rules.Reading]] = {}
    for (root, session), run in runs.items():
        readings = found.setdefault(LimitKey(provider, limit, minutes, root), [])
        readings += [rules.Reading(*told[2:5], session, *told[5:]) for told in run]
    return found


def _equal(one: _Told, other: _Told) -> bool:
    if one[3] != other[3]:
        return False
    if one[4] is None or other[4] is None:
        return one[4] is other[4]
    return abs(one[4] - other[4]) <= rules.SAME_RESET_MS


def granted(db: sqlite3.Connection, key: LimitKey) -> list[ManualCredit]:
    """The credits that the user told of."""
    return [
        ManualCredit(at, percent)
        for at, percent in db.execute(
            "SELECT at, percent FROM credit "
            "WHERE provider = ? AND limit_id = ? AND minutes = ? AND root = ? ORDER BY at",
            (int(Provider[key.provider.upper()]), key.limit, key.minutes, key.root),
        )
    ]


def limit_events(db: sqlite3.Connection, since: int, until: int) -> list[tuple[str, int, str, str | None]]:
    """What agents said of being stopped by a limit in [since, until): (provider, ts, text, session), by time."""
    return [
        (Provider(provider).word, ts, text, session)
        for provider, ts, text, session in db.execute(
            "SELECT e.provider, e.ts, e.text, s.name FROM limit_event e LEFT JOIN session s ON s.id = e.session "
            "WHERE e.ts >= ? AND e.ts < ? ORDER BY e.ts, e.provider, e.text",
            (since, until),
        )
    ]
