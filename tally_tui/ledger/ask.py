"""Asking the ledger: choose facets, then sum their calls over stretches of time.

A question is asked in two steps. `choose` writes the facets that a filter lets through to a small
table in memory, each with its group and its root session. `Choice.sums` then adds up rollups of those
facets, stretch by stretch; where a stretch begins or ends inside a slot, its edge comes from the calls.

Stretches are walked one statement each, in the order of the rollup's key: SQLite then needs no sorting
to group by time, which would cost more than the sums.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Literal

from msgspec import Struct, field

from tally_tui.ledger.ask_filter import AGENT_TYPE, FOLDER, Filter, SumTest
from tally_tui.model import SLOT_MS, PriceStatus, Reason, Span, Tokens

Mode = Literal["auto", "calculate", "display"]
MODES: Final = ("auto", "calculate", "display")
"""`calculate`: our cost; `display`: only what logs state; `auto`: what logs state, else our cost."""

_NO_PRICE: Final = f"f.status = {PriceStatus.UNPRICED:d}"
_STAND_IN: Final = f"f.status = {PriceStatus.ESTIMATED:d}"
UNPRICED: Final[dict[Mode, str]] = {
    "calculate": _NO_PRICE,
    "display": "NOT f.recorded",
    "auto": f"{_NO_PRICE} AND NOT f.recorded",
}
"""Which facets `f` have no cost in a mode, as SQL."""
ESTIMATED: Final[dict[Mode, str]] = {
    "calculate": _STAND_IN,
    "display": "0",
    "auto": f"{_STAND_IN} AND NOT f.recorded",
}

FROM: Final = """main.facet f
    JOIN main.session s ON s.id = f.session
    LEFT JOIN main.session t ON t.id = s.root
    LEFT JOIN main.folder d ON d.id = coalesce(f.project, f.folder, s.project, s.folder)"""
"""A facet `f`, its session `s`, that session's root `t`, and a folder `d` whose root is the call's project."""

_NAME: Final = f"SELECT coalesce(nullif(w.name, ''), w.path) FROM main.folder w WHERE w.id = {FOLDER}"

KEYS: Final = {
    "provider": "f.provider",
    "model": "nullif(f.model, '')",
    "project": "nullif(d.root, '')",
    "folder": f"({_NAME})",
    "session": "s.root",
    "branch": "nullif(f.branch, '')",
    "version": "nullif(f.version, '')",
    "subagent": AGENT_TYPE,
    "instance": "iif(s.kind = 'subagent', s.id, NULL)",
    "own": "s.id",
}
"""What a facet can be grouped by, and what its group is told by: a project by its root folder, a folder by its
one name, sessions by their rows (`session` by the root's, `own` by its own)."""


class Sums(Struct):
    """The sums of some calls; units as everywhere. `roots` are ids of their root sessions."""

    calls: int = 0
    input: int = 0
    write_5m: int = 0
    write_1h: int = 0
    cache_read: int = 0
    output: int = 0
    reasoning: int = 0
    cost: int = 0
    unobserved: int = 0
    unpriced_calls: int = 0
    unpriced_tokens: int = 0
    estimated_calls: int = 0
    inferred_calls: int = 0
    roots: set[int] = field(default_factory=set)

    @property
    def tokens(self) -> Tokens:
        return Tokens(self.input, self.write_5m, self.write_1h, self.cache_read, self.output, self.reasoning)

    def add(self, other: Sums) -> None:
        self.calls += other.calls
        self.input += other.input
        self.write_5m += other.write_5m
        self.write_1h += other.write_1h
        self.cache_read += other.cache_read
        self.output += other.output
        self.reasoning += other.reasoning
        self.cost += other.cost
        self.unobserved += other.unobserved
        self.unpriced_calls += other.unpriced_calls
        self.unpriced_tokens += other.unpriced_tokens
        self.estimated_calls += other.estimated_calls
        self.inferred_calls += other.inferred_calls
        self.roots |= other.roots


@contextmanager
def snapshot(db: sqlite3.Connection) -> Iterator[None]:
    """Let everything asked inside see one state of the ledger, whatever is written meanwhile."""
    if db.in_transaction:
        yield
        return
    db.execute("BEGIN")
    try:
        yield
    except BaseException:
        # SQLite ends the transaction itself after some errors, such as an interrupt while `temp.chosen` is filled:
        # the error itself is to be raised, not that there is no transaction any more.
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    db.execute("ROLLBACK")


def data_span(db: sqlite3.Connection) -> Span | None:
    """The slots that hold calls, as a span; None for an empty ledger."""
    first, last = db.execute(
        "SELECT (SELECT min(slot) FROM rollup), (SELECT max(slot) FROM rollup)"
    ).fetchone()
    return None if first is None else Span(first * SLOT_MS, (last + 1) * SLOT_MS)


def within(span: Span, held: Span | None) -> tuple[int, int]:
    """The part of a span, in epoch milliseconds, where the ledger holds calls; [0, 0) where there is none."""
    if held is None or held.since is None or held.until is None:
        return 0, 0
    since = held.since if span.since is None else max(span.since, held.since)
    until = held.until if span.until is None else min(span.until, held.until)
    return (since, until) if since < until else (0, 0)


class Choice:
    """Facets chosen by a filter, ready to be summed; made by `choose`."""

    def __init__(self, db: sqlite3.Connection, mode: Mode, grouped: bool) -> None:
        self._db = db
        self._cost = {
            "calculate": "sum(r.cost)",
            "display": "sum(r.recorded)",
            "auto": "sum(iif(c.recorded, r.recorded, r.cost))",
        }[mode]
        self._grouped = grouped
        self._marks = db.execute(
            "SELECT coalesce(max(unpriced), 0), coalesce(max(estimated), 0), coalesce(max(inferred), 0), "
            "coalesce(max(duplicate), 0) FROM temp.chosen"
        ).fetchone()
        self._statements: dict[tuple[str, str], str] = {}

    def keys(self, names: Sequence[str]) -> dict[int, tuple[Any, ...]]:
        """Group number → the values of the fields grouped by, as `KEYS` tells them."""
        columns = ", ".join(f"key_{name}" for name in names)
        return {
            row[0]: row[1:]
            for row in self._db.execute(f"SELECT grouped, {columns} FROM temp.chosen GROUP BY grouped")
        }

    def sums(self, since: int, until: int) -> list[tuple[int, Sums]]:
        """The sums of each group that has calls in [since, until), epoch milliseconds."""
        return [(row[0], sums_of(row[1:])) for row in self._rows(since, until) if row[1]]

    def sums_and_slots(self, since: int, until: int) -> list[tuple[int, Sums, int, int]]:
        """The same, each with the first and the last slot that it has calls in."""
        rows = self._rows(since, until, ", min(r.slot), max(r.slot)")
        return [(row[0], sums_of(row[1:]), row[15], row[16]) for row in rows if row[1]]

    def _rows(self, since: int, until: int, more: str = "") -> sqlite3.Cursor:
        source, condition, where = _source(since, until)
        statement = self._statements.get((source, more))
        if statement is None:
            statement = self._statements[source, more] = self._statement(source, condition, more)
        return self._db.execute(statement, where)

    def total(self, since: int, until: int) -> Sums:
        """The sums of all groups together."""
        total = Sums()
        for _, sums in self.sums(since, until):
            total.add(sums)
        return total

    def calls_by_slot(self, since: int, until: int, descending: bool) -> sqlite3.Cursor:
        """(slot, calls) of all groups together, in order of time."""
        source, condition, where = _source(since, until)
        return self._db.execute(
            f"SELECT r.slot, sum(r.calls) FROM {source} CROSS JOIN temp.chosen c ON c.id = r.facet "
            f"WHERE c.counts AND {condition} "
            f"GROUP BY r.slot ORDER BY r.slot {'DESC' if descending else 'ASC'}",
            where,
        )

    def by_slot(self, since: int, until: int) -> list[tuple[int, int, int]]:
        """(slot, cost in nano-dollars, tokens) of all groups together, in order of time."""
        source, condition, where = _source(since, until)
        return self._db.execute(
            f"SELECT r.slot, {self._cost}, sum({_TOKENS}) "
            f"FROM {source} CROSS JOIN temp.chosen c ON c.id = r.facet "
            f"WHERE c.counts AND {condition} GROUP BY r.slot ORDER BY r.slot",
            where,
        ).fetchall()

    def duplicates(self, since: int, until: int) -> dict[Reason, int]:
        """How many duplicates of each reason the filter lets through in [since, until)."""
        if not self._marks[3]:
            return {}
        held = data_span(self._db)
        if held and (since, until) == (held.since, held.until):
            # All of them: the index of their facets knows, and the many counted calls need no look.
            rows = self._db.execute(
                "SELECT c.duplicate, sum((SELECT count(*) FROM main.call r WHERE r.facet = c.id)) "
                "FROM temp.chosen c WHERE c.duplicate GROUP BY c.duplicate"
            )
        else:
            source, condition, where = _source(since, until)
            rows = self._db.execute(
                f"SELECT c.duplicate, sum(r.calls) FROM {source} CROSS JOIN temp.chosen c ON c.id = r.facet "
                f"WHERE c.duplicate AND {condition} GROUP BY c.duplicate",
                where,
            )
        return {Reason(reason): calls for reason, calls in rows if calls}

    def keep_roots(self, tests: Sequence[SumTest], since: int, until: int) -> None:
        """Let go of the root sessions whose sums in [since, until) fail a test."""
        if not tests:
            return
        source, condition, where = _source(since, until)
        told = [test.condition(self._cost if test.name == "cost" else f"sum({_TOKENS})") for test in tests]
        named = {
            f"end{at}": value for at, value in enumerate(value for _, values in told for value in values)
        }
        having = " AND ".join(sql for sql, _ in told)
        for name in named:
            having = having.replace("?", f":{name}", 1)
        with _scratch(self._db):
            self._db.execute(
                f"DELETE FROM temp.chosen WHERE root NOT IN (SELECT c.root FROM {source} "
                f"CROSS JOIN temp.chosen c ON c.id = r.facet WHERE c.counts AND {condition} "
                f"GROUP BY c.root HAVING {having})",
                {**where, **named},
            )

    def _statement(self, source: str, span: str, more: str) -> str:
        unpriced, estimated, inferred, duplicate = self._marks
        return (
            f"SELECT {'c.grouped' if self._grouped else 0}, sum(r.calls), sum(r.input), sum(r.write_5m), "
            "sum(r.write_1h), sum(r.cache_read), sum(r.output), sum(r.reasoning), "
            f"{self._cost}, sum(r.unobserved), "
            # Most ledgers have no such calls, and a column that is not summed costs nothing.
            f"{'sum(r.calls) FILTER (WHERE c.unpriced)' if unpriced else 0}, "
            f"{f'sum({_TOKENS}) FILTER (WHERE c.unpriced)' if unpriced else 0}, "
            f"{'sum(r.calls) FILTER (WHERE c.estimated)' if estimated else 0}, "
            f"{'sum(r.calls) FILTER (WHERE c.inferred)' if inferred else 0}, "
            # One text instead of a count: roots of several stretches can be joined, counts cannot.
            f"group_concat(DISTINCT c.root){more} "
            f"FROM {source} CROSS JOIN temp.chosen c ON c.id = r.facet "
            f"WHERE {span}{' AND c.counts' if duplicate else ''}"
            f"{' GROUP BY c.grouped' if self._grouped else ''}"
        )


def sums_of(row: Sequence[Any]) -> Sums:
    """A row of sums in the order of `Sums`, the roots as one text; NULL is nothing."""
    numbers = [value or 0 for value in row[:13]]
    return Sums(*numbers, set(map(int, row[13].split(","))))  # type: ignore[arg-type, call-arg]


@contextmanager
def choose(
    db: sqlite3.Connection,
    chosen: Filter,
    *,
    keys: Sequence[str] = (),
    mode: Mode = "calculate",
) -> Iterator[Choice]:
    """Choose the facets that a filter lets through, grouped by the given `KEYS`; inside a `snapshot`."""
    columns = "".join(f", {KEYS[name]} AS key_{name}" for name in keys)
    groups = f"dense_rank() OVER (ORDER BY {', '.join(KEYS[name] for name in keys)})" if keys else "0"
    unpriced, estimated = UNPRICED[mode], ESTIMATED[mode]
    counts = "TRUE" if chosen.duplicates else f"f.reason = {Reason.COUNTED:d}"
    with _scratch(db):
        db.execute(
            "CREATE TEMP TABLE chosen ("
            "id INTEGER PRIMARY KEY, root INTEGER, grouped INTEGER, counts INTEGER, duplicate INTEGER, "
            "unpriced INTEGER, estimated INTEGER, inferred INTEGER, recorded INTEGER"
            + "".join(f", key_{name}" for name in keys)
            + ")"
        )
        db.execute(
            "INSERT INTO temp.chosen "
            f"SELECT f.id, s.root, {groups}, {counts}, f.reason, {unpriced}, {estimated}, f.inferred, "
            f"f.recorded{columns} FROM {FROM} WHERE {chosen.where}",
            chosen.values,
        )
    try:
        yield Choice(db, mode, bool(keys))
    finally:
        with _scratch(db):
            db.execute("DROP TABLE temp.chosen")


@contextmanager
def _scratch(db: sqlite3.Connection) -> Iterator[None]:
    # `query_only` forbids tables in memory as well; the ledger itself is opened read-only besides.
    (held,) = db.execute("PRAGMA query_only").fetchone()
    db.execute("PRAGMA query_only = OFF")
    try:
        yield
    finally:
        db.execute(f"PRAGMA query_only = {held}")


def _source(since: int, until: int) -> tuple[str, str, dict[str, int | None]]:
    """Where the sums `r` of [since, until) are read from, on what condition, with which values."""
    from_slot, until_slot = -(-since // SLOT_MS), until // SLOT_MS
    if from_slot * SLOT_MS == since and until_slot * SLOT_MS == until:
        return "main.rollup r", "r.slot >= :from_slot AND r.slot < :until_slot", {
            "from_slot": from_slot, "until_slot": until_slot,
        }  # fmt: skip
    head, tail = from_slot * SLOT_MS, until_slot * SLOT_MS
    if from_slot > until_slot:  # inside one slot: all of it is edge
        from_slot = until_slot = 0
        head = tail = until
    return _RAGGED, "TRUE", {
        "from_slot": from_slot, "until_slot": until_slot,
        "from_ms": since, "head_ms": head, "tail_ms": tail, "until_ms": until,
    }  # fmt: skip


_TOKENS: Final = "r.input + r.write_5m + r.write_1h + r.cache_read + r.output"
_SUMMED: Final = "input, write_5m, write_1h, cache_read, output, reasoning, cost, recorded, unobserved"
_CALL: Final = f"SELECT ts / {SLOT_MS}, facet, 1, {_SUMMED} FROM main.call WHERE"
_RAGGED: Final = (
    f"(SELECT slot, facet, calls, {_SUMMED} FROM main.rollup WHERE slot >= :from_slot AND slot < :until_slot "
    f"UNION ALL {_CALL} ts >= :from_ms AND ts < :head_ms "
    f"UNION ALL {_CALL} ts >= :tail_ms AND ts < :until_ms) r"
)
