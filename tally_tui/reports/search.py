"""Where in all conversations something was said: the question behind search, newest first or best first."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tally_tui.ledger.archived import originals, stand_in
from tally_tui.ledger.ask_names import project_names
from tally_tui.ledger.marks import Bookmarked, bookmarked_messages
from tally_tui.library.facets import Facet, Flag
from tally_tui.library.phrases import Sought
from tally_tui.library.reader import Library
from tally_tui.library.search import Found, Session, StoppedError, Wanted, Way, newest
from tally_tui.library.snippets import Excerpt, excerpt
from tally_tui.library.source import Source
from tally_tui.model import Provider, Span
from tally_tui.reports.search_answers import SearchAnswer, SearchHit, SessionHits
from tally_tui.reports.search_copies import Copies
from tally_tui.reports.search_scope import highlighted, wanted
from tally_tui.rules.redaction import masked, masked_title

if TYPE_CHECKING:
    from tally_tui.query import Query

__all__ = ["COUNTED", "RANKED", "SearchAnswer", "SearchHit", "SessionHits", "StoppedError", "search"]

COUNTED: Final = 1_000
"""Matches are counted up to here; of more it is only told that there are more."""
COUNTED_IN_TEXT: Final = 200
"""… and where every match is verified in its log, up to here."""
_AROUND: Final = 8_000
"""Characters of a long text on either side of what is shown that are masked with it: more than any key has."""
RANKED: Final = 1_000
"""Ranking looks at so many of the newest matches."""
TELL_S: Final = 0.1
"""How often a search that takes its time tells what it has …"""
TELL_WAY_S: Final = 0.4
"""… and where it finds nothing, how far it has looked."""


Shown: TypeAlias = tuple[Found, SearchHit]


class _Facts(Struct, frozen=True):
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
    return dataclasses.replace(asked, sessions=lambda each: each in sessions and (before is None or before(each)))


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
        self._shown: tuple[Shown, ...] = ()
        self._copies = Copies(library, ledger, asked)
        self._way: Way | None = None

    def run(self) -> SearchAnswer:
        page: list[Found] = []
        count = 0
        need = RANKED if self._ranked else self._limit
        cap = self._cap = max(self._cap, need)
        more = False

        def going(way: Way) -> None:
            self._way = way
            if self._progress is not None and time.monotonic() - self._told > TELL_WAY_S:
                self._tell(() if self._ranked else page, count)

        for found in self._copies.messages(self._found(going)):
            count += 1
            if count > cap:
                more = True
                break
            if len(page) < need:
                page.append(found)
                if self._progress is None or self._ranked:
                    continue
                # What takes its time shows what it has; what is quick shows its page once, whole.
                if len(page) == need or (self._asked.checked and time.monotonic() - self._told > TELL_S):
                    self._tell(page, count)
        return self._answer(self._best(page) if self._ranked else self._show(page), count, more)

    def _found(self, going: Callable[[Way], None]) -> Iterator[Found]:
        for found in newest(self._library, self._asked, stopped=self._stopped, source=self._source, going=going):
            if self._asked.bookmarked is None or self._is_bookmarked(found):
                yield found

    def _tell(self, page: Sequence[Found], count: int) -> None:
        assert self._progress is not None
        self._told = time.monotonic()
        self._progress(self._answer(self._show(page), count, True, finished=False))

    def _answer(
        self, hits: tuple[Shown, ...], count: int, more: bool, *, finished: bool = True
    ) -> SearchAnswer:
        return SearchAnswer(
            self._query.text, tuple(map(self._with_others, hits)), min(count, self._cap), not more, finished,
            self._asked.unreadable[0], terms=self._terms,
            back_to_ms=None if finished or self._way is None else self._way.back_to,
            share=0.0 if finished or self._way is None else self._way.share,
        )  # fmt: skip

    def _show(self, page: Sequence[Found]) -> tuple[Shown, ...]:
        """The page with its texts; what was shown already is not read again."""
        new = page[len(self._shown) : self._limit]
        self._learn(new)
        self._shown = (*self._shown, *((found, self._hit(found)) for found in new))
        return self._shown

    def _best(self, page: Sequence[Found]) -> tuple[Shown, ...]:
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

    def _top(self, hits: list[tuple[float, int, Found]]) -> tuple[Shown, ...]:
        best = sorted(hits)[: self._limit]
        self._learn([found for _, _, found in best])
        return tuple((found, self._hit(found, -score)) for score, _, found in best)

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
        piece = _masked_excerpt(text, self._terms)
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

    def _with_others(self, shown: Shown) -> SearchHit:
        """A hit with the same message elsewhere."""
        found, hit = shown
        others = self._copies.others(found)
        if not others:
            return hit
        self._learn(others)
        return replace(hit, also=tuple(map(partial(self._elsewhere, hit), others)))

    def _elsewhere(self, hit: SearchHit, other: Found) -> SearchHit:
        facts = self._facts.get((other.provider, other.session)) or _unknown(other.session)
        file = self._library.files.get(other.file)
        place, archived = self._archived.read(file.path) if file else ("", "")
        return replace(
            hit, session=other.session, root=facts.root, title=facts.title, project=facts.project, time_ms=other.ts,
            file=place, offset=other.offset, length=other.length, archived=archived,
        )  # fmt: skip

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
            self._facts[int(provider), name] = _Facts(masked_title(title), root, names.get(folder) if folder else None)


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


def _masked_excerpt(text: str, terms: Sequence[Sought]) -> Excerpt:
    """The best piece of a text, secrets masked: before it is cut, for half of a secret is not known as one."""
    piece = excerpt(text, terms) if len(text) > 4 * _AROUND else None
    if piece is not None:
        at = max(0, text.find(piece.text))
        text = text[max(0, at - _AROUND) : at + len(piece.text) + _AROUND]
    hidden = masked(text)
    return piece if piece is not None and hidden == text else excerpt(hidden, terms)
