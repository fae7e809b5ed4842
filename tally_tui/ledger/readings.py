"""Readings that status lines and people hand us: short writes by any process, whoever reads the logs.

Imports next to nothing: a status line pays for it at every prompt.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

JITTER_MS = 600_000
"""Resets closer than this are one reset: agents round them differently from answer to answer."""


class Taken:
    """A reading on its way to the ledger: a percentage of a limit window, seen at `ts` (epoch milliseconds)."""

    __slots__ = ("limit_id", "minutes", "percent", "provider", "resets_at", "root", "session", "source", "ts")

    def __init__(
        self,
        provider: int,
        limit_id: str,
        minutes: int,
        ts: int,
        percent: float,
        resets_at: int | None,
        source: str,
        session: str = "",
        root: str = "",
    ) -> None:
        self.provider = provider
        self.limit_id = limit_id
        """`claude` for the two windows of the account; a model's own limit by its own name."""
        self.minutes = minutes
        self.ts = ts
        self.percent = percent
        self.resets_at = resets_at
        self.source = source
        """`statusline` or `record`."""
        self.session = session
        self.root = root

    def row(self) -> tuple[int | float | str | None, ...]:
        """The values, in the order that `Taken(*row)` takes them."""
        return (
            self.provider, self.limit_id, self.minutes, self.ts, self.percent, self.resets_at,
            self.source, self.session, self.root,
        )  # fmt: skip


def connect(path: str, wait_ms: int) -> sqlite3.Connection:
    """The ledger for a short write, made where there is none; waits so long for another's write.

    Raises:
        sqlite3.Error: it is no ledger, damaged, or another process holds it.
        tally_tui.ledger.open.LedgerError: there was none, and none can be made; or a newer program wrote it.
    """
    if not os.path.exists(path):
        _made(path)
    db = _opened(path, wait_ms)
    try:
        from tally_tui.ledger import schema

        if db.execute("PRAGMA user_version").fetchone()[0] != schema.VERSION:
            # An older one is brought up to date; a newer one is refused, and not written to.
            db.close()
            _made(path)
            db = _opened(path, wait_ms)
        # No log could give these rows again.
        db.execute("PRAGMA synchronous = FULL")
    except BaseException:
        db.close()
        raise
    return db


def add(db: sqlite3.Connection, taken: Iterable[Taken]) -> None:
    """Keep readings, in one short transaction.

    Where one session tells of one instant twice, the larger is kept.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        db.executemany(
            "INSERT INTO reading (provider, limit_id, minutes, ts, percent, resets_at, source, session, root) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET percent = excluded.percent, resets_at = excluded.resets_at "
            "WHERE (excluded.percent, coalesce(excluded.resets_at, 0)) > (percent, coalesce(resets_at, 0))",
            [one.row() for one in taken],
        )
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def same_reset(one: int | None, other: int | None) -> bool:
    """Whether two resets (epoch milliseconds) are one."""
    if one is None or other is None:
        return one is other
    return abs(one - other) < JITTER_MS


def _opened(path: str, wait_ms: int) -> sqlite3.Connection:
    import sqlite3

    # `mode=rw`: a ledger that vanished meanwhile is an error, not an empty file.
    plain = os.path.abspath(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return sqlite3.connect(f"file:{plain}?mode=rw", uri=True, timeout=wait_ms / 1000, isolation_level=None)


def _made(path: str) -> None:
    from pathlib import Path

    from tally_tui.ledger.open import open_writer

    open_writer(Path(path)).close()
