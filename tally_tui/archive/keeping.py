"""Sessions into the archive and out of it: one process at a time, each file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from tally_tui import clock, paths
from tally_tui.archive.contents import files_of
from tally_tui.archive.copying import PART, ArchiveError, FullError, StoppedError, copy, place_for
from tally_tui.archive.progress import Progress
from tally_tui.ingest.lock import IngestLock
from tally_tui.ledger import archived
from tally_tui.ledger.archived import Copy, archive_folder
from tally_tui.ledger.open import open_writer, telling
from tally_tui.model import Provider
from tally_tui.reports.conversation_files import SessionLog

_NOTED: Final = 64
"""Files after which the ledger is told: what was copied is not copied again after a crash."""
_MAY_CHANGE: Final = ".meta.json"
"""The end of files that are written anew, not added to."""


class Result(Struct):
    """What was done; sizes in bytes."""

    busy: bool = False
    """Another process is at it: nothing was done."""
    cancelled: bool = False
    sessions: int = 0
    """Sessions of which something was copied."""
    files: int = 0
    size: int = 0
    """Of the files that were copied."""
    stored: int = 0
    """Of their copies."""
    differing: list[str] = field(default_factory=list)
    """Files that do not go on from what was archived of them: that was kept."""
    empty: list[str] = field(default_factory=list)
    """Sessions of which there is nothing left to copy."""
    problems: list[str] = field(default_factory=list)


class _Work(Struct):
    session: SessionLog
    files: list[str]
    known: dict[str, Copy]
    size: int


def keep(
    sessions: Sequence[SessionLog],
    *,
    chosen: bool = False,
    progress: Callable[[Progress], None] = lambda progress: None,
    stopped: Callable[[], bool] = lambda: False,
    wait: float = 0,
) -> Result:
    """Copy what is new of some sessions at the top of their trees.

    Args:
        sessions: which.
        chosen: whether a person chose them: they are then kept whatever the rules say.
        progress: told after every session, and some times a second.
        stopped: asked often; what was copied until then is kept.
        wait: seconds to wait for another process that archives.

    Raises:
        ArchiveError: something could not be written; what was copied until then is kept.
        LedgerError: likewise.
        LockError: the lock cannot be made.
    """
    with _alone(wait) as mine:
        if not mine:
            return Result(busy=True)
        path = paths.ledger_path()
        with telling(path), closing(open_writer(path, full=True)) as db:
            return _Keeping(db, progress, stopped).run(sessions, chosen)


def drop(sessions: Sequence[tuple[Provider, str]], *, wait: float = 0) -> Result:
    """Take sessions out of the archive and delete their copies; no rule brings them back.

    Raises as `keep` does.
    """
    result = Result()
    with _alone(wait) as mine:
        if not mine:
            return Result(busy=True)
        path = paths.ledger_path()
        with telling(path), closing(open_writer(path, full=True)) as db:
            folder = archive_folder(db)
            for provider, name in sessions:
                copies = archived.copies(db, provider, name)
                archived.choose(db, provider, name, False, clock.now_ms())
                for copied in archived.forget_copies(db, copies):
                    _delete(folder, copied, result.problems)
                result.sessions += 1
                result.files += len(copies)
                result.size += sum(each.size for each in copies)
                result.stored += sum(each.stored for each in copies)
    return result


def only_copies(db: sqlite3.Connection, provider: Provider, name: str) -> int:
    """How many files of a session are nowhere but in the archive, or are whole only there."""
    return sum(archived.stand_in(db, each.path) is not None for each in archived.copies(db, provider, name))


@contextlib.contextmanager
def _alone(wait: float) -> Iterator[bool]:
    lock = IngestLock(paths.data_dir() / "archive.lock")
    mine = lock.acquire(wait)
    try:
        yield mine
    finally:
        if mine:
            lock.release()


class _Keeping:
    def __init__(
        self, db: sqlite3.Connection, progress: Callable[[Progress], None], stopped: Callable[[], bool]
    ) -> None:
        self._db, self._tell, self._stopped = db, progress, stopped
        self._folder = archive_folder(db)
        self._result = Result()
        self._began = time.monotonic()
        self._told = 0.0
        self._done = self._total = self._place = self._works = 0

    def run(self, sessions: Sequence[SessionLog], chosen: bool) -> Result:
        _sweep(self._folder)
        works = [self._work(session) for session in sessions]
        if chosen:
            for work in works:
                archived.choose(self._db, work.session.provider, work.session.name, True, clock.now_ms())
        self._total, self._works = sum(work.size for work in works), len(works)
        try:
            for self._place, work in enumerate(works):
                self._progress(work, now=True)
                if self._one(work):
                    self._result.sessions += 1
        except StoppedError:
            self._result.cancelled = True
        self._tell(Progress("done", sessions_done=len(works), sessions_total=len(works)))
        return self._result

    def _work(self, session: SessionLog) -> _Work:
        files = files_of(self._db, session, self._result.problems)
        known = {each.path: each for each in archived.copies(self._db, session.provider, session.name)}
        if not files and not known:
            self._result.empty.append(session.name)
        new = [path for path in files if not self._is_whole(path, known.get(path))]
        return _Work(session, new, known, sum(_size(path) for path in new))

    def _is_whole(self, path: str, known: Copy | None) -> bool:
        """Whether the archive has a file as it lies."""
        if known is None:
            return False
        try:
            status = os.stat(path)  # noqa: PTH116
        except OSError:
            return True
        unchanged = (status.st_size, status.st_mtime_ns) == (known.size, known.mtime_ns)
        # A log that was cut has nothing to add.
        cut = status.st_size < known.size and not path.endswith(_MAY_CHANGE)
        return (unchanged or cut) and _size(str(self._folder / known.copy)) == known.stored

    def _one(self, work: _Work) -> bool:
        """Copy what is new of one session; whether anything was."""
        new: list[Copy] = []
        instead: list[Copy] = []
        copied = 0
        try:
            for path in work.files:
                if self._stopped():
                    raise StoppedError
                before = work.known.get(path) or self._moved(work, path)
                made = self._copy(work, path, before)
                if made is None and before is not None and before.path != path:
                    # Another file by the same name after all.
                    before = None
                    made = self._copy(work, path, None)
                if made is None:
                    continue
                new.append(made)
                if before is not None and before.path != path:
                    instead.append(before)
                copied += 1
                if len(new) >= _NOTED:
                    self._note(new, instead)
                    new, instead = [], []
        finally:
            self._note(new, instead)
        return copied > 0

    def _copy(self, work: _Work, path: str, before: Copy | None) -> Copy | None:
        place = place_for(work.session.provider.word, path)
        goes_on = None
        # What is not there any more need not be gone on from.
        if before is not None and not path.endswith(_MAY_CHANGE) and (self._folder / before.copy).is_file():
            goes_on = (before.size, before.fingerprint)

        def told(size: int) -> None:
            self._done += size
            self._progress(work)

        try:
            made = copy(path, self._folder / place, self._folder, before=goes_on, told=told, stopped=self._stopped)
        except ArchiveError as error:
            if not Path(path).exists():
                return None  # its owner was quicker
            if isinstance(error, FullError):
                raise
            self._result.problems.append(str(error))
            return None
        if made is None:
            if before is not None and before.path == path:
                self._result.differing.append(path)
            return None
        self._result.files += 1
        self._result.size += made.size
        self._result.stored += made.stored
        return Copy(
            work.session.provider, work.session.name, path, place, made.size, made.stored, made.fingerprint,
            made.mtime_ns, clock.now_ms(),
        )  # fmt: skip

    def _moved(self, work: _Work, path: str) -> Copy | None:
        """The copy of a log that lies elsewhere now (`codex archive` moves them), and goes on there."""
        name = path.rpartition("/")[2]
        for each in work.known.values():
            if each.path.rpartition("/")[2] == name and each.path != path and not Path(each.path).exists():
                known = self._db.execute("SELECT 1 FROM file WHERE path = ?", (each.path,)).fetchone()
                if known is None:
                    return each
        return None

    def _note(self, new: Sequence[Copy], instead: Sequence[Copy]) -> None:
        if not new:
            return
        archived.note_copies(self._db, new)
        if instead:
            for left in archived.forget_copies(self._db, instead):
                _delete(self._folder, left, self._result.problems)

    def _progress(self, work: _Work, now: bool = False) -> None:
        moment = time.monotonic()
        if now or moment - self._told > 0.1:
            self._told = moment
            self._tell(Progress(
                "copying", work.session.name, work.session.title, self._place, self._works, self._done, self._total,
                moment - self._began,
            ))  # fmt: skip


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116
    except OSError:
        return 0


def _delete(folder: Path, copied: str, problems: list[str]) -> None:
    """Delete a copy, and the folders that are empty then."""
    try:
        (folder / copied).unlink(missing_ok=True)
    except OSError as error:
        problems.append(f"{folder / copied} could not be deleted: {error.strerror or error}.")
        return
    at = (folder / copied).parent
    with contextlib.suppress(OSError):
        while at != folder:
            at.rmdir()
            at = at.parent


def _sweep(folder: Path) -> None:
    """Delete what a process left that was killed while it copied."""
    with contextlib.suppress(OSError):
        for part in folder.rglob(f".*{PART}"):
            with contextlib.suppress(OSError):
                part.unlink()
