"""What follows a reading or a hook: alerts look, logs are read, all of it behind the agent's back.

One worker at a time, however many status lines and hooks ask: what is asked is left as a mark, a
worker takes the marks up, and whoever finds one at work leaves it at that.
"""

from __future__ import annotations

import os
import sys

from tally_tui import diagnostics
from tally_tui.record import places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LOGS, ALERTS = "logs", "alerts"
_LOCK = "after.lock"
_ROUNDS = 100
"""A worker ends after so many rounds even if more is asked: the next hook starts another."""


def ask(*what: str) -> None:
    """Have `LOGS` read, or `ALERTS` looked at, by a process of its own; returns at once.

    Given up where the data folder cannot be written.
    """
    try:
        folder = places.made_data_dir()
        for each in what:
            _touch(os.path.join(folder, f"after.{each}"))
        if _at_work(folder):
            return
    except OSError:
        return
    _start([sys.executable, "-P", "-m", "tally_tui.record.after"])


def after_reading(logs_s: float = 0) -> None:
    """Let the alerts look at what is new, in this process.

    Before that logs are read for so many seconds at most: what a percent cost is written once.
    """
    if logs_s:
        _read_logs(logs_s)
    from importlib import import_module
    from importlib.util import find_spec

    if find_spec("tally_tui.record.alerting") is not None:
        check: Callable[[], object] = import_module("tally_tui.record.alerting").check
        check()


def work() -> None:
    """Do all that is asked, unless another worker is at it; never fails."""
    import fcntl

    folder = places.made_data_dir()
    for _ in range(_ROUNDS):
        handle = os.open(os.path.join(folder, _LOCK), os.O_CREAT | os.O_RDWR, places.PRIVATE_FILE)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            while asked := [each for each in (LOGS, ALERTS) if _taken(os.path.join(folder, f"after.{each}"))]:
                _do(asked)
        except BlockingIOError:
            return
        finally:
            os.close(handle)
        # Who asked between the last look and the end of the lock saw a worker, and started none.
        if not any(os.path.exists(os.path.join(folder, f"after.{each}")) for each in (LOGS, ALERTS)):
            return


def _do(asked: list[str]) -> None:
    doings: list[Callable[[], object]] = [_keep_waiting]
    if LOGS in asked:
        doings.append(_read_logs_quietly)
    doings.append(after_reading)
    failed: list[str] = []
    for doing in doings:
        try:
            doing()
        except Exception as error:
            # Nobody is there to be told: `tally-tui setup --status` says it. The next thing may still work.
            failed.append(str(error) if isinstance(error, _StillWaitingError) else f"{type(error).__name__}: {error}")
            if os.environ.get("TALLY_DEBUG"):
                diagnostics.failed(places.data_dir(), diagnostics.BACKGROUND, failed[-1])
                raise
    if failed:
        # One entry, for only the newest is shown: that readings wait must not disappear behind what failed after it.
        diagnostics.failed(places.data_dir(), diagnostics.BACKGROUND, "; ".join(dict.fromkeys(failed)))
    else:
        diagnostics.worked(places.data_dir(), diagnostics.BACKGROUND)


class _StillWaitingError(Exception):
    """Readings that were put aside could not be written; the message says why."""


def _keep_waiting() -> None:
    from tally_tui.record.keep import keep_waiting

    try:
        keep_waiting(10_000)
    except Exception as error:
        raise _StillWaitingError(f"readings that were put aside could not be kept: {error}") from error


def _read_logs_quietly() -> None:
    os.nice(10)
    _read_logs()


def _read_logs(patience_s: float | None = None) -> None:
    import time

    from tally_tui.config import load
    from tally_tui.ingest.sync import sync

    end = None if patience_s is None else time.monotonic() + patience_s
    sync(load(), cancelled=lambda: end is not None and time.monotonic() > end)


def _touch(path: str) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, places.PRIVATE_FILE))


def _taken(path: str) -> bool:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return False
    return True


def _at_work(folder: str) -> bool:
    import fcntl

    handle = os.open(os.path.join(folder, _LOCK), os.O_CREAT | os.O_RDWR, places.PRIVATE_FILE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _start(command: list[str]) -> None:
    """Run a command that nobody waits for: a grandchild of its own session, with nothing to read or write."""
    try:
        child = os.fork()
    except OSError:
        return
    if child:
        os.waitpid(child, 0)
        return
    try:
        os.setsid()
        if os.fork():
            os._exit(0)
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nothing, standard)
        os.execv(command[0], command)
    finally:
        os._exit(1)


if __name__ == "__main__":
    work()
