"""The program in a real terminal: when its first numbers stand, when an appended line moves them, how it feels."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.corpora import Corpus
from tests.bench.measuring import PYTHON, ROOT, Memory, percentile, tally
from tests.terminal.ptyterm import Pty

_OPUS_MILLION = {"input_tokens": 0, "output_tokens": 1_000_000}


def terminal(argv: list[str], corpus: Corpus, data: Path, more: Mapping[str, str] | None = None) -> Pty:
    """A program on some logs and a data folder, in a terminal of 140 columns and 45 rows."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(data),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "TALLY_DATA_DIR": str(data),
        **corpus.environment,
        **(more or {}),
    }
    return Pty(argv, environment, cols=140, rows=45, cwd=str(ROOT))


def first_paint(corpus: Corpus, data: Path) -> tuple[float, float]:
    """(wall, CPU) seconds from starting the program until cards, chart and breakdown show what was spent."""
    import psutil

    began = time.perf_counter()
    with terminal(tally(), corpus, data) as screen:
        screen.until(lambda text: "$" in text and re.search(r"\d models · \$", text))
        took = time.perf_counter() - began
        used = psutil.Process(screen.process.pid).cpu_times()
        screen.press("q").end()
    return took, used.user + used.system


def append_to_screen(keep: Path, corpus: Corpus, ledger: Path, times: int = 15) -> float:
    """Median seconds from appending a line to a log until the first card shows its cost."""
    data = keep / "append"
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(ledger, data)
    log = corpus.folder / "claude" / "projects" / "-work-live" / "5d0c1b1e-0000-4000-8000-000000000001.jsonl"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_bytes(_line(0))
    took = []
    try:
        with terminal(tally(), corpus, data) as screen:
            screen.until(lambda text: re.search(r"\d models · \$", text) and "$25.00" in text and "live" in text)
            for number in range(1, times + 1):
                rest = time.perf_counter() + 0.8 + number % 7 / 10
                while time.perf_counter() < rest:
                    screen.pump(0.05)
                shown = f"${25 * (number + 1):,}.00"
                with log.open("ab") as file:
                    file.write(_line(number))
                began = time.perf_counter()
                screen.until(lambda text, shown=shown: shown in text)  # type: ignore[misc]
                took.append(time.perf_counter() - began)
            screen.press("q").end()
    finally:
        log.unlink()
        shutil.rmtree(data)
    return median(took)


def _line(number: int) -> bytes:
    moment = time.time()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment)) + f".{int(moment % 1 * 1000):03}Z"
    record = {
        "type": "assistant",
        "sessionId": "5d0c1b1e-0000-4000-8000-000000000001",
        "cwd": "/work/live",
        "version": "2.1.0",
        "gitBranch": "main",
        "timestamp": stamp,
        "uuid": f"line-{time.time_ns()}",
        "message": {"id": f"msg_{time.time_ns()}_{number}", "model": "claude-opus-4-8", "usage": _OPUS_MILLION},
    }
    return json.dumps(record).encode() + b"\n"


@dataclass(slots=True)
class Felt:
    """Event-loop lag in milliseconds, and memory in bytes, while a backlog was read and after it."""

    busy_p50: float
    busy_p99: float
    idle_p50: float
    idle_p99: float
    memory: Memory
    seconds: float
    """How long the backlog took."""


def backlog(keep: Path, corpus: Corpus, idle_s: float = 12.0) -> Felt:
    """The program on a machine where all logs are new: its lag and its memory, then its lag when all is read."""
    data = keep / "backlog"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    ticks = data / "ticks.json"
    memory = Memory()
    with terminal([PYTHON, "-m", "tests.bench.ticking_app"], corpus, data, {"BENCH_TICKS": str(ticks)}) as screen:
        began = ended = time.monotonic()
        reading = False
        while not reading or time.monotonic() - ended < 1.0:
            screen.pump(0.05)
            memory.look(screen.process.pid)
            children = _children(screen.process.pid)
            if children and not reading:
                reading, began = True, time.monotonic()
            if children:
                ended = time.monotonic()
            if time.monotonic() - began > 120 and not reading:
                raise RuntimeError("no backlog was read")
        rest = time.monotonic() + idle_s
        while time.monotonic() < rest:
            screen.pump(0.05)
        screen.press("q").end()
    told = json.loads(ticks.read_text())
    busy = [lag for at, lag in told if began <= at <= ended]
    idle = [lag for at, lag in told if at > ended + 1.5]
    shutil.rmtree(data)
    busy_p50, busy_p99, idle_p50, idle_p99 = (
        percentile(lags, share) for lags in (busy, idle) for share in (0.5, 0.99)
    )
    return Felt(busy_p50, busy_p99, idle_p50, idle_p99, memory, ended - began)


def _children(process_id: int) -> bool:
    import psutil

    try:
        return bool(psutil.Process(process_id).children())
    except psutil.NoSuchProcess:
        return False
