"""Where sums come from: the lines, files and doubts behind them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from tally_tui.ledger.ask import Choice
from tally_tui.model import Flag, Provider


class Lines(NamedTuple):
    """The log lines behind some calls."""

    lines: int
    claude: int
    """Claude calls among them."""
    unfinished: int
    """Claude calls none of whose lines says why the model stopped."""


def lines_behind(db: sqlite3.Connection, choice: Choice, since: int, until: int) -> Lines:
    """The lines behind a choice's calls in [since, until); the choice is grouped by provider."""
    row = db.execute(
        "SELECT sum(c.lines), sum(g.key_provider = :claude), "
        "sum(g.key_provider = :claude AND NOT c.flags & :stopped) "
        "FROM main.call c CROSS JOIN temp.chosen g ON g.id = c.facet "
        "WHERE c.ts >= :since AND c.ts < :until AND g.counts",
        {"claude": int(Provider.CLAUDE), "stopped": Flag.STOPPED, "since": since, "until": until},
    ).fetchone()
    return Lines(*(value or 0 for value in row))


def skipped_lines(db: sqlite3.Connection, kind: str) -> dict[str, int]:
    """Lines that were not used, the most frequent first: `unreadable` by reason, `unknown` by type."""
    rows = db.execute(
        "SELECT name, sum(lines) AS count FROM skipped WHERE kind = ? "
        "GROUP BY name ORDER BY count DESC, name",
        (kind,),
    )
    return dict(rows)


def files(db: sqlite3.Connection) -> tuple[int, int]:
    """How many log files the ledger knows, and how many of them are gone."""
    known, gone = db.execute("SELECT count(*), count(gone_at) FROM file").fetchone()
    return known, gone


def own_totals(db: sqlite3.Connection, roots: Iterable[int]) -> dict[int, int]:
    """Root session → the agent's own running total of it in nano-dollars, where it stated one.

    A fork goes on with the total of its origin, and both say that one process began: of such totals only what
    each has more than the ones before it is its own. An origin that went on after its fork may hide some of it.
    """
    wanted = set(roots)
    alone: dict[int, int] = {}
    families: dict[int, list[tuple[int, int, str, int, int]]] = {}
    for session, cost, started, began, name in db.execute(
        "SELECT c.session, c.cost, c.started, s.first_ts, s.name FROM cost_state c JOIN session s ON s.id = c.session "
        "WHERE c.cost > 0"
    ):
        if started is None:
            alone[session] = cost
        else:
            families.setdefault(started, []).append((began or 0, 0, name, session, cost))
    for members in families.values():
        if len(members) > 1:
            # Copies keep their times: then the origin is the one that most of the calls are counted for.
            members = [
                (began, -_counted(db, session), name, session, cost) for began, _, name, session, cost in members
            ]
        inherited: list[int] = []
        for *_, session, cost in sorted(members):
            alone[session] = cost - max((each for each in inherited if each <= cost), default=0)
            inherited.append(cost)
    return {root: cost for root, cost in alone.items() if cost and root in wanted}


def _counted(db: sqlite3.Connection, root: int) -> int:
    """What the calls of a session and its subagents cost, in nano-dollars."""
    return int(db.execute(
        "SELECT coalesce(sum(r.cost), 0) FROM session s JOIN facet f ON f.session = s.id AND f.reason = 0 "
        "JOIN rollup r ON r.facet = f.id WHERE s.root = ?",
        (root,),
    ).fetchone()[0])  # fmt: skip


def low_confidence(db: sqlite3.Connection, roots: Iterable[int]) -> int:
    """How many of some root sessions, with their subagents, had replays told by timing alone."""
    wanted = set(roots)
    return sum(root in wanted for (root,) in db.execute("SELECT root FROM session WHERE low_confidence"))
