"""One pass over the logs: what is new on disk becomes rows, each stretch with its cursor in one transaction."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Collection, Generator
from typing import TYPE_CHECKING

from tally_tui import clock, paths
from tally_tui.database import transaction
from tally_tui.ingest.committing import commit, problem_of
from tally_tui.ingest.cycle_search import no_cycle_search
from tally_tui.ingest.git_roots import GitRoots
from tally_tui.ingest.home_tiers import HomeTiers
from tally_tui.ingest.import_origins import note_origins
from tally_tui.ingest.lock import IngestLock
from tally_tui.ingest.placing import Placing
from tally_tui.ingest.plan import Job, Plan, Why, make_plan
from tally_tui.ingest.results import SyncProgress, SyncResult
from tally_tui.ingest.thread_names import ThreadNames
from tally_tui.ingest.twins import Twins
from tally_tui.ledger import files, first_pass, notes
from tally_tui.ledger.folders import look_again
from tally_tui.ledger.open import open_writer, telling
from tally_tui.logs.discover import LogFile, discover, look
from tally_tui.logs.lines import is_compressed
from tally_tui.model import Provider
from tally_tui.record.refresh import after_reading_logs

if TYPE_CHECKING:
    from tally_tui.config import Settings
    from tally_tui.ingest.parsing import Parsed
    from tally_tui.ledger.write import Writer
    from tally_tui.logs.records import Chunk
    from tally_tui.rules.prices import PriceBook

__all__ = ["Ingestor", "SyncProgress", "SyncResult", "sync"]

BATCH_SIGHTINGS = 12_000
"""A transaction takes up at most about so many sightings: what the writer holds is bounded by it."""
BATCH_SECONDS = 0.5
"""… and is committed at least so often, so that screens move while much is read."""
LOOK_EVERY_SECONDS = 600
"""How often folders that are known are looked at again: one of them may have become a repository."""


def sync(
    settings: Settings,
    *,
    rebuild: bool = False,
    progress: Callable[[SyncProgress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    wait: float = 0,
    logs: list[LogFile] | None = None,
) -> SyncResult:
    """Read what is new in all logs into the ledger, unless another process is at it.

    Args:
        settings: further roots, and a person's own prices.
        rebuild: read every file that exists from its beginning, its rows made anew.
        progress: told some times a second how far it is.
        cancelled: asked often; what was read until then is kept.
        wait: seconds to wait for another process that is reading.
        logs: gets the logs that were found.

    Raises:
        LedgerError: the ledger cannot be opened or written; what was committed is kept.
        LockError: the lock cannot be made.
        BadTableError: a pinned price table cannot be used.
    """
    lock = IngestLock(paths.data_dir() / "ingest.lock")
    if not lock.acquire(wait):
        return SyncResult(busy=True)
    try:
        with Ingestor(settings) as ingestor:
            if progress is not None:
                progress(SyncProgress(phase="scanning"))
            result = ingestor.run(rebuild=rebuild, progress=progress, cancelled=cancelled)
            if logs is not None:
                logs += ingestor.found
            return result
    finally:
        lock.release()


class Ingestor:
    """Holds the ledger open for writing between passes. Whoever uses it holds the ingest lock."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = paths.ledger_path()
        self._words = paths.narrowed(self._path.parent)
        self.db = open_writer(self._path)
        self._writer: Writer | None = None
        self._twins: Twins | None = None
        self._roots = GitRoots()
        self._looked: float | None = None
        self._book: PriceBook | None = None
        self.thread_names = ThreadNames()
        self.price_problem = ""
        self.found: list[LogFile] = []
        """The logs there were when all were last looked through."""
        self.priced = False
        """Whether every call is known to be priced with the prices in force."""

    def __enter__(self) -> Ingestor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the ledger."""
        self.db.close()

    def look(self) -> Plan:
        """What there is to read now."""
        with telling(self._path):
            return self.plan()

    def run(
        self,
        *,
        only: Collection[str] | None = None,
        rebuild: bool = False,
        progress: Callable[[SyncProgress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> SyncResult:
        """One pass, over all logs or over those at the paths of `only`; else as `sync`."""
        with telling(self._path):
            plan = self.plan(rebuild) if only is None else self._partial(only) or self.plan()
            first_pass.begin(self.db, bool(plan.jobs))
            result = _Pass(self, plan, rebuild, progress or (lambda _: None), cancelled or (lambda: False)).run()
            first_pass.through(self.db, only is None and not result.cancelled)
        after_reading_logs(self.db, self._settings, result.changed)
        return result

    def plan(self, rebuild: bool = False) -> Plan:
        """All logs on disk held against the ledger."""
        problems, self._words = self._words, []
        found = self.found = discover(self.roots(), problems)
        plan = make_plan(files.known_files(self.db), found, rebuild=rebuild)
        plan.problems[:0] = problems
        plan.files = len(found)
        return plan

    def _partial(self, only: Collection[str]) -> Plan | None:
        """Some logs held against the ledger; None when one is new: it may be a known one that moved."""
        known = files.known_files(self.db, only)
        roots = self.roots()
        found = [log for log in (look(path, roots) for path in only) if log is not None]
        if any(log.path not in known for log in found):
            return None
        return make_plan(known, found)

    def roots(self) -> tuple[paths.Root, ...]:
        """The home folders whose logs are read."""
        return paths.roots(self._settings.claude_roots, self._settings.codex_roots)

    def forget(self) -> None:
        """Look everything up afresh on the next pass (another process may have written)."""
        self._writer = None
        self._twins = None

    def forget_sessions(self) -> None:
        """Look sessions up afresh: some have other names now."""
        self._writer = None

    def twins(self) -> Twins:
        """What is known of transcripts that share a session id."""
        if self._twins is None:
            self._twins = Twins(self.db)
        return self._twins

    def writer(self) -> Writer:
        """The writer with its memory of sessions and facets, opened when there is something to write."""
        if self._writer is None:
            from tally_tui.ledger.pricing import Pricing
            from tally_tui.ledger.write import Writer

            self._writer = Writer(self.db, Pricing(self.book()), self._roots)
        return self._writer

    def look_at_folders(self) -> bool:
        """Look for git roots that were made since, at first and then now and again; whether anything changed."""
        self._roots.forget()
        now = time.monotonic()
        if self._looked is not None and now - self._looked < LOOK_EVERY_SECONDS:
            return False
        self._looked = now

        def settle() -> None:
            with transaction(self.db):
                self.writer().settle()

        return look_again(self.db, self._roots, settle)

    def book(self) -> PriceBook:
        """The prices in force."""
        if self._book is None:
            from tally_tui.ingest.price_choice import open_book

            self._book, self.price_problem = open_book(self._settings)
        return self._book


class _Pass:
    """One run over the logs: plan, parse, write in batches, note what is gone."""

    def __init__(
        self,
        ingestor: Ingestor,
        plan: Plan,
        rebuild: bool,
        progress: Callable[[SyncProgress], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self._ingestor = ingestor
        self._db = ingestor.db
        self._plan = plan
        self._rebuild = rebuild
        self._tell = progress
        self._cancelled = cancelled
        self._accounts = paths.Accounts(ingestor.roots())
        self._tiers = HomeTiers()
        self._placing_made: Placing | None = None
        self._ids: dict[str, int] = {}
        self._refused: set[str] = set()
        self._reached: dict[int, int] = {}
        self._files_done = self._bytes_done = self._calls = 0
        self._began = time.monotonic()
        self._told = 0.0
        self._problems: list[str] = []

    def run(self) -> SyncResult:
        plan = self._plan
        self._problems += plan.problems
        stopped = False
        try:
            # Before anything is read: a row is priced with the prices in force or named as not.
            repriced = 0 if self._ingestor.priced else self._reprice()
            moved = self._ingestor.look_at_folders()
            if not plan.quiet:
                self._note_moves(plan)
                renamed = self._placing.place(plan, self._ids)
                if renamed:
                    self._ingestor.forget_sessions()
                with no_cycle_search():
                    stopped = self._read(plan)
                if renamed and not stopped:
                    self._placing.drop_empty(renamed)
                    self._ingestor.forget_sessions()
                if not stopped:
                    self._note_gone(plan)
                    if note_origins(self._db, self._ingestor.roots()):
                        self._ingestor.forget()  # it knows the sessions as they were
            named = self._ingestor.thread_names.give(self._db, self._ingestor.roots(), self._ingestor.writer)
        except BaseException:
            self._ingestor.forget()  # what memory holds may be ahead of what was committed
            raise
        result = SyncResult(
            cancelled=stopped,
            files=plan.files,
            files_read=self._files_done,
            bytes_read=self._bytes_done,
            calls=self._calls,
            seconds=time.monotonic() - self._began,
            problems=tuple(self._problems) + tuple(filter(None, [self._ingestor.price_problem])),
            changed=bool(self._calls or repriced or moved or named or not plan.quiet),
            empty=not self._db.execute("SELECT EXISTS (SELECT 1 FROM call)").fetchone()[0],
        )
        self._progress(plan, "done", now=True)
        return result

    @property
    def _placing(self) -> Placing:
        # Made when something is read: most passes find nothing new.
        if self._placing_made is None:
            self._placing_made = Placing(self._db, self._ingestor.twins(), self._ingestor.roots())
        return self._placing_made

    # -- reading

    def _read(self, plan: Plan) -> bool:
        """Read all jobs; True when cancelled."""
        if not plan.jobs:
            return False
        if self._rebuild:
            return self._read_anew(plan, plan.jobs)
        self._db.execute("DROP INDEX IF EXISTS call_file")  # left by a rebuild that was killed
        again = plan.again
        fresh = [job for job in plan.jobs if job.why is not Why.ASKED] if again else plan.jobs
        return self._read_fresh(plan, fresh) or (bool(again) and self._read_anew(plan, again))

    def _read_fresh(self, plan: Plan, jobs: list[Job]) -> bool:
        batch: list[Parsed] = []
        held = 0
        committed = time.monotonic()
        with contextlib.closing(self._parsed(jobs)) as stretches:
            for parsed in stretches:
                batch.append(parsed)
                held += len(parsed.chunk.sightings) if parsed.chunk else 0
                if held >= BATCH_SIGHTINGS or len(batch) >= 256 or time.monotonic() - committed > BATCH_SECONDS:
                    self._commit(batch)
                    batch, held, committed = [], 0, time.monotonic()
                    self._progress(plan, "reading")
                if self._cancelled():
                    self._commit(batch)
                    return True
        self._commit(batch)
        return False

    def _read_anew(self, plan: Plan, jobs: list[Job]) -> bool:
        """Each file in one transaction: its rows out and in again, so that no instant lacks a call."""
        from tally_tui.ingest.parsing import parse_in_place

        self._db.execute("CREATE INDEX IF NOT EXISTS call_file ON call (file)")
        try:
            for job in jobs:
                # Read before anything is taken out: what cannot be read again is kept as it is.
                stretches = list(parse_in_place([job], lambda _: b""))
                problems = [problem for problem in map(problem_of, stretches) if problem is not None]
                if problems and job.why is Why.ASKED:
                    self._problems += problems
                    continue

                def write(stretches: list[Parsed], job: Job = job) -> None:
                    if job.known is not None and job.why is Why.ASKED:
                        self._ingestor.writer().drop(job.known.id)
                        files.start_afresh(self._db, job.known.id, rewritten=False)
                    self._write(stretches)

                forget = self._ingestor.forget
                commit(self._db, stretches, write, forget, self._ids, self._problems, self._refused, apart=False)
                self._progress(plan, "reading")
                if self._cancelled():
                    return True
        finally:
            self._db.execute("DROP INDEX IF EXISTS call_file")
        return False

    def _parsed(self, jobs: list[Job]) -> Generator[Parsed, None, None]:
        from tally_tui.ingest import parsing

        if sum(job.bytes for job in jobs) < parsing.HELPERS_FROM:
            return parsing.parse_in_place(jobs, self._state)
        helpers = max(1, min(4, (os.cpu_count() or 2)))
        return parsing.parse_with_helpers(jobs, self._state, helpers)

    def _state(self, job: Job) -> bytes:
        return files.state_of(self._db, job.known.id) if job.known is not None and job.why is Why.GROWN else b""

    def _commit(self, batch: list[Parsed]) -> None:
        commit(self._db, batch, self._write, self._ingestor.forget, self._ids, self._problems, self._refused)

    def _write(self, batch: list[Parsed]) -> None:
        """Rows and cursors of some stretches, in the caller's transaction."""
        from tally_tui.ledger.write import Told

        told: list[Told] = []
        for parsed in batch:
            job, chunk = parsed.job, parsed.chunk
            file = self._file(job)
            if chunk is not None and job.log.provider is Provider.CLAUDE:
                self._placing.name(file, job, chunk)
            problem = problem_of(parsed)
            if problem is not None:
                self._problems.append(problem)
            if chunk is None:
                self._files_done += 1
                if is_compressed(job.log.path):
                    self._damaged(file, job)
                continue
            told.append(Told(
                file, job.log.provider, chunk.sightings, chunk.sessions, chunk.inferred_model, chunk.paired,
                self._accounts.of(job.log.path),
                chunk.talk, chunk.summaries, self._tiers.of(job.log.path), chunk.tier_stated, chunk.imported_until,
            ))  # fmt: skip
            files.add_skipped(self._db, file, chunk.skipped)
            self._stand(file, job, chunk)
            self._bytes_done += max(0, chunk.cursor - self._reached.get(file, job.cursor))
            self._reached[file] = chunk.cursor
            self._files_done += chunk.at_end
        self._calls += self._ingestor.writer().apply(told)
        for one, parsed in zip(told, (parsed for parsed in batch if parsed.chunk), strict=True):
            chunk = parsed.chunk
            assert chunk is not None
            notes.add_readings(self._db, one.provider, chunk.readings, one.home)
            notes.add_limit_events(self._db, one.provider, one.file, chunk.events, one.home)
            notes.add_cost_states(self._db, one.provider, chunk.cost_states)

    def _file(self, job: Job) -> int:
        """The file's id; the first stretch of a file that was rewritten starts it afresh."""
        known = self._ids.get(job.log.path)
        if known is None:
            if job.known is None:
                known = files.add_file(self._db, job.log.provider, job.log.path)
            else:
                known = job.known.id
                if job.why is Why.REWRITTEN:
                    files.start_afresh(self._db, known, rewritten=True)
                    self._ingestor.writer().forget_lines(known)
            self._ids[job.log.path] = known
        return known

    def _stand(self, file: int, job: Job, chunk: Chunk) -> None:
        log = job.log
        # Until its end is reached a file counts as changed, so that the next pass goes on. So does one that
        # a drive would not give to its end; a compressed one that is damaged waits until it is another.
        ended = chunk.at_end and (chunk.problem is None or is_compressed(log.path))
        stand = files.Stand(
            device=log.device,
            inode=log.inode,
            size=log.size if ended else -1,
            mtime_ns=log.mtime_ns,
            cursor=chunk.cursor,
            head=job.head,
            tail=chunk.tail,
            state=chunk.state,
            lines=chunk.lines,
            first_ts=chunk.first_ts,
        )
        files.stand_at(self._db, file, stand)

    def _damaged(self, file: int, job: Job) -> None:
        """Nothing more of a compressed log can be read: it is not tried again until it is another file."""
        files.add_skipped(self._db, file, {"unreadable:cannot be uncompressed": [1, 0]})
        from tally_tui.logs.records import Chunk

        self._stand(file, job, Chunk(cursor=job.cursor, state=files.state_of(self._db, file)))

    # -- around it

    def _note_moves(self, plan: Plan) -> None:
        if plan.moved or plan.back:
            with transaction(self._db):
                for file, log in plan.moved:
                    files.move_file(self._db, file.id, log.path)
                files.mark_back(self._db, [file.id for file in plan.back])
            self._ingestor.forget()  # it knows files by their paths

    def _note_gone(self, plan: Plan) -> None:
        if plan.gone:
            with transaction(self._db):
                files.mark_gone(self._db, [file.id for file in plan.gone], clock.now_ms())

    def _reprice(self) -> int:
        from tally_tui.ingest.repricing import reprice

        mine = self._ingestor
        found = reprice(self._db, mine.book(), mine.writer, self._cancelled)
        mine.priced = found.whole
        return found.changed

    def _progress(self, plan: Plan, phase: str, now: bool = False) -> None:
        moment = time.monotonic()
        if now or moment - self._told > 0.1:
            self._told = moment
            self._tell(SyncProgress(
                phase=phase, files_done=self._files_done, files_total=len(plan.jobs),
                bytes_done=min(self._bytes_done, plan.bytes), bytes_total=plan.bytes, calls=self._calls,
                seconds=moment - self._began,
            ))  # fmt: skip
