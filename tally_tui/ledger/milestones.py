"""Milestones as they were when they were passed: written once, never filled in later, never changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from msgspec import Struct

from tally_tui.model import Provider
from tally_tui.rules.milestones import Crossing, Milestone
from tally_tui.rules.windows import LimitKey, known_reset


class Kept(Struct, frozen=True):
    """A milestone as it stands in the ledger."""

    milestone: Milestone
    other: float | None
    """What the plan's other window (five hours, seven days) stood at then, percent."""


def keep(db: sqlite3.Connection, rows: Iterable[Kept]) -> int:
    """Write milestones that are not there yet, in the transaction that is open or each by itself; how many were new."""
    new = 0
    for row in rows:
        crossing = row.milestone.crossing
        key = crossing.key
        until = known_reset(resets(db, key), crossing.until)
        new += db.execute(
            "INSERT OR IGNORE INTO milestone (provider, limit_id, minutes, root, until, segment, percent, at, "
            "cumulative, marginal, jump, other) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *_identity(key), until, crossing.segment, crossing.percent, crossing.at,
                row.milestone.cumulative, row.milestone.marginal, crossing.jump, row.other,
            ),
        ).rowcount  # fmt: skip
    return new


def kept(db: sqlite3.Connection, key: LimitKey, until: int) -> list[Kept]:
    """The milestones of the window that is known by a reset (or one within 600 s of it), by time."""
    return [
        Kept(Milestone(Crossing(key, until, segment, percent, at, jump, 0, marginal is None), cost, marginal), other)
        for until, segment, percent, at, jump, cost, marginal, other in db.execute(
            "SELECT until, segment, percent, at, jump, cumulative, marginal, other FROM milestone "
            "WHERE provider = ? AND limit_id = ? AND minutes = ? AND root = ? AND until = ? ORDER BY segment, percent",
            (*_identity(key), known_reset(resets(db, key), until)),
        )
    ]


def resets(db: sqlite3.Connection, key: LimitKey) -> Sequence[int]:
    """The resets that a limit's milestones are known by."""
    return tuple(
        until
        for (until,) in db.execute(
            "SELECT DISTINCT until FROM milestone WHERE provider = ? AND limit_id = ? AND minutes = ? AND root = ?",
            _identity(key),
        )
    )


def _identity(key: LimitKey) -> tuple[int, str, int, str]:
    return int(Provider[key.provider.upper()]), key.limit, key.minutes, key.root
