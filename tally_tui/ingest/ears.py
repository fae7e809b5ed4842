"""The kernel's tidings of changed files, through watchdog; what its threads may get wrong is caught here."""

from __future__ import annotations

import errno
import logging
import os
import sys
import threading
import warnings
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final, Protocol

from msgspec import Struct

from tally_tui.logs.discover import COMPRESSED, PLAIN

_LIMITS: Final = {
    errno.ENOSPC: "inotify limit reached (fs.inotify.max_user_watches)",
    errno.EMFILE: "inotify limit reached (fs.inotify.max_user_instances)",
    errno.ENFILE: "too many open files",
}
_GONE: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


class CannotListenError(Exception):
    """The kernel will not tell; the message says why, for people."""


class Heard(Protocol):
    """Told from watchdog's threads: paths that changed, whether to sweep, whether folders came or went."""

    def __call__(self, paths: Iterable[str], sweep: bool, survey: bool) -> None: ...


class Place(Struct, frozen=True):
    """A folder to listen to: a tree of logs, or only the gate through which an awaited folder will come.

    `shown` is its path as its owner gave it, `real` the one without links; `identity` (device, inode)
    tells it from another folder of that name.
    """

    real: str
    shown: str
    tree: bool
    identity: tuple[int, int]


class Ears:
    """Listens to folders. Not for several threads at once; `heard` comes from other threads."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self._observer: Any = None
        self._threads: list[threading.Thread] = []
        self._watches: dict[Place, Any] = {}
        self._awaited: set[str] = set()
        self._complaints = _Complaints(heard)

    def listen(self, places: set[Place], awaited: set[str]) -> bool:
        """Listen to these places from now on; whether that is a change.

        When one of the `awaited` folders (or a parent of it) comes or goes, a survey is asked for.

        Raises:
            CannotListenError: the system's limits or its kind do not allow it.
        """
        self._awaited = awaited
        try:
            gone = self._watches.keys() - places
            for place in gone:
                self._forget(self._watches.pop(place))
            if not self._well():
                self.close()
                self._open()
            new = sorted(places - self._watches.keys(), key=lambda place: place.real)
            for place in new:
                try:
                    self._watches[place] = self._schedule(_Ear(self, place), place.real, tree=place.tree)
                except OSError as error:
                    if error.errno not in _GONE:
                        raise
            if self._watches:
                self._probe()
        except OSError as error:
            why = _LIMITS.get(error.errno or 0) or f"watching files failed ({error.strerror or error})"
            raise CannotListenError(why) from error
        # What was still to be told of a place that is no longer listened to is lost as well.
        return bool(new or gone)

    def close(self) -> None:
        """Stop listening."""
        observer, self._observer = self._observer, None
        self._watches.clear()
        self._threads = []
        if observer is not None:
            with suppress(Exception):
                observer.stop()
                observer.join(0.5)
            logging.getLogger("watchdog").removeHandler(self._complaints)

    def tell(self, paths: Iterable[str], sweep: bool = False, survey: bool = False) -> None:
        self._heard(paths, sweep, survey)

    def awaited(self, path: str) -> bool:
        """Whether the coming or going of this path concerns an awaited folder."""
        return any(folder == path or folder.startswith(path + "/") for folder in self._awaited)

    def _well(self) -> bool:
        return self._observer is not None and all(
            thread.is_alive() for thread in (*self._threads, *self._observer.emitters)
        )

    def _open(self) -> None:
        try:
            from watchdog.observers import Observer
            from watchdog.observers.polling import PollingObserver
        except ImportError as error:
            raise CannotListenError(f"watching files is not possible here ({error})") from error
        if Observer is PollingObserver:
            # Ten times dearer than looking ourselves.
            raise CannotListenError("this system does not tell of changed files")
        # It warns and complains in its threads, which would be seen on stderr, under the screen.
        warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"watchdog\.")
        log = logging.getLogger("watchdog")
        if not any(isinstance(handler, logging.NullHandler) for handler in log.handlers):
            log.addHandler(logging.NullHandler())
        log.addHandler(self._complaints)
        before = set(threading.enumerate())
        self._observer = Observer()
        self._observer.start()
        started = set(threading.enumerate()) - before
        self._threads = [thread for thread in started if type(thread).__module__.startswith("watchdog.")]

    def _schedule(self, ear: _Ear, folder: str, *, tree: bool) -> Any:
        from watchdog import events

        # Without a choice the kernel would also tell of every opening and closing: our own reading.
        kinds: list[type[events.FileSystemEvent]] = [
            events.DirCreatedEvent,
            events.DirMovedEvent,
            events.DirDeletedEvent,
            events.FileCreatedEvent,
            events.FileMovedEvent,
        ]
        if tree:
            kinds += [events.FileDeletedEvent, events.FileModifiedEvent]
        return self._observer.schedule(ear, folder, recursive=tree, event_filter=kinds)

    def _forget(self, watch: Any) -> None:
        # The folder may be gone, and the watch with it; watchdog then stumbles in several ways.
        with suppress(Exception):
            self._observer.unschedule(watch)

    def _probe(self) -> None:
        """Raise OSError when the limit is reached: watchdog keeps silent when only subfolders hit it."""
        if not sys.platform.startswith("linux"):
            return
        used = {place.real for place in self._watches}
        probe = next((folder for folder in ("/", "/usr", "/etc", "/dev") if folder not in used), None)
        if probe is not None:
            self._forget(self._schedule(_Ear(self, Place(probe, probe, False, (0, 0))), probe, tree=False))


class _Ear:
    """What watchdog's dispatcher tells of one place; has the one method it calls."""

    def __init__(self, ears: Ears, place: Place) -> None:
        self._ears = ears
        self._place = place

    def dispatch(self, event: Any) -> None:
        paths = [os.fsdecode(path) for path in (event.src_path, event.dest_path) if path]
        awaited = any(self._ears.awaited(path) for path in paths)
        if not self._place.tree:
            if awaited:
                self._ears.tell((), survey=True)
        elif not event.is_directory:
            self._ears.tell([self._shown(path) for path in paths if _may_be_log(path)], survey=awaited)
        elif event.event_type == "created":
            # What was written before the kernel began to tell of the new folder's inside.
            self._ears.tell([self._shown(path) for path in _logs_below(paths[0])], survey=True)
        else:
            self._ears.tell((), sweep=True, survey=True)

    def _shown(self, path: str) -> str:
        return self._place.shown + path.removeprefix(self._place.real)


class _Complaints(logging.Handler):
    """Turns what watchdog warns of (a queue that overflowed, events dropped) into a sweep."""

    def __init__(self, heard: Heard) -> None:
        super().__init__(logging.WARNING)
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self._heard((), sweep=True, survey=True)


def _may_be_log(path: str) -> bool:
    return path.endswith((PLAIN, COMPRESSED))


def _logs_below(folder: str) -> list[str]:
    return [
        os.path.join(inner, name)  # noqa: PTH118 - names that are not UTF-8 stay as they are
        for inner, _, names in os.walk(folder)
        for name in names
        if _may_be_log(name)
    ]
