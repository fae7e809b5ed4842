"""From a query to the facets it lets through, as SQL.

Names are matched in Python, over the few distinct ones the ledger has, so that they match as the query
language says, whatever the alphabet; SQL is then given the values that matched.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tally_tui.ledger.ask_folders import any_spelling, folders_meant, folders_named, projects_meant
from tally_tui.ledger.ask_names import project_names
from tally_tui.ledger.ask_readings import homes_of
from tally_tui.ledger.talks import talks
from tally_tui.model import NANO, TIER_WORDS, PriceStatus, Provider, Reason, Span
from tally_tui.query.terms import caseless, composed
from tally_tui.rules.accounts import account_words
from tally_tui.rules.context_windows import window_of

if TYPE_CHECKING:
    from tally_tui.query import Query, Term

Exactly: TypeAlias = tuple[str, str | None]
"""A field and the value it must have, as reports tell it in their keys; None: the logs do not say."""

CALL_TOKENS: Final = "(c.input + c.write_5m + c.write_1h + c.cache_read + c.output)"
_Condition: TypeAlias = tuple[str, list[Any]]
_Matches: TypeAlias = Callable[[str | None], bool]


class SumTest(Struct, frozen=True):
    """`cost:` (nano-dollars) or `tokens:`: a number from `low` to `high`, both included; None is open."""

    name: str
    low: int | None
    high: int | None
    negated: bool

    def condition(self, number: str) -> _Condition:
        ends = [(number, sign, end) for sign, end in ((">=", self.low), ("<=", self.high)) if end is not None]
        within = " AND ".join(f"{number} {sign} ?" for number, sign, _ in ends) or "TRUE"
        return f"{'NOT ' if self.negated else ''}({within})", [end for _, _, end in ends]


class Filter(Struct, frozen=True):
    """What a query lets through: a condition on `ask.FROM`, and what only sums can tell."""

    span: Span = Span()
    where: str = "TRUE"
    values: tuple[Any, ...] = ()
    duplicates: bool = False
    """Whether duplicates are asked for: then what is let through is summed, counted or not."""
    sums: tuple[SumTest, ...] = ()

    def of_roots(self, roots: Sequence[int], span: Span) -> Filter:
        """The same, of some root sessions (by their rows) and of another span."""
        sql, values = _among("s.root", roots)
        return replace(self, where=f"({self.where}) AND {sql}", values=(*self.values, *values), span=span)


def overlap(one: Span, other: Span) -> Span:
    """The time that two spans share; empty (not open) where they share none."""
    since = max((at for at in (one.since, other.since) if at is not None), default=None)
    until = min((at for at in (one.until, other.until) if at is not None), default=None)
    return Span(since, until if since is None or until is None else max(since, until))


def filtered(
    db: sqlite3.Connection,
    query: Query | None = None,
    span: Span | None = None,
    where: Sequence[Exactly] = (),
    *,
    calls: bool = False,
) -> Filter:
    """What a query lets through of a span.

    With `calls` the condition is also on a call `c` of the facet: numbers and files are then the call's
    own, and duplicates are left out unless asked for. Without it numbers are for sums, and a session
    counts as gone or archived when any of its calls was seen in such a file.

    Raises:
        ValueError: a term or field that has no meaning for what was spent.
    """
    terms = query.terms if query else ()
    sums = [
        SumTest(term.field, term.low, term.high, term.negated)
        for term in terms
        if term.field in ("cost", "tokens")
    ]
    for term in terms:
        if term.field == "session" and query is not None:
            check_session(db, query, term)
    conditions = [_condition(db, term, calls) for term in terms if term.field not in ("cost", "tokens")]
    conditions += [_exactly(db, *each) for each in where]
    duplicates = any(
        not term.negated and (term.field == "reason" or (term.field == "is" and "duplicate" in term.words))
        for term in terms
    )
    if calls:
        conditions += [test.condition("c.cost" if test.name == "cost" else CALL_TOKENS) for test in sums]
        if not duplicates:
            conditions.append((f"f.reason = {Reason.COUNTED:d}", []))
    return Filter(
        span=overlap(query.span if query else Span(), span or Span()),
        where=" AND ".join(sql for sql, _ in conditions) or "TRUE",
        values=tuple(value for _, values in conditions for value in values),
        duplicates=duplicates,
        sums=() if calls else tuple(sums),
    )


FOLDER: Final = "coalesce(f.folder, s.folder)"
"""The folder that a call was made in, on `ask.FROM`."""
AGENT_TYPE: Final = "iif(s.kind = 'subagent', coalesce(s.agent_type, 'unknown'), NULL)"
"""The type of the subagent `s`; NULL for a session that no other started."""


def check_session(db: sqlite3.Connection, query: Query, term: Term) -> None:
    """Refuse an id that unrelated sessions have: it means one of them, and does not say which.

    Raises:
        QueryError: a value of a `session:` term is such an id.
    """
    from tally_tui.query import QueryError

    for value in term.values:
        if value.match == "none" or "@" in value.text or len(value.text) < 8:
            continue
        names = [
            str(name)
            for (name,) in db.execute(
                "SELECT name FROM session WHERE provider = ? AND parent IS NULL AND substr(name, 1, ?) = ? "
                "ORDER BY name",
                (int(Provider.CLAUDE), len(value.text) + 1, f"{value.text}@"),
            )
        ]
        if len(names) > 1:
            wanted = " or ".join(f"session:{name}" for name in names)
            raise QueryError(f"{len(names)} sessions have this id", query.text, term.start, term.end, f"write {wanted}")


_FLAGS: Final = {
    "subagent": "s.kind = 'subagent'",
    "unpriced": f"f.status = {PriceStatus.UNPRICED:d}",
    "estimated": f"f.status = {PriceStatus.ESTIMATED:d}",
    "inferred": "f.inferred",
    "duplicate": f"f.reason <> {Reason.COUNTED:d}",
}
_KEPT: Final = {
    "bookmarked": "mark WHERE bookmarked AND item = ''",
    "hidden": "hidden_session",
}
"""What a person keeps of sessions: it holds for their subagents too."""
_FILES: Final = {
    "gone": "gone_at IS NOT NULL",
    "archived": "path LIKE '%/archived\\_sessions/%' ESCAPE '\\'",
}


_TALK: Final = {"length": "turns + replies", "context": "context"}
"""What is asked of a session's own conversation: it holds for its subagents too."""


