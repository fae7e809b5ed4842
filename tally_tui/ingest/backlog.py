"""A large backlog read by a child process, so that the screen's own process keeps its interpreter.

`python -m tally_tui.ingest.backlog` is the child: it takes the ingest lock, does one pass and
writes its progress as JSON lines to standard output. It stops, keeping what it read, when its
standard input closes: when it is told to, or when its parent dies.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tally_tui.ingest.sync import SyncProgress, SyncResult, sync

if TYPE_CHECKING:
    pass

FROM_BYTES = 4 << 20
"""A backlog of more bytes goes to a child process."""
_NICENESS = 10


class BacklogError(Exception):
    """The child could not do its work; the message is for people."""


def read_backlog(
    progress: Callable[[SyncProgress], None], cancelled: Callable[[], bool], wait: float = 0
) -> SyncResult:
    """Have a child process read all that is new; `progress` and `cancelled` as in `sync`.

    Raises:
        BacklogError: the child failed or was killed; what it committed is kept.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "tally_tui.ingest.backlog", str(wait)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    over = threading.Event()

    def stop_when_asked() -> None:
        # The reader below waits for the child's next line, which may take a second.
        while not over.wait(0.05):
            if cancelled():
                with contextlib.suppress(OSError):
                    process.stdin.close()  # type: ignore[union-attr]
                return

    asker = threading.Thread(target=stop_when_asked, daemon=True)
    asker.start()
    result: SyncResult | None = None
    problem = ""
    try:
        for line in process.stdout:
            told: dict[str, Any] = json.loads(line)
            if "progress" in told:
                progress(SyncProgress(**told["progress"]))
            elif "result" in told:
                result = SyncResult(**{**told["result"], "problems": tuple(told["result"]["problems"])})
            else:
                problem = str(told.get("error", ""))
    except ValueError:
        problem = "it said something unintelligible"
    finally:
        over.set()
        asker.join()
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if result is None:
        why = problem or f"it ended with {process.returncode}"
        raise BacklogError(f"Reading the logs stopped: {why}. What was read is kept; the next sync goes on from there.")
    return result


def main() -> None:
    """The child."""
    from tally_tui.config import load

    with contextlib.suppress(OSError):
        os.nice(_NICENESS)
    told_to_stop = threading.Event()

    def listen() -> None:
        # Not through sys.stdin: a thread that holds its lock when the program ends makes Python abort.
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        told_to_stop.set()

    threading.Thread(target=listen, daemon=True).start()

    def say(**what: Any) -> None:
        try:
            print(json.dumps(what), flush=True)  # noqa: T201 - the parent reads it
        except OSError:
            told_to_stop.set()

    try:
        wait = float(sys.argv[1]) if len(sys.argv) > 1 else 0.0
        result = sync(
            load(), progress=lambda progress: say(progress=asdict(progress)), cancelled=told_to_stop.is_set, wait=wait
        )
        say(result=asdict(result))
    except Exception as error:
        # Every error becomes a sentence for the screen; its own type says nothing to a person.
        say(error=str(error) or type(error).__name__)
        sys.exit(1)


if __name__ == "__main__":
    main()
