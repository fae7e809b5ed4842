"""Sessions with their sums: each its own, and each root with its subagents'."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from tally_tui.ledger.ask import Choice, Sums
from tally_tui.model import SLOT_MS
from tally_tui.rules.redaction import masked_title


class SessionSums(Struct):
    """One session's part of a span: what it and its subagents (`all`) and it alone (`own`) came to."""

    session: int
    all: Sums = field(default_factory=Sums)
    own: Sums = field(default_factory=Sums)
    models: dict[str, int] = field(default_factory=dict)
    """Model → nano-dollars, subagents' included; '' where the logs name none."""
    first_slot: int = 1 << 62
    last_slot: int = -1
    groups: list[int] = field(default_factory=list)
    """The choice's groups of it and its subagents."""
    below: set[int] = field(default_factory=set)
    """The subagents with calls in the span, of any depth."""
    began: int | None = None
    """When a conversation without calls began, ms; None where there are calls."""


class SessionFacts(Struct, frozen=True):
    """What the ledger knows of a session whatever the span."""

    provider: int
    name: str
    parent: str | None
    title: str
    root_folder: str | None
    folder: str | None
    branch: str | None
    version: str | None
    agent: str | None


PROJECT = "coalesce(s.project, s.folder)"
"""The folder whose root is the project of a session `s`."""
KEYS = ("own", "model")
"""What a choice is grouped by that `session_sums` is asked of."""


def session_sums(db: sqlite3.Connection, choice: Choice, since: int, until: int) -> dict[int, SessionSums]:
    """Every session that has calls in [since, until), or whose subagents have, by its row in the ledger."""
    keys = choice.keys(KEYS)
    parents: dict[int, int | None] = dict(
        db.execute("SELECT id, parent FROM session WHERE parent IS NOT NULL")
    )
    found: dict[int, SessionSums] = {}
    for group, sums, first, last in choice.sums_and_slots(since, until):
        own, model = keys[group]
        (root,) = sums.roots
        at: int | None = own
        above: list[int] = []
        while at is not None and at not in above:
            above.append(at)
            at = parents.get(at)
        if above[-1] != root:  # a root that no chain of parents leads to
            above.append(root)
        for session in above:
            entry = found.get(session)
            if entry is None:
                entry = found[session] = SessionSums(session)
            entry.all.add(sums)
            entry.models[model or ""] = entry.models.get(model or "", 0) + sums.cost
            entry.first_slot = min(entry.first_slot, first)
            entry.last_slot = max(entry.last_slot, last)
            entry.groups.append(group)
            if session == own:
                entry.own.add(sums)
            else:
                entry.below.add(own)
    return found


def first_and_last(db: sqlite3.Connection, entry: SessionSums, since: int, until: int) -> tuple[int, int]:
    """The instants of the first and the last call of an entry in [since, until), epoch milliseconds.

    Of a conversation without calls: when it began.
    """
    if entry.began is not None:
        return entry.began, entry.began
    groups = json.dumps(entry.groups)

    def at_edge(edge: str, slot: int) -> int:
        start, end = max(slot * SLOT_MS, since), min((slot + 1) * SLOT_MS, until)
        (ts,) = db.execute(
            f"SELECT {edge}(c.ts) FROM main.call c INDEXED BY call_ts "
            "CROSS JOIN temp.chosen g ON g.id = c.facet "
            "WHERE c.ts >= ? AND c.ts < ? AND g.counts AND g.grouped IN (SELECT value FROM json_each(?))",
            (start, end, groups),
        ).fetchone()
        return start if ts is None else int(ts)  # None: a rollup out of step, which `verify` tells of

    return at_edge("min", entry.first_slot), at_edge("max", entry.last_slot)


def titles(db: sqlite3.Connection) -> dict[int, str]:
    """Session row → its title, or what kind of subagent it is; '' when it has neither."""
    rows = db.execute("SELECT id, coalesce(title, agent, '') FROM session")
    return {number: masked_title(title) for number, title in rows}


def session_facts(db: sqlite3.Connection, sessions: Iterable[int]) -> dict[int, SessionFacts]:
    """What the ledger knows of some sessions."""
    rows = db.execute(
        "SELECT s.id, s.provider, s.name, p.name, coalesce(s.title, s.agent, ''), d.root, w.path, "
        "s.branch, s.version, s.agent FROM session s LEFT JOIN session p ON p.id = s.parent "
        f"LEFT JOIN folder d ON d.id = {PROJECT} LEFT JOIN folder w ON w.id = coalesce(s.start_folder, s.folder) "
        "WHERE s.id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(sessions)),),
    )
    return {row[0]: SessionFacts(row[1], row[2], row[3], masked_title(row[4]), *row[5:]) for row in rows}


def session_files(db: sqlite3.Connection, sessions: Sequence[int]) -> dict[int, tuple[str, bool]]:
    """Session row → a file of its own calls, and whether that is gone; an existing one where there is one."""
    found: dict[int, tuple[str, bool]] = {}
    for session in sessions:
        # One call of each facet tells: a facet's calls seldom come from more than one file.
        row = db.execute(
            "SELECT x.path, x.gone_at IS NOT NULL AS gone FROM facet f JOIN file x ON x.id = "
            "(SELECT c.file FROM call c WHERE c.facet = f.id LIMIT 1) "
            "WHERE f.session = ? ORDER BY gone, f.reason, f.id DESC LIMIT 1",
            (session,),
        ).fetchone()
        if row:
            found[session] = (row[0], bool(row[1]))
    return found


def rows_named(db: sqlite3.Connection, names: Iterable[str]) -> list[int]:
    """The rows of the sessions with these ids."""
    sql = "SELECT id FROM session WHERE name IN (SELECT value FROM json_each(?))"
    return [number for (number,) in db.execute(sql, (json.dumps(list(names)),))]


def roots_between(db: sqlite3.Connection, since: int, until: int) -> list[int]:
    """The root sessions that have counted calls in [since, until), by their rows."""
    return [
        root
        for (root,) in db.execute(
            "SELECT DISTINCT s.root FROM call c INDEXED BY call_ts JOIN facet f ON f.id = c.facet "
            "JOIN session s ON s.id = f.session WHERE c.ts >= ? AND c.ts < ? AND f.reason = 0",
            (since, until),
        )
    ]


def first_call(db: sqlite3.Connection, roots: Sequence[int]) -> int | None:
    """The instant of the first counted call of some root sessions and their subagents."""
    (ts,) = db.execute(
        "SELECT min(c.ts) FROM session s JOIN facet f ON f.session = s.id JOIN call c ON c.facet = f.id "
        "WHERE s.root IN (SELECT value FROM json_each(?)) AND f.reason = 0",
        (json.dumps(list(roots)),),
    ).fetchone()
    return None if ts is None else int(ts)