def _flag(db: sqlite3.Connection, flag: str, calls: bool) -> str:
    if flag in _FLAGS:
        return _FLAGS[flag]
    if flag in _KEPT:
        chosen = f"(SELECT provider, session FROM main.{_KEPT[flag]})"
        return f"((s.provider, s.name) IN {chosen} OR (t.provider, t.name) IN {chosen})"
    if flag == "archived":
        # What Codex put away, and what a person keeps in ours.
        ours = "(t.provider, t.name) IN (SELECT provider, session FROM main.archived)"
        return f"({_in_files(db, flag, calls)} OR {ours})"
    return _in_files(db, flag, calls)


def _in_files(db: sqlite3.Connection, flag: str, calls: bool) -> str:
    if flag not in _FILES:
        raise ValueError(f"is:{flag} says nothing about what was spent")
    files = f"SELECT id FROM main.file WHERE {_FILES[flag]}"
    if calls:
        return f"c.file IN ({files})"
    if not db.execute(f"{files} LIMIT 1").fetchone():
        return "FALSE"  # spares a walk over all calls
    return (
        "s.id IN (SELECT session FROM main.facet WHERE id IN "
        f"(SELECT facet FROM main.call WHERE file IN ({files})))"
    )


def _condition(db: sqlite3.Connection, term: Term, calls: bool) -> _Condition:
    match term.field:
        case "text":
            found = _text(db, term)
        case "is":
            found = " OR ".join(_flag(db, word, calls) for word in term.words), []
        case "reason":
            reasons = [int(Reason[word.upper()]) for word in term.words]
            found = _among("f.reason", reasons)
        case "provider":
            found = _among("f.provider", [int(Provider[word.upper()]) for word in term.words])
        case "context" if term.percent:
            found = _among("s.root", _filled(db, term))
        case "length" | "context":
            told = SumTest(term.field, term.low, term.high, False).condition(f"max({_TALK[term.field]})")
            found = f"s.root IN (SELECT session FROM main.talk GROUP BY session HAVING {told[0]})", told[1]
        case "project":
            found = _of_projects(db, any_spelling(db, term))
        case "folder":
            matches = any_spelling(db, term)
            found = _among(FOLDER, folders_meant(db, matches), none=matches(None))
        case "model" | "subagent" | "account" | "session" | "branch" | "version":
            found = _named(db, term.field, lambda name: any(value.matches(name) for value in term.values))
        case _:
            raise ValueError(f"{term.field}: says nothing about what was spent")
    return _negated(*found) if term.negated else (f"({found[0]})", found[1])


