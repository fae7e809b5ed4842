"""Which sessions spent what, their subagents' cost rolled up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from tally_tui.ledger import ask, marks
from tally_tui.ledger.archived import archived_sessions
from tally_tui.ledger.ask import Mode, Sums
from tally_tui.ledger.ask_callless import without_calls
from tally_tui.ledger.ask_filter import Exactly, Filter, filtered
from tally_tui.ledger.ask_names import project_names
from tally_tui.ledger.ask_sessions import (
    KEYS,
    SessionSums,
    first_and_last,
    session_facts,
    session_files,
    session_sums,
)
from tally_tui.ledger.talks import talks
from tally_tui.model import SLOT_MS, Provider, Span
from tally_tui.reports.answers import SessionRow, Sessions
from tally_tui.reports.figures import figures
from tally_tui.reports.retention import deletions
from tally_tui.reports.session_order import Sort, fits, ordered

if TYPE_CHECKING:
    from tally_tui.query import Query

def sessions(
    db: sqlite3.Connection,
    *,
    tz: ZoneInfo,
    query: Query | None = None,
    span: Span = Span(),  # noqa: B008
    sort: Sort = "last",
    descending: bool = True,
    limit: int | None = None,
    offset: int = 0,
    include_subagents: bool = False,
    mode: Mode = "calculate",
    where: Sequence[Exactly] = (),
    without_hidden: bool = False,
) -> Sessions:
    """The root sessions with calls in a span; figures, models and times are of the span's calls.

    Conversations without any call are listed too, at no cost and by the time when they began.

    Args:
        db: the ledger.
        tz: the zone that times will be shown in.
        query: which calls; its own span narrows `span`. `cost:` and `tokens:` choose root sessions.
        span: which time, in epoch milliseconds.
        sort: what the rows are ordered by; cost, tokens and calls with subagents, length and context without.
        limit: how many roots to answer with, from the `offset`th on; None: all.
        include_subagents: put each root's subagents (of any depth) behind it, the earliest first.
        mode: which cost, as in `usage`.
        where: exact values, as in `usage`.
        without_hidden: leave out of the rows (never the totals) what a person hid, unless the query says `is:hidden`.
    """
    with ask.snapshot(db):
        return listed(
            db, filtered(db, query, span, where), tz=tz, sort=sort, descending=descending, limit=limit,
            offset=offset, include_subagents=include_subagents, mode=mode,
            without_hidden=without_hidden and not _asks_for_hidden(query),
        )  # fmt: skip


def _asks_for_hidden(query: Query | None) -> bool:
    return query is not None and any("hidden" in term.words for term in query.of("is"))


def listed(
    db: sqlite3.Connection,
    chosen: Filter,
    *,
    tz: ZoneInfo,
    sort: Sort,
    descending: bool,
    limit: int | None = None,
    offset: int = 0,
    include_subagents: bool = False,
    mode: Mode = "calculate",
    without_hidden: bool = False,
) -> Sessions:
    """The same for a filter at hand; inside a snapshot."""
    since, until = ask.within(chosen.span, ask.data_span(db))
    silent = {
        session: SessionSums(session, first_slot=began // SLOT_MS, last_slot=began // SLOT_MS, began=began)
        for session, began in without_calls(db, chosen).items()
    }
    if since >= until:
        return _page(db, {}, silent, tz, chosen, (0, 0), sort, descending, limit, offset, False, without_hidden)
    with ask.choose(db, chosen, keys=KEYS, mode=mode) as choice:
        choice.keep_roots(chosen.sums, since, until)
        found = session_sums(db, choice, since, until)
        return _page(
            db, found, silent, tz, chosen, (since, until), sort, descending, limit, offset, include_subagents,
            without_hidden,
        )  # fmt: skip


def _page(
    db: sqlite3.Connection, found: dict[int, SessionSums], silent: dict[int, SessionSums], tz: ZoneInfo, chosen: Filter,
    span: tuple[int, int], sort: Sort, descending: bool, limit: int | None, offset: int, include_subagents: bool,
    without_hidden: bool,
) -> Sessions:  # fmt: skip
    """The rows in order, of those with calls (`found`, subagents among them) and of those without."""
    roots = {root: found[root] for root in {root for entry in found.values() for root in entry.all.roots}} | silent
    total = Sums()
    for entry in roots.values():
        total.add(entry.all)
    left_out = _hidden(db, roots) if without_hidden else frozenset()
    roots = {root: entry for root, entry in roots.items() if root not in left_out}
    end = len(roots) if limit is None else offset + limit
    page = ordered(db, roots, sort, descending, span, (offset, end))
    shown = [
        entry
        for root in page
        for entry in (root, *(_subagents(root, found) if include_subagents else ()))
    ]
    times = {entry.session: first_and_last(db, entry, *span) for entry in shown}
    return Sessions(
        timezone=tz.key,
        span=chosen.span,
        rows=_rows(db, shown, times),
        total_rows=len(roots),
        totals=figures(total),
        hidden=len(left_out),
    )


def _hidden(db: sqlite3.Connection, roots: Iterable[int]) -> frozenset[int]:
    """Those of some sessions that a person hid."""
    names = marks.hidden(db)
    if not names:
        return frozenset()
    facts = session_facts(db, roots)
    return frozenset(root for root, known in facts.items() if (known.provider, known.name) in names)


def _subagents(root: SessionSums, found: dict[int, SessionSums]) -> list[SessionSums]:
    below = [found[session] for session in root.below]
    return sorted(below, key=lambda entry: (entry.first_slot, entry.session))


def _rows(
    db: sqlite3.Connection, shown: Sequence[SessionSums], times: dict[int, tuple[int, int]]
) -> tuple[SessionRow, ...]:
    numbers = [entry.session for entry in shown]
    facts, files, projects = session_facts(db, numbers), session_files(db, numbers), project_names(db)
    marked, hidden, told = marks.of_sessions(db), marks.hidden(db), talks(db, numbers)
    archived, deleted = archived_sessions(db), deletions(db, [path for path, gone in files.values() if not gone])

    def row(entry: SessionSums) -> SessionRow:
        known = facts[entry.session]
        first, last = times[entry.session]
        bookmarked, note = marked.get((known.provider, known.name), (False, ""))
        talk = told.get(entry.session)
        # A log may hold nothing but copies of another session's calls: the conversation is its own all the same.
        file, gone = files.get(entry.session, (talk.path, bool(talk.gone)) if talk else (None, False))
        by_cost: list[tuple[str, Any]] = sorted(entry.models.items(), key=lambda each: (-each[1], each[0]))
        return SessionRow(
            provider=Provider(known.provider).word,
            session=known.name,
            parent=known.parent,
            title=known.title,
            project=projects.get(known.root_folder or ""),
            folder=known.folder,
            branch=known.branch,
            version=known.version,
            models=tuple(model or "unknown" for model, _ in by_cost),
            first_ms=first,
            last_ms=last,
            figures=figures(entry.all),
            own=replace(figures(entry.own), sessions=1 if entry.own.calls else 0),
            subagents=len(entry.below),
            file=file,
            file_gone=gone,
            bookmarked=bookmarked,
            note=note,
            hidden=(known.provider, known.name) in hidden,
            turns=talk.turns if talk else None,
            replies=talk.replies if talk else None,
            context=(talk.context or None) if talk else None,
            context_unknown=talk is not None and talk.context is None,
            window=fits(known.provider, talk) if talk else None,
            agent=known.agent,
            archived=(known.provider, known.name) in archived,
            deleted_ms=deleted.get(file or ""),
        )

    return tuple(row(entry) for entry in shown)
