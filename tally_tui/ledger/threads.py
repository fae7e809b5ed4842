"""Codex threads decided as a whole: replays of a parent, totals told again, headless logs beside a rollout."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import PurePosixPath

from tally_tui.ledger.facets import Facets
from tally_tui.ledger.replays import Evidence, codex_reason, leading_run, replayed
from tally_tui.ledger.rows import Row, rows_in
from tally_tui.ledger.sessions import Session, Sessions
from tally_tui.model import Flag, Provider, Reason


class Threads:
    """Decides touched threads and those that may replay them; each decision depends on rows alone."""

    def __init__(self, db: sqlite3.Connection, facets: Facets, sessions: Sessions) -> None:
        self._db = db
        self._facets = facets
        self._sessions = sessions
        self._names: dict[int, str] = {}

    def decide(self, touched: Iterable[int]) -> Iterator[tuple[Row, int]]:
        """(row, new reason) of every row whose reason changes, after these threads' rows changed."""
        wanted: dict[int, Session] = {}
        for number in touched:
            thread = self._sessions[number]
            if thread.provider != Provider.CODEX:
                continue
            wanted[number] = thread
            for child in self._sessions.forks_of(thread.name):
                wanted[child.id] = child
        # What a thread says twice is out before its children are held against it.
        for thread in wanted.values():
            yield from self._headless(thread)
            yield from self._taken_up_again(thread)
        sequences: dict[int, list[Row]] = {}
        for thread in wanted.values():
            if thread.forked_from and thread.forked_from != thread.name and not thread.paginated:
                yield from self._replays(thread, sequences)

    def _headless(self, thread: Session) -> Iterator[tuple[Row, int]]:
        """The event stream of a headless run counts only where no rollout has its thread (rule 4)."""
        if not thread.headless or thread.started is None:
            return
        for row in rows_in(self._db, self._facets, self._facets.of_session(thread.id)):
            if row.flags & Flag.HEADLESS and row.facet.reason != Reason.ARCHIVE:
                yield row, int(Reason.ARCHIVE)

    def _taken_up_again(self, thread: Session) -> Iterator[tuple[Row, int]]:
        """A further file of a thread may begin with the totals that the one before ended with (rule 2)."""
        facets = self._facets.of_session(thread.id)
        listed = ",".join(map(str, facets))
        first, last = self._db.execute(
            f"SELECT min(file), max(file) FROM call WHERE facet IN ({listed})"
        ).fetchone()
        if first == last:
            return
        counts = sorted(
            (
                row for row in rows_in(self._db, self._facets, facets)
                if row.totals is not None and row.facet.reason != Reason.ARCHIVE
            ),
            key=self._place,
        )  # fmt: skip
        again = {
            row.id for before, row in pairwise(counts) if before.file != row.file and before.totals == row.totals
        }
        for row in counts:
            if row.id in again and row.facet.reason != Reason.REPEAT:
                yield row, int(Reason.REPEAT)
            elif row.id not in again and row.facet.reason == Reason.REPEAT:
                yield row, int(codex_reason(row.flags))

    def _replays(self, child: Session, sequences: dict[int, list[Row]]) -> Iterator[tuple[Row, int]]:
        own = self._sequence(child, sequences)
        parent = self._parent(child)
        if parent is not None and parent.started is not None:
            count = replayed(list(map(_evidence, own)), list(map(_evidence, self._sequence(parent, sequences))))
            low_confidence = 0
        else:
            count = leading_run(list(map(_evidence, own)), self._began(own[0].file) if own else 0)
            low_confidence = int(any(not row.flags & Flag.OLDER_TURN for row in own[:count]))
        if low_confidence != child.low_confidence:
            child.low_confidence = low_confidence
            self._sessions.changed(child)
        for index, row in enumerate(own):
            reason = Reason.REPLAY if index < count else codex_reason(row.flags)
            if row.facet.reason != reason:
                yield row, int(reason)

    def _parent(self, child: Session) -> Session | None:
        """The thread a child was forked from, where its log is or was on disk; None in a circle, which no honest
        log draws."""
        parent = above = self._sessions.find(Provider.CODEX, child.forked_from or "")
        met = {child.id}
        while above is not None:
            if above.id in met:
                return None
            met.add(above.id)
            above = self._sessions.find(Provider.CODEX, above.forked_from or "")
        return parent

    def _began(self, file: int) -> int:
        """When the first line of a file was written, ms; 0 where it does not say."""
        return int(self._db.execute("SELECT coalesce(first_ts, 0) FROM file WHERE id = ?", (file,)).fetchone()[0])

    def _place(self, row: Row) -> tuple[str, int]:
        return self._name(row.file), row.offset

    def _sequence(self, thread: Session, sequences: dict[int, list[Row]]) -> list[Row]:
        """A thread's records in the order they were written: its calls, and what it replays itself."""
        known = sequences.get(thread.id)
        if known is None:
            kept = (Reason.COUNTED, Reason.REPLAY)
            rows = rows_in(self._db, self._facets, self._facets.of_session(thread.id))
            known = sequences[thread.id] = sorted(
                (row for row in rows if row.facet.reason in kept and not row.flags & Flag.HEADLESS),
                key=self._place,
            )
        return known

    def _name(self, file: int) -> str:
        """A rollout's file name, which begins with the time it was opened; archived or not."""
        name = self._names.get(file)
        if name is None:
            path = self._db.execute("SELECT path FROM file WHERE id = ?", (file,)).fetchone()[0]
            name = self._names[file] = PurePosixPath(path).name.removesuffix(".zst")
        return name


def _evidence(row: Row) -> Evidence:
    older, early = bool(row.flags & Flag.OLDER_TURN), bool(row.flags & Flag.EARLY)
    return Evidence(row.vector, row.ts, row.named, older, early)
