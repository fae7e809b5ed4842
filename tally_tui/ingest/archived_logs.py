"""Archived logs for the library: a copy takes the place of a log that is gone or was cut, and gives it back."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import TypeAlias

from msgspec.structs import replace

from tally_tui import paths
from tally_tui.ledger.archived import archive_folder, copies, stand_in, stand_ins
from tally_tui.ledger.files import KnownFile
from tally_tui.ledger.open import LedgerError, open_reader, telling
from tally_tui.logs.discover import COMPRESSED, NOT_SESSIONS, NOT_TRANSCRIPTS, PLAIN, LogFile
from tally_tui.model import Provider

Moved: TypeAlias = list[tuple[KnownFile, LogFile]]


def with_archived(
    known: dict[str, KnownFile], found: Sequence[LogFile]
) -> tuple[dict[str, KnownFile], list[LogFile], Moved]:
    """What is known and what was found, with every copy where its log is missing; and the files that moved by that.

    Offsets are of the uncompressed text, so what is indexed of a log holds for its copy, and the other way round.
    """
    standing, providers, originals = _archive()
    if not originals:
        return known, list(found), []
    known = dict(known)
    logs = {log.path: log for log in found}
    moved: Moved = []
    for path, copy in originals.items():
        place = standing.get(path)
        log = None if place is None else _look(providers[path], place)
        if log is not None:
            logs.pop(path, None)  # cut: what is left of it stands in the copy too
            logs[log.path] = log
            _move(known, path, log, moved)
        elif path in logs:
            _move(known, copy, logs[path], moved)
    return known, sorted(logs.values(), key=lambda log: (-log.mtime_ns, log.path)), moved


def any_archived(only: Iterable[str]) -> bool:
    """Whether any of some logs is read from the archive now."""
    with contextlib.suppress(LedgerError):
        path = paths.ledger_path()
        with closing(open_reader(path)) as db, telling(path):
            return any(stand_in(db, each) is not None for each in only)
    return False


def places() -> dict[str, str]:
    """Logs (and their copies) of sessions whose id unrelated ones have too → what tells them apart."""
    with contextlib.suppress(LedgerError):
        path = paths.ledger_path()
        with closing(open_reader(path)) as db, telling(path):
            found: dict[str, str] = dict(db.execute("SELECT path, place FROM file WHERE place <> ''").fetchall())
            if found:
                folder = archive_folder(db)
                found |= {str(folder / each.copy): found[each.path] for each in copies(db) if each.path in found}
            return found
    return {}


def _move(known: dict[str, KnownFile], before: str, log: LogFile, moved: Moved) -> None:
    file = known.get(before)
    if file is None or log.path in known:
        return
    del known[before]
    # Without its inode, which is another's now: what it holds tells whether it is the same text.
    known[log.path] = replace(file, path=log.path, inode=0, device=0)
    moved.append((file, log))


def _archive() -> tuple[dict[str, str], dict[str, Provider], dict[str, str]]:
    """(log → the copy read in its place, log → its provider, log → its copy), of every archived log."""
    with contextlib.suppress(LedgerError):
        path = paths.ledger_path()
        with closing(open_reader(path)) as db, telling(path):
            folder = archive_folder(db)
            rows = [each for each in copies(db) if _is_log(each.path)]
            originals = {each.path: str(folder / each.copy) for each in rows}
            standing = {path: instead.path for path, instead in stand_ins(db).items() if path in originals}
            return standing, {each.path: each.provider for each in rows}, originals
    return {}, {}, {}  # there is no ledger yet, or it cannot be read: then there is nothing archived either


def _is_log(path: str) -> bool:
    *above, name = path.split("/")
    return name.endswith((PLAIN, COMPRESSED)) and name not in NOT_TRANSCRIPTS and NOT_SESSIONS.isdisjoint(above)


def _look(provider: Provider, place: str) -> LogFile | None:
    try:
        status = os.stat(place)  # noqa: PTH116
    except OSError:
        return None
    return LogFile(provider, place, status.st_size, status.st_mtime_ns, status.st_dev, status.st_ino)
