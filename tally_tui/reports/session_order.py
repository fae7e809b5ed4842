"""Sessions in an order, a page at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, Final, Literal, TypeAlias, cast

from tally_tui.ledger.ask_names import project_names
from tally_tui.ledger.ask_sessions import SessionSums, first_and_last, session_facts, titles
from tally_tui.ledger.talks import Talk, talks
from tally_tui.model import Provider
from tally_tui.rules.context_windows import window_of

Sort: TypeAlias = Literal[
    "last", "started", "cost", "tokens", "calls", "length", "context", "title", "project", "branch", "model"
]

BY_NAME: Final = frozenset({"title", "project", "branch", "model"})
"""The orders that begin with A unless turned round."""


def ordered(
    db: sqlite3.Connection,
    roots: dict[int, SessionSums],
    sort: Sort,
    descending: bool,
    span: tuple[int, int],
    page: tuple[int, int],
) -> list[SessionSums]:
    """The roots in places [page[0], page[1]) of an order, their calls being in a span (instants, ms).

    What the logs do not say comes last, whichever way round. Inside a `snapshot`.
    """
    entries = list(roots.values())
    if sort in ("last", "started"):
        return _by_time(db, entries, sort == "last", descending, span, page)
    if sort in ("cost", "tokens", "calls"):
        entries.sort(key=lambda entry: (_size(entry, sort), entry.session), reverse=descending)
    else:
        value = _values(db, roots, sort)
        # Of equals the latest comes first, whichever way round: this sort is stable.
        entries.sort(key=lambda entry: (entry.last_slot, entry.session), reverse=True)
        known = [entry for entry in entries if value(entry) is not None]
        known.sort(key=lambda entry: cast(Any, value(entry)), reverse=descending)
        entries = known + [entry for entry in entries if value(entry) is None]
    return entries[slice(*page)]


def _size(entry: SessionSums, sort: str) -> int:
    sums = entry.all
    return {"cost": sums.cost, "tokens": sums.tokens.total, "calls": sums.calls}[sort]


def _values(db: sqlite3.Connection, roots: Iterable[int], sort: str) -> Callable[[SessionSums], Any]:
    """What a session is ordered by; None: the logs do not say."""
    if sort == "title":
        named = titles(db)
        return lambda entry: named[entry.session].casefold() or None
    if sort == "model":
        return lambda entry: min(entry.models, key=lambda model: (-entry.models[model], model), default="") or None
    facts = session_facts(db, roots)
    if sort == "branch":
        return lambda entry: (facts[entry.session].branch or "").casefold() or None
    if sort == "project":
        projects = project_names(db)
        return lambda entry: projects.get(facts[entry.session].root_folder or "", "").casefold() or None
    told = talks(db)

    def length(entry: SessionSums) -> int | None:
        talk = told.get(entry.session)
        return talk.turns + talk.replies if talk else None

    def context(entry: SessionSums) -> tuple[float, int] | None:
        # Where nothing tells how much fits, tokens alone say nothing of how full it is: behind all that is known.
        talk = told.get(entry.session)
        if talk is None or not talk.context:
            return None
        window = fits(facts[entry.session].provider, talk)
        return (talk.context / window if window else -1.0, talk.context)

    return length if sort == "length" else context


def fits(provider: int, talk: Talk) -> int | None:
    """The tokens that fit into a session's context; None: nothing tells."""
    return window_of(Provider(provider), talk.model, talk.window, talk.peak)


def _by_time(
    db: sqlite3.Connection,
    entries: list[SessionSums],
    by_last: bool,
    descending: bool,
    span: tuple[int, int],
    page: tuple[int, int],
) -> list[SessionSums]:
    """A page by last or first call. Slots tell most of the order; only around the page must calls be looked at."""

    def slot(entry: SessionSums) -> int:
        return entry.last_slot if by_last else entry.first_slot

    offset, end = page
    entries.sort(key=slot, reverse=descending)
    shown = entries[offset:end]
    if not shown:
        return []
    slots = {slot(shown[0]), slot(shown[-1])}
    before = sum(1 for entry in entries[:offset] if slot(entry) in slots)
    near = shown + [entry for entry in (*entries[:offset], *entries[end:]) if slot(entry) in slots]
    at = {entry.session: first_and_last(db, entry, *span)[int(by_last)] for entry in near}
    near.sort(key=lambda entry: (at[entry.session], entry.session), reverse=descending)
    return near[before : before + len(shown)]
