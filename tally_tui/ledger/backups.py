"""Copies of the ledger beside it: one a day, and one before each migration; a handful of each is kept.

A copy is made with SQLite's online backup, page by page, while others read and write. It is only kept when it is
whole: a damaged ledger never takes the place of a good copy.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from tally_tui import clock, paths
from tally_tui.database import faults, open_read_only

KEPT: Final = 5
"""Daily copies that are kept; the oldest goes when a new one is whole."""
DAY_MS: Final = 86_400_000
PAGES: Final = 2_000
"""Pages copied at a time; between two portions a writer has its turn."""
_REST_S: Final = 0.005
_PREFIX: Final = "ledger-"


def backups_dir(path: Path) -> Path:
    """Where the daily copies of a ledger are."""
    return path.parent / "backups"


def daily_backups(path: Path) -> list[Path]:
    """The daily copies of a ledger, the oldest first."""
    try:
        return sorted(each for each in backups_dir(path).glob(f"{_PREFIX}*.db") if each.is_file())
    except OSError:
        return []


def all_backups(path: Path) -> list[Path]:
    """Every copy of a ledger, the newest first: the daily ones, and those from before a migration."""
    try:
        migrated = list(path.parent.glob(f"{path.stem}.version-*.backup{path.suffix}"))
    except OSError:
        migrated = []
    found: list[tuple[float, Path]] = []
    for each in (*daily_backups(path), *migrated):
        with suppress(OSError):
            found.append((each.stat().st_mtime, each))
    return [each for _, each in sorted(found, reverse=True)]


def is_due(path: Path, now_ms: int | None = None) -> bool:
    """Whether the newest daily copy is older than a day, or there is none."""
    now = clock.now_ms() if now_ms is None else now_ms
    newest = daily_backups(path)[-1:]
    return not newest or newest[0].name <= _name(now - DAY_MS)


def back_up_daily(path: Path, now_ms: int | None = None) -> Path | None:
    """Make today's copy of a ledger where it is due, and let the oldest go; returns it, None where none was due.

    Raises:
        sqlite3.DatabaseError: the ledger cannot be read, or is damaged: no copy was kept, and no old one let go.
        OSError: the copy cannot be written.
    """
    now = clock.now_ms() if now_ms is None else now_ms
    if not is_due(path, now):
        return None
    folder = paths.private_dir(backups_dir(path))
    copy = folder / _name(now)
    part = folder / f".{copy.name}.{os.getpid()}"
    try:
        os.close(os.open(part, os.O_CREAT | os.O_RDWR | os.O_EXCL, paths.PRIVATE_FILE))
        with closing(open_read_only(path)) as db, closing(sqlite3.connect(part)) as target:
            db.backup(target, pages=PAGES, sleep=_REST_S)
            target.execute("PRAGMA journal_mode = DELETE")
            damage = faults(target, quick=True, most=1)
            if damage:
                raise sqlite3.DatabaseError(damage[0])
        part.replace(copy)
    finally:
        for left in (part, Path(f"{part}-journal"), Path(f"{part}-wal"), Path(f"{part}-shm")):
            with suppress(OSError):
                left.unlink()
    for old in daily_backups(path)[:-KEPT]:
        with suppress(OSError):
            old.unlink()
    return copy


def _name(at_ms: int) -> str:
    """Names sort as their times do."""
    return f"{_PREFIX}{clock.iso(at_ms)[:19].replace(':', '')}.db"
