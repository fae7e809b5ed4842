"""Single calls, page by page, in an order that any depth of paging keeps quick where it can be."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from tally_tui.ledger.ask import ESTIMATED, FROM, UNPRICED, Choice, Mode, Sums, sums_of
from tally_tui.ledger.ask_filter import CALL_TOKENS, Filter
from tally_tui.model import SLOT_MS, Provider, Reason, Tokens

COSTS: Final[dict[Mode, str]] = {
    "calculate": "c.cost",
    "display": "c.recorded",
    "auto": "iif(f.recorded, c.recorded, c.cost)",
}
"""What a call `c` of a facet `f` costs in a mode, as SQL."""
ORDERS: Final = {
    "time": "c.ts",
    "tokens": CALL_TOKENS,
    "model": "f.model",
}


class Call(NamedTuple):
    """One call as the ledger holds it; units as in `schema`."""

    id: int
    ts: int
    provider: int
    model: str
    session: str
    root: str
    root_folder: str | None
    branch: str | None
    input: int
    write_5m: int
    write_1h: int
    cache_read: int
    output: int
    reasoning: int
    cost: int
    recorded: int
    is_recorded: int
    status: int
    inferred: int
    reason: int
    searches: int
    flags: int
    file: str
    offset: int
    lines: int

    @property
    def tokens(self) -> Tokens:
        return Tokens(self.input, self.write_5m, self.write_1h, self.cache_read, self.output, self.reasoning)


_COLUMNS: Final = (
    "c.id, c.ts, f.provider, f.model, s.name, coalesce(t.name, s.name), d.root, nullif(f.branch, ''), "
    "c.input, c.write_5m, c.write_1h, c.cache_read, c.output, c.reasoning, c.cost, c.recorded, f.recorded, "
    "f.status, f.inferred, f.reason, c.searches, c.flags, coalesce(x.path, ''), c.offset, c.lines"
)


def calls_sums(db: sqlite3.Connection, chosen: Filter, since: int, until: int, mode: Mode) -> Sums:
    """The sums of the calls that a filter of calls lets through in [since, until), taken one by one."""
    row = db.execute(
        "SELECT count(*), sum(c.input), sum(c.write_5m), sum(c.write_1h), sum(c.cache_read), sum(c.output), "
        f"sum(c.reasoning), sum({COSTS[mode]}), sum(c.unobserved), "
        f"sum({UNPRICED[mode]}), "
        f"sum({CALL_TOKENS}) FILTER (WHERE {UNPRICED[mode]}), "
        f"sum({ESTIMATED[mode]}), sum(f.inferred), group_concat(DISTINCT s.root) "
        f"FROM main.call c CROSS JOIN {FROM} "
        f"WHERE f.id = c.facet AND c.ts >= ? AND c.ts < ? AND {chosen.where}",
        (since, until, *chosen.values),
    ).fetchone()
    return sums_of(row) if row[0] else Sums()


def calls_page(
    db: sqlite3.Connection,
    chosen: Filter,
    since: int,
    until: int,
    *,
    order: str,
    mode: Mode,
    descending: bool,
    limit: int | None,
    offset: int,
) -> list[Call]:
    """Calls in [since, until) that a filter of calls lets through, some of them from the `offset`th on."""
    way = "DESC" if descending else "ASC"
    column = COSTS[mode] if order == "cost" else ORDERS[order]
    by = f"{column} {way}, c.ts {way}, c.id {way}" if order != "time" else f"c.ts {way}, c.id {way}"
    # The page is found by number first: sorting whole rows would carry every text along.
    numbers = [
        number
        for (number,) in db.execute(
            f"SELECT c.id FROM main.call c CROSS JOIN {FROM} WHERE f.id = c.facet AND c.ts >= ? AND c.ts < ? "
            f"AND {chosen.where} ORDER BY {by} LIMIT ? OFFSET ?",
            (since, until, *chosen.values, -1 if limit is None else limit, offset),
        )
    ]
    return list(_calls(db, numbers))


def part_with(
    choice: Choice, since: int, until: int, *, limit: int | None, offset: int, descending: bool
) -> tuple[int, int, int]:
    """The slots that hold a page by time: (since, until, how many calls to pass over in there)."""
    passed, first, last = 0, None, None
    for slot, calls in choice.calls_by_slot(since, until, descending):
        if first is None:
            if passed + calls <= offset:
                passed += calls
                continue
            first, offset = slot, offset - passed
            passed = 0
        last = slot
        passed += calls
        if limit is not None and passed >= offset + limit:
            break
    if first is None or last is None:
        return since, since, 0
    low, high = min(first, last), max(first, last)
    return max(since, low * SLOT_MS), min(until, (high + 1) * SLOT_MS), offset


def _calls(db: sqlite3.Connection, numbers: list[int]) -> Iterator[Call]:
    statement = (
        f"SELECT {_COLUMNS} FROM main.call c CROSS JOIN {FROM} LEFT JOIN main.file x ON x.id = c.file "
        "WHERE f.id = c.facet AND c.id = ?"
    )
    for number in numbers:
        row: tuple[Any, ...] = db.execute(statement, (number,)).fetchone()
        yield Call(*row)


def next_call(
    db: sqlite3.Connection, provider: Provider, since: int, until: int, home: str | None = None
) -> int | None:
    """The instant of a provider's (and account's) first counted call in [since, until); None where there is none."""
    found = db.execute(
        "SELECT c.ts FROM call c CROSS JOIN facet f ON f.id = c.facet WHERE c.ts >= ? AND c.ts < ? "
        f"AND f.provider = ? AND f.reason = {Reason.COUNTED:d} AND f.home = coalesce(?, f.home) ORDER BY c.ts LIMIT 1",
        (since, until, int(provider), home),
    ).fetchone()
    return int(found[0]) if found else None
