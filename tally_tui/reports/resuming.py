"""The folder in which an agent takes a session up again."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from msgspec import Struct

from tally_tui.ledger.open import LedgerError, open_reader, telling
from tally_tui.logs.claude_start import MOST, fits, folder_of_logs
from tally_tui.model import Provider
from tally_tui.reports.conversation_files import SessionLog, log_paths, root_of, session_of

__all__ = ["LedgerError", "Resumable", "find_folder", "resumable", "resumable_in"]

MOST_FOLDERS: Final = 2_000
"""Folders that are listed at most to find one that was renamed."""
_OTHERS: Final = re.compile("[^a-zA-Z0-9]")


class Resumable(Struct, frozen=True):
    """Where a session goes on. `folder` None: nowhere; `missing` is then the folder that is gone, where it is known."""

    folder: str | None
    missing: str | None = None


def resumable(db: sqlite3.Connection, provider: Provider, name: str) -> Resumable:
    """Where the session with this id, or the one that started it, goes on. Looks at the disk.

    Claude Code finds a session only from the folder that its log's folder is named after: that of the log which
    ends the conversation, where several tell it. A folder that was renamed is found by that name. Codex finds a
    session from anywhere: it goes on where it began, or else in the last folder it worked in that is there.
    """
    session = session_of(db, provider, name)
    if session is None:
        return Resumable(None)
    session = root_of(db, session)
    own = list(dict.fromkeys(_own_folders(db, session)))
    log = _last_log(db, session) if provider is Provider.CLAUDE else None
    wanted = folder_of_logs(log) if log is not None else ""
    # Logs that were put somewhere by hand lie in a folder of any name.
    if not re.match(r"-|[A-Za-z]--", wanted):
        return Resumable(next(filter(os.path.isdir, own), None), own[0] if own else None)
    fitting = [folder for folder in own if fits(folder, wanted)]
    fitting += [path for (path,) in db.execute("SELECT path FROM folder ORDER BY path") if fits(path, wanted)]
    found = next(filter(os.path.isdir, fitting), None) or find_folder(wanted)
    return Resumable(found, next(iter(fitting or own), None))


def resumable_in(ledger: Path, provider: Provider, name: str) -> Resumable:
    """As `resumable`, of the ledger at this path.

    Raises:
        LedgerError: it cannot be opened or read.
    """
    with telling(ledger), closing(open_reader(ledger)) as db:
        return resumable(db, provider, name)


def find_folder(wanted: str, top: str = "/") -> str | None:
    """A folder below `top` that a folder of logs with this name is named after.

    None: there is none, or it would take looking through too many.
    """
    if len(wanted) > MOST:
        return None  # cut, and a hash of what was cut
    dashed, above = _dashed(wanted), _dashed(top.rstrip("/")) + "-"
    if not dashed.startswith(above):
        return None
    found = _search(top, dashed[len(above) :], [MOST_FOLDERS])
    return next((path for path in found if fits(path, wanted)), None)


def _search(folder: str, rest: str, left: list[int]) -> Iterator[str]:
    left[0] -= 1
    if left[0] < 0:
        return
    try:
        with os.scandir(folder) as entries:
            fitting = [each for each in entries if rest.startswith(_dashed(each.name)) and each.is_dir()]
            inner = sorted((each.name, each.path) for each in fitting)
    except OSError:
        return
    for name, path in inner:
        after = rest[len(_dashed(name)) :]
        if not after:
            yield path
        elif after[0] == "-" and len(after) > 1:
            yield from _search(path, after[1:], left)


def _dashed(name: str) -> str:
    return _OTHERS.sub(lambda found: "--" if found[0] > "\uffff" else "-", name)


def _own_folders(db: sqlite3.Connection, session: SessionLog) -> Iterator[str]:
    """Where a session began, then where it worked, the latest first."""
    if session.folder is not None:
        yield session.folder
    rows = db.execute(
        "SELECT w.path FROM facet f JOIN folder w ON w.id = f.folder LEFT JOIN rollup r ON r.facet = f.id "
        "WHERE f.session = ? GROUP BY w.id ORDER BY max(r.slot) DESC, w.path",
        (session.id,),
    )
    for (path,) in rows:
        yield path


def _last_log(db: sqlite3.Connection, session: SessionLog) -> str | None:
    """The log that ends a session's conversation, of those that are there."""
    there = log_paths(db, session)
    if len(there) < 2:
        return there[0] if there else None
    rows = db.execute(
        "SELECT x.path, max(c.ts) FROM facet f JOIN call c ON c.facet = f.id JOIN file x ON x.id = c.file "
        "WHERE f.session = ? GROUP BY x.id",
        (session.id,),
    )
    last: dict[str, int] = dict(rows.fetchall())
    return max(there, key=lambda path: (last.get(path, 0), path))
