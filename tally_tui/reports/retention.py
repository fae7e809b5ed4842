"""When an agent will delete a log: Claude Code keeps transcripts for some days after they were last written."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

KEPT_DAYS: Final = 30
"""How long Claude Code keeps a transcript unless its settings say otherwise."""
DAY_MS: Final = 86_400_000


class _Said(msgspec.Struct):
    cleanupPeriodDays: int = KEPT_DAYS


def kept_days(home: str) -> int | None:
    """How many days Claude Code keeps transcripts below its home folder; None: for ever, or nobody knows."""
    path = f"{home}/settings.json"
    try:
        return _kept_days(path, os.stat(path).st_mtime_ns)  # noqa: PTH116
    except FileNotFoundError:
        return KEPT_DAYS
    except OSError:
        return None


@lru_cache(64)
def _kept_days(path: str, mtime_ns: int) -> int | None:
    try:
        with Path(path).open("rb") as file:
            days = msgspec.json.decode(file.read(4 << 20), type=_Said).cleanupPeriodDays
    except (OSError, ValueError, RecursionError):
        return None
    return days if days > 0 else None


def deleted_at(path: str, mtime_ns: int) -> int | None:
    """When the log at a path will be deleted, epoch ms; None where nothing deletes it, as far as is known."""
    home, found, _ = path.partition("/projects/")
    days = kept_days(home) if found else None
    return None if days is None else mtime_ns // 1_000_000 + days * DAY_MS


def deletions(db: sqlite3.Connection, logs: Iterable[str]) -> dict[str, int]:
    """For those of some logs that their agent will delete: when, epoch ms."""
    found: dict[str, int] = {}
    for path, mtime_ns in db.execute(
        "SELECT path, mtime_ns FROM file WHERE gone_at IS NULL AND path IN (SELECT value FROM json_each(?))",
        (json.dumps(list(logs)),),
    ):
        at = deleted_at(path, mtime_ns)
        if at is not None:
            found[path] = at
    return found
