"""What a session's calls cost, turn by turn, and how full the model's memory was; asked on where calls came."""

from __future__ import annotations

import sqlite3
import sys
import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final

import msgspec
from msgspec import Struct, field

from tally_tui.model import Provider
from tally_tui.reports.conversation import Spent
from tally_tui.reports.transcript_entries import Context
from tally_tui.rules.context_windows import window_of

_RECENT: Final = 100
"""Calls that may still grow or be told otherwise: they are asked for again each time."""
_ALL_AGAIN_S: Final = 20.0
_REST: Final = 50
"""All calls are asked for again after so many times as long as it took, and not before `_ALL_AGAIN_S`."""


class _Call(msgspec.Struct, frozen=True, order=True, gc=False):
    offset: int
    id: int
    cost: int
    tokens: int
    unpriced: int
    context: int
    model: str


class _Calls(Struct, eq=False):
    """The calls of one file by their offsets, and running sums over them."""

    calls: list[_Call] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    recent: list[_Call] = field(default_factory=list)
    """Those that were asked for last."""
    sums: tuple[list[int], list[int], list[int]] = field(default_factory=lambda: ([0], [0], [0]))
    """Cost, tokens, unpriced calls before each."""

    def put(self, calls: list[_Call], since: int) -> int | None:
        """Calls (in order) in place of those known from an id on; the offset from which on anything may be other now.

        None: nothing is.
        """
        known = [call for call in self.recent if call.id >= since] if since else self.calls
        self.recent = calls
        if calls == known:
            return None
        first = min(call.offset for call in (*known[:1], *calls[:1]))
        start = len(self.calls) - len(known)
        if self.calls[start:] != known or (start and calls and calls[0] < self.calls[start - 1]):
            calls, start = sorted([*(call for call in self.calls if call.id < since), *calls]), 0
        self.calls[start:] = calls
        self._reckon(start)
        return first

    def put_behind(self, calls: list[_Call]) -> int:
        """Calls (in order) behind all that are known; the offset from which on anything may be other now."""
        start = len(self.calls)
        self.calls += calls
        self._reckon(start)
        return calls[0].offset

    def _reckon(self, start: int) -> None:
        calls = self.calls[start:]
        self.offsets[start:] = [call.offset for call in calls]
        columns = ([c.cost for c in calls], [c.tokens for c in calls], [c.unpriced for c in calls])
        for sums, column in zip(self.sums, columns, strict=True):
            sums[start:] = accumulate(column, initial=sums[start])

    def spent(self, first: int, end: int) -> Spent:
        cost, tokens, unpriced = self.sums
        return Spent(cost[end] - cost[first], tokens[end] - tokens[first], end - first, unpriced[end] - unpriced[first])


