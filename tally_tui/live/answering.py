"""The thread that answers what screens ask: again when the ledger changes, and not more often than is seen."""

from __future__ import annotations

import sqlite3
import threading
import time
from types import UnionType
from typing import TYPE_CHECKING

from tally_tui import clock, paths
from tally_tui.ledger.open import LedgerError, NoLedgerError, open_reader, telling
from tally_tui.live.questions import answer
from tally_tui.live.settings_file import SettingsFile
from tally_tui.requests import (
    AlertRequest,
    BudgetPeriodRequest,
    BudgetRequest,
    BudgetsRequest,
    LedgerRequest,
    NowRequest,
)
from tally_tui.store import Answered, Failed, Publish
from tally_tui.trouble import Trouble

if TYPE_CHECKING:
    from tally_tui.config import Settings

BETWEEN_S = 0.1
"""Least time between two answers of one slot."""
CLOCK_S = 20.0
"""How often what depends on the present moment is answered again when nothing else happens."""
FOREIGN_S = 1.0
"""How often a process that does not ingest looks for commits of the one that does."""


class Answering:
    """Owns the report thread and the only reading connection of the screen."""

    def __init__(self, settings: Settings, publish: Publish) -> None:
        self._settings = settings
        self._file = SettingsFile()
        self._publish = publish
        self._news = threading.Condition()
        self._asked: dict[str, LedgerRequest] = {}
        self._due: dict[str, None] = {}
        self._answered: dict[str, tuple[LedgerRequest, object, float]] = {}
        self._stopped = False
        self._stale = False
        self._db: sqlite3.Connection | None = None
        self._version = -1
        self._running: str | None = None
        self._thread = threading.Thread(target=self._run, name="reports", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask(self, request: LedgerRequest) -> None:
        """Answer now and whenever the ledger changes; takes the place of what the slot asked before."""
        with self._news:
            self._asked[request.slot] = request
            self._due[request.slot] = None
            if self._running == request.slot and self._db is not None:
                # What it is computing nobody wants to see any more.
                self._db.interrupt()
            self._news.notify_all()

    def drop(self, slot: str) -> None:
        with self._news:
            self._asked.pop(slot, None)
            self._due.pop(slot, None)
            self._answered.pop(slot, None)

    def changed(self) -> None:
        """The ledger was written to; from any thread."""
        with self._news:
            self._stale = True
            self._news.notify_all()

    def stop(self) -> None:
        with self._news:
            self._stopped = True
            if self._running is not None and self._db is not None:
                self._db.interrupt()
            self._news.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    # -- the thread

    def _run(self) -> None:
        clocked = looked = time.monotonic()
        while True:
            with self._news:
                while not (self._stopped or self._stale or self._ready()):
                    moment = time.monotonic()
                    wait = min(clocked + CLOCK_S, looked + FOREIGN_S, self._next_due(moment)) - moment
                    if wait <= 0:
                        break
                    self._news.wait(wait)
                if self._stopped:
                    break
                stale, self._stale = self._stale, False
            moment = time.monotonic()
            if moment - looked >= FOREIGN_S or stale:
                looked = moment
                if self._moved():
                    self._all_due()
                if self._any(BudgetRequest | AlertRequest) and self._file.changed():
                    self._due_again(BudgetRequest | AlertRequest)
            if moment - clocked >= CLOCK_S:
                clocked = moment
                if not clock.frozen():
                    self._due_again(NowRequest | BudgetsRequest | BudgetPeriodRequest)
            slot = self._take()
            if slot is not None:
                self._answer(slot)
        if self._db is not None:
            self._db.close()

    def _ready(self) -> bool:
        moment = time.monotonic()
        return any(self._time_of(slot) <= moment for slot in self._due)

    def _next_due(self, moment: float) -> float:
        return min((self._time_of(slot) for slot in self._due), default=moment + CLOCK_S)

    def _time_of(self, slot: str) -> float:
        """When a slot may be answered: at once when it asks something new."""
        known = self._answered.get(slot)
        if known is None or known[0] != self._asked.get(slot):
            return 0.0
        return known[2] + BETWEEN_S

    def _take(self) -> str | None:
        with self._news:
            moment = time.monotonic()
            for slot in self._due:
                if self._time_of(slot) <= moment:
                    del self._due[slot]
                    self._running = slot
                    return slot
        return None

    def _any(self, kind: type | UnionType) -> bool:
        with self._news:
            return any(isinstance(request, kind) for request in self._asked.values())

    def _due_again(self, kind: type | UnionType) -> None:
        with self._news:
            self._due.update({slot: None for slot, request in self._asked.items() if isinstance(request, kind)})

    def _all_due(self) -> None:
        with self._news:
            self._due.update(dict.fromkeys(self._asked))

    def _moved(self) -> bool:
        """Whether any process committed something since the last look."""
        try:
            with telling(paths.ledger_path()):
                if self._db is None:
                    self._db = open_reader(paths.ledger_path())
                version = self._db.execute("PRAGMA data_version").fetchone()[0]
        except LedgerError:
            return bool(self._asked)
        moved = bool(version != self._version)
        self._version = version
        return moved

    def _answer(self, slot: str) -> None:
        request = self._asked.get(slot)
        if request is None:
            return
        try:
            with telling(paths.ledger_path()):
                if self._db is None:
                    self._db = open_reader(paths.ledger_path())
                # What is changed on a screen counts at once; the rest of the app keeps the settings it began with.
                changing = isinstance(request, BudgetRequest | AlertRequest)
                settings = self._file.now() if changing else self._settings
                found = answer(self._db, request, settings)
        except NoLedgerError:
            return  # the first pass will make it, and the answer is then asked for again
        except LedgerError as error:
            if "interrupted" not in str(error):
                self._publish(Failed(request, _trouble(str(error))))
            return
        except Exception as error:
            self._publish(Failed(request, _trouble(f"This report failed ({type(error).__name__}: {error}).")))
            return
        finally:
            with self._news:
                self._running = None
        known = self._answered.get(slot)
        same = known is not None and known[0] == request and known[1] == found
        self._answered[slot] = (request, found, time.monotonic())
        if not same:
            self._publish(Answered(request, found))


def _trouble(happened: str) -> Trouble:
    return Trouble(happened, "Nothing was changed; older figures stay on the screen.", "Press r to read again.")
