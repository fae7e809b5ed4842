"""Hearing of changed logs: from the kernel where it tells, by looking where it does not."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, Literal

from tally_tui.ingest.drives import mounted, silent_drive
from tally_tui.ingest.ears import CannotListenError, Ears, Place

Mode = Literal["watching", "polling"]

SWEEP_WATCHING_S: float = 60.0
"""How often a sweep is asked for although the kernel tells of every change: the safety net."""
SWEEP_POLLING_S: float = 5.0
HOT_S: float = 0.25
"""How often the files that were active lately are looked at where the kernel is silent."""
_STOP_S: Final = 0.5


class Watcher:
    """Tells which logs changed. Start it, sweep once, then call `wait` in a loop, from one thread.

    `dirs` are the log folders, whether or not they exist yet; `hot` names the files that were active
    lately, for folders where the kernel is silent. Nothing that happens after `start` is lost: what
    comes between two calls of `wait` is there at the next.
    """

    def __init__(
        self,
        dirs: Callable[[], Sequence[Path]] | Sequence[Path],
        hot: Callable[[], Sequence[str]] | None = None,
    ) -> None:
        self._dirs = dirs if callable(dirs) else lambda: dirs
        self._hot = hot or tuple
        self._news = threading.Condition()
        self._paths: set[str] = set()
        self._sweep = self._survey_due = self._woken = self._stopped = False
        self._sweep_at = self._hot_at = 0.0
        self._setup = threading.Lock()
        self._ears: Ears | None = Ears(self._heard)
        self._refused = ""
        self._polled: dict[str, str] = {}
        self._seen: dict[str, tuple[int, int, int]] = {}

    @property
    def mode(self) -> Mode:
        """`polling` as soon as one of the folders has to be polled."""
        return "polling" if self._polled else "watching"

    @property
    def why(self) -> str:
        """Why it polls, for people; empty when it watches."""
        reasons = dict.fromkeys(self._polled.values())
        return f"{'; '.join(reasons)}: polling every {SWEEP_POLLING_S:g} s" if reasons else ""

    def start(self) -> None:
        """Begin to listen. Never fails: what cannot be listened to is polled."""
        self._survey()
        with self._news:
            self._sweep = False
            self._sweep_at = time.monotonic() + self._interval

    def wait(self, timeout: float | None = None) -> set[str] | None:
        """The paths of logs that were written, moved or deleted; blocks until there are some.

        None asks for a sweep over everything: events were lost, folders came or went, or it is time for
        one. An empty set: `timeout` seconds passed, or `wake` or `stop` was called.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            if self._survey_due or time.monotonic() >= self._sweep_at:
                # Before a sweep, so that it also reads the folders that are watched only from now on.
                self._survey()
            with self._news:
                now = time.monotonic()
                if self._stopped:
                    return set()
                if self._sweep or now >= self._sweep_at:
                    self._sweep = self._woken = False
                    self._paths = set()
                    self._sweep_at = now + self._interval
                    return None
                if self._paths:
                    paths, self._paths = self._paths, set()
                    return paths
                if self._woken or (deadline is not None and now >= deadline):
                    self._woken = False
                    return set()
                look = bool(self._polled) and now >= self._hot_at
                if not look and not self._survey_due:
                    until = self._sweep_at if deadline is None else min(deadline, self._sweep_at)
                    self._news.wait((min(until, self._hot_at) if self._polled else until) - now)
            if look:
                self._look_at_hot()

    def wake(self) -> None:
        """Let a waiting thread go on at once; from any thread."""
        with self._news:
            self._woken = True
            self._news.notify_all()

    def stop(self) -> None:
        """End listening and let a waiting thread go; from any thread, within a second."""
        with self._news:
            self._stopped = True
            self._news.notify_all()
        # A survey may hang in a dead network drive: then its daemon threads end with the process.
        if self._setup.acquire(timeout=_STOP_S):
            try:
                if self._ears is not None:
                    self._ears.close()
            finally:
                self._setup.release()

    @property
    def _interval(self) -> float:
        return SWEEP_POLLING_S if self._polled else SWEEP_WATCHING_S

    def _heard(self, paths: Iterable[str], sweep: bool, survey: bool) -> None:
        with self._news:
            self._paths.update(paths)
            self._sweep |= sweep
            self._survey_due |= survey
            if self._paths or self._sweep or self._survey_due:
                self._news.notify_all()

    def _survey(self) -> None:
        """Look which folders exist and of what kind they are; listen to them or have them polled."""
        with self._setup:
            if self._stopped:
                return
            with self._news:
                self._survey_due = False
            places, polled, awaited = survey([str(folder) for folder in self._dirs()])
            news = False
            if self._ears is not None:
                try:
                    news = self._ears.listen(places, awaited)
                except CannotListenError as error:
                    self._refused = str(error)
                    self._ears.close()
                    self._ears = None
                    news = True
            if self._ears is None:
                polled |= dict.fromkeys(awaited, self._refused)
                polled |= {place.shown: self._refused for place in places if place.tree}
            with self._news:
                news |= polled != self._polled
                self._polled = polled
                self._sweep |= news
                self._sweep_at = min(self._sweep_at, time.monotonic() + self._interval)

    def _look_at_hot(self) -> None:
        below = tuple(folder.rstrip("/") + "/" for folder in self._polled)
        seen: dict[str, tuple[int, int, int]] = {}
        for path in self._hot():
            if path.startswith(below):
                try:
                    status = os.stat(path)  # noqa: PTH116 - five times the speed of Path.stat
                    seen[path] = (status.st_size, status.st_mtime_ns, status.st_ino)
                except OSError:
                    seen[path] = (-1, 0, 0)
        # A file not looked at before counts as changed: it may be so since its reader last saw it.
        changed = [path for path, state in seen.items() if self._seen.get(path) != state]
        self._seen = seen
        self._hot_at = time.monotonic() + HOT_S
        self._heard(changed, sweep=False, survey=False)


