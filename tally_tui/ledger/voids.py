"""Milestones and alerts of windows that turned out to be none: kept, and marked, so that no sum counts them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from msgspec import Struct

from tally_tui.model import Provider
from tally_tui.rules.alerts import scope_of
from tally_tui.rules.windows import SAME_RESET_MS, SEVEN_DAYS, Window

_MILESTONE = (
    "milestone WHERE provider = ? AND limit_id = ? AND minutes = ? AND root = ? AND until BETWEEN ? AND ? AND void <> ?"
)
_ALERT = "alert WHERE kind = 'window' AND scope = ? AND until BETWEEN ? AND ? AND void <> ?"
_WEEK = "alert WHERE kind = 'subscription-week' AND provider = ? AND until BETWEEN ? AND ? AND void <> ?"


class VoidMark(Struct, frozen=True):
    """What the rows of a window are to be marked as."""

    window: Window
    void: bool


def wanted(db: sqlite3.Connection, real: Iterable[Window], void: Iterable[Window]) -> tuple[VoidMark, ...]:
    """The windows of which some row is not marked as it should be."""
    several = [*(VoidMark(window, False) for window in real), *(VoidMark(window, True) for window in void)]
    return tuple(
        mark
        for mark in several
        if any(db.execute(f"SELECT 1 FROM {rows} LIMIT 1", values).fetchone() for rows, values in _rows(mark))
    )


def mark(db: sqlite3.Connection, marks: Iterable[VoidMark]) -> None:
    """Mark all rows of some windows, in the transaction that is open or each by itself."""
    for each in marks:
        for rows, values in _rows(each):
            table, _, condition = rows.partition(" ")
            db.execute(f"UPDATE {table} SET void = ? {condition}", (int(each.void), *values))


def _rows(mark: VoidMark) -> list[tuple[str, tuple[object, ...]]]:
    window, key = mark.window, mark.window.key
    until = window.reset_at - SAME_RESET_MS, window.reset_at + SAME_RESET_MS, int(mark.void)
    provider = int(Provider[key.provider.upper()])
    found: list[tuple[str, tuple[object, ...]]] = [
        (_MILESTONE, (provider, key.limit, key.minutes, key.root, *until)),
        (_ALERT, (scope_of(window), *until)),
    ]
    if key.limit == key.provider and key.minutes == SEVEN_DAYS:
        # Budgets by the subscription week go by the plan's own.
        found.append((_WEEK, (key.provider, *until)))
    return found
