"""Where in one session all stands that a search finds: for walking on from the hits that were shown."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tally_tui.ledger.marks import Bookmarked, bookmarked_messages
from tally_tui.library.facets import Facet
from tally_tui.library.folding import Text
from tally_tui.library.reader import Library
from tally_tui.library.search import Found, Session, StoppedError, Wanted, newest
from tally_tui.logs.lines import UnreadableLogError
from tally_tui.logs.message_reading import items_at
from tally_tui.logs.messages import fields
from tally_tui.model import Provider
from tally_tui.reports.search import Archived
from tally_tui.reports.search_answers import HitPlace, SessionPlaces
from tally_tui.reports.search_scope import highlighted, wanted

if TYPE_CHECKING:
    from tally_tui.query import Query

_READ: Final = 2_000
"""Lines that are read again to tell which of several items of theirs were found; of more it is not told."""


def places(
    library: Library,
    ledger: sqlite3.Connection | None,
    query: Query,
    provider: Provider,
    session: str,
    *,
    facets: Iterable[Facet] = tuple(Facet),
    stopped: Callable[[], bool] = lambda: False,
) -> SessionPlaces:
    """All that `reports.search.search` finds for somebody typing, in a session and its subagents.

    Raises:
        StoppedError: `stopped` said so.
        QueryError: a term cannot be asked here.
        LibraryError: a shard cannot be read.
    """
    while True:
        library.refresh()
        try:
            return _places(library, ledger, query, provider, session, frozenset(facets), stopped)
        except StoppedError:
            # An interruption may have been meant for the search before this one.
            if stopped():
                raise


def _places(
    library: Library, ledger: sqlite3.Connection | None, query: Query, provider: Provider, session: str,
    facets: frozenset[Facet], stopped: Callable[[], bool],
) -> SessionPlaces:  # fmt: skip
    archived = Archived(ledger, library.memory)
    library.source.instead = archived.place
    marks = bookmarked_messages(ledger) if ledger is not None and query.of("is") else None
    asked = wanted(
        query, ledger, facets=facets, typing=True, memory=library.memory, can_bookmark=marks is not None
    )
    asked = _below(asked, ledger, provider, session)
    found: list[HitPlace] = []
    for each in newest(library, asked, stopped=stopped, source=library.source):
        file = library.files.get(each.file)
        if file is None or (asked.bookmarked is not None and not _kept(library, each, marks, asked.bookmarked)):
            continue
        path = archived.read(file.path)[0]
        parts = _parts(path, each, asked) if len(found) < _READ else ()
        found.append(HitPlace(path, each.offset, each.length, each.facet.word, parts))
    return SessionPlaces(session, query.text, tuple(found), highlighted(asked))


def _below(asked: Wanted, ledger: sqlite3.Connection | None, provider: Provider, session: str) -> Wanted:
    """Only in this session and those that it started."""
    names = {session}
    if ledger is not None:
        rows = ledger.execute(
            "SELECT s.name FROM session s JOIN session t ON t.id = s.root WHERE t.provider = ? AND t.name = ?",
            (int(provider), session),
        )
        names.update(name for (name,) in rows)
    before = asked.sessions

    def inside(each: Session) -> bool:
        below = each[1] in names or each[1].startswith(f"{session}/")
        return each[0] == provider and below and (before is None or before(each))

    return replace(asked, sessions=inside)


def _kept(library: Library, found: Found, marks: Bookmarked | None, wanted: bool) -> bool:
    if marks is None:
        return not wanted
    marked = f"{found.session}:{found.offset}" in marks.places
    file = library.files.get(found.file)
    if not marked and marks.ids and file is not None:
        read = library.source.read(file, found.offset, found.length, found.facet, found.session)
        marked = read is not None and read[1] in marks.ids
    return marked == wanted


def _parts(path: str, found: Found, asked: Wanted) -> tuple[int, ...]:
    """Which of the items of a line have what was found in it: a line may hold several of a kind."""
    try:
        items = items_at(path, Provider(found.provider), found.offset, found.length, found.session)
    except UnreadableLogError:
        return ()
    said = [(item.part, [text for facet, text in fields(item) if facet == found.facet.word]) for item in items]
    said = [(part, texts) for part, texts in said if texts]
    if len(said) < 2:
        return tuple(part for part, _ in said)
    terms = highlighted(asked)
    whole, some = [], []
    for part, texts in said:
        text = Text("\n".join(texts))
        held = [term.holds(text) for term in terms]
        if all(held):
            whole.append(part)
        if any(held):
            some.append(part)
    return tuple(whole or some)
