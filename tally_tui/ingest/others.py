"""Whether another process that reads the logs has taken up all there is: then an answer is not behind them."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Final

from tally_tui import paths
from tally_tui.ingest.plan import make_plan
from tally_tui.ledger import files, first_pass
from tally_tui.ledger.open import LedgerError, open_reader
from tally_tui.logs.discover import discover

if TYPE_CHECKING:
    from tally_tui.config import Settings

_STEP_S: Final = 0.05
_SOON_BYTES: Final = 1 << 20
"""So much is read by a process that is at it before anybody has waited."""


def all_read(settings: Settings, patience_s: float = 0.5) -> bool:
    """Whether nothing in the logs is still to be read; what was just written is waited for, `patience_s` at most."""
    until = time.monotonic() + patience_s
    while True:
        left = _left(settings)
        if not left:
            return left is not None
        if left > _SOON_BYTES or time.monotonic() >= until:
            return False
        time.sleep(_STEP_S)


def _left(settings: Settings) -> int | None:
    """About how many bytes are still to be read; None: the ledger cannot tell, or was never filled."""
    try:
        with closing(open_reader(paths.ledger_path())) as db:
            if first_pass.never_through(db):
                return None
            known = files.known_files(db)
    except (LedgerError, sqlite3.Error):
        return None
    plan = make_plan(known, discover(paths.roots(settings.claude_roots, settings.codex_roots)))
    return 0 if plan.quiet else max(1, plan.bytes)