class Turns:
    """One session's counted calls. For one thread."""

    def __init__(self, session: int, provider: Provider) -> None:
        self._session, self._provider = session, provider
        self._files: dict[str, _Calls] = {}
        self._ids: list[int] = []
        """The newest of them."""
        self._all_again_at = 0.0
        self._reached: dict[str, int] = {}
        """File → up to which byte its calls are known, while its log is still being read."""
        self._window: int | None = None
        self._peak = 0

    def reach(self, db: sqlite3.Connection, ends: Mapping[str, int]) -> dict[str, int]:
        """While logs are read for the first time: the calls in what came of them, told as `refresh` does.

        Args:
            ends: file → up to which byte it is read.
        """
        if self._all_again_at:
            return self.refresh(db)
        changed: dict[str, int] = {}
        for path, end in ends.items():
            start = self._reached.get(path, 0)
            if end <= start:
                continue
            self._reached[path] = end
            _, found = self._ask(
                db, "c.file = (SELECT id FROM file WHERE path = ?) AND c.offset >= ? AND c.offset < ?", path, start, end
            )
            if calls := found.get(path):
                changed[path] = self._files.setdefault(path, _Calls()).put_behind(sorted(calls))
        if changed and self._window is None:
            self._look_at_logs(db)
        return changed

    def _ask(self, db: sqlite3.Connection, where: str, *told: str | int) -> tuple[list[int], dict[str, list[_Call]]]:
        """The ids of some of its calls, in order, and the calls by their files."""
        rows = db.execute(
            "SELECT c.id, c.file, c.offset, c.cost, c.input + c.write_5m + c.write_1h + c.cache_read, c.output, "
            "f.status = 2, f.model FROM facet f JOIN call c ON c.facet = f.id "
            f"WHERE f.session = ? AND f.reason = 0 AND {where} ORDER BY c.id",
            (self._session, *told),
        ).fetchall()
        files: dict[int, list[_Call]] = {}
        for number, file, offset, cost, given, output, unpriced, model in rows:
            call = _Call(offset, number, cost, given + output, unpriced, given, sys.intern(model))
            files.setdefault(file, []).append(call)
        found: dict[str, list[_Call]] = {}
        for file, calls in files.items():
            for (path,) in db.execute("SELECT path FROM file WHERE id = ?", (file,)):
                found[path] = calls
        return [row[0] for row in rows], found

    def refresh(self, db: sqlite3.Connection) -> dict[str, int]:
        """Ask for what came; the files with anything new, and the offset from which on it may stand."""
        now = time.monotonic()
        since = self._ids[0] if self._ids and now < self._all_again_at else 0
        ids, found = self._ask(db, "c.id >= ?", since)
        changed: dict[str, int] = {}
        for path in {*found, *self._files}:
            first = self._files.setdefault(path, _Calls()).put(sorted(found.get(path, [])), since)
            if first is not None:
                changed[path] = first
        kept = [number for number in self._ids if number < since]
        self._ids = [*kept, *ids][-_RECENT:]
        if not since:
            took = time.monotonic() - now
            self._all_again_at = now + max(_ALL_AGAIN_S, _REST * took)
        if changed or not since:
            self._look_at_logs(db)
        return changed

    def _look_at_logs(self, db: sqlite3.Connection) -> None:
        """How much the model could be given, as far as the logs say."""
        logged = db.execute("SELECT max(window), max(peak) FROM talk WHERE session = ?", (self._session,)).fetchone()
        self._window, self._peak = logged[0], logged[1] or 0

    def all(self, paths: Sequence[str]) -> Spent:
        """What the whole session's calls in some files cost."""
        spent = Spent()
        for path in paths:
            calls = self._files.get(path)
            if calls is not None:
                more = calls.spent(0, len(calls.calls))
                spent = Spent(
                    spent.cost + more.cost, spent.tokens + more.tokens, spent.calls + more.calls,
                    spent.unpriced + more.unpriced,
                )  # fmt: skip
        return spent

    def between(self, path: str, first: int, end: int | None) -> tuple[Spent | None, Context | None]:
        """The turn that the calls in a stretch of a file make; None where there is none."""
        calls = self._files.get(path)
        if calls is None:
            return None, None
        low = bisect_left(calls.offsets, first)
        high = len(calls.offsets) if end is None else bisect_left(calls.offsets, end)
        if high <= low:
            return None, None
        last = calls.calls[high - 1]
        context = Context(last.context, self._fits(last)) if last.context else None
        return calls.spent(low, high), context

    def around(self, path: str, offset: int) -> tuple[int | None, int | None]:
        """The tokens that the calls before and after a place were given; None: there is none."""
        calls = self._files.get(path)
        if calls is None:
            return None, None
        at = bisect_left(calls.offsets, offset)
        before = calls.calls[at - 1].context if at else None
        return before or None, (calls.calls[at].context or None) if at < len(calls.calls) else None

    def _fits(self, call: _Call) -> int | None:
        return window_of(self._provider, call.model, self._window, max(call.context, self._peak))
