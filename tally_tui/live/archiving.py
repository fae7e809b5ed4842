"""The thread that archives: what a person asks for, and at times what the settings' rules find."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Final

from tally_tui import clock, paths
from tally_tui.actions import ArchiveAction, Done, SetArchived, StopArchiving
from tally_tui.archive.progress import Progress
from tally_tui.model import Provider
from tally_tui.requests import ArchivingRequest
from tally_tui.store import Answered, Publish
from tally_tui.trouble import Trouble

if TYPE_CHECKING:
    from tally_tui.archive.keeping import Result
    from tally_tui.config import Settings

EVERY_S: Final = 3600.0
"""How often the rules are looked at while logs are read."""
WAIT_S: Final = 5.0
"""How long another process that archives is waited for when a person asks."""
_KEPT: Final = "What was archived before is kept."


class Archiving:
    """Owns the archiving thread, and answers ArchivingRequests. `changed` is called when the archive is another."""

    def __init__(self, settings: Settings, publish: Publish, changed: Callable[[], None]) -> None:
        self._settings, self._publish, self._changed = settings, publish, changed
        self._news = threading.Condition()
        self._waiting: deque[SetArchived] = deque()
        self._asked: dict[str, ArchivingRequest] = {}
        self._told = Progress("done")
        self._passed = self._stopped = False
        self._looked: float | None = None
        self._cancel = threading.Event()
        self._thread = threading.Thread(target=self._run, name="archiving", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask(self, request: ArchivingRequest) -> None:
        """Tell how far it is, now and while it goes on."""
        with self._news:
            self._asked[request.slot] = request
            told = self._told
        self._publish(Answered(request, told))

    def drop(self, slot: str) -> None:
        with self._news:
            self._asked.pop(slot, None)

    def do(self, action: ArchiveAction) -> None:
        """Do this after what was asked for before; stopping is done at once."""
        with self._news:
            if isinstance(action, StopArchiving):
                self._cancel.set()
            else:
                self._waiting.append(action)
            self._news.notify_all()

    def passed(self) -> None:
        """All logs are read: the rules may be looked at."""
        with self._news:
            self._passed = True
            self._news.notify_all()

    def stop(self) -> None:
        """End the thread; a copy under way is let go."""
        with self._news:
            self._stopped = True
            self._cancel.set()
            self._news.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    # -- the thread

    def _run(self) -> None:
        while True:
            with self._news:
                while not (self._stopped or self._waiting or self._due()):
                    self._news.wait(self._rest())
                if self._stopped:
                    return
                self._cancel.clear()
                action = self._waiting.popleft() if self._waiting else None
                if action is None:
                    self._looked, self._passed = time.monotonic(), False
            if action is None:
                self._by_rules()
            else:
                self._one(action)

    def _due(self) -> bool:
        return self._passed and (self._looked is None or time.monotonic() - self._looked >= EVERY_S)

    def _rest(self) -> float | None:
        if self._looked is None or not self._passed:
            return None
        return max(0.1, self._looked + EVERY_S - time.monotonic())

    def _one(self, action: SetArchived) -> None:
        try:
            done = self._perform(action)
        except Exception as error:
            # A thread that dies without a word would leave a screen that only looks alive.
            done = Done(action, trouble=Trouble(str(error) or type(error).__name__, _KEPT))
        self._tell(Progress("done"))
        self._changed()
        self._publish(done)

    def _perform(self, action: SetArchived) -> Done:
        from tally_tui.archive.keeping import drop, keep, only_copies
        from tally_tui.ledger.open import open_reader, telling
        from tally_tui.reports.conversation_files import NoSessionError, root_of, session_of

        provider, path = Provider[action.provider.upper()], paths.ledger_path()
        with telling(path), closing(open_reader(path)) as db:
            log = session_of(db, provider, action.session)
            if log is None:
                raise NoSessionError("The ledger does not know this session any more.")
            log = root_of(db, log)
            alone = 0 if action.on else only_copies(db, provider, log.name)
        if alone and not action.sure:
            happened = f"{alone:,} of its files {'is' if alone == 1 else 'are'} nowhere but in the archive."
            todo = "A again deletes what was said there."
            return Done(action, trouble=Trouble(happened, "Nothing was deleted.", todo))
        if action.on:
            result = keep([log], chosen=True, progress=self._tell, stopped=self._cancel.is_set, wait=WAIT_S)
            return _kept(action, result)
        result = drop([(provider, log.name)], wait=WAIT_S)
        if result.busy:
            return Done(action, trouble=_busy())
        back = SetArchived(action.provider, action.session, True)
        copies = "copy" if result.files == 1 else "copies"
        said = f"Out of the archive: {result.files:,} {copies}." if result.files else "No rule will archive it."
        return Done(action, said, _problem(result), None if alone else back)

    def _by_rules(self) -> None:
        """Archive what is due of its own accord; what goes wrong is told on the screen, and tried again later."""
        from tally_tui.archive.choosing import due, rested_ms
        from tally_tui.archive.keeping import keep
        from tally_tui.ledger.open import open_reader, telling
        from tally_tui.rules.zones import zone

        path = paths.ledger_path()
        try:
            if not path.exists():
                return
            with telling(path), closing(open_reader(path)) as db:
                tz = zone(self._settings.time_zone)
                sessions = due(db, self._settings, tz, clock.now_ms(), rested=rested_ms(self._settings))
            if not sessions:
                self._tell(Progress("done"))
                return
            result = keep(sessions, progress=self._tell, stopped=self._cancel.is_set)
        except Exception as error:
            self._tell(Progress("done", problem=str(error) or type(error).__name__))
            return
        self._tell(Progress("done", problem=result.problems[0] if result.problems else ""))
        if result.files:
            self._changed()

    def _tell(self, progress: Progress) -> None:
        with self._news:
            if self._told == progress:
                return
            self._told = progress
            asked = list(self._asked.values())
        for request in asked:
            self._publish(Answered(request, progress))


def _kept(action: SetArchived, result: Result) -> Done:
    from tally_tui.rules.figures import size

    if result.busy:
        return Done(action, trouble=_busy())
    back = SetArchived(action.provider, action.session, False)
    if result.cancelled:
        said = f"Stopped: {result.files:,} files are archived, the rest when it is archived again."
        return Done(action, said, undo=back)
    if result.empty:
        return Done(action, trouble=Trouble("Its logs are gone: there is nothing left to archive.", _KEPT))
    said = "The archive has all of it." if not result.files else (
        f"Archived: {result.files:,} {'file' if result.files == 1 else 'files'}, {size(result.size)} "
        f"in {size(result.stored)}."
    )
    return Done(action, said, _problem(result), back)


def _problem(result: Result) -> Trouble | None:
    if result.differing:
        return Trouble(
            "Its log was rewritten since it was archived.", "The copy is kept as it was.",
            "Take it out and archive it again to have the log as it is now.",
        )  # fmt: skip
    return Trouble(result.problems[0], _KEPT) if result.problems else None


def _busy() -> Trouble:
    return Trouble("Another process is archiving.", _KEPT, "Try again when it is done.")
