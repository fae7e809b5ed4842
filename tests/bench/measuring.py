"""Running things and what they cost: wall and CPU seconds (children included), and memory while they run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
PYTHON = sys.executable


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command."""

    wall: float
    cpu: float
    """Seconds, user and system, with all children that it waited for."""
    output: bytes


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Run:
    """Run a command to its end.

    Raises:
        RuntimeError: it failed.
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Run(wall, used.ru_utime + used.ru_stime, output)


def interleaved(times: int, measures: Mapping[str, Callable[[], Run]]) -> dict[str, list[Run]]:
    """Each of several things measured in turn, again and again: a busy moment meets all of them."""
    found: dict[str, list[Run]] = {name: [] for name in measures}
    for _ in range(times):
        for name, measure in measures.items():
            found[name].append(measure())
    return found


def cpu(runs: Sequence[Run]) -> float:
    """The median of their CPU seconds."""
    return median(run.cpu for run in runs)


def wall(runs: Sequence[Run]) -> float:
    """The median of their wall seconds."""
    return median(run.wall for run in runs)


def tally(*arguments: str) -> list[str]:
    """The command line of this checkout's program."""
    return [PYTHON, "-m", "tally_tui", *arguments]


@dataclass(slots=True)
class Memory:
    """Peaks of resident memory in bytes: of a process, its largest descendant, and all together."""

    own: int = 0
    child: int = 0
    together: int = 0

    def look(self, process_id: int) -> None:
        """Take up what a process and its descendants hold now."""
        import psutil

        try:
            process = psutil.Process(process_id)
            own = process.memory_info().rss
            children = []
            for child in process.children(recursive=True):
                try:
                    children.append(child.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue
        except psutil.NoSuchProcess:
            return
        self.own = max(self.own, own)
        self.child = max([self.child, *children])
        self.together = max(self.together, own + sum(children))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
