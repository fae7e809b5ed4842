"""Where in all conversations something was said: the question behind search, newest first or best first."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from tally_tui.ledger.archived import originals, stand_in
from tally_tui.ledger.ask_names import project_names
from tally_tui.ledger.marks import Bookmarked, bookmarked_messages
from tally_tui.library.facets import Facet, Flag
from tally_tui.library.reader import Library
from tally_tui.library.search import Found, Session, StoppedError, Wanted, Way, newest
from tally_tui.library.snippets import excerpt
from tally_tui.library.source import Source
from tally_tui.model import Provider, Span
from tally_tui.reports.search_answers import SearchAnswer, SearchHit, SessionHits
from tally_tui.reports.search_scope import highlighted, wanted

if TYPE_CHECKING:
    from tally_tui.query import Query

__all__ = ["COUNTED", "RANKED", "SearchAnswer", "SearchHit", "SessionHits", "StoppedError", "search"]

COUNTED: Final = 1_000
"""Matches are counted up to here; of more it is only told that there are more."""
COUNTED_IN_TEXT: Final = 200
"""… and where every match is verified in its log, up to here."""
COMPARED: Final = 500
"""So many matches of the same instant in several logs are compared, to count a fork's copies once."""
RANKED: Final = 1_000
"""Ranking looks at so many of the newest matches."""
TELL_S: Final = 0.1
"""How often a search that takes its time tells what it has …"""
TELL_WAY_S: Final = 0.4
"""… and where it finds nothing, how far it has looked."""


@dataclass(frozen=True, slots=True)
class _Facts:
    title: str
    root: str
    project: str | None


