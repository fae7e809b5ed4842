"""The text pass: what is new in the logs becomes searchable, newest files first, each stretch with its cursor.

It comes after accounting, holds a lock of its own, and neither waits for the other. A large backlog goes
into cold shards, written newest first; what comes in ones and twos goes into the hot one.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Final

from tally_tui import clock, paths
from tally_tui.ingest.filling import Done, Filler, Helper, Order, fill, no_cycle_search, shares
from tally_tui.ingest.index_results import IndexProgress, IndexResult, Pending
from tally_tui.ingest.lock import IngestLock
from tally_tui.ingest.plan import Job, Plan, Why, make_plan
from tally_tui.ledger.files import KnownFile
from tally_tui.library import shards
from tally_tui.library.files import Standing, TextFile, standings
from tally_tui.library.shards import library_dir, next_path, open_shard, shard_paths, telling, transaction
from tally_tui.library.write import ShardWriter, drop_file, is_open_for
from tally_tui.logs.discover import discover, look
from tally_tui.model import Provider

if TYPE_CHECKING:
    from tally_tui.config import Settings

__all__ = ["IndexProgress", "IndexResult", "Indexer", "Pending", "index", "library_lock", "pending", "remove"]

COLD_FROM: Final = 16 << 20
"""A backlog of more bytes goes into a cold shard."""
HELPER_FROM: Final = 96 << 20
"""… and of more than these is shared with a second process."""
IDLE_MERGES: Final = 20
"""Portions of merging after a pass over little."""


def index(
    settings: Settings,
    *,
    rebuild: bool = False,
    progress: Callable[[IndexProgress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    wait: float = 0,
) -> IndexResult:
    """Make searchable what is new in all logs, unless another process is at it.

    Args:
        settings: further roots.
        rebuild: forget the library first, and read every log that exists.
        progress: told some times a second how far it is.
        cancelled: asked often; what was indexed until then is kept.
        wait: seconds to wait for another process that indexes.

    Raises:
        LibraryError: the library cannot be written; what was committed is kept.
        LockError: the lock cannot be made.
    """
    lock = library_lock()
    if not lock.acquire(wait):
        return IndexResult(busy=True)
    try:
        if rebuild:
            shards.remove_library(library_dir())
        with Indexer(settings, lock) as indexer:
            return indexer.run(progress=progress, cancelled=cancelled)
    finally:
        lock.release()


def remove(wait: float = 0) -> int | None:
    """Delete the library; returns how many shards it had, None when a process is indexing.

    Raises:
        LibraryError: it cannot be deleted.
        LockError: the lock cannot be made.
    """
    lock = library_lock()
    if not lock.acquire(wait):
        return None
    try:
        return shards.remove_library(library_dir())
    finally:
        lock.release()


def pending(settings: Settings) -> Pending:
    """How much is still to be indexed; takes no lock, writes nothing.

    Raises:
        LibraryError: a shard cannot be read.
    """
    logs = discover(_roots(settings))
    plan = make_plan(_known(standings(library_dir())), logs)
    return Pending(len(plan.jobs), plan.bytes, sum(log.size for log in logs))


def library_lock() -> IngestLock:
    """The lock of whoever writes the library."""
    return IngestLock(paths.data_dir() / "library.lock")


class Indexer:
    """Writes the library between passes. Whoever uses it holds the library's lock."""

    def __init__(self, settings: Settings, lock: IngestLock) -> None:
        self._settings = settings
        self.lock = lock
        self.folder = library_dir()
        for path in shard_paths(self.folder):
            if not shards.is_whole(path):
                # Of another version, damaged, or never begun: its files are read again.
                shards.remove_shard(path)
        self._standing: dict[int, Standing] = {}
        self.refresh()
        self._drop_twins()

    def __enter__(self) -> Indexer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is held open between passes; here so that it can be used as `sync.Ingestor` is."""

    def look(self) -> Plan:
        """What there is to index now."""
        return self._plan()

    def run(
        self,
        *,
        only: Collection[str] | None = None,
        progress: Callable[[IndexProgress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> IndexResult:
        """One pass, over all logs or over those at the paths of `only`; else as `index`."""
        tell, stop = progress or (lambda _: None), cancelled or (lambda: False)
        tell(IndexProgress("scanning"))
        plan = (None if only is None else self._partial(only)) or self._plan()
        a_pass = _Pass(self, plan, tell, stop)
        result = a_pass.run()
        self.refresh()
        if a_pass.bereft and not stop():
            # The second process died: what it left undone is read here.
            rest = _Pass(self, self._plan(), tell, stop, alone=True).run()
            self.refresh()
            return result.and_then(rest)
        return result

    # -- what a pass asks for

    def order(self, job: Job) -> Order:
        """What to read of a file. A rewritten file is a new one: its old docs are dropped first."""
        log, known = job.log, job.known
        if known is not None and job.why is Why.GROWN:
            number, cursor, state = known.id, job.cursor, self._standing[known.id].state
        else:
            if known is not None:
                self.drop([known.id])
            number, cursor, state = max(self._standing, default=0) + 1, 0, b""
            file = TextFile(
                number, log.provider, log.path, log.device, log.inode, -1, log.mtime_ns, 0, job.head, None, None
            )
            self._standing[number] = Standing(file, b"")
        return Order(
            number, log.provider, log.path, log.device, log.inode, log.size, log.mtime_ns, cursor, job.head, state
        )

    def writer(self, *, hot: bool) -> ShardWriter:
        """The shard of this kind that is not full yet, or a new one."""
        for path in reversed(shard_paths(self.folder)):
            if is_open_for(path, hot=hot):
                return ShardWriter(path, hot=hot)
        return ShardWriter(next_path(self.folder), hot=hot)

    def drop(self, files: Sequence[int]) -> None:
        """Files' docs and cursors out of every shard."""
        for path in shard_paths(self.folder):
            with closing(open_shard(path)) as db, telling(path):
                for file in files:
                    drop_file(db, file)
        for file in files:
            self._standing.pop(file, None)

    def note(self, plan: Plan) -> None:
        """Files that moved, went or came back."""
        now = clock.now_ms()
        changes = [
            *((log.path, None, file.id) for file, log in plan.moved),
            *((file.path, None, file.id) for file in plan.back),
            *((file.path, now, file.id) for file in plan.gone),
        ]
        if changes:
            for path in shard_paths(self.folder):
                with closing(open_shard(path)) as db, telling(path), transaction(db):
                    db.executemany("UPDATE file SET path = ?, gone_at = ? WHERE id = ?", changes)

    def refresh(self) -> None:
        """Look up again how far every file is."""
        self._standing = standings(self.folder)

    def _plan(self) -> Plan:
        problems: list[str] = []
        found = discover(_roots(self._settings), problems)
        plan = make_plan(_known(self._standing), found)
        plan.problems[:0] = problems
        plan.files = len(found)
        return plan

    def _partial(self, only: Collection[str]) -> Plan | None:
        """Some logs held against the library; None when one is new: it may be a known one that moved."""
        known = {path: file for path, file in _known(self._standing).items() if path in only}
        roots = _roots(self._settings)
        found = [log for log in (look(path, roots) for path in only) if log is not None]
        if any(log.path not in known for log in found):
            return None
        return make_plan(known, found)

    def _drop_twins(self) -> None:
        """Two files at one path (a rewritten file's old self, never quite dropped): the later one is right."""
        by_path: dict[str, int] = {}
        twins = []
        for number, standing in sorted(self._standing.items()):
            if standing.file.path in by_path:
                twins.append(by_path[standing.file.path])
            by_path[standing.file.path] = number
        if twins:
            self.drop(twins)


