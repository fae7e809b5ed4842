"""Which of the messages that were found are one: forks, resumed sessions and archives hold their origin's again.

What Claude copies keeps its instant and its id. A Codex fork writes its parent's history anew, with the time of the
fork: the first lines of its log, written at once, that follow each other as they do in the parent. No text is read for
either: a doc has a key that its copies have, too.
"""

from __future__ import annotations

import sqlite3
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeAlias

from msgspec import Struct, field

from tally_tui.library.facets import Flag, Kind
from tally_tui.library.reader import Library, Shard
from tally_tui.library.search import Found, Wanted
from tally_tui.library.words import session_mark
from tally_tui.model import Provider

BURST_MS: Final = 1_000
"""A fork's copies are written with less than this between two lines."""
AGAIN_S: Final = 5.0
"""While logs are being indexed, a fork is held against its parent anew after so long."""
_DEEP: Final = 50
"""Forks of forks that are followed."""

Message: TypeAlias = tuple[int, int, int, int]
"""What all copies of a message have: its instant where it was first said, its kind of text, its key, and which of those
that are alike in one log it is."""
_Doc: TypeAlias = tuple[int, int, int]
"""A doc of a session: file, offset, kind of text."""


class _Remembered(Struct):
    """What is remembered of forks from one search to the next."""

    version: int
    """The ledger's."""
    parents: dict[str, str]
    shards: tuple[Shard, ...]
    changes: int
    since: float = field(default_factory=time.monotonic)
    origins: dict[str, dict[_Doc, Found]] = field(default_factory=dict)


