"""The text pass: what is new in the logs becomes searchable, newest files first, each stretch with its cursor.

It comes after accounting, holds a lock of its own, and neither waits for the other. A large backlog goes
into cold shards, written newest first; what comes in ones and twos goes into the hot one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from tally_tui import clock, paths
from tally_tui.database import transaction
from tally_tui.ingest.archived_logs import any_archived, places, with_archived
from tally_tui.ingest.filling import Order
from tally_tui.ingest.index_pass import Pass
from tally_tui.ingest.lock import IngestLock
from tally_tui.ingest.plan import Job, Plan, Why, make_plan
from tally_tui.ingest.results import IndexProgress, IndexResult, Pending
from tally_tui.ingest.texts import place_in
from tally_tui.ingest.twins import transcript_id
from tally_tui.ledger.files import KnownFile
from tally_tui.library import shards
from tally_tui.library.files import Standing, TextFile, standings
from tally_tui.library.shards import library_dir, next_path, open_shard, shard_paths, signature, telling
from tally_tui.library.write import ShardWriter, drop_file, is_open_for
from tally_tui.logs.discover import LogFile, discover, look
from tally_tui.model import Provider

if TYPE_CHECKING:
    from tally_tui.config import Settings

__all__ = ["IndexProgress", "IndexResult", "Indexer", "Pending", "index", "library_lock", "pending", "remove"]

FEW: Final = 100
"""After a pass over so many files only those are looked up again."""


def index(
    settings: Settings,
    *,
    rebuild: bool = False,
    progress: Callable[[IndexProgress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    wait: float = 0,
    logs: Sequence[LogFile] | None = None,
) -> IndexResult:
    """Make searchable what is new in all logs, unless another process is at it.

    Args:
        settings: further roots.
        rebuild: forget the library first, and read every log that exists.
        progress: told some times a second how far it is.
        cancelled: asked often; what was indexed until then is kept.
        wait: seconds to wait for another process that indexes.
        logs: as `Indexer.look` takes them.

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
        if progress is not None:
            progress(IndexProgress(phase="scanning"))
        indexer = Indexer(settings, lock)
        return indexer.run(indexer.look(logs=logs), progress=progress, cancelled=cancelled)
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
    known, logs, _ = with_archived(_known(standings(library_dir()).values()), discover(_roots(settings)))
    plan = make_plan(known, logs)
    return Pending(len(plan.jobs), plan.bytes, sum(log.size for log in logs), tuple(plan.problems))


def library_lock() -> IngestLock:
    """The lock of whoever writes the library."""
    return IngestLock(paths.data_dir() / "library.lock")