def survey(dirs: Iterable[str]) -> tuple[set[Place], dict[str, str], set[str]]:
    """What to listen to, what to poll (and why), and which folders may come and go, for these log folders.

    Project folders that are links are listened to as well, one level down; links further down are left
    to the sweeps. The nearest existing parent of each folder is the gate it comes and goes through.
    """
    mounts = mounted()
    trees: dict[str, str] = {}
    polled: dict[str, str] = {}
    awaited: set[str] = set()
    for folder in sorted(dirs):
        real = os.path.realpath(folder)
        awaited.add(real)
        if not os.path.isdir(real):  # noqa: PTH112
            if kind := silent_drive(real, mounts):
                polled[folder] = f"network drive ({kind})"
            continue
        for shown in (folder, *_links(folder)):
            if kind := silent_drive(shown, mounts):
                polled[shown] = f"network drive ({kind})"
            else:
                trees.setdefault(os.path.realpath(shown), shown)
    places: set[Place] = set()
    for real, shown in trees.items():
        if not _inside(real, trees):
            places |= _place(real, shown, tree=True)
    # Elsewhere to listen to a home folder is to be told of all below it; there the sweeps look.
    for real in awaited if sys.platform.startswith("linux") else ():
        gate = os.path.dirname(real)  # noqa: PTH120
        while gate != "/" and not os.path.isdir(gate):  # noqa: PTH112
            gate = os.path.dirname(gate)  # noqa: PTH120
        if gate not in trees and not _inside(gate, trees) and not silent_drive(real, mounts):
            places |= _place(gate, gate, tree=False)
    return places, polled, awaited


def _links(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.path for entry in entries if entry.is_symlink() and entry.is_dir())
    except OSError:
        return []


def _inside(path: str, trees: Iterable[str]) -> bool:
    return any(path.startswith(tree.rstrip("/") + "/") for tree in trees)


def _place(real: str, shown: str, *, tree: bool) -> set[Place]:
    try:
        status = os.stat(real)  # noqa: PTH116
    except OSError:
        return set()
    return {Place(real, shown, tree, (status.st_dev, status.st_ino))}
