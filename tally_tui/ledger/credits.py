"""Credits that a person tells of: percents of a limit that were handed back, which readings alone cannot show."""

from __future__ import annotations

import sqlite3

from msgspec import Struct

from tally_tui.database import transaction
from tally_tui.model import Provider
from tally_tui.rules.windows import LimitKey


class GrantedCredit(Struct, frozen=True):
    """From `at` (epoch ms) on the limit stood at `percent`."""

    id: int
    key: LimitKey
    at: int
    percent: float


def grant(db: sqlite3.Connection, key: LimitKey, at: int, percent: float) -> GrantedCredit:
    """Keep a credit; one of the same limit and instant is replaced. `db` is a writer."""
    with transaction(db):
        row = db.execute(
            "INSERT INTO credit (provider, limit_id, minutes, root, at, percent) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET percent = excluded.percent RETURNING id",
            (int(Provider[key.provider.upper()]), key.limit, key.minutes, key.root, at, percent),
        ).fetchone()
    return GrantedCredit(row[0], key, at, percent)


def granted_credits(db: sqlite3.Connection) -> list[GrantedCredit]:
    """All that were told of, the newest first."""
    return [
        GrantedCredit(number, LimitKey(Provider(provider).word, limit, minutes, root), at, percent)
        for number, provider, limit, minutes, root, at, percent in db.execute(
            "SELECT id, provider, limit_id, minutes, root, at, percent FROM credit ORDER BY at DESC, id DESC"
        )
    ]


def take_back(db: sqlite3.Connection, number: int) -> bool:
    """Forget the credit with an id; tells whether there was one."""
    with transaction(db):
        return db.execute("DELETE FROM credit WHERE id = ?", (number,)).rowcount == 1
