"""The thread that keeps the ledger up to date: one pass, then whatever the watcher tells.

A large backlog goes to a child process. Where another process holds the ingest lock this one only
reads, and takes over when the lock is free.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

from tally_tui import paths
from tally_tui.ingest.lock import IngestLock, LockError
from tally_tui.ingest.sync import Ingestor, SyncProgress, SyncResult
from tally_tui.ingest.watch import Watcher
from tally_tui.ledger import first_pass
from tally_tui.ledger.open import LedgerError, open_reader
from tally_tui.rules.price_table import BadTableError
from tally_tui.store import Phase, SyncStatus, Watching
from tally_tui.trouble import Trouble

if TYPE_CHECKING:
    from tally_tui.config import Settings
    from tally_tui.logs.discover import LogFile

RETRY_S = 1.0
"""How often a process that only reads tries to take the lock."""
HOT_FILES = 200
Passed: TypeAlias = "Callable[[Collection[str] | None, Sequence[LogFile] | None], None]"


class Ingesting:
    """Owns the ingest thread. `changed` is called after each commit that a report could show."""

    def __init__(
        self,
        settings: Settings,
        publish: Callable[[SyncStatus], None],
        changed: Callable[[], None],
        passed: Passed = lambda only, logs: None,
    ) -> None:
        """`passed` is told after each whole pass in this process: of which logs (None: of all, and which there are)."""
        self._settings = settings
        self._publish = publish
        self._changed = changed
        self._told = passed
        self._stop = threading.Event()
        self._cancel = threading.Event()
        self._asked = threading.Event()
        self._hot: dict[str, None] = {}
        self._after_s = 0.0
        roots = paths.roots(settings.claude_roots, settings.codex_roots)
        self._dirs = tuple(folder for root in roots for folder in root.log_dirs)
        self._watcher = Watcher(self._dirs, lambda: tuple(self._hot))
        self._status = SyncStatus(Phase.SCANNING, looked=tuple(map(str, self._dirs)), unread=True)
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)

    def start(self, after_s: float = 0.0) -> None:
        """Begin, some seconds from now; returns at once."""
        self._after_s = after_s
        self._tell()
        self._thread.start()

    def sync(self) -> None:
        """Sweep now."""
        self._cancel.clear()
        self._asked.set()
        self._watcher.wake()

    def cancel(self) -> None:
        """Stop the pass that is under way; what is read stays."""
        self._cancel.set()

    def stop(self) -> None:
        """End the thread and its child; waits for the transaction under way."""
        self._stop.set()
        self._cancel.set()
        self._watcher.stop()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    # -- the thread

    def _run(self) -> None:
        self._stop.wait(self._after_s)
        lock = IngestLock(paths.data_dir() / "ingest.lock")
        watching = False
        while not self._stop.is_set():
            try:
                if self._settings.watch and not watching:
                    self._watcher.start()
                    watching = True
                if not self._take(lock):
                    return
                try:
                    self._hold(lock)
                finally:
                    lock.release()
            except LockError as error:
                self._fail(str(error), kept="")  # it says so itself
                self._wait_for_request()
            except (LedgerError, BadTableError, OSError) as error:
                self._fail(str(error))
                self._wait_for_request()
            except Exception as error:
                # A thread that dies without a word would leave a screen that only looks alive.
                self._fail(f"{type(error).__name__}: {error}")
                self._wait_for_request()

    def _take(self, lock: IngestLock) -> bool:
        """Wait for the lock; False when the program ends first."""
        while not lock.acquire():
            holder = lock.holder() or "another process"
            self._tell(
                phase=Phase.WAITING,
                message=f"Logs read by {holder}; this window shows what it finds",
                unread=self._first_pass_of_another(),
            )
            if self._stop.wait(RETRY_S):
                return False
        return True

    def _first_pass_of_another(self) -> bool:
        """Whether the process that reads is at it for the first time."""
        try:
            with closing(open_reader(paths.ledger_path())) as db:
                return first_pass.never_through(db)
        except (LedgerError, sqlite3.Error):
            return True

    def _hold(self, lock: IngestLock) -> None:
        """Passes while the lock is ours; returns when it was handed to a child for a backlog."""
        ingestor = Ingestor(self._settings)
        try:
            only: set[str] | None = None
            while not self._stop.is_set():
                backlog = only is None and self._backlog(ingestor)
                if backlog:
                    ingestor.close()
                    lock.release()
                    self._read_in_child()
                    if self._cancel.is_set() and not self._stop.is_set():
                        self._wait_for_request()
                    return
                result = ingestor.run(only=only, progress=self._progress, cancelled=self._cancel.is_set)
                self._passed(result)
                if not result.cancelled:
                    self._told(only, ingestor.found if only is None else None)
                only = self._wait()
        finally:
            ingestor.close()

    def _backlog(self, ingestor: Ingestor) -> bool:
        from tally_tui.ingest.backlog import FROM_BYTES

        return ingestor.look().bytes > FROM_BYTES

    def _read_in_child(self) -> None:
        from tally_tui.ingest.backlog import read_backlog
        from tally_tui.ingest.child import ChildError

        try:
            result = read_backlog(self._progress, self._cancel.is_set, wait=RETRY_S)
        except ChildError as error:
            self._fail(str(error))
            self._wait_for_request()
            return
        self._passed(result)

    def _wait_for_request(self) -> None:
        """After a cancelled or failed backlog nothing is read until a person asks for it."""
        while not self._stop.is_set() and not self._asked.wait(0.25):
            pass
        self._asked.clear()
        self._cancel.clear()

    def _wait(self) -> set[str] | None:
        """The paths to look at next; None for all."""
        if not self._settings.watch:
            self._asked.wait(self._settings.poll_seconds)
            self._asked.clear()
            return None
        while not self._stop.is_set():
            told = self._watcher.wait()
            if self._asked.is_set():
                self._asked.clear()
                return None
            if told is None:
                return None
            if told:
                for path in told:
                    self._hot.pop(path, None)
                    self._hot[path] = None
                while len(self._hot) > HOT_FILES:
                    self._hot.pop(next(iter(self._hot)))
                return told
        return None

    # -- telling

    def _progress(self, progress: SyncProgress) -> None:
        if progress.phase == "done" or (not progress.bytes_total and progress.phase != "scanning"):
            return
        self._tell(
            phase=Phase.SCANNING if progress.phase == "scanning" else Phase.READING,
            files_done=progress.files_done,
            files_total=progress.files_total,
            bytes_done=progress.bytes_done,
            bytes_total=progress.bytes_total,
            calls=progress.calls,
            seconds_left=progress.seconds_left,
            message="",
            kept_calls=self._status.kept_calls or progress.calls or None,
        )
        self._changed()

    def _passed(self, result: SyncResult) -> None:
        if result.busy:
            return
        phase = Phase.CANCELLED if result.cancelled else Phase.DONE
        message = "; ".join(result.problems[:3])
        watching, why = Watching.EVENTS, ""
        if not self._settings.watch:
            watching, why = Watching.POLLING, "watching is switched off in the settings"
        elif self._watcher.mode == "polling":
            watching, why = Watching.POLLING, self._watcher.why
        kept = 0 if result.empty else (self._status.kept_calls or 0) + result.calls or 1
        self._tell(
            phase=phase, message=message, trouble=None, watching=watching, watching_why=why, kept_calls=kept,
            unread=self._status.unread and result.cancelled,
        )  # fmt: skip
        self._changed()

    def _fail(self, why: str, kept: str = "Everything read before is kept.") -> None:
        self._tell(phase=Phase.FAILED, trouble=Trouble(why, kept, "Press r to try again."))

    def _tell(self, **changes: object) -> None:
        self._status = replace(self._status, **changes)
        if not self._stop.is_set():
            self._publish(self._status)
