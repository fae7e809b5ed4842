"""Which sessions a query lets through, and what docs must be like: the query's fields for the library."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, structs

from tally_tui.ledger.ask_filter import check_session, filtered, overlap
from tally_tui.library.facets import Facet
from tally_tui.library.phrases import Sought, sought
from tally_tui.library.search import Session, Wanted
from tally_tui.model import Provider, Span
from tally_tui.query import TEXT, Query, QueryError, Value

if TYPE_CHECKING:
    from tally_tui.query import Term

_OF_SESSIONS: Final = """main.session s
    LEFT JOIN main.facet f ON f.session = s.id
    LEFT JOIN main.session t ON t.id = s.root
    LEFT JOIN main.folder d ON d.id = coalesce(f.project, f.folder, s.project, s.folder)"""
"""Every session, also those without a call, with each of its facets: see `ledger.ask.FROM`."""
_IN_LEDGER: Final = frozenset({"project", "model", "branch", "version", "cost", "tokens"})
_HERE: Final = frozenset({"error", "gone", "duplicate", "bookmarked"})
"""What `is:` takes that the library knows itself; the rest the ledger knows of whole sessions."""


def wanted(
    query: Query,
    ledger: sqlite3.Connection | None,
    *,
    facets: frozenset[Facet] = frozenset(Facet),
    typing: bool = False,
    span: Span | None = None,
    memory: dict[Any, Any] | None = None,
    can_bookmark: bool = False,
) -> Wanted:
    """What the library is to look for.

    Args:
        ledger: knows projects, models, branches and cost; without one such terms are errors.
        facets: which kinds of text; `role:` narrows them further.
        typing: the last word may go on.
        span: narrows the query's own.
        can_bookmark: whether whoever asks knows what is bookmarked.
        memory: where the sessions that a term lets through are remembered for the next keystroke.

    Raises:
        QueryError: a term cannot be asked here.
    """
    texts = list(query.of(TEXT))
    last = texts[-1] if texts and typing and texts[-1].end == len(query.text) else None
    found = Wanted(
        terms=tuple(sought(term, typing=term is last) for term in texts),
        facets=facets,
        span=overlap(query.span, span or Span()),
    )
    outside: list[Term] = []
    tests: list[Callable[[Session], bool]] = []
    for term in query.terms:
        match term.field:
            case "text":
                pass
            case "role":
                _check_roles(query, term)
                found = replace(found, facets=found.facets & {each for each in Facet if _role(term, each)})
            case "tool":
                found = replace(found, tools=(*found.tools, (_AnyOf(term.values), term.negated)))
            case "file":
                found = replace(found, paths=(*found.paths, (_AnyOf(term.values), term.negated)))
            case "provider":
                tests.append(lambda session, term=term: term.matches(Provider(session[0]).word))  # type: ignore[misc]
            case "session":
                if ledger is not None:
                    check_session(ledger, query, term)
                tests.append(lambda session, term=term: _named(term, session[1]))  # type: ignore[misc]
            case "is" if not _HERE.isdisjoint(term.words):
                if "bookmarked" in term.words and not can_bookmark:
                    raise _error(query, term, "bookmarks are not searched here")
                found = _flagged(found, term, query)
            case _:
                outside.append(term)
    if outside:
        if ledger is None:
            raise _error(query, outside[0], "only the ledger knows this, and there is none yet")
        known = _from_ledger(ledger, tuple(outside), memory)
        tests.append(lambda session: session in known)
    if tests:
        found = replace(found, sessions=lambda session: all(test(session) for test in tests))
    return found


def highlighted(found: Wanted) -> tuple[Sought, ...]:
    """The terms whose places are shown."""
    return tuple(term for term in found.terms if not term.negated)


def _role(term: Term, facet: Facet) -> bool:
    return any(value.matches(word) for value in term.values for word in _role_words(facet)) != term.negated


def _role_words(facet: Facet) -> list[str]:
    return {"user": "user prompt human", "assistant": "assistant model reply"}.get(facet.role, facet.role).split()


def _check_roles(query: Query, term: Term) -> None:
    for value in term.values:
        if not any(value.matches(word) for facet in Facet for word in _role_words(facet)):
            roles = ", ".join(dict.fromkeys(facet.role for facet in Facet))
            raise _error(query, term, f"role: does not know {value.text!r}", f"It takes {roles}.")


class _AnyOf(Struct, frozen=True):
    """Whether a name is any of some values; equal ones are equal tests, so that what passed can be remembered."""

    values: tuple[Value, ...]

    def __call__(self, name: str) -> bool:
        return any(value.matches(name) for value in self.values)


def _named(term: Term, name: str) -> bool:
    """A subagent is found by its own name and by that of the session at the top."""
    root = name.partition("/")[0]
    return any(value.matches(name) or value.matches(root) for value in term.values) != term.negated


def _flagged(found: Wanted, term: Term, query: Query) -> Wanted:
    if len(term.words) > 1:
        raise _error(query, term, f"is:{','.join(term.words)} cannot be asked at once here", "ask for one of them")
    match term.words[0]:
        case "error":
            return replace(found, error=not term.negated)
        case "gone":
            return replace(found, gone=not term.negated)
        case "duplicate":
            return replace(found, copied=not term.negated)
    return replace(found, bookmarked=not term.negated)


def _from_ledger(
    ledger: sqlite3.Connection, terms: tuple[Term, ...], memory: dict[Any, Any] | None
) -> frozenset[Session]:
    version = ledger.execute("PRAGMA data_version").fetchone()[0]
    key = ("sessions", version, tuple(structs.replace(term, start=0, end=0) for term in terms))
    if memory is not None and key in memory:
        remembered: frozenset[Session] = memory[key]
        return remembered
    sums = [term for term in terms if term.field in ("cost", "tokens")]
    found: set[Session] | None = None
    for term in terms:
        if term in sums:
            continue
        chosen = filtered(ledger, Query((term,)))
        rows = ledger.execute(
            f"SELECT DISTINCT s.provider, s.name FROM {_OF_SESSIONS} WHERE {chosen.where}", chosen.values
        )
        some = {(int(provider), str(name)) for provider, name in rows}
        found = some if found is None else found & some
    if sums:
        within = _within(ledger, sums)
        found = within if found is None else found & within
    result = frozenset(found or ())
    if memory is not None:
        for old in [each for each in memory if each[0] == "sessions"][:-20]:
            del memory[old]
        memory[key] = result
    return result


def _within(ledger: sqlite3.Connection, terms: Iterable[Term]) -> set[Session]:
    """Sessions whose root came to as much as is asked for, subagents included."""
    sums: Mapping[int, tuple[int, int]] = {
        root: (cost, tokens)
        for root, cost, tokens in ledger.execute(
            "SELECT s.root, sum(r.cost), sum(r.input + r.write_5m + r.write_1h + r.cache_read + r.output) "
            "FROM rollup r JOIN facet f ON f.id = r.facet JOIN session s ON s.id = f.session "
            "WHERE f.reason = 0 GROUP BY s.root"
        )
    }
    found = set()
    for root, provider, name in ledger.execute("SELECT root, provider, name FROM session"):
        cost, tokens = sums.get(root, (0, 0))
        if all(term.holds(cost if term.field == "cost" else tokens) for term in terms):
            found.add((int(provider), str(name)))
    return found


def _error(query: Query, term: Term, why: str, suggestion: str = "") -> QueryError:
    return QueryError(why, query.text, term.start, term.end, suggestion)
