"""What was read of the limits: the newest reading of each, and all that a window's rules need."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

from tally_tui.model import Provider
from tally_tui.rules import windows as rules
from tally_tui.rules.windows import LimitKey, ManualCredit

_Told: TypeAlias = tuple[str, int, float, int | None, str, str | None]
"""session, ts, percent, resets_at, source, plan."""


_NEVER: Final = (1 << 63) - 1
"""Later than any reading."""
_OF_KEY: Final = "provider = ? AND limit_id = ? AND minutes = ? AND root = ?"

_TOLD: Final = f"SELECT session, ts, percent, resets_at, source, plan FROM reading WHERE {_OF_KEY}"
_ONE_VOICE: Final = "(session = '' OR source = 'log')"
_MANY: Final = 16
"""After so many repeats the end of their run is looked for."""


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
    """The newest reading before `until` of every limit of every account, in the order of `limit_keys`."""
    for key in limit_keys(db):
        newest = db.execute(
            "SELECT provider, limit_id, minutes, ts, percent, resets_at, plan, source, root FROM reading "
            f"WHERE {_OF_KEY} AND ts < ? ORDER BY ts DESC LIMIT 1",
            (*_identity(key), until),
        ).fetchone()
        if newest:
            yield Reading(*newest)


def limit_keys(db: sqlite3.Connection) -> list[LimitKey]:
    """Every limit that was ever read: by provider, limit, length and account."""
    keys = []
    found = (-1, "", 0, "")
    # From limit to limit by the key: there may be a reading for every call there is, but few limits.
    while row := db.execute(
        "SELECT provider, limit_id, minutes, root FROM reading "
        # With `ts` the index is entered behind all of a limit; without it they would be gone through.
        f"WHERE (provider, limit_id, minutes, root, ts) > (?, ?, ?, ?, {_NEVER}) "
        "ORDER BY provider, limit_id, minutes, root LIMIT 1",
        found,
    ).fetchone():
        found = row
        keys.append(LimitKey(Provider(row[0]).word, *row[1:]))
    return keys


def observed(db: sqlite3.Connection, key: LimitKey, since: int, until: int) -> list[rules.Reading]:
    """The readings of one limit in [since, until).

    Of a run of equal readings of one session the first and the last are enough: there may be a reading a call.
    """
    found = list(_without_repeats(db, key, since, until))
    runs: dict[str, list[_Told]] = {}
    for told in db.execute(f"{_TOLD} AND NOT {_ONE_VOICE} AND ts >= ? AND ts < ? ORDER BY ts", (
        *_identity(key), since, until,
    )):  # fmt: skip
        run = runs.setdefault(told[0], [])
        if len(run) > 1 and _equal(run[-2], run[-1]) and _equal(run[-1], told):
            run[-1] = told
        else:
            run.append(told)
    found += [told for run in runs.values() for told in run]
    return [
        # What a session's log holds is news when it is written: all logs are one voice.
        rules.Reading(*told[1:4], "" if told[4] == "log" else told[0], *told[4:], told[0] if told[4] == "log" else "")
        for told in found
    ]


def _without_repeats(db: sqlite3.Connection, key: LimitKey, since: int, until: int) -> Iterator[_Told]:
    """The first and the last of each run of what one voice said (logs: a reading a call, by the ten thousand).

    Where a run is long, SQLite is asked for its end instead of every row.
    """
    own = _identity(key)
    first: _Told | None = None
    last: _Told | None = None
    at = since
    while at < until:
        repeats = 0
        for told in db.execute(f"{_TOLD} AND {_ONE_VOICE} AND ts >= ? AND ts < ? ORDER BY ts", (*own, at, until)):
            if first is not None and _equal(first, told):
                last, repeats = told, repeats + 1
                if repeats >= _MANY:
                    break
                continue
            if last is not None:
                yield last
            yield told
            first, last, repeats = told, None, 0
        else:
            break
        assert first is not None and last is not None
        session, _, percent, resets_at = first[:4]
        (at,) = db.execute(
            f"SELECT coalesce(min(ts), ?) FROM (SELECT ts FROM reading WHERE {_OF_KEY} AND {_ONE_VOICE} "
            "AND ts > ? AND ts < ? "
            "AND NOT (session = ? AND percent = ? "
            "AND (resets_at IS ? OR ifnull(abs(resets_at - ?) <= ?, FALSE))) ORDER BY ts LIMIT 1)",
            (until, *own, last[1], until, session, percent, resets_at, resets_at, rules.SAME_RESET_MS),
        ).fetchone()
        last = db.execute(f"{_TOLD} AND {_ONE_VOICE} AND ts < ? ORDER BY ts DESC LIMIT 1", (*own, at)).fetchone()
    if last is not None:
        yield last


def _equal(one: _Told, other: _Told) -> bool:
    if one[0] != other[0] or one[2] != other[2]:
        return False
    if one[3] is None or other[3] is None:
        return one[3] is other[3]
    return abs(one[3] - other[3]) <= rules.SAME_RESET_MS


def granted(db: sqlite3.Connection, key: LimitKey) -> list[ManualCredit]:
    """The credits that the user told of."""
    return [
        ManualCredit(at, percent)
        for at, percent in db.execute(
            "SELECT at, percent FROM credit "
            f"WHERE {_OF_KEY} ORDER BY at",
            _identity(key),
        )
    ]


def _identity(key: LimitKey) -> tuple[int, str, int, str]:
    return int(Provider[key.provider.upper()]), key.limit, key.minutes, key.root


def homes_of(db: sqlite3.Connection, provider: str) -> list[str]:
    """The accounts (home folders; '' for the usual one) whose logs hold calls of a provider, in order."""
    number = int(Provider[provider.upper()])
    homes: list[str] = []
    # From home to home by the index.
    row = db.execute("SELECT min(home) FROM facet WHERE provider = ?", (number,)).fetchone()
    while row[0] is not None:
        homes.append(row[0])
        row = db.execute("SELECT min(home) FROM facet WHERE provider = ? AND home > ?", (number, row[0])).fetchone()
    return homes


def accounts_of(db: sqlite3.Connection, provider: str) -> list[str]:
    """The accounts of a provider that calls or readings tell of, in order.

    Where no account that limits were read of has any logs, the logs are theirs under another name.
    """
    read = {key.root for key in limit_keys(db) if key.provider == provider}
    homes = homes_of(db, provider)
    return sorted(read if read and read.isdisjoint(homes) else read.union(homes))


def limit_events(
    db: sqlite3.Connection, since: int, until: int
) -> list[tuple[str, int, str, str | None, str, int | None]]:
    """What agents said of being stopped in [since, until), by time.

    Each as (provider, ts, text, session, account, the reset that the words tell); instants in ms.
    """
    return [
        (Provider(provider).word, ts, text, session, home, resets)
        for provider, ts, text, session, home, resets in db.execute(
            "SELECT e.provider, e.ts, e.text, s.name, e.home, e.resets_at FROM limit_event e "
            "LEFT JOIN session s ON s.id = e.session WHERE e.ts >= ? AND e.ts < ? ORDER BY e.ts, e.provider, e.text",
            (since, until),
        )
    ]
