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
    db.executemany(
        """INSERT INTO reading (provider, limit_id, minutes, ts, percent, resets_at, plan, source, root)
           VALUES (?, ?, ?, ?, ?, ?, ?, 'log', ?)
           ON CONFLICT DO UPDATE SET percent = excluded.percent, resets_at = excluded.resets_at, plan = excluded.plan
           WHERE (excluded.percent, coalesce(excluded.resets_at, 0)) > (percent, coalesce(resets_at, 0))""",
        [
            (int(provider), one.limit, one.minutes, one.ts, one.percent, one.resets_at, one.plan, home)
            for one in readings
        ],
    )


def add_limit_events(
    db: sqlite3.Connection, provider: Provider, file: int, events: Iterable[Any], home: str = ""
) -> None:
    """Keep what agents said of an account's limits (`logs.records.LimitEvent`).

    Where the logs of several accounts hold the same words of one instant, no order of reading may decide whose it is.
    """
    db.executemany(
        """INSERT INTO limit_event (provider, ts, session, text, file, offset, home) VALUES (
               ?, ?, (SELECT id FROM session WHERE provider = ? AND name = ?), ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET home = excluded.home WHERE excluded.home < home""",
        [
            (int(provider), event.ts, int(provider), event.session, event.text, file, event.offset, home)
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
