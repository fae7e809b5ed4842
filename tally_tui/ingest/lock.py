"""The writer's lock: one process ingests at a time, and a dead one's lock is free."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import socket
import threading
import time
import weakref
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from msgspec import Struct
from msgspec.structs import asdict

from tally_tui import clock, paths

_NO_FLOCK: Final = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})
_RETRY_S: Final = 0.05
_HALF_WRITTEN_S: Final = 10.0
"""A pid file that stays empty this long was left by a process that died while making it."""


class LockError(Exception):
    """The lock file cannot be used at all; the message says why and what to do, for people."""


class _Owner(Struct, frozen=True):
    """What a holder writes down: `since` in epoch milliseconds; `born` tells a number's processes apart."""

    pid: int
    host: str
    born: str
    since: int

    @classmethod
    def me(cls) -> _Owner:
        return cls(os.getpid(), socket.gethostname(), _born(os.getpid()), clock.now_ms())

    @classmethod
    def read(cls, text: bytes) -> _Owner | None:
        try:
            fields = json.loads(text)
            return cls(int(fields["pid"]), str(fields["host"]), str(fields["born"]), int(fields["since"]))
        except (ValueError, KeyError, TypeError):
            return None

    @property
    def text(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @property
    def elsewhere(self) -> bool:
        return self.host != socket.gethostname()

    @property
    def alive(self) -> bool:
        """Whether the process that wrote this still runs; of another machine's it is taken to be so."""
        if self.elsewhere:
            return True
        try:
            os.kill(self.pid, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except PermissionError:
            pass
        return _born(self.pid) in ("", self.born) or not self.born

    def __str__(self) -> str:
        moment = datetime.fromtimestamp(self.since / 1000)
        today = datetime.fromtimestamp(clock.now_ms() / 1000).date()
        when = f"{moment:%H:%M}" if moment.date() == today else f"{moment:%Y-%m-%d %H:%M}"
        return f"process {self.pid}{f' on {self.host}' if self.elsewhere else ''}, since {when}"


class IngestLock:
    """Held by the process that writes the ledger's calls.

    The kernel's `flock` where there is one: it ends with its holder, however that dies. Elsewhere a file
    with the holder's process number, taken over when that process is gone. Children do not inherit it,
    unless `fileno()` is handed to them: then it is held until both have let go.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pid_path = path.with_name(path.name + ".pid")
        self._fd: int | None = None
        self._pid_text: bytes | None = None
        self._guard = threading.Lock()
        _locks.add(self)

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._fd is not None or self._pid_text is not None

    def acquire(self, wait: float = 0) -> bool:
        """Take the lock, trying for `wait` seconds; False: another holds it. Again while held: True.

        Raises:
            LockError: the lock file cannot be made or opened.
        """
        deadline = time.monotonic() + wait
        while True:
            with self._guard:
                if self.held or self._try():
                    return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(_RETRY_S, left))

    def release(self) -> None:
        """Let go; without effect when not held."""
        with self._guard:
            fd, self._fd = self._fd, None
            text, self._pid_text = self._pid_text, None
            if fd is not None:
                with contextlib.suppress(OSError):
                    os.ftruncate(fd, 0)
                # Closed, not unlocked: a child that was handed the descriptor keeps holding.
                os.close(fd)
            if text is not None and _contents(self._pid_path) == text:
                self._pid_path.unlink(missing_ok=True)

    def holder(self) -> str | None:
        """Who holds the lock, as `process 1234, since 10:32`; None when nobody does that can be named."""
        for path in (self._pid_path, self.path):
            owner = _Owner.read(_contents(path) or b"")
            if owner is not None and owner.alive and (owner.pid != os.getpid() or _held_here(self.path)):
                return str(owner)
        return None

    def fileno(self) -> int | None:
        """The descriptor that holds the lock, for a child's `pass_fds`; None when not held by `flock`."""
        return self._fd

    def __enter__(self) -> Self:
        """Raises LockError also when another holds the lock."""
        if not self.acquire():
            raise LockError(f"Another tally-tui is reading the logs ({self.holder() or 'unknown process'}).")
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _try(self) -> bool:
        try:
            paths.private_dir(self.path.parent)
            while True:
                fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, paths.PRIVATE_FILE)
                if self._lock_file(fd):
                    return self.held
        except OSError as error:
            raise LockError(
                f"The lock {self.path} cannot be used ({error.strerror or error}): no new log lines are "
                "read, what was read before is kept. Make its folder writable, or set TALLY_DATA_DIR to "
                "one that is."
            ) from error

    def _lock_file(self, fd: int) -> bool:
        """Try to lock an open file; False: it is no longer the one at our path, open it anew."""
        keep = False
        try:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            except OSError as error:
                if error.errno not in _NO_FLOCK:
                    raise
                self._try_pid_file()
                return True
            mine = os.fstat(fd)
            try:
                there = os.stat(self.path)  # noqa: PTH116
            except FileNotFoundError:
                return False
            if (mine.st_dev, mine.st_ino) != (there.st_dev, there.st_ino):
                return False
            if mine.st_mode & 0o777 != paths.PRIVATE_FILE:
                os.fchmod(fd, paths.PRIVATE_FILE)
            os.ftruncate(fd, 0)
            os.pwrite(fd, _Owner.me().text, 0)
            self._fd, keep = fd, True
            return True
        finally:
            if not keep:
                os.close(fd)

    def _try_pid_file(self) -> None:
        me = _Owner.me().text
        for _ in range(2):
            try:
                fd = os.open(
                    self._pid_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, paths.PRIVATE_FILE
                )
            except FileExistsError:
                if not self._take_away_dead():
                    return
                continue
            try:
                os.write(fd, me)
            finally:
                os.close(fd)
            self._pid_text = me
            return

    def _take_away_dead(self) -> bool:
        """Move a dead holder's pid file aside; True: the way is free to compete for it."""
        text = _contents(self._pid_path)
        if text is None:
            return True
        owner = _Owner.read(text)
        try:
            age = time.time() - self._pid_path.stat().st_mtime
        except FileNotFoundError:
            return True
        if owner.alive if owner is not None else age < _HALF_WRITTEN_S:
            return False
        aside = self._pid_path.with_name(f"{self._pid_path.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            # Of two that saw the dead one, one gets its file; the other may get a live one's: put that back.
            self._pid_path.rename(aside)
            if _contents(aside) != text and not self._pid_path.exists():
                aside.rename(self._pid_path)
                return False
            aside.unlink(missing_ok=True)
        except FileNotFoundError:
            pass
        return True


def _contents(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _born(pid: int) -> str:
    """When a process started, in whatever unit the system keeps; empty when it will not say."""
    try:
        # After the command's closing bracket come the state and, as field 22, the clock ticks since boot.
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return "ended" if fields[0] in (b"Z", b"X") else fields[19].decode()
    except (OSError, IndexError):
        return ""


_locks: weakref.WeakSet[IngestLock] = weakref.WeakSet()


def _held_here(path: Path) -> bool:
    return any(lock.held and lock.path == path for lock in list(_locks))


def _forget_in_child() -> None:
    # A bare fork shares the descriptor: unless the child lets go, the lock outlives the parent.
    for lock in list(_locks):
        fd, lock._fd, lock._pid_text = lock._fd, None, None
        lock._guard = threading.Lock()
        if fd is not None:
            os.close(fd)


os.register_at_fork(after_in_child=_forget_in_child)
