"""Two small memories of a rollout: its running totals, and which usage records have met their count."""

from __future__ import annotations

import msgspec

from tally_tui.logs.codex_lines import NOTHING, Vector, is_empty
from tally_tui.logs.identity import identity


class Totals(msgspec.Struct):
    """What the last token count said; tells a call from a repeat and gives its size (rules 2 and 3)."""

    total: Vector | None = None
    info: int | None = None

    def is_empty(self, total: Vector | None, last: Vector | None) -> bool:
        """Whether a token count is of no call at all: its sizes are zero, whatever its totals say."""
        if last is not None:
            return is_empty(last)
        if total is None:
            return True
        before = self.total or NOTHING
        if total == before or any(now < then for now, then in zip(total, before, strict=True)):
            return is_empty(total)
        return total[:5] == before[:5]

    def step(self, total: Vector | None, last: Vector | None, info: bytes) -> tuple[Vector | None, int]:
        """(size, unobserved tokens) of the next token count; a size of None is a repeat.

        `info` is the record's own bytes: without totals only a byte-identical one is a repeat.
        """
        if total is None:
            same = identity(info)
            repeat, self.info = same == self.info, same
            return (None if repeat else last), 0
        self.info = None
        before, self.total = self.total, total
        if total == (before or NOTHING):
            return None, 0
        if before is None or any(now < then for now, then in zip(total, before, strict=True)):
            # The first total may be carried over from elsewhere, and a smaller one is a reset.
            return (total if last is None else last), 0
        grown: Vector = tuple(now - then for now, then in zip(total, before, strict=True))  # type: ignore[assignment]
        if last is None:
            return grown, 0
        # Cached and written tokens are inside the input, reasoning inside the output.
        return last, max(0, grown[0] - last[0]) + max(0, grown[3] - last[3])


_WAITING = 200
"""Records of one turn remembered as unpaired, so that a turn without end does not fill the memory."""


class Pairs(msgspec.Struct):
    """Token counts and usage records of the current turn that have not met their like (rule 4)."""

    counts: list[tuple[int, str | None, Vector]] = []
    records: list[tuple[int, str | None, Vector, str]] = []

    def clear(self) -> None:
        self.counts.clear()
        self.records.clear()

    def count(self, call: int, turn: str | None, size: Vector) -> tuple[int | None, str]:
        """A token count comes: (the identity of the record it stands beside, that record's model)."""
        for index in range(len(self.records) - 1, -1, -1):
            record, its_turn, its_size, model = self.records[index]
            if its_size[:5] == size[:5] and _same(turn, its_turn):
                del self.records[index]
                return record, model
        self.counts.append((call, turn, size))
        del self.counts[:-_WAITING]
        return None, ""

    def record(self, call: int, turn: str | None, size: Vector, model: str) -> bool:
        """A usage record comes: whether it stands beside an earlier token count."""
        for index in range(len(self.counts) - 1, -1, -1):
            _, its_turn, its_size = self.counts[index]
            if its_size[:5] == size[:5] and _same(turn, its_turn):
                del self.counts[index]
                return True
        self.records.append((call, turn, size, model))
        del self.records[:-_WAITING]
        return False


def _same(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
