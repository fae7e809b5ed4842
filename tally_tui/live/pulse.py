"""Whether anybody has written to the ledger: status lines, hooks and other windows say nothing to this process."""

from __future__ import annotations

import sqlite3

from tally_tui import paths
from tally_tui.ledger.open import LedgerError, open_reader

BEAT_S: float = 0.5
"""Seconds between two questions; each costs microseconds."""


class Pulse:
    """Used by one thread, which closes it."""

    def __init__(self) -> None:
        self._db: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._seen: int | None = None

    def moved(self) -> bool:
        """Whether something was committed since the last call; False where there is no ledger, and the first time."""
        try:
            status = paths.ledger_path().stat()
            file = (status.st_dev, status.st_ino)
            if self._db is None or file != self._file:
                self.close()
                self._db, self._file = open_reader(paths.ledger_path()), file
            (version,) = self._db.execute("PRAGMA data_version").fetchone()
        except (LedgerError, sqlite3.Error, OSError):
            self.close()
            return False
        before, self._seen = self._seen, version
        return before is not None and before != version

    def close(self) -> None:
        """Let go of the ledger."""
        if self._db is not None:
            self._db.close()
        self._db = self._file = None
