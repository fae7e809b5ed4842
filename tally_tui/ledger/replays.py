"""Which of a Codex thread's leading records replay its parent (rule 5 of the counting page).

Pure: sequences of evidence in, a number of leading records out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a record shows when it is held against another thread's."""

    vector: int | None
    """Hash of its totals and its size."""
    turn: int | None
    ts: int


def replayed(child: Sequence[Evidence], parent: Sequence[Evidence]) -> int:
    """How many leading records of a child equal its parent's, in order.

    A record equals another when totals and size do, and the turn where both name one. The
    parent may hold records that its child left out (turns rolled back before the fork).
    """
    position = 0
    for index, record in enumerate(child):
        while position < len(parent) and not _equal(record, parent[position]):
            position += 1
        if position == len(parent):
            return index
        position += 1
    return len(child)


def leading_burst(child: Sequence[Evidence], started: int) -> int:
    """Without the parent: how many leading records fall into the second in which the thread began.

    When that is all there is, none: a short thread of its own looks the same.
    """
    second = started // 1000
    count = next((index for index, record in enumerate(child) if record.ts // 1000 != second), len(child))
    return 0 if count == len(child) else count


def _equal(one: Evidence, other: Evidence) -> bool:
    if one.vector is None or one.vector != other.vector:
        return False
    return one.turn is None or other.turn is None or one.turn == other.turn