def search(
    library: Library,
    ledger: sqlite3.Connection | None,
    query: Query,
    *,
    limit: int = 50,
    ranked: bool = False,
    facets: Iterable[Facet] = tuple(Facet),
    typing: bool = False,
    span: Span | None = None,
    bookmarks: Bookmarked | None = None,
    progress: Callable[[SearchAnswer], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> SearchAnswer:
    """Messages that match, newest first, or the best of the newest `RANKED`.

    Use one library (and its ledger connection) from one thread at a time. To stop a search from another
    thread, have `stopped` say so and call `library.interrupt()`.

    Args:
        library: is refreshed first.
        ledger: what it knows of the sessions: titles, projects, cost; None: only what the library knows.
        query: parsed with `allow=query.LIBRARY`.
        limit: how many hits to answer with.
        ranked: best first; reads every candidate's text.
        facets: which kinds of text to look in.
        typing: the query's last word may go on.
        span: narrows the query's own.
        bookmarks: what is bookmarked, for `is:bookmarked`; None: what the ledger has.
        progress: is told the first page as soon as it is there, and then what is found on the way.
        stopped: asked often.

    Raises:
        StoppedError: `stopped` said so.
        QueryError: a term cannot be asked here.
        LibraryError: a shard cannot be read.
    """
    if bookmarks is None and ledger is not None and any("bookmarked" in term.words for term in query.of("is")):
        bookmarks = bookmarked_messages(ledger)
    while True:
        library.refresh()
        library.source.instead = Archived(ledger, library.memory).place
        try:
            asked = wanted(
                query, ledger, facets=frozenset(facets), typing=typing, span=span, memory=library.memory,
                can_bookmark=bookmarks is not None,
            )  # fmt: skip
            if asked.bookmarked and bookmarks is not None and bookmarks.sessions is not None:
                asked = _in_sessions(asked, bookmarks.sessions)
            return _Search(library, ledger, query, asked, limit, ranked, bookmarks, progress, stopped).run()
        except StoppedError:
            # An interruption may have been meant for the search before this one.
            if stopped():
                raise


def _in_sessions(asked: Wanted, sessions: frozenset[Session]) -> Wanted:
    """Only these sessions: whoever has three bookmarks need not have every text read for them."""
    before = asked.sessions
    return replace(asked, sessions=lambda each: each in sessions and (before is None or before(each)))


class _Search:
    def __init__(
        self,
        library: Library,
        ledger: sqlite3.Connection | None,
        query: Query,
        asked: Wanted,
        limit: int,
        ranked: bool,
        bookmarks: Bookmarked | None,
        progress: Callable[[SearchAnswer], None] | None,
        stopped: Callable[[], bool],
    ) -> None:
        self._library = library
        self._source: Source = library.source
        self._ledger = ledger
        self._query = query
        self._asked = asked
        self._terms = highlighted(asked)
        self._limit = limit
        self._ranked = ranked
        self._bookmarks = bookmarks or Bookmarked()
        self._cap = COUNTED_IN_TEXT if asked.checked or asked.bookmarked is not None else COUNTED
        self._progress = progress
        self._stopped = stopped
        self._archived = Archived(ledger, library.memory)
        self._facts: dict[Session, _Facts] = {}
        self._told = time.monotonic()
        self._shown: tuple[SearchHit, ...] = ()
        self._hits = 0
        self._compared = 0
        self._way: Way | None = None

    def run(self) -> SearchAnswer:
        page: list[Found] = []
        count = matches = 0
        at_once: dict[tuple[int, int], list[Found]] = {}
        # Some of a page are copies of others on it, and are left out: then others take their place.
        need = RANKED if self._ranked else self._limit + self._limit // 2
        cap = self._cap = max(self._cap, need)
        more = False

        def going(way: Way) -> None:
            self._way = way
            if self._progress is not None and time.monotonic() - self._told > TELL_WAY_S:
                self._tell(() if self._ranked else page, count)

        for found in newest(self._library, self._asked, stopped=self._stopped, source=self._source, going=going):
            if self._asked.bookmarked is not None and not self._is_bookmarked(found):
                continue
            matches += 1
            others = at_once.setdefault((found.ts, found.facet_number), [])
            count += not self._is_copy(found, others)
            others.append(found)
            if count > cap:
                more = True
                break
            if len(page) < (need if self._ranked else cap):
                page.append(found)
                if self._progress is None or self._ranked:
                    continue
                # What takes its time shows what it has; what is quick shows its page once, whole.
                if len(page) == need or (self._asked.checked and time.monotonic() - self._told > TELL_S):
                    self._tell(page, count)
        hits = self._best(page) if self._ranked else self._show(page)
        if matches <= self._limit if self._ranked else self._hits == matches:
            count = len(hits)  # all of them were read: it is known which are copies
        return self._answer(hits, count, more)

    def _is_copy(self, found: Found, others: Sequence[Found]) -> bool:
        """Whether another log has the same message: a fork or a resumed session. Few are looked at so closely."""
        elsewhere = [other for other in others if other.file != found.file]
        if not elsewhere or self._compared >= COMPARED or not (read := self._read(found)) or not read[1]:
            return False
        self._compared += 1
        return any((there := self._read(other)) is not None and there[1] == read[1] for other in elsewhere)

    def _tell(self, page: Sequence[Found], count: int) -> None:
        assert self._progress is not None
        self._told = time.monotonic()
        self._progress(self._answer(self._show(page), count, True, finished=False))

    def _answer(
        self, hits: tuple[SearchHit, ...], count: int, more: bool, *, finished: bool = True
    ) -> SearchAnswer:
        return SearchAnswer(
            self._query.text, hits, min(count, self._cap), not more, finished,
            self._asked.unreadable[0], terms=self._terms,
            back_to_ms=None if finished or self._way is None else self._way.back_to,
            share=0.0 if finished or self._way is None else self._way.share,
        )  # fmt: skip

    def _show(self, page: Sequence[Found]) -> tuple[SearchHit, ...]:
        """The page with its texts; what was shown already is not read again."""
        while self._hits < len(page) and len(self._shown) < self._limit:
            new = page[self._hits : self._hits + self._limit - len(self._shown)]
            self._learn(new)
            self._shown = _without_copies((*self._shown, *(self._hit(found) for found in new)))
            self._hits += len(new)
        return self._shown

    def _best(self, page: Sequence[Found]) -> tuple[SearchHit, ...]:
        hits: list[tuple[float, int, Found]] = []
        for place, found in enumerate(page):
            if self._stopped():
                raise StoppedError
            read = self._read(found)
            score = excerpt(read[0], self._terms).score(found.facet) if read else 0.0
            hits.append((-score, place, found))
            if self._progress is not None and time.monotonic() - self._told > TELL_S:
                self._told = time.monotonic()
                self._progress(self._answer(self._top(hits), len(page), True, finished=False))
        return self._top(hits)

    def _top(self, hits: list[tuple[float, int, Found]]) -> tuple[SearchHit, ...]:
        best = sorted(hits)
        shown: tuple[SearchHit, ...] = ()
        while best and len(shown) < self._limit:
            # Some are copies of others, and are left out: then the next take their place.
            new, best = best[: self._limit - len(shown)], best[self._limit - len(shown) :]
            self._learn([found for _, _, found in new])
            shown = _without_copies((*shown, *(self._hit(found, -score) for score, _, found in new)))
        return shown

    # -- one hit

    def _is_bookmarked(self, found: Found) -> bool:
        marks = self._bookmarks
        marked = f"{found.session}:{found.offset}" in marks.places
        if not marked and marks.ids and (marks.sessions is None or (found.provider, found.session) in marks.sessions):
            # A log that was written anew keeps the messages' ids, but not their places.
            read = self._read(found)
            marked = read is not None and read[1] in marks.ids
        return marked == self._asked.bookmarked

    def _read(self, found: Found) -> tuple[str, str] | None:
        file = self._library.files.get(found.file)
        if file is None:
            return None
        return self._source.read(file, found.offset, found.length, found.facet, found.session)

    def _hit(self, found: Found, score: float | None = None) -> SearchHit:
        read = self._read(found)
        text, uuid = read or ("", "")
        gone = read is None
        if found.facet is Facet.FILE and gone:
            text = found.name
        piece = excerpt(text, self._terms)
        facts = self._facts.get((found.provider, found.session)) or _unknown(found.session)
        file = self._library.files.get(found.file)
        place, archived = self._archived.read(file.path) if file else ("", "")
        return SearchHit(
            provider=Provider(found.provider).word,
            session=found.session,
            root=facts.root,
            title=facts.title,
            project=facts.project,
            role=found.facet.role,
            facet=found.facet.word,
            name=found.name,
            time_ms=found.ts,
            snippet=piece.text,
            spans=piece.spans,
            score=score,
            file=place,
            offset=found.offset,
            length=found.length,
            uuid=uuid,
            error=bool(found.flags & Flag.ERROR),
            gone=gone,
            archived="" if gone else archived,
        )

    def _learn(self, page: Sequence[Found]) -> None:
        """What the ledger knows of the sessions on a page."""
        new = {(found.provider, found.session) for found in page} - self._facts.keys()
        if self._ledger is None or not new:
            return
        names = _projects(self._ledger, self._library.memory)
        rows = self._ledger.execute(
            "SELECT s.provider, s.name, coalesce(s.title, t.title, s.agent, ''), t.name, d.root FROM session s "
            "JOIN session t ON t.id = s.root LEFT JOIN folder d ON d.id = coalesce(s.project, s.folder, t.folder) "
            "WHERE s.name IN (SELECT value FROM json_each(?))",
            (json.dumps([name for _, name in new]),),
        )
        for provider, name, title, root, folder in rows:
            self._facts[int(provider), name] = _Facts(title, root, names.get(folder) if folder else None)


class Archived:
    """Which logs are read from the archive; cheap where nothing is archived."""

    def __init__(self, ledger: sqlite3.Connection | None, memory: dict[Any, Any]) -> None:
        self._ledger = ledger
        self._originals: dict[str, str] = {}
        if ledger is not None:
            version = ledger.execute("PRAGMA data_version").fetchone()[0]
            known: tuple[int, dict[str, str]] | None = memory.get(("archived",))
            if known is None or known[0] != version:
                known = memory["archived",] = (version, originals(ledger))
            self._originals = known[1]
        self._copied = set(self._originals.values())

    def place(self, path: str) -> str | None:
        """The copy to read in place of a log; None: the log itself."""
        if self._ledger is None or path not in self._copied:
            return None
        instead = stand_in(self._ledger, path)
        return instead.path if instead is not None else None

    def read(self, path: str) -> tuple[str, str]:
        """(what is read for a log that the library knows, why that is a copy: for people)."""
        original = self._originals.get(path, path)
        if self._ledger is None or original not in self._copied:
            return path, ""
        instead = stand_in(self._ledger, original)
        return (instead.path, instead.words) if instead is not None else (original, "")


def _projects(ledger: sqlite3.Connection, memory: dict[Any, Any]) -> dict[str, str]:
    version = ledger.execute("PRAGMA data_version").fetchone()[0]
    known: tuple[int, dict[str, str]] | None = memory.get(("projects",))
    if known is None or known[0] != version:
        known = memory["projects",] = (version, project_names(ledger))
    return known[1]


def _unknown(session: str) -> _Facts:
    return _Facts("", session.partition("/")[0], None)


def _without_copies(hits: tuple[SearchHit, ...]) -> tuple[SearchHit, ...]:
    """Forks and resumed sessions hold their origin's messages again: one of each is enough."""
    seen: set[tuple[object, ...]] = set()
    kept = []
    for hit in hits:
        key = (hit.facet, hit.time_ms, hit.uuid, hit.snippet)
        if hit.uuid and key in seen:
            continue
        seen.add(key)
        kept.append(hit)
    return tuple(kept)
