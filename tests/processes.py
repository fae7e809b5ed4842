"""Real processes that read logs, to be killed and raced in tests."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger_sums import Home

PATIENCE_S = 180.0
"""Far more than anything here takes, on a machine that gives a process that stands back next to no time: only a hang
reaches it."""

READING = """
import sys
import tally_tui.ingest.child as child
import tally_tui.ingest.parsing as parsing
import tally_tui.ingest.sync as syncing
# Helpers and many transactions even for few logs: as many moments to die at as a large backlog has.
parsing.HELPERS_FROM, parsing.BUNDLE_BYTES, parsing.BUNDLE_FILES = 1, 1 << 16, 4
syncing.BATCH_SIGHTINGS = int(sys.argv.pop(1))
# However slow the machine is: what it puts away is looked at, not how soon.
child.GRACE_S = 120.0
from tally_tui.ingest.backlog import main
main()
"""
"""The child that reads a backlog, as the app starts it."""

REBUILDING = """
import tally_tui.ingest.sync as syncing
from tally_tui.config import Settings
write = syncing._Pass._write
def told(self, batch):
    write(self, batch)
    print("one more", flush=True)
syncing._Pass._write = told
syncing.sync(Settings(), rebuild=True)
"""
"""Reads every file afresh; says so in the middle of each file's transaction."""

WATCHING = """
import sys
import tally_tui.live.ingesting as ingesting
from tally_tui.config import Settings
from tally_tui.source import LedgerSource
ingesting.RETRY_S = 0.1
source = LedgerSource(Settings())
source.start(lambda news: None)
print("started", flush=True)
sys.stdin.read()
source.stop()
"""
"""What the app runs behind its screen, until its standard input closes."""


def start(home: Home, program: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **home.environment, "PYTHONPATH": str(Path(__file__).parents[1])},
        start_new_session=True,
    )


@contextmanager
def running(home: Home, program: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is gone afterwards, with all that it started."""
    process = start(home, program, *arguments)
    try:
        yield process
    finally:
        kill([process.pid, *below(process.pid)])
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait(PATIENCE_S)


def below(pid: int) -> list[int]:
    """The processes that a process started, and theirs."""
    try:
        text = "".join(each.read_text() for each in Path(f"/proc/{pid}/task").glob("*/children"))
    except OSError:
        return []
    children = [int(word) for word in text.split()]
    return [*children, *(lower for child in children for lower in below(child))]


def kill(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.02)
