"""The subagents of sessions, as rows below them."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import Struct

from tally_tui.ledger import ask
from tally_tui.ledger.ask import Mode
from tally_tui.ledger.ask_filter import filtered
from tally_tui.ledger.ask_sessions import rows_named
from tally_tui.reports.answers import SessionRow
from tally_tui.reports.sessions import listed

if TYPE_CHECKING:
    from tally_tui.query import Query


class Subagents(Struct, frozen=True):
    """Root session's id → its subagents, of any depth, each behind the one that started it."""

    of: dict[str, tuple[SessionRow, ...]]


def subagents(
    db: sqlite3.Connection,
    roots: Collection[str],
    *,
    tz: ZoneInfo,
    query: Query | None = None,
    mode: Mode = "calculate",
) -> Subagents:
    """The subagents of some root sessions that have calls which a query lets through."""
    with ask.snapshot(db):
        chosen = filtered(db, query)
        chosen = chosen.of_roots(rows_named(db, roots), chosen.span)
        answer = listed(db, chosen, tz=tz, sort="last", descending=True, include_subagents=True, mode=mode)
    found: dict[str, list[SessionRow]] = {}
    below: list[SessionRow] = []
    for row in answer.rows:
        if row.parent is None or row.session in roots:
            below = found.setdefault(row.session, [])
        else:
            below.append(row)
    return Subagents({root: _nested(root, rows) for root, rows in found.items()})


def _nested(root: str, rows: list[SessionRow]) -> tuple[SessionRow, ...]:
    """The earliest first, each with its own right behind it."""
    known = {row.session for row in rows}
    children: dict[str, list[SessionRow]] = {}
    for row in rows:
        children.setdefault(row.parent if row.parent in known and row.parent else root, []).append(row)
    out: list[SessionRow] = []
    waiting = list(reversed(children.get(root, [])))
    while waiting:
        row = waiting.pop()
        out.append(row)
        waiting.extend(reversed(children.get(row.session, [])))
    return tuple(out)
