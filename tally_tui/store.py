"""The store: the newest answer to each question a screen asks, and who wants to know.

Screens ask, a `Source` answers from its own threads, and the store stands between them: one slot a
question (the newest wins), at most one wake-up on the way, nothing of Textual and nothing of SQL.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tally_tui.actions import Action, Done
from tally_tui.requests import Request
from tally_tui.trouble import Trouble

if TYPE_CHECKING:
    from tally_tui.answers import Answer


class QueryProblem(Struct, frozen=True):
    """A word of a query that is not understood: characters [start, end) of its text."""

    message: str
    start: int
    end: int


class Answered(Struct, frozen=True):
    """The newest answer to a request."""

    request: Request
    answer: Answer


class Failed(Struct, frozen=True):
    """A request that could not be answered; what was answered before still stands."""

    request: Request
    trouble: Trouble
    problem: QueryProblem | None = None
    """The word of its query that is not understood, where that is the trouble."""


class Phase(StrEnum):
    """What the reading of logs is at."""

    IDLE = "idle"
    SCANNING = "scanning"
    READING = "reading"
    DONE = "done"
    WAITING = "waiting-for-other-process"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Watching(StrEnum):
    """How new log lines are noticed."""

    NOTHING = "nothing"
    EVENTS = "inotify"
    POLLING = "polling"


class SyncStatus(Struct, frozen=True):
    """How far the logs are read; published under the slot `sync`, unasked."""

    phase: Phase = Phase.IDLE
    files_done: int = 0
    files_total: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    calls: int = 0
    """Calls found by this reading so far."""
    seconds_left: float | None = None
    message: str = ""
    """For people: who else reads, where it stopped."""
    trouble: Trouble | None = None
    watching: Watching = Watching.NOTHING
    watching_why: str = ""
    """Why it polls or watches nothing; empty when all is well."""
    looked: tuple[str, ...] = ()
    """The folders that were searched for logs."""
    kept_calls: int | None = None
    """Calls in the ledger; None while unknown, 0 when there is nothing to show."""
    unread: bool = False
    """Whether no pass over all logs is through since the program began: what is not there may still be read."""


SYNC = "sync"
"""The slot of `SyncStatus`."""


class Toast(Struct, frozen=True):
    """An alert that people are told of."""

    id: int
    title: str
    text: str
    severity: str
    """`info`, `warn` or `critical`."""
    problems: tuple[str, ...] = ()
    """The channels that failed, in words."""


class Alerted(Struct, frozen=True):
    """The newest alerts since the screen opened, by id; published unasked, for the app and not for a screen."""

    toasts: tuple[Toast, ...]
    ring: str = ""
    """What to write to the terminal for those that are new: a bell, a notification."""



News: TypeAlias = Answered | Failed | SyncStatus
Publish: TypeAlias = Callable[[News | Alerted | Done], None]


class Source(Protocol):
    """Where answers come from. Every method returns at once; the work is done in other threads."""

    def start(self, publish: Publish) -> None:
        """Begin; `publish` may be called from any thread, at most ten times a second a slot."""

    def ask(self, request: Request) -> None:
        """Answer now, and again whenever the answer changes, until the slot is asked anew or dropped.

        A slot that is asked the same again need not be answered again.
        """

    def drop(self, slot: str) -> None:
        """Nobody looks at this slot any more."""

    def do(self, action: Action) -> None:
        """Do this, after what was asked for before; a `Done` tells what came of it."""

    def sync(self) -> None:
        """Read new log lines now."""

    def cancel(self) -> None:
        """Stop reading the backlog; what is read stays."""

    def check(self, query: str) -> QueryProblem | None:
        """What is wrong with a query, if anything: pure, quick, no file and no database."""

    def stop(self) -> None:
        """End all threads; called once, when the screen closes."""


class Store:
    """One slot a question. Any thread publishes; the listener is told once per drain."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._lock = threading.Lock()
        self._asked: dict[str, Request] = {}
        self._mail: dict[str, News] = {}
        self._alerted: Alerted | None = None
        self._done: list[Done] = []
        self._told = False
        self._started = False
        self._listener: Callable[[], None] | None = None

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` (from whichever thread publishes) when there is something to `take`."""
        self._listener = listener

    def start(self) -> None:
        """Begin; what was asked before now is asked of the source now."""
        self.source.start(self.publish)
        self._started = True
        for request in list(self._asked.values()):
            self.source.ask(request)

    def stop(self) -> None:
        self._listener, self._started = None, False
        self.source.stop()

    def ask(self, request: Request) -> None:
        """Put a question in its slot; an answer to what stood there before no longer counts."""
        with self._lock:
            self._asked[request.slot] = request
            if not _answers(self._mail.get(request.slot), request):
                self._mail.pop(request.slot, None)
        if self._started:
            self.source.ask(request)

    def asked(self, slot: str) -> Request | None:
        """The question that stands in a slot."""
        return self._asked.get(slot)

    def drop(self, slot: str) -> None:
        """Forget a question."""
        with self._lock:
            known = self._asked.pop(slot, None)
            self._mail.pop(slot, None)
        if known is not None and self._started:
            self.source.drop(slot)

    def do(self, action: Action) -> None:
        """Have something done that is written to disk."""
        self.source.do(action)

    def publish(self, news: News | Alerted | Done) -> None:
        """Put the newest into its slot. An answer to a question nobody asks any more is dropped."""
        slot = news.request.slot if isinstance(news, Answered | Failed) else SYNC
        with self._lock:
            if isinstance(news, Answered | Failed) and self._asked.get(slot) != news.request:
                return
            if isinstance(news, Done):
                self._done.append(news)
            elif isinstance(news, Alerted):
                # Of one that nobody took, the terminal still waits for its sequences.
                before = self._alerted.ring if self._alerted else ""
                self._alerted = replace(news, ring=before + news.ring)
            else:
                self._mail[slot] = news
            tell, self._told = not self._told, True
        if tell and self._listener is not None:
            self._listener()

    def take(self) -> Mapping[str, News]:
        """What came since the last take, by slot; only the newest of each."""
        with self._lock:
            self._told = False
            mail, self._mail = self._mail, {}
            return mail

    def take_done(self) -> tuple[Done, ...]:
        """What was done since this was last taken; every one, in order."""
        with self._lock:
            done, self._done = tuple(self._done), []
            return done

    def take_alerts(self) -> Alerted | None:
        """The alerts that came since they were last taken, if any; likewise."""
        with self._lock:
            alerted, self._alerted = self._alerted, None
            return alerted


def _answers(news: News | None, request: Request) -> bool:
    return isinstance(news, Answered | Failed) and news.request == request
