"""Which of a Codex thread's leading records are copies of its parent's.

Pure: sequences of evidence in, a number of leading records out.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec import Struct

from tally_tui.model import Flag, Reason

REBASED_RUN = 3
"""So many consecutive records of equal size are copies even where their totals were rebased."""
RUN_LENGTH = 3
RUN_GAP_MS = 1_000
"""Without the parent: so many records, each less than this after the one before, were not waited for."""
ALONE_MS = 200
"""Fewer records than a run are copies only when written within this of the file's first line."""
PAUSE_MS = 200
PAUSE_FACTOR = 20
"""A run ends at a gap of at least `PAUSE_MS` that is more than `PAUSE_FACTOR` times the median gap before it."""


class Evidence(Struct, frozen=True):
    """What a record shows when it is held against another thread's. Times in ms."""

    vector: int | None
    """Hash of its totals and its size."""
    ts: int
    size: int | None = None
    """Hash of its size alone; None where a former version read the log."""
    older: bool = False
    """Its turn is older than its thread."""
    early: bool = False
    """It stands before any turn of its thread's own."""


def replayed(child: Sequence[Evidence], parent: Sequence[Evidence]) -> int:
    """How many leading records of a child are copies of its parent's.

    They stand in the parent in the same order, with equal totals and sizes; it may hold more before,
    between and behind them. Where totals were rebased, `REBASED_RUN` consecutive sizes tell a copy.
    """
    by_vector, by_size = _places(record.vector for record in parent), _places(record.size for record in parent)
    index = position = 0
    while index < len(child):
        record = child[index]
        places = by_vector.get(record.vector, []) if record.vector is not None else []
        later = bisect_left(places, position)
        if later < len(places):
            index, position = index + 1, places[later] + 1
            continue
        copies = _rebased(child, index, parent, position, by_size)
        if copies:
            index, position = copies
        elif record.older:
            index += 1  # a copy of what the parent's log no longer has
        else:
            break
    return index


def leading_run(child: Sequence[Evidence], began: int) -> int:
    """How many leading records are copies, judged without the parent; `began` is the file's first time stamp, ms.

    What stands before any turn of the thread's own is a copy, and so is what was written faster than
    answers can come.
    """
    inherited = next((index for index, record in enumerate(child) if not (record.older or record.early)), len(child))
    return max(inherited, _burst(child, began))


def codex_reason(flags: int) -> Reason:
    """What a record is by its own log's word: a copy where its turn is older than its thread, else a call."""
    return Reason.REPLAY if flags & Flag.OLDER_TURN else Reason.COUNTED


def _burst(child: Sequence[Evidence], began: int) -> int:
    if not child:
        return 0
    gaps: list[int] = []
    length = 1
    for before, record in pairwise(child):
        gap = max(0, record.ts - before.ts)
        if gap >= RUN_GAP_MS or (gap >= PAUSE_MS and gaps and 2 * gap > PAUSE_FACTOR * _twice_median(gaps)):
            break
        insort(gaps, gap)
        length += 1
    if length >= RUN_LENGTH:
        return length if abs(child[0].ts - began) <= RUN_GAP_MS else 0
    return next((index for index in range(length) if abs(child[index].ts - began) > ALONE_MS), length)


def _twice_median(ordered: Sequence[int]) -> int:
    half = len(ordered) // 2
    return ordered[half] + ordered[~half]


def _places(values: Iterable[int | None]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for index, value in enumerate(values):
        if value is not None:
            found.setdefault(value, []).append(index)
    return found


def _rebased(
    child: Sequence[Evidence], index: int, parent: Sequence[Evidence], position: int, by_size: dict[int, list[int]]
) -> tuple[int, int] | None:
    """(end in the child, end in the parent) of the longest run of equal sizes that takes in the child's record
    at `index`, held against the parent from `position` on; None where there is none."""
    best: tuple[int, int] | None = None
    # A run may have begun with records whose totals were still the parent's.
    for start in range(max(0, index - REBASED_RUN + 1), index + 1):
        size = child[start].size
        for place in by_size.get(size, []) if size is not None else []:
            if place + index - start < position:
                continue
            length = 0
            while (
                start + length < len(child)
                and place + length < len(parent)
                and child[start + length].size is not None
                and child[start + length].size == parent[place + length].size
            ):
                length += 1
            end = start + length
            if length >= REBASED_RUN and end > index and (best is None or end > best[0]):
                best = end, place + length
                if end == len(child):
                    return best
    return best
