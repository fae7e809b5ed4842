"""Which sessions spent what, their subagents' cost rolled up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from tally_tui.ledger import ask
from tally_tui.ledger.ask import Mode, Sums
from tally_tui.ledger.ask_filter import Exactly, Filter, filtered
from tally_tui.ledger.ask_names import project_names
from tally_tui.ledger.ask_sessions import (
    KEYS,
    SessionSums,
    first_and_last,
    session_facts,
    session_files,
    session_sums,
    titles,
)
from tally_tui.model import Provider, Span
from tally_tui.reports.answers import SessionRow, Sessions
from tally_tui.reports.figures import figures

if TYPE_CHECKING:
    from tally_tui.query import Query

Sort = Literal["last", "cost", "tokens", "calls", "title"]


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
) -> Sessions:
    """The root sessions with calls in a span; figures, models and times are of the span's calls.

    Args:
        db: the ledger.
        tz: the zone that times will be shown in.
        query: which calls; its own span narrows `span`. `cost:` and `tokens:` choose root sessions.
        span: which time, in epoch milliseconds.
        sort: by last call, cost, tokens, calls (all of them with subagents) or title.
        limit: how many roots to answer with, from the `offset`th on; None: all.
        include_subagents: put each root's subagents (of any depth) behind it, the earliest first.
        mode: which cost, as in `usage`.
        where: exact values, as in `usage`.
    """
    with ask.snapshot(db):
        return listed(
            db, filtered(db, query, span, where), tz=tz, sort=sort, descending=descending, limit=limit,
            offset=offset, include_subagents=include_subagents, mode=mode,
        )  # fmt: skip


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
) -> Sessions:
    """The same for a filter at hand; inside a snapshot."""
    since, until = ask.within(chosen.span, ask.data_span(db))
    if since >= until:
        return Sessions(tz.key, chosen.span, (), 0, figures(Sums()))
    with ask.choose(db, chosen, keys=KEYS, mode=mode) as choice:
        choice.keep_roots(chosen.sums, since, until)
        found = session_sums(db, choice, since, until)
        roots = {root: found[root] for root in {root for entry in found.values() for root in entry.all.roots}}
        total = Sums()
        for entry in roots.values():
            total.add(entry.all)
        end = len(roots) if limit is None else offset + limit
        if sort == "last":
            page = _newest(db, list(roots.values()), since, until, descending, offset, end)
        else:
            page = _ordered(db, roots.values(), sort, descending)[offset:end]
        shown = [
            entry
            for root in page
            for entry in (root, *(_subagents(root, found) if include_subagents else ()))
        ]
        times = {entry.session: first_and_last(db, entry, since, until) for entry in shown}
    return Sessions(
        timezone=tz.key,
        span=chosen.span,
        rows=_rows(db, shown, times),
        total_rows=len(roots),
        totals=figures(total),
    )


def _subagents(root: SessionSums, found: dict[int, SessionSums]) -> list[SessionSums]:
    below = [found[session] for session in root.below]
    return sorted(below, key=lambda entry: (entry.first_slot, entry.session))


def _ordered(
    db: sqlite3.Connection, entries: Iterable[SessionSums], sort: Sort, descending: bool
) -> list[SessionSums]:
    if sort == "title":
        named = titles(db)
        return sorted(
            entries, key=lambda entry: (named[entry.session].casefold(), entry.session), reverse=descending
        )

    def size(entry: SessionSums) -> tuple[int, int]:
        sums = entry.all
        number = {"cost": sums.cost, "tokens": sums.tokens.total, "calls": sums.calls}[sort]
        return number, entry.session

    return sorted(entries, key=size, reverse=descending)


def _newest(
    db: sqlite3.Connection,
    entries: list[SessionSums],
    since: int,
    until: int,
    descending: bool,
    offset: int,
    end: int,
) -> list[SessionSums]:
    """A page by last call. Slots tell most of the order; only around the page must calls be looked at."""
    entries.sort(key=lambda entry: entry.last_slot, reverse=descending)
    page = entries[offset:end]
    if not page:
        return []
    slots = {page[0].last_slot, page[-1].last_slot}
    before = sum(1 for entry in entries[:offset] if entry.last_slot in slots)
    near = page + [entry for entry in (*entries[:offset], *entries[end:]) if entry.last_slot in slots]
    last = {entry.session: first_and_last(db, entry, since, until)[1] for entry in near}
    near.sort(key=lambda entry: (last[entry.session], entry.session), reverse=descending)
    return near[before : before + len(page)]


def _rows(
    db: sqlite3.Connection, shown: Sequence[SessionSums], times: dict[int, tuple[int, int]]
) -> tuple[SessionRow, ...]:
    numbers = [entry.session for entry in shown]
    facts, files, projects = session_facts(db, numbers), session_files(db, numbers), project_names(db)

    def row(entry: SessionSums) -> SessionRow:
        known = facts[entry.session]
        first, last = times[entry.session]
        file, gone = files.get(entry.session, (None, False))
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
        )

    return tuple(row(entry) for entry in shown)
