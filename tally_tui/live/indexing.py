"""The thread that makes text searchable while the screen is open: after the numbers, and behind everything else.

What is appended in ones and twos is indexed here, within milliseconds; more goes to a child process. Where another
process indexes this one waits, and goes on when the library's lock is free.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from tally_tui.ingest.lock import LockError
from tally_tui.ingest.results import IndexProgress, IndexResult
from tally_tui.library.shards import LibraryError
from tally_tui.reports.search_answers import Reach, Reaching
from tally_tui.requests import SearchableRequest
from tally_tui.store import Answered, Publish
from tally_tui.trouble import Trouble

if TYPE_CHECKING:
    from tally_tui.config import Settings
    from tally_tui.ingest.indexing import Indexer
    from tally_tui.logs.discover import LogFile

BETWEEN_S = 0.3
"""Least time between two passes in this process …"""
RESTS: Final = 4
"""… and so many times as long as the last one took."""
RETRY_S = 1.0
"""How often a process that waits tries to take the lock."""
AGAIN_S = 60.0
"""When it is tried again after it failed."""
OTHERS_S = 10.0
"""How often logs are looked through where another process reads the numbers: it need not index."""
COUNT_S: Final = 3.0
"""How often it is counted what is left while another process indexes and someone looks."""
TELL_S: Final = 0.2


class Indexing:
    """Owns the index thread, and answers SearchableRequests. `grown` is called when there is more to be found."""

    def __init__(self, settings: Settings, publish: Publish, grown: Callable[[], None]) -> None:
        self._settings, self._publish, self._grown = settings, publish, grown
        self._news = threading.Condition()
        self._asked: dict[str, SearchableRequest] = {}
        self._answered: dict[str, tuple[SearchableRequest, Reach]] = {}
        self._reach = Reach(None, 0, Reaching.LATER)
        self._told_at = 0.0
        self._counted_at = -COUNT_S
        self._only: set[str] = set()
        self._all = True
        """Whether all logs are to be looked through, not only those at the paths of `_only`."""
        self._logs: Sequence[LogFile] | None = None
        self._due: float | None = None
        """When the next pass is to be; None: when logs change."""
        self._not_before = 0.0
        self._others = False
        """Whether another process reads the numbers."""
        self._held = False
        """A person stopped it."""
        self._stopped = False
        self._indexer: Indexer | None = None
        self._thread = threading.Thread(target=self._run, name="indexing", daemon=True)

    def start(self) -> None:
        """Begin; returns at once. Nothing is indexed before the numbers are read."""
        self._thread.start()

    def ask(self, request: SearchableRequest) -> None:
        """Tell how much is searchable, now and whenever it changes."""
        with self._news:
            self._asked[request.slot] = request
            self._news.notify_all()

    def drop(self, slot: str) -> None:
        with self._news:
            self._asked.pop(slot, None)
            self._answered.pop(slot, None)

    def passed(self, only: Collection[str] | None, logs: Sequence[LogFile] | None) -> None:
        """The numbers of some logs are read (None: of all, and these are the logs there are): their text is next."""
        with self._news:
            self._others = False
            if only is None:
                self._all, self._logs = True, logs
            else:
                self._only.update(only)
            self._due_at(0.0)

    def others(self) -> None:
        """Another process reads the numbers, and will not tell this one of what is new."""
        with self._news:
            if not self._others:
                self._others = True
                self._due_at(time.monotonic() + OTHERS_S)

    def sync(self) -> None:
        """Look now, also where a person stopped it or it failed."""
        with self._news:
            due = self._others or self._held or self._reach.at is Reaching.FAILED
            self._held, self._not_before = False, 0.0
            if due:
                self._all, self._logs = True, None
                self._due_at(0.0)

    def cancel(self) -> None:
        """Stop until `sync`, if there is anything to stop; what is indexed stays."""
        with self._news:
            if self._reach.at in (Reaching.INDEXING, Reaching.LATER, Reaching.ELSEWHERE):
                self._held = True
                self._news.notify_all()

    def stop(self) -> None:
        """End the thread and its child; what was committed stays."""
        with self._news:
            self._stopped = True
            self._news.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=2)

    # -- the thread

    def _run(self) -> None:
        while self._wait():
            try:
                if self._is_due():
                    self._pass()
                elif self._asked:
                    self._answer()
            except (LibraryError, LockError, OSError) as error:
                self._fail(str(error))
            except Exception as error:
                # A thread that dies without a word would leave a screen that only looks alive.
                self._fail(f"{type(error).__name__}: {error}")

    def _wait(self) -> bool:
        """Until there is something to do; False: the program ends."""
        with self._news:
            while not self._stopped:
                unanswered = self._asked.keys() - self._answered.keys()
                moment = time.monotonic()
                counting = bool(self._asked) and self._reach.at is Reaching.ELSEWHERE
                due = None if self._held else self._due
                times = [due, self._counted_at + COUNT_S if counting else None]
                wait = min((each - moment for each in times if each is not None), default=None)
                if unanswered or (self._held and self._reach.at is not Reaching.STOPPED):
                    return True
                if wait is not None and wait <= 0:
                    return True
                self._news.wait(wait)
            return False

    def _is_due(self) -> bool:
        if self._held:
            self._tell(at=Reaching.STOPPED, seconds_left=None)
            return False
        return self._due is not None and self._due <= time.monotonic()

    def _due_at(self, moment: float) -> None:
        moment = max(moment, self._not_before)
        self._due = moment if self._due is None else min(self._due, moment)
        self._news.notify_all()

    def _enough(self) -> bool:
        return self._stopped or self._held

    def _pass(self) -> None:
        from tally_tui.ingest.indexing import Indexer, library_lock
        from tally_tui.ingest.indexing_child import FROM_BYTES

        lock = library_lock() if self._indexer is None else self._indexer.lock
        if not lock.acquire():
            self._busy()
            return
        try:
            if self._indexer is None or not self._indexer.is_current:
                self._indexer = Indexer(self._settings, lock)
            indexer = self._indexer
            with self._news:
                only, logs = (None, self._logs) if self._all else (self._only, None)
                self._only, self._all, self._logs, self._due = set(), False, None, None
            began = time.monotonic()
            left = indexer.estimate(logs) if logs is not None else 0
            if left <= FROM_BYTES:
                plan = indexer.look(only, logs)
                left = plan.bytes
            self._reach = replace(self._reach, log_bytes=indexer.log_bytes or self._reach.log_bytes)
            here = left <= FROM_BYTES
            if here:
                result = indexer.run(plan, cancelled=self._enough)
        finally:
            lock.release()
        if not here:
            result = self._in_child(left)
        self._over(result, time.monotonic() - began if here else 0.0)

    def _in_child(self, left: int) -> IndexResult:
        from tally_tui.ingest.indexing_child import index_in_child

        self._tell(at=Reaching.INDEXING, pending_bytes=left, seconds_left=None, trouble=None)
        return index_in_child(self._progress, self._enough, RETRY_S)

    def _progress(self, progress: IndexProgress) -> None:
        if progress.phase in ("scanning", "done"):
            return
        if time.monotonic() - self._told_at >= TELL_S or progress.phase == "merging":
            left = progress.bytes_total - progress.bytes_done
            self._tell(at=Reaching.INDEXING, pending_bytes=left, seconds_left=progress.seconds_left if left else None)
            self._grown()

    def _over(self, result: IndexResult, took: float) -> None:
        """After a pass: tell, and see when the next one is to be."""
        if result.busy or result.cancelled:
            with self._news:
                self._all = True
        if result.busy:
            self._busy()
            return
        with self._news:
            self._not_before = time.monotonic() + max(BETWEEN_S, RESTS * took)
            if self._others:
                self._all = True
                self._due_at(time.monotonic() + OTHERS_S)
            elif self._all or self._only:
                self._due_at(0.0)
        if not result.cancelled:
            self._tell(at=Reaching.ALL, pending_bytes=0, seconds_left=None, trouble=None)
        if result.changed:
            self._grown()

    def _busy(self) -> None:
        with self._news:
            self._due = time.monotonic() + RETRY_S
        if self._reach.at is not Reaching.ELSEWHERE:
            self._tell(at=Reaching.ELSEWHERE, seconds_left=None, trouble=None)

    def _fail(self, why: str) -> None:
        """Told once, tried again after a while: whatever it is, trying at once will not mend it."""
        self._indexer = None
        with self._news:
            self._all, self._logs = True, None
            self._not_before = self._due = time.monotonic() + AGAIN_S
        trouble = Trouble(why, "What is searchable stays so.", "It is tried again in a minute.")
        self._tell(at=Reaching.FAILED, seconds_left=None, trouble=trouble)

    # -- telling

    def _answer(self) -> None:
        """Someone asks while nothing is indexed here."""
        moment = time.monotonic()
        unknown = self._reach.log_bytes is None or self._reach.at is Reaching.ELSEWHERE
        if unknown and moment - self._counted_at >= COUNT_S:
            from tally_tui.ingest.indexing import pending

            self._counted_at = moment
            left = pending(self._settings)
            self._tell(log_bytes=left.log_bytes, pending_bytes=left.bytes)
        self._tell()

    def _tell(self, **changes: object) -> None:
        self._reach = replace(self._reach, **changes)
        self._told_at = time.monotonic()
        with self._news:
            waiting = [each for each in self._asked.values() if self._answered.get(each.slot) != (each, self._reach)]
            if self._stopped:
                return
            self._answered.update({each.slot: (each, self._reach) for each in waiting})
        for request in waiting:
            self._publish(Answered(request, self._reach))
