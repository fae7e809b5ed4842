"""A pass over the logs in a child process, so that the screen's own process keeps its interpreter.

The child tells its progress as JSON lines on standard output, and at last its result, or why there is none. It
stops, keeping what it committed, when its standard input closes: when it is told to, or when its parent dies.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec
from msgspec.structs import asdict

from tally_tui.ingest.priority import stand_back
from tally_tui.ingest.results import Progress, Result

GRACE_S: float = 3.0
"""A child that is told to stop has so long to put away what it holds; what it has committed stays in any case."""
_LOOK_S: Final = 0.05

_children: weakref.WeakSet[subprocess.Popen[bytes]] = weakref.WeakSet()
"""Those that this process has started and waits for."""

P = TypeVar("P", bound=Progress)
R = TypeVar("R", bound=Result)


class ChildError(Exception):
    """The child could not do its work, or was killed; the message is for people."""


def have_done(
    module: str,
    kinds: tuple[type[P], type[R]],
    progress: Callable[[P], None],
    cancelled: Callable[[], bool],
    wait: float,
    words: str,
) -> R:
    """Have a child process do a pass, and wait for its end.

    Args:
        module: is run as a program, and calls `be_child`.
        kinds: what it tells, and what it ends with.
        progress: told what it tells.
        cancelled: asked often; what was committed until then is kept. A child that takes too long over its end is
            ended: what comes back then says no more than that it was cancelled.
        wait: seconds the child waits for another process that does the same.
        words: what is said where it fails, with `{}` for the reason.

    Raises:
        ChildError: it failed, or was killed; what it committed is kept.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", module, str(wait)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    _children.add(process)
    over, asked = threading.Event(), threading.Event()

    def stop_when_asked() -> None:
        # The reader below waits for the child's next line, which may take a second.
        while not over.wait(_LOOK_S):
            if cancelled():
                asked.set()
                with contextlib.suppress(OSError):
                    process.stdin.close()  # type: ignore[union-attr]
                if not over.wait(GRACE_S + 1):
                    process.kill()
                return

    asker = threading.Thread(target=stop_when_asked, daemon=True)
    asker.start()
    result: R | None = None
    problem = ""
    try:
        for line in process.stdout:
            told: dict[str, Any] = json.loads(line)
            if "progress" in told:
                progress(msgspec.convert(told["progress"], kinds[0]))
            elif "result" in told:
                result = msgspec.convert(told["result"], kinds[1])
            else:
                problem = str(told.get("error", ""))
    except (ValueError, msgspec.MsgspecError):
        problem = "it said something unintelligible"
    finally:
        over.set()
        asker.join()
        with contextlib.suppress(OSError):
            process.stdin.close()
        process.stdout.close()
        try:
            process.wait(GRACE_S + 1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if result is None and asked.is_set() and not problem:
        # It was stopped before it could say so, on a machine that is slow: nothing has failed.
        return kinds[1](cancelled=True)
    if result is None:
        raise ChildError(words.format(problem or f"it ended with {process.returncode}"))
    return result


def stop_children() -> None:
    """Tell every child to stop, from any thread; returns at once."""
    for process in list(_children):
        with contextlib.suppress(OSError, ValueError):
            process.stdin.close()  # type: ignore[union-attr]


def kill_children() -> None:
    """End every child at once: what it has committed is kept."""
    for process in list(_children):
        with contextlib.suppress(OSError):
            process.kill()


def be_child(
    work: Callable[[Callable[[Progress], None], Callable[[], bool], float], Result], niceness: int
) -> None:
    """Be the child: do `work`, which is given whom to tell, what to ask whether to stop, and the seconds to wait.

    Ends the process.
    """
    stand_back(niceness)
    told_to_stop = threading.Event()

    def listen() -> None:
        # Not through sys.stdin: a thread that holds its lock when the program ends makes Python abort.
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        told_to_stop.set()
        # Some steps cannot be stopped half-way, and nobody is there to wait for them.
        time.sleep(GRACE_S)
        os._exit(1)

    threading.Thread(target=listen, daemon=True).start()

    def say(**what: Any) -> None:
        try:
            print(json.dumps(what), flush=True)  # noqa: T201 - the parent reads it
        except OSError:
            told_to_stop.set()

    try:
        wait = float(sys.argv[1]) if len(sys.argv) > 1 else 0.0
        say(result=asdict(work(lambda progress: say(progress=asdict(progress)), told_to_stop.is_set, wait)))
    except Exception as error:
        # Every error becomes a sentence for the screen; its own type says nothing to a person.
        say(error=str(error) or type(error).__name__)
        sys.exit(1)