class _Pass:
    """One run over the logs."""

    def __init__(
        self,
        indexer: Indexer,
        plan: Plan,
        tell: Callable[[IndexProgress], None],
        stop: Callable[[], bool],
        alone: bool = False,
    ) -> None:
        self._indexer = indexer
        self._plan = plan
        self._tell = tell
        self._stop = stop
        self._alone = alone
        self.bereft = False
        """Whether a second process died with work left."""
        self._began = time.monotonic()
        self._done = Done()
        self._told = 0.0

    def run(self) -> IndexResult:
        plan = self._plan
        stopped = False
        if not plan.quiet:
            self._indexer.note(plan)
            if plan.jobs:
                with no_cycle_search():
                    stopped = self._cold() if plan.bytes > COLD_FROM else self._hot()
        self._progress("done", now=True)
        done = self._done
        return IndexResult(
            cancelled=stopped,
            files=plan.files,
            files_read=done.files,
            bytes_read=done.bytes,
            messages=done.messages,
            seconds=time.monotonic() - self._began,
            problems=(*plan.problems, *done.problems),
            changed=not plan.quiet,
        )

    def _hot(self) -> bool:
        filler = Filler(self._indexer.folder, self._indexer.writer(hot=True), self._add)
        try:
            stopped = fill(filler, map(self._indexer.order, self._plan.jobs), self._stop)
            for _ in range(IDLE_MERGES):
                if self._stop() or not filler.writer.merge():
                    break
            return stopped
        finally:
            filler.close()

    def _cold(self) -> bool:
        """Newest first; with much to do, a second process takes half of it."""
        orders = [self._indexer.order(job) for job in self._plan.jobs]
        shared = self._plan.bytes > HELPER_FROM and not self._alone and (os.cpu_count() or 1) > 1
        mine, others = shares(orders) if shared else (orders, [])
        folder = self._indexer.folder
        filler = Filler(folder, self._indexer.writer(hot=False), self._add)
        with contextlib.ExitStack() as stack:
            stack.callback(filler.close)
            helper = None
            if others:
                helper = stack.enter_context(Helper(folder, others, self._add, self._indexer.lock.fileno()))

            def stop() -> bool:
                if helper is not None:
                    helper.listen()
                return self._stop()

            stopped = fill(filler, mine, stop)
            if not stopped:
                self._progress("merging", now=True)
            filler.finish(stopped)
            if helper is not None and not helper.finish(self._stop):
                self.bereft = not (stopped or self._stop())
                stopped = True
        return stopped

    def _add(self, done: Done) -> None:
        mine = self._done
        mine.files += done.files
        mine.bytes += done.bytes
        mine.messages += done.messages
        mine.problems += done.problems
        self._progress("indexing")

    def _progress(self, phase: str, now: bool = False) -> None:
        moment = time.monotonic()
        if now or moment - self._told > 0.1:
            self._told = moment
            done, plan = self._done, self._plan
            self._tell(IndexProgress(
                phase, done.files, len(plan.jobs), min(done.bytes, plan.bytes), plan.bytes, done.messages,
                moment - self._began,
            ))  # fmt: skip


def _known(standing: Mapping[int, Standing]) -> dict[str, KnownFile]:
    """The files as a plan takes them, by path."""
    files = (each.file for each in standing.values())
    return {
        file.path: KnownFile(
            file.id, Provider(file.provider), file.path, file.device, file.inode, file.size, file.mtime_ns,
            file.cursor, file.head, file.tail, 0, file.gone_at,
        )
        for file in files
    }  # fmt: skip


def _roots(settings: Settings) -> tuple[paths.Root, ...]:
    return paths.roots(settings.claude_roots, settings.codex_roots)
