"""Writing what was parsed, so that one file the ledger will not take costs only itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

from tally_tui.database import transaction
from tally_tui.ingest.helper import unexpected

if TYPE_CHECKING:
    from tally_tui.ingest.parsing import Parsed


def commit(
    db: sqlite3.Connection,
    batch: list[Parsed],
    write: Callable[[list[Parsed]], None],
    forget: Callable[[], None],
    ids: dict[str, int],
    problems: list[str],
    refused: set[str],
    apart: bool = True,
) -> None:
    """Write stretches in one transaction; where that fails, each in one of its own.

    Args:
        write: writes stretches in the caller's transaction.
        forget: lets go of what memory holds of a transaction that was taken back.
        ids: the files' numbers by path, as `write` fills them.
        problems: gets a sentence for each file that cannot be written.
        refused: the paths of those files; their later stretches are left out, so that no cursor passes over a gap.
        apart: false where the stretches belong together: all are written or none is.

    Raises:
        sqlite3.DatabaseError, OSError: the ledger itself cannot be written.
    """
    batch = [parsed for parsed in batch if parsed.job.log.path not in refused]
    if not batch:
        return
    before = dict(ids)
    try:
        with transaction(db):
            write(batch)
    except Exception as error:
        if is_of_ledger(error):
            raise
        forget()
        ids.clear()
        ids.update(before)
        if apart and len(batch) > 1:
            for parsed in batch:
                commit(db, [parsed], write, forget, ids, problems, refused)
            return
        path = batch[0].job.log.path
        refused.add(path)
        problems.append(unexpected(path, error))


def problem_of(parsed: Parsed) -> str | None:
    """Why a stretch is not all that should be there, for people."""
    return parsed.problem if parsed.chunk is None else parsed.chunk.problem


def is_of_ledger(error: Exception) -> bool:
    """Whether an error is the ledger's, not of what was to be written."""
    if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.DataError):
        return False
    return isinstance(error, sqlite3.Error | OSError)
