"""One run over the logs' text: much goes into cold shards, alone or with a second process; little into the hot one."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from tally_tui.ingest.cycle_search import no_cycle_search
from tally_tui.ingest.filling import Done, Filler, Helper, fill, shares
from tally_tui.ingest.results import IndexProgress, IndexResult

if TYPE_CHECKING:
    from tally_tui.ingest.filling import Order
    from tally_tui.ingest.lock import IngestLock
    from tally_tui.ingest.plan import Job, Plan
    from tally_tui.library.write import ShardWriter

COLD_FROM: Final = 16 << 20
"""A backlog of more bytes goes into a cold shard."""
HELPER_FROM: Final = 96 << 20
"""… and of more than these is shared with a second process."""
IDLE_MERGES: Final = 20
"""Portions of merging after a pass over little."""
LOOK_S: float = 1.0
"""How often, while a backlog is read, it is looked what was appended to logs that are done …"""
LOOK_RESTS: float = 15
"""… and so many times as long as the last look took."""


class Index(Protocol):
    """What a pass asks of the index that it fills."""

    folder: Path
    lock: IngestLock

    def order(self, job: Job) -> Order: ...
    def writer(self, *, hot: bool) -> ShardWriter: ...
    def note(self, plan: Plan) -> None: ...
    def look_behind(self) -> Sequence[Job]: ...


class Pass:
    """One run over the logs."""

    def __init__(
        self,
        index: Index,
        plan: Plan,
        tell: Callable[[IndexProgress], None],
        stop: Callable[[], bool],
        alone: bool = False,
    ) -> None:
        self._index = index
        self._plan = plan
        self._tell = tell
        self._stop = stop
        self._alone = alone
        self.bereft = False
        """Whether a second process died with work left."""
        self._began = time.monotonic()
        self._done = Done()
        self._told = 0.0
        self._next_look = self._began + LOOK_S

    def run(self) -> IndexResult:
        plan = self._plan
        stopped = False
        if not plan.quiet:
            self._index.note(plan)
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
        filler = Filler(self._index.folder, self._index.writer(hot=True), self._add)
        try:
            stopped = fill(filler, map(self._index.order, self._plan.jobs), self._stop)
            for _ in range(IDLE_MERGES):
                if self._stop() or not filler.writer.merge():
                    break
            return stopped
        finally:
            filler.close()

    def _cold(self) -> bool:
        """Newest first; with much to do, a second process takes half of it."""
        orders = [self._index.order(job) for job in self._plan.jobs]
        shared = self._plan.bytes > HELPER_FROM and not self._alone and (os.cpu_count() or 1) > 1
        mine, others = shares(orders) if shared else (orders, [])
        folder = self._index.folder
        filler = Filler(folder, self._index.writer(hot=False), self._add)
        with contextlib.ExitStack() as stack:
            stack.callback(filler.close)
            helper = None
            if others:
                helper = stack.enter_context(Helper(folder, others, self._add, self._index.lock.fileno()))

            def stop() -> bool:
                if helper is not None:
                    helper.listen()
                return self._meanwhile()

            stopped = fill(filler, mine, stop)
            if not stopped:
                self._progress("merging", now=True)
            filler.finish(stopped)
            if helper is not None and not helper.finish(self._meanwhile):
                self.bereft = not (stopped or self._stop())
                stopped = True
        return stopped

    def _meanwhile(self) -> bool:
        """Whether to stop; and what was appended since to logs that are done, so that it need not wait for the rest."""
        if self._stop():
            return True
        moment = time.monotonic()
        if moment >= self._next_look:
            jobs = self._index.look_behind()
            if jobs and sum(job.bytes for job in jobs) <= COLD_FROM:
                filler = Filler(self._index.folder, self._index.writer(hot=True), self._add)
                try:
                    fill(filler, map(self._index.order, jobs), self._stop)
                finally:
                    filler.close()
            now = time.monotonic()
            self._next_look = now + max(LOOK_S, LOOK_RESTS * (now - moment))
        return False

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
                phase=phase, files_done=done.files, files_total=len(plan.jobs), bytes_done=min(done.bytes, plan.bytes),
                bytes_total=plan.bytes, messages=done.messages, seconds=moment - self._began,
            ))  # fmt: skip