def _filled(db: sqlite3.Connection, term: Term) -> list[int]:
    """The sessions whose context is so full; not those of which nothing tells how much fits."""
    low, high = (0 if term.low is None else term.low), term.high
    providers: dict[int, int] = dict(db.execute("SELECT id, provider FROM main.session"))
    found = []
    for session, talk in talks(db).items():
        window = window_of(Provider(providers[session]), talk.model, talk.window, talk.peak)
        full = talk.context * 100 * NANO // window if window and talk.context else None
        if full is not None and low <= full and (high is None or full <= high):
            found.append(session)
    return found


def _text(db: sqlite3.Connection, term: Term) -> _Condition:
    """Words are looked for in everything that names a call: project, model, branch, title, session."""
    wanted = term.values[0].text
    if term.op == "regex":
        pattern = term.regex()
    else:
        start = r"(?<!\w)" if term.op == "prefix" else ""
        pattern = re.compile(start + re.escape(caseless(wanted)))

    def matches(name: str | None) -> bool:
        return bool(name and pattern.search(composed(name) if term.op == "regex" else caseless(name)))

    parts = [_named(db, field, matches) for field in ("project", "model", "branch", "title")]
    return " OR ".join(sql for sql, _ in parts), [value for _, values in parts for value in values]


def _named(db: sqlite3.Connection, field: str, matches: _Matches) -> _Condition:
    if field == "project":
        return _of_projects(db, matches)
    if field in ("session", "title"):
        columns = "s.name, t.name" if field == "session" else "s.title, t.title, s.agent, s.name, t.name"
        sessions = [
            number
            for number, *told in db.execute(
                f"SELECT s.id, {columns} FROM session s LEFT JOIN session t ON t.id = s.root"
            )
            if any(matches(name) for name in told if name)
        ]
        return _among("s.id", sessions)
    if field == "subagent":
        kinds = {kind for (kind,) in db.execute(f"SELECT DISTINCT {AGENT_TYPE} FROM session s")}
        return _among(AGENT_TYPE, (kind for kind in kinds if kind and matches(kind)), none=matches(None))
    if field == "account":
        homes = {home for provider in Provider for home in homes_of(db, provider.word)}
        return _among("f.home", (home for home in homes if any(matches(word) for word in account_words(home))))
    found = [name for (name,) in db.execute(f"SELECT DISTINCT {field} FROM facet") if matches(name)]
    return _among(f"f.{field}", (name for name in found if name is not None), none=None in found)


def _of_projects(db: sqlite3.Connection, matches: _Matches) -> _Condition:
    return _among("d.id", projects_meant(db, matches), none=matches(None))


def _exactly(db: sqlite3.Connection, field: str, wanted: str | None) -> _Condition:
    match field:
        case "provider":
            return _among("f.provider", [int(Provider[wanted.upper()])] if wanted else [])
        case "project":
            roots = [root for root, name in project_names(db).items() if name == wanted]
            return _among("d.root", roots or ([""] if wanted is None else []), none=wanted is None)
        case "folder":
            return _among(FOLDER, folders_named(db, wanted) if wanted else [], none=wanted is None)
        case "session":
            return _among("t.name", [wanted])
        case "home":
            return "f.home = ?", [wanted or ""]
        case "subagent":
            return f"{AGENT_TYPE} IS ?", [wanted]
        case "instance":
            return (
                ("s.kind <> 'subagent'", [])
                if wanted is None
                else ("s.kind = 'subagent' AND s.name = ?", [wanted])
            )
        case "model":
            return "f.model = ?", [wanted or ""]
        case "branch" | "version":
            return f"nullif(f.{field}, '') IS ?", [wanted]
        case "tier":
            return "f.tier = ?", [TIER_WORDS.index(wanted or TIER_WORDS[0])]
    raise ValueError(f"{field!r} is nothing that calls can be chosen by")


def _among(column: str, values: Iterable[Any], *, none: bool = False) -> _Condition:
    known = f"{column} IN (SELECT value FROM json_each(?))"
    return f"({known} OR {column} IS NULL)" if none else known, [json.dumps(list(values), ensure_ascii=False)]


def _negated(sql: str, values: list[Any]) -> _Condition:
    # What the logs do not say is not what was excluded.
    return f"NOT coalesce(({sql}), FALSE)", values
