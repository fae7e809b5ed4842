"""Docs that match, newest first over all shards, read no further than someone wants to know."""

from __future__ import annotations

import heapq
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from tally_tui.library.facets import Facet, Flag, Kind
from tally_tui.library.files import TextFile
from tally_tui.library.folding import Text
from tally_tui.library.line_docs import Negations
from tally_tui.library.phrases import Quick, Sought
from tally_tui.library.reader import Library, Run, Shard
from tally_tui.library.source import Source
from tally_tui.library.words import error_mark, facet_mark, name_mark, session_mark
from tally_tui.model import Span

MARKS: Final = 300
"""A choice of more sessions is tested doc by doc: each mark is a look-up of its own."""
OFTEN: Final = 256
"""Docs between two looks at whether anyone still wants to know."""
FETCHED: Final = 64
"""Docs that are taken from a shard at once."""
_FILE: Final = int(Facet.FILE)


class StoppedError(Exception):
    """The question was interrupted: a newer one has come."""


Session: TypeAlias = tuple[int, str]
"""A provider and the agent's own id of a session."""


class Found(NamedTuple):
    """A doc that matches: its shard and its row. Most are only counted: names are looked up when asked for."""

    shard: Shard
    id: int
    file: int
    offset: int
    length: int
    ts: int
    facet_number: int
    session_number: int
    name_number: int
    flags: int
    key: int

    @property
    def facet(self) -> Facet:
        return Facet(self.facet_number)

    @property
    def session(self) -> str:
        """The agent's own id."""
        return self.shard.name(self.session_number)

    @property
    def provider(self) -> int:
        return self.shard.files[self.file].provider

    @property
    def name(self) -> str:
        """A tool's name, or a FILE doc's path, or ''."""
        return self.shard.name(self.name_number) if self.name_number else ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What docs must be like."""

    terms: tuple[Sought, ...] = ()
    facets: frozenset[Facet] = frozenset(Facet)
    sessions: Callable[[Session], bool] | None = None
    """Which sessions; None: any."""
    tools: tuple[tuple[Callable[[str], bool], bool], ...] = ()
    """Tests of tool names, each with whether it is negated."""
    paths: tuple[tuple[Callable[[str], bool], bool], ...] = ()
    error: bool | None = None
    gone: bool | None = None
    """Whether its log is gone; None: either."""
    copied: bool | None = None
    bookmarked: bool | None = None
    """For whoever reads the texts: the library knows nothing of bookmarks."""
    span: Span = field(default_factory=Span)
    unreadable: list[int] = field(default_factory=lambda: [0], compare=False)
    """Counts on the way: texts that could not be read to verify them."""

    @property
    def checked(self) -> bool:
        """Whether the index alone does not tell: texts must be read."""
        return any(term.verified for term in self.terms)


class Way:
    """How far a search has come."""

    def __init__(self) -> None:
        self._walks: Sequence[_Walk] = ()

    def goes(self, walks: Sequence[_Walk]) -> None:
        """These are the shards it goes through."""
        self._walks = walks

    @property
    def back_to(self) -> int | None:
        """Everything newer than this instant (ms) was looked at; None: nothing was, or everything."""
        bounds = [walk.bound for walk in self._walks if walk.alive]
        return max(bounds) if bounds and any(walk.passed for walk in self._walks) else None

    @property
    def share(self) -> float:
        """How much of everything that is, from 0 to 1."""
        docs = sum(walk.docs for walk in self._walks)
        return sum(walk.passed for walk in self._walks) / docs if docs else 0.0


def newest(
    library: Library,
    wanted: Wanted,
    *,
    stopped: Callable[[], bool] = lambda: False,
    source: Source | None = None,
    going: Callable[[Way], None] = lambda way: None,
) -> Iterator[Found]:
    """Every doc that is wanted, newest first; `going` is told often how far that is, also where nothing is found.

    With `source`, terms that need it are verified there; a doc whose log is gone is then left out. A negated term
    holds where no doc of the line has it, of the kinds that are looked in.

    Raises:
        StoppedError: `stopped` said so.
    """
    quick = Quick.of(wanted.terms)
    checks = [term for term in wanted.terms if term.verified]
    way = Way()
    seen: set[tuple[int, int]] = set()

    def text(found: Found, facet: Facet, name: int) -> str | None:
        if facet is Facet.FILE:
            return found.shard.name(name)
        file = library.files.get(found.file)
        if file is None or source is None:
            return None
        return source.text(file, found.offset, found.length, facet, found.session)

    negations = Negations(wanted.terms, wanted.facets, text)
    for count, found in enumerate(_merged(library, wanted, stopped, way)):
        if count % OFTEN == 0:
            if stopped():
                raise StoppedError
            going(way)
        # Several facets of one line are one message; the first of them that is wanted stands for it.
        line = (found.file, found.offset)
        file = library.files.get(found.file)
        if file is None or line in seen:
            continue
        if wanted.gone is not None and (file.gone_at is not None) != wanted.gone:
            continue
        if checks and source is not None and not _verified(source, file, found, checks, quick, wanted.unreadable):
            if checks and stopped():
                raise StoppedError
            continue
        seen.add(line)
        try:
            if negations and negations.excludes(found):
                continue
        except sqlite3.OperationalError as error:
            if "interrupt" in str(error):
                raise StoppedError from error
            raise
        yield found


def _verified(
    source: Source, file: TextFile, found: Found, checks: Sequence[Sought], quick: Quick, unreadable: list[int]
) -> bool:  # fmt: skip
    if found.facet_number == _FILE:
        text: str | None = found.name
    else:
        if not source.may_hold(file, found.offset, found.length, quick):
            return False
        text = source.text(file, found.offset, found.length, found.facet, found.session)
    if not text:
        unreadable[0] += 1
        return False
    said = Text(text)
    return all(check.holds(said) != check.negated for check in checks)


def _merged(library: Library, wanted: Wanted, stopped: Callable[[], bool], way: Way) -> Iterator[Found]:
    """The shards' docs as one stream. A doc is given out when nothing newer can still come."""
    walks = [walk for shard in library.shards if (walk := _Walk(len(library.shards), shard, wanted)).alive]
    for number, walk in enumerate(walks):
        walk.number = number
    way.goes(walks)
    waiting: list[tuple[int, int, int, Found]] = []
    try:
        while True:
            ahead = max((walk for walk in walks if walk.alive), key=lambda walk: walk.bound, default=None)
            while waiting and (ahead is None or -waiting[0][0] >= ahead.bound):
                yield heapq.heappop(waiting)[3]
            if ahead is None:
                return
            if stopped():
                raise StoppedError
            for found in ahead.more():
                heapq.heappush(waiting, (-found.ts, ahead.number, found.id if not ahead.hot else -found.id, found))
    finally:
        for walk in walks:
            walk.close()


