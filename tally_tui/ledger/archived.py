"""What is archived: which file of which session was copied, and where a log is read that is gone or was cut.

No log can give these rows again: write them with `open_writer(path, full=True)`. The copies themselves lie
in `archive/` beside the ledger; `tally_tui.archive` makes and removes them.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from tally_tui.database import transaction
from tally_tui.model import Provider

FOLDER: Final = "archive"
"""The archive's folder, beside the ledger."""
_COLUMNS: Final = "provider, session, path, copy, size, stored, fingerprint, mtime_ns, archived_at"


class Copy(Struct, frozen=True):
    """A file and its copy. Sizes are bytes, times epoch milliseconds (`mtime_ns` nanoseconds)."""

    provider: Provider
    session: str
    """The session at the top whose file it is."""
    path: str
    """Where the file lies, or lay."""
    copy: str
    """Where its copy lies, below the archive's folder."""
    size: int
    stored: int
    fingerprint: bytes
    mtime_ns: int
    archived_at: int


class StandIn(Struct, frozen=True):
    """A copy that is read in place of a log."""

    path: str
    """The copy."""
    was_cut: bool
    """The log is still there, with less in it; else it is gone."""

    @property
    def words(self) -> str:
        """For people, after the text that was read from it."""
        return "from the archive; the log was " + ("cut" if self.was_cut else "deleted")


def archive_folder(db: sqlite3.Connection) -> Path:
    """The archive that belongs to an open ledger; not created here."""
    for _, name, file in db.execute("PRAGMA database_list"):
        if name == "main" and file:
            return Path(file).parent / FOLDER
    return Path(os.devnull) / FOLDER  # a ledger in memory has none


def copies(db: sqlite3.Connection, provider: Provider | None = None, session: str = "") -> list[Copy]:
    """All copies, or those of one session, by session and path."""
    where, values = ("WHERE provider = ? AND session = ?", (int(provider), session)) if provider else ("", ())
    rows = db.execute(f"SELECT {_COLUMNS} FROM archived {where} ORDER BY provider, session, path", values)
    return [Copy(Provider(row[0]), *row[1:]) for row in rows]


def stand_in(db: sqlite3.Connection, path: str) -> StandIn | None:
    """What to read in place of a file that is gone, or has become shorter than its copy; None: the file itself.

    None too where there is no copy of it (any more).
    """
    row = db.execute(
        "SELECT copy, size FROM archived WHERE path = ? ORDER BY size DESC LIMIT 1", (path,)
    ).fetchone()
    return None if row is None else _stands_in(archive_folder(db), path, str(row[0]), int(row[1]))


def stand_ins(db: sqlite3.Connection) -> dict[str, StandIn]:
    """For every archived file that is gone or was cut: what to read in its place."""
    folder = archive_folder(db)
    found: dict[str, StandIn] = {}
    for path, copy, size in db.execute("SELECT path, copy, max(size) FROM archived GROUP BY path"):
        stands = _stands_in(folder, path, copy, size)
        if stands is not None:
            found[path] = stands
    return found


def originals(db: sqlite3.Connection) -> dict[str, str]:
    """Copy → the file it is of."""
    folder = archive_folder(db)
    return {str(folder / copy): path for path, copy in db.execute("SELECT path, copy FROM archived")}


def _stands_in(folder: Path, path: str, copy: str, size: int) -> StandIn | None:
    try:
        there = os.stat(path).st_size  # noqa: PTH116
    except (OSError, ValueError):
        there = -1
    if there >= size:
        return None
    place = folder / copy
    return StandIn(str(place), there >= 0) if place.is_file() else None


def note_copies(
    db: sqlite3.Connection, new: Sequence[Copy], instead: Iterable[Copy] = ()
) -> None:
    """Write down copies that were made, in place of the rows of `instead`."""
    with transaction(db):
        for old in instead:
            _drop(db, old)
        db.executemany(
            f"INSERT OR REPLACE INTO archived ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    int(each.provider), each.session, each.path, each.copy, each.size, each.stored,
                    each.fingerprint, each.mtime_ns, each.archived_at,
                )
                for each in new
            ],
        )  # fmt: skip


def forget_copies(db: sqlite3.Connection, gone: Iterable[Copy]) -> list[str]:
    """Take rows out; returns the copies that no row speaks of any more."""
    gone = list(gone)
    with transaction(db):
        for each in gone:
            _drop(db, each)
        return [copy for copy in dict.fromkeys(each.copy for each in gone) if not _spoken_of(db, copy)]


def _drop(db: sqlite3.Connection, each: Copy) -> None:
    db.execute(
        "DELETE FROM archived WHERE provider = ? AND session = ? AND path = ?",
        (int(each.provider), each.session, each.path),
    )


def _spoken_of(db: sqlite3.Connection, copy: str) -> bool:
    return db.execute("SELECT 1 FROM archived WHERE copy = ? LIMIT 1", (copy,)).fetchone() is not None


def choose(db: sqlite3.Connection, provider: Provider, session: str, keep: bool, now_ms: int) -> None:
    """A person's choice for a session: no rule changes it."""
    with transaction(db):
        db.execute(
            "INSERT OR REPLACE INTO archive_choice VALUES (?, ?, ?, ?)", (int(provider), session, int(keep), now_ms)
        )


def choices(db: sqlite3.Connection) -> dict[tuple[int, str], bool]:
    """(provider, session) → whether a person wants it kept."""
    return {
        (int(provider), str(session)): bool(keep)
        for provider, session, keep in db.execute("SELECT provider, session, keep FROM archive_choice")
    }


def archived_sessions(db: sqlite3.Connection) -> set[tuple[int, str]]:
    """(provider, session) of every session that has a copy."""
    return {(int(row[0]), str(row[1])) for row in db.execute("SELECT DISTINCT provider, session FROM archived")}
