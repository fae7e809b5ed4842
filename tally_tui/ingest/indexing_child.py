"""The text pass in a child process, so that the screen's own process keeps its interpreter.

`python -m tally_tui.ingest.indexing_child` is the child: it takes the library's lock, does one pass and
writes its progress as JSON lines to standard output. It stops, keeping what it indexed, when its
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
from typing import Any, Final

from tally_tui.ingest.indexing import IndexProgress, IndexResult, index

_NICENESS: Final = 10


class IndexingError(Exception):
    """The child could not do its work; the message is for people."""


def index_in_child(
    progress: Callable[[IndexProgress], None], cancelled: Callable[[], bool], wait: float = 0
) -> IndexResult:
    """Have a child process index all that is new; `progress` and `cancelled` as in `index`.

    Raises:
        IndexingError: the child failed or was killed; what it committed is kept.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "tally_tui.ingest.indexing_child", str(wait)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stdin = process.stdin
    over = threading.Event()

    def stop_when_asked() -> None:
        # The reader below waits for the child's next line, which may take a second.
        while not over.wait(0.05):
            if cancelled():
                with contextlib.suppress(OSError):
                    stdin.close()
                return

    asker = threading.Thread(target=stop_when_asked, daemon=True)
    asker.start()
    result: IndexResult | None = None
    problem = ""
    try:
        for line in process.stdout:
            told: dict[str, Any] = json.loads(line)
            if "progress" in told:
                progress(IndexProgress(**told["progress"]))
            elif "result" in told:
                result = IndexResult(**{**told["result"], "problems": tuple(told["result"]["problems"])})
            else:
                problem = str(told.get("error", ""))
    except ValueError:
        problem = "it said something unintelligible"
    finally:
        over.set()
        asker.join()
        with contextlib.suppress(OSError):
            stdin.close()
        process.stdout.close()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if result is None:
        why = problem or f"it ended with {process.returncode}"
        raise IndexingError(f"Indexing stopped: {why}. What was indexed is kept; the next pass goes on from there.")
    return result


def main() -> None:
    """The child."""
    from tally_tui.config import load

    with contextlib.suppress(OSError):
        os.nice(_NICENESS)
    told_to_stop = threading.Event()

    def listen() -> None:
        with contextlib.suppress(OSError):
            sys.stdin.buffer.read()
        told_to_stop.set()

    threading.Thread(target=listen, daemon=True).start()

    def say(**what: Any) -> None:
        try:
            print(json.dumps(what), flush=True)  # noqa: T201 - the parent reads it
        except OSError:
            told_to_stop.set()

    status = 0
    try:
        wait = float(sys.argv[1]) if len(sys.argv) > 1 else 0.0
        result = index(
            load(), progress=lambda progress: say(progress=asdict(progress)), cancelled=told_to_stop.is_set, wait=wait
        )
        say(result=asdict(result))
    except Exception as error:
        # Every error becomes a sentence for the screen; its own type says nothing to a person.
        say(error=str(error) or type(error).__name__)
        status = 1
    # The thread that listens may be inside a read that only the other end can finish.
    os._exit(status)


if __name__ == "__main__":
    main()