class _Walk:
    """One shard's docs in the order of their numbers, and the newest instant that can still come."""

    def __init__(self, number: int, shard: Shard, wanted: Wanted) -> None:
        self.number = number
        self.hot = shard.hot
        self._shard = shard
        self._wanted = wanted
        span = wanted.span
        self._runs = [
            run
            for run in shard.runs
            if (span.since is None or run.newest >= span.since) and (span.until is None or run.oldest < span.until)
        ]
        # For each run the newest instant of it and all that are read after it.
        self._bounds: list[int] = []
        high = -(1 << 62)
        for run in reversed(self._runs):
            high = max(high, run.newest)
            self._bounds.append(high)
        self._bounds.reverse()
        self._at = 0
        self._rows: sqlite3.Cursor | None = None
        self._low = min((run.first for run in self._runs), default=1)
        self._high = max((run.last for run in self._runs), default=0)
        self.passed = 0
        """Docs that were looked at, of …"""
        self.docs = self._high - self._low + 1
        self.alive = bool(self._runs)
        self.bound = self._bounds[0] if self._runs else 0

    def close(self) -> None:
        self.alive = False
        if self._rows is not None:
            self._rows.close()

    def more(self) -> list[Found]:
        """The next few docs; afterwards `bound` and `alive` tell what is left."""
        try:
            if self._rows is None:
                self._rows = self._ask()
                if self._rows is None:
                    self.alive, self.passed = False, self.docs
                    return []
            rows = self._rows.fetchmany(FETCHED)
        except sqlite3.OperationalError as error:
            if "interrupt" in str(error):
                raise StoppedError from error
            raise
        shard = self._shard
        found = [Found(shard, *row) for row in rows]
        if len(rows) < FETCHED:
            self.passed = self.docs
            self.close()
            return found
        number, ts = rows[-1][0], rows[-1][4]
        self.passed = self._high - number + 1 if self.hot else number - self._low + 1
        while not self._passed(self._runs[self._at], number) and self._at + 1 < len(self._runs):
            self._at += 1
        rest = self._bounds[self._at + 1] if self._at + 1 < len(self._runs) else -(1 << 62)
        # Inside a cold run docs go back in time; the hot shard's runs are gathered from several writes.
        self.bound = max(self._runs[self._at].newest if self.hot else ts, rest)
        return found

    def _passed(self, run: Run, number: int) -> bool:
        return number >= run.first if self.hot else number <= run.last

    def _ask(self) -> sqlite3.Cursor | None:
        """The query over this shard; None: nothing in it can match."""
        wanted, shard = self._wanted, self._shard
        tests: list[str] = []
        values: list[object] = []
        expression = self._expression(tests, values)
        if expression is None:
            return None
        span = wanted.span
        if span.since is not None:
            tests.append("d.ts >= ?")
            values.append(span.since)
        if span.until is not None:
            tests.append("d.ts < ?")
            values.append(span.until)
        if wanted.copied is not None:
            tests.append(f"(d.flags & {Flag.COPIED} <> 0) = ?")
            values.append(int(wanted.copied))
        order = "DESC" if shard.hot else "ASC"
        columns = "d.id, d.file, d.offset, d.length, d.ts, d.facet, d.session, d.name, d.flags, d.key"
        where = "".join(f" AND {test}" for test in tests)
        if not expression:
            return shard.db.execute(
                f"SELECT {columns} FROM doc d WHERE d.id BETWEEN ? AND ?{where} ORDER BY d.id {order}",
                (self._low, self._high, *values),
            )
        return shard.db.execute(
            f"SELECT {columns} FROM words w CROSS JOIN doc d ON d.id = w.rowid "
            f"WHERE w.words MATCH ? AND w.rowid BETWEEN ? AND ?{where} ORDER BY w.rowid {order}",
            (expression, self._low, self._high, *values),
        )

    def _expression(self, tests: list[str], values: list[object]) -> str | None:
        """The words and marks to look up, what marks cannot say added to the tests; None: nothing can match."""
        wanted = self._wanted
        if not wanted.facets:
            return None
        parts = [f"({words})" for term in wanted.terms if not term.negated and (words := term.expression())]
        without = [
            f"({words})"
            for term in wanted.terms
            if term.negated and not term.verified and (words := term.expression())
        ]
        if wanted.sessions is not None:
            sessions = self._sessions(wanted.sessions)
            if not sessions:
                return None
            if len(sessions) <= MARKS:
                parts.append(_any(session_mark(number) for number in sessions))
            else:
                tests.append("d.session IN (SELECT value FROM json_each(?))")
                values.append(json.dumps(sessions))
        for kind, choices in ((Kind.TOOL, wanted.tools), (Kind.PATH, wanted.paths)):
            for matches, negated in choices:
                marks = [name_mark(number) for number in self._named(kind, matches)]
                if marks:
                    (without if negated else parts).append(_any(marks))
                elif not negated:
                    return None
        if wanted.error is not None:
            (parts if wanted.error else without).append(_any([error_mark()]))
        if len(wanted.facets) < len(Facet) or (without and not parts):
            parts.append(_any(facet_mark(facet) for facet in sorted(wanted.facets)))
        if not parts:
            return ""
        return " NOT ".join(["(" + " AND ".join(parts) + ")", *without])

    def _sessions(self, chosen: Callable[[Session], bool]) -> list[int]:
        rows = self._shard.db.execute("SELECT id, provider, text FROM name WHERE kind = ?", (int(Kind.SESSION),))
        return [number for number, provider, name in rows if chosen((provider, name))]

    def _named(self, kind: Kind, matches: Callable[[str], bool]) -> list[int]:
        known = self._shard.matching.get((kind, matches))
        if known is None:
            rows = self._shard.db.execute("SELECT id, text FROM name WHERE kind = ?", (int(kind),))
            known = self._shard.matching[kind, matches] = [number for number, name in rows if matches(name)]
        return known


def _any(marks: Iterator[str] | list[str]) -> str:
    return "(" + " OR ".join(f'"{mark}"' for mark in marks) + ")"