class Indexer:
    """Writes the library between passes. Whoever uses it holds the library's lock."""

    def __init__(self, settings: Settings, lock: IngestLock) -> None:
        self._settings = settings
        self.lock = lock
        self.folder = library_dir()
        self.log_bytes = 0
        """All logs there were when all were last looked through."""
        for path in shard_paths(self.folder):
            if not shards.is_whole(path):
                # Of another version, damaged, or never begun: its files are read again.
                shards.remove_shard(path)
        self._standing: dict[int, Standing] = {}
        self._places: dict[str, str] = {}
        """Logs of sessions whose id unrelated ones have too → what tells them apart."""
        self._ordered: set[int] = set()
        """The files that were read since how far they are was last looked up."""
        self.refresh()
        self._drop_twins()

    @property
    def is_current(self) -> bool:
        """Whether no other process has written since the last pass; else a new one must be made."""
        return self._signature == signature(self.folder)

    def estimate(self, logs: Sequence[LogFile]) -> int:
        """About how many bytes of these logs are to be indexed: no file is opened for it, as a plan needs to."""
        known = {standing.file.path: standing.file for standing in self._standing.values()}
        left = 0
        for log in logs:
            file = known.get(log.path)
            if file is None or file.size != log.size:
                left += max(0, log.size - (file.cursor if file is not None else 0))
        self.log_bytes = sum(log.size for log in logs)
        return left

    def look(self, only: Collection[str] | None = None, logs: Sequence[LogFile] | None = None) -> Plan:
        """What there is to index now.

        Args:
            only: the paths of the logs to look at; None: all.
            logs: the logs that there were a moment ago. If none of them has anything new, that is the answer;
                else they are looked for again, for since then another process may have read further.
        """
        plan = None if only is None else self._partial(only)
        if plan is None and logs is not None:
            plan = self._plan(logs)
            plan = plan if plan.quiet else None
        return plan or self._plan()

    def look_behind(self) -> list[Job]:
        """While a pass is under way: what is new in logs that it has done with, and in logs that came since."""
        # Those that were ordered and not committed yet are in no shard.
        self._standing |= standings(self.folder)
        return [
            job
            for job in self._plan().jobs
            if job.why is Why.NEW or (job.why is Why.GROWN and job.known is not None and job.known.size >= 0)
        ]

    def run(
        self,
        plan: Plan,
        *,
        progress: Callable[[IndexProgress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> IndexResult:
        """Index what `look` found, in the state it found it; else as `index`."""
        tell, stop = progress or (lambda _: None), cancelled or (lambda: False)
        a_pass = Pass(self, plan, tell, stop)
        result = a_pass.run()
        if not plan.quiet:
            few = not (plan.moved or plan.gone or plan.back) and len(self._ordered) <= FEW
            self.refresh(self._ordered if few else None)
        if a_pass.bereft and not stop():
            # The second process died: what it left undone is read here.
            rest = Pass(self, self._plan(), tell, stop, alone=True).run()
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
        self._ordered.add(number)
        return Order(
            number, log.provider, log.path, log.device, log.inode, log.size, log.mtime_ns, cursor, job.head, state,
            self._places.get(log.path, ""),
        )  # fmt: skip

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

    def refresh(self, only: Collection[int] | None = None) -> None:
        """Look up again how far every file is, or those of some numbers."""
        found = standings(self.folder, only)
        if only is None:
            self._standing = found
        else:
            for number in only:
                self._standing.pop(number, None)
            self._standing |= found
        self._ordered = set()
        self._signature = signature(self.folder)

    def _plan(self, logs: Sequence[LogFile] | None = None) -> Plan:
        problems: list[str] = []
        there = discover(_roots(self._settings), problems) if logs is None else logs
        known, found, moved = with_archived(self._renamed(_known(self._standing.values())), there)
        plan = make_plan(known, found)
        plan.moved += moved
        plan.problems[:0] = problems
        plan.files = len(found)
        self.log_bytes = sum(log.size for log in found)
        return plan

    def _partial(self, only: Collection[str]) -> Plan | None:
        """Some logs held against the library; None when one is new: it may be a known one that moved."""
        known = _known(standing for standing in self._standing.values() if standing.file.path in only)
        roots = _roots(self._settings)
        found = [log for log in (look(path, roots) for path in only) if log is not None]
        if any(log.path not in known for log in found) or any_archived(only):
            return None
        return make_plan(self._renamed(known), found)

    def _renamed(self, known: dict[str, KnownFile]) -> dict[str, KnownFile]:
        """Files whose session has another name in the ledger by now count as read by another parser."""
        self._places = places()
        counts = Counter(map(transcript_id, known))
        shared = [f"/{session}" for session, files in counts.items() if session is not None and files > 1]
        for path, file in known.items():
            place = self._places.get(path, "")
            concerned = bool(place) or any(each in path for each in shared)
            if concerned and place_in(self._standing[file.id].state) != place:
                known[path] = replace(file, parser=-1)
        return known

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


def _known(standing: Iterable[Standing]) -> dict[str, KnownFile]:
    """The files as a plan takes them, by path."""
    files = (each.file for each in standing)
    return {
        file.path: KnownFile(
            file.id, Provider(file.provider), file.path, file.device, file.inode, file.size, file.mtime_ns,
            file.cursor, file.head, file.tail, file.gone_at,
        )
        for file in files
    }  # fmt: skip


def _roots(settings: Settings) -> tuple[paths.Root, ...]:
    return paths.roots(settings.claude_roots, settings.codex_roots)
