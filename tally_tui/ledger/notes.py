"""What logs say besides calls: limit readings, limit events, and the agent's own running totals."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from tally_tui.model import Provider


def add_readings(db: sqlite3.Connection, provider: Provider, readings: Iterable[Any], home: str = "") -> None:
    """Keep limit readings (`logs.records.Reading`) of an account; the same one told twice stands once.

    Where two logs tell of one instant with different percentages, the larger is kept: limits only
    grow inside their window, and no order of reading may change the answer.
    """
    readings = list(readings)
    # Earlier versions did not keep whose log it stood in.
    db.executemany(
        "DELETE FROM reading WHERE provider = ? AND limit_id = ? AND minutes = ? AND root = ? AND ts = ? "
        "AND session = '' AND source = 'log'",
        [(int(provider), one.limit, one.minutes, home, one.ts) for one in readings if one.session],
    )
    db.executemany(
        """INSERT INTO reading (
               provider, limit_id, minutes, ts, percent, resets_at, plan, source, session, root, object)
           VALUES (?, ?, ?, ?, ?, ?, ?, 'log', ?, ?, ?)
           ON CONFLICT DO UPDATE SET percent = excluded.percent, resets_at = excluded.resets_at, plan = excluded.plan,
               object = excluded.object
           WHERE (excluded.percent, coalesce(excluded.resets_at, 0)) > (percent, coalesce(resets_at, 0))
               OR (object IS NULL AND (excluded.percent, excluded.resets_at) IS (percent, resets_at))""",
        [
            (
                int(provider), one.limit, one.minutes, one.ts, one.percent, one.resets_at, one.plan, one.session, home,
                _object(db, one.object),
            )
            for one in readings
        ],
    )  # fmt: skip


def _object(db: sqlite3.Connection, text: str | None) -> int | None:
    """The row of an agent's own object (JSON), made where it is new; equal ones are stored once."""
    if not text:
        return None
    db.execute("INSERT INTO rate_limits (object) VALUES (?) ON CONFLICT DO NOTHING", (text,))
    return int(db.execute("SELECT id FROM rate_limits WHERE object = ?", (text,)).fetchone()[0])


def add_limit_events(
    db: sqlite3.Connection, provider: Provider, file: int, events: Iterable[Any], home: str = ""
) -> None:
    """Keep what agents said of an account's limits (`logs.records.LimitEvent`).

    Where the logs of several accounts hold the same words of one instant, no order of reading may decide whose it is.
    """
    db.executemany(
        """INSERT INTO limit_event (provider, ts, session, text, file, offset, home, resets_at) VALUES (
               ?, ?, (SELECT id FROM session WHERE provider = ? AND name = ?), ?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET home = excluded.home WHERE excluded.home < home""",
        [
            (int(provider), event.ts, int(provider), event.session, event.text, file, event.offset, home,
             event.resets_at)
            for event in events
        ],
    )


def add_cost_states(db: sqlite3.Connection, provider: Provider, states: Mapping[str, tuple[int, int]]) -> None:
    """Keep an agent's own total of a session in nano-dollars, the largest it ever stated.

    With it when the process that counted it began (epoch ms, 0: not said): sessions of one process share it.
    """
    db.executemany(
        """INSERT INTO cost_state (session, cost, started)
           SELECT id, ?, nullif(?, 0) FROM session WHERE provider = ? AND name = ?
           ON CONFLICT DO UPDATE SET cost = excluded.cost, started = excluded.started
           WHERE (excluded.cost, coalesce(excluded.started, 0)) > (cost, coalesce(started, 0))""",
        [(*stated, int(provider), name) for name, stated in states.items()],
    )