class Copies:
    """Tells copies from what they are copies of, and keeps all that were found of each."""

    def __init__(self, library: Library, ledger: sqlite3.Connection | None, asked: Wanted) -> None:
        self._library = library
        self._ledger = ledger
        self._asked = asked
        memory: dict[Any, Any] = library.memory
        known: _Remembered | None = memory.get(("forks",))
        version = ledger.execute("PRAGMA data_version").fetchone()[0] if ledger is not None else 0
        parents = known.parents if known is not None and known.version == version else self._forks()
        stale = known is not None and known.changes != library.changes and time.monotonic() - known.since > AGAIN_S
        if known is None or stale or known.parents != parents or known.shards != tuple(library.shards):
            known = _Remembered(version, parents, tuple(library.shards), library.changes)
            memory["forks",] = known
        known.version = version
        self._parents, self._origins = known.parents, known.origins
        self._found: dict[Message, list[Found]] = {}
        self._given: set[Message] = set()
        self._exceptions: dict[tuple[int, int], Message] = {}
        """Of docs, by file and offset, what they cannot tell themselves."""
        self._alike: defaultdict[tuple[int, Message], set[int]] = defaultdict(set)
        self._began: dict[tuple[int, str], int] = {}

    def messages(self, found: Iterable[Found]) -> Iterator[Found]:
        """One doc for each message, its origin where that is found, too; in the order of what was found."""
        waiting: dict[Message, Found] = {}
        now: int | None = None
        groups, given, forked = self._found, self._given, bool(self._parents)
        for doc in found:
            if doc.ts != now:
                # What was said at one instant stands together.
                given.update(waiting)
                yield from waiting.values()
                now, waiting = doc.ts, {}
            origin = self._origin(doc) if forked else None
            message = self._message(doc) if origin is None else self._message(origin, origin=True)
            group = groups.get(message)
            if group is None:
                group = groups[message] = []
            group.append(doc)
            if origin is not None:
                self._exceptions[doc.file, doc.offset] = message
                if self._is_found(origin):
                    continue  # it comes with its own time
                if len(group) == 1:
                    group.append(origin)
            if len(group) == 1:
                waiting[message] = doc
            elif message not in given:
                best = waiting.get(message)
                if best is None or self._rank(doc) < self._rank(best):
                    waiting[message] = doc
        yield from waiting.values()

    def others(self, doc: Found) -> list[Found]:
        """What else was found of a message: one for each other session, by name."""
        own = (doc.provider, doc.session)
        message = self._exceptions.get((doc.file, doc.offset)) or (doc.ts, doc.facet_number, doc.key, 0)
        known = self._found.get(message, ())
        if len(known) < 2:
            return []
        sessions = {(other.provider, other.session): other for other in reversed(known)}
        return [sessions[each] for each in sorted(sessions) if each != own]

    def _message(self, doc: Found, *, origin: bool = False) -> Message:
        first = (doc.ts, doc.facet_number, doc.key, 0)
        group = self._found.get(first)
        if (group is None and not origin) or doc.provider != Provider.CODEX:
            return first
        known = self._exceptions.get((doc.file, doc.offset))
        if known is not None:
            return known
        # Its key is of the text alone: two results of one instant may be the same word.
        seen = self._alike[doc.file, first]
        alike = seen.union(other.offset for other in group or () if other.file == doc.file) - {doc.offset}
        seen.add(doc.offset)
        message = self._exceptions[doc.file, doc.offset] = (*first[:3], len(alike))
        return message

    def _rank(self, doc: Found) -> tuple[object, ...]:
        """The first is shown: what no log calls a copy, of the session that began first, of the log that is there."""
        session = (doc.provider, doc.session)
        if session not in self._began and self._ledger is not None:
            row = self._ledger.execute(
                "SELECT first_ts FROM session WHERE provider = ? AND name = ?", session
            ).fetchone()
            self._began[session] = row[0] if row and row[0] is not None else 1 << 62
        file = self._library.files[doc.file]
        return (
            bool(doc.flags & Flag.COPIED), self._began.get(session, 0), doc.session, file.gone_at is not None,
            "/archived_sessions/" in file.path, file.path,
        )  # fmt: skip

    def _is_found(self, doc: Found) -> bool:
        """Whether a doc, which has the words, is among what was asked for."""
        asked, file = self._asked, self._library.files.get(doc.file)
        since, until = asked.span.since, asked.span.until
        return (
            file is not None
            and asked.bookmarked is None
            and not (asked.checked and file.gone_at is not None)  # what cannot be read is left out
            and (asked.sessions is None or asked.sessions((doc.provider, doc.session)))
            and (since is None or doc.ts >= since)
            and (until is None or doc.ts < until)
            and (asked.gone is None or (file.gone_at is not None) == asked.gone)
            and (asked.copied is None or bool(doc.flags & Flag.COPIED) == asked.copied)
        )

    # -- forks of Codex

    def _forks(self) -> dict[str, str]:
        if self._ledger is None:
            return {}
        return dict(
            self._ledger.execute(
                "SELECT name, forked_from FROM session WHERE provider = ? AND forked_from IS NOT NULL",
                (int(Provider.CODEX),),
            )
        )

    def _origin(self, doc: Found) -> Found | None:
        """What a doc of a fork is a copy of."""
        if not self._parents or doc.provider != Provider.CODEX or doc.session not in self._parents:
            return None
        return self._origins_in(doc.session, 0).get((doc.file, doc.offset, doc.facet_number))

    def _origins_in(self, session: str, depth: int) -> dict[_Doc, Found]:
        """For each copied doc of a session the one that it is a copy of in the end."""
        known = self._origins.get(session)
        if known is None:
            self._origins[session] = known = {}  # also where forks name each other in a circle
            parent = self._parents.get(session)
            if parent is not None and depth < _DEEP:
                known.update(self._aligned(session, parent, depth))
        return known

    def _aligned(self, session: str, parent: str, depth: int) -> Iterator[tuple[_Doc, Found]]:
        said = max(self._docs(parent).values(), key=len, default=[])
        above = self._origins_in(parent, depth + 1)
        places: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for place, doc in enumerate(said):
            places[doc.facet_number, doc.key].append(place)
        for docs in self._docs(session).values() if said else ():
            at, before = 0, docs[0].ts
            for doc in docs:
                if doc.ts - before >= BURST_MS:
                    break
                before = doc.ts
                same = places.get((doc.facet_number, doc.key), [])
                here = bisect_left(same, at)
                if here < len(same):
                    at = same[here] + 1
                    origin = said[same[here]]
                    origin = above.get((origin.file, origin.offset, origin.facet_number), origin)
                    yield (doc.file, doc.offset, doc.facet_number), origin

    def _docs(self, session: str) -> dict[int, list[Found]]:
        """All docs of a Codex session, by file, in the order of the log."""
        found: defaultdict[int, list[Found]] = defaultdict(list)
        for shard in self._library.shards:
            for (number,) in shard.db.execute(
                "SELECT id FROM name WHERE kind = ? AND provider = ? AND text = ?",
                (int(Kind.SESSION), int(Provider.CODEX), session),
            ).fetchall():
                rows = shard.db.execute(
                    "SELECT d.id, d.file, d.offset, d.length, d.ts, d.facet, d.session, d.name, d.flags, d.key "
                    "FROM words w CROSS JOIN doc d ON d.id = w.rowid WHERE w.words MATCH ?",
                    (f'"{session_mark(number)}"',),
                )
                for row in rows:
                    doc = Found(shard, *row)
                    if doc.file in self._library.files:
                        found[doc.file].append(doc)
        for docs in found.values():
            docs.sort(key=lambda doc: (doc.offset, doc.id))
        return found
