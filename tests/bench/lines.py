"""The lines of the speed table: what is measured, and what it is held against."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench import conversation_lines, indexing_lines, screens
from tests.bench.corpora import Corpus, corpus, large_ledger, many_files, no_logs
from tests.bench.measuring import PYTHON, Run, cpu, interleaved, run, tally, wall

MIB = 1 << 20
CCUSAGE = "ccusage@20.0.24"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; `good` is None for what has no target."""

    what: str
    target: str
    measured: str
    good: bool | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """Where things are kept, and how often each is run."""

    keep: Path
    times: int
    megabytes: int = 1000
    """Of logs, for the lines whose size can be chosen."""

    def fresh(self) -> Path:
        """An empty data folder."""
        data = self.keep / "data"
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir()
        return data

    def cold(self, logs: Corpus) -> Run:
        """A first sync of all logs, as the command does it."""
        return run(tally("sync", "--accounting-only"), {**logs.environment, "TALLY_DATA_DIR": str(self.fresh())})

    def floor(self, logs: Corpus) -> Run:
        return run([PYTHON, str(Path(__file__).with_name("floor.py")), str(logs.folder)])

    def ccusage(self) -> Callable[[Corpus], Run]:
        """A runner of the other tool, installed on first use."""
        folder = self.keep / "npm"
        program = folder / "node_modules" / ".bin" / "ccusage"
        if not program.exists():
            folder.mkdir(exist_ok=True)
            subprocess.run(["npm", "install", "--prefix", str(folder), CCUSAGE], check=True, capture_output=True)
        home = {"HOME": str(folder), "NO_COLOR": "1", "XDG_CONFIG_HOME": str(folder)}
        command = [str(program), "daily", "--json", "--offline"]
        return lambda logs: run(command, {**logs.environment, **home})


def _cold(bench: Bench, megabytes: int, most: float) -> Iterator[Figure]:
    logs = corpus(bench.keep, megabytes)
    logs.warm()
    runs = interleaved(bench.times, {"floor": lambda: bench.floor(logs), "cold": lambda: bench.cold(logs)})
    ratio = cpu(runs["cold"]) / cpu(runs["floor"])
    size = f"{logs.bytes / 1e6:,.0f} MB, {len(logs.files):,} files"
    yield Figure(
        f"cold accounting of {size}: CPU over the floor's",
        f"≤ {most} ×",
        f"{ratio:.2f} × ({cpu(runs['cold']):.2f} s / {cpu(runs['floor']):.2f} s)",
        ratio <= most,
    )
    speed = logs.bytes / 1e6 / wall(runs["cold"])
    yield Figure("… wall", "≥ 350 MB/s", f"{speed:,.0f} MB/s ({wall(runs['cold']):.2f} s)", speed >= 350)


def cold_500(bench: Bench) -> Iterator[Figure]:
    return _cold(bench, 500, 1.6)


def cold_4000(bench: Bench) -> Iterator[Figure]:
    return _cold(bench, 4000, 2.3)


def against_ccusage(bench: Bench) -> Iterator[Figure]:
    other = bench.ccusage()
    for megabytes in (500, 4000):
        logs = corpus(bench.keep, megabytes)
        logs.warm()
        runs = interleaved(bench.times, {"other": lambda: other(logs), "cold": lambda: bench.cold(logs)})  # noqa: B023
        ratio = cpu(runs["cold"]) / cpu(runs["other"])
        yield Figure(
            f"… CPU over that of ccusage 20, {megabytes:,} MB",
            "≤ 1.0 ×",
            f"{ratio:.2f} × ({cpu(runs['cold']):.2f} s / {cpu(runs['other']):.2f} s; "
            f"wall {wall(runs['cold']):.2f} s / {wall(runs['other']):.2f} s)",
            ratio <= 1.0,
        )


def noop(bench: Bench) -> Iterator[Figure]:
    logs = many_files(bench.keep, 5000)
    environment = {**logs.environment, "TALLY_DATA_DIR": str(bench.fresh())}
    run(tally("sync", "--accounting-only"), environment)
    passes = [run([PYTHON, "-m", "tests.bench.noop"], environment) for _ in range(bench.times)]
    inside = median(median(json.loads(one.output)) for one in passes)
    yield Figure("nothing new in 5,000 files, inside the app", "≤ 150 ms", f"{inside:.0f} ms", inside <= 150)
    runs = [run(tally("sync", "--accounting-only"), environment) for _ in range(bench.times * 2 + 1)]
    yield Figure(
        "… as a fresh command",
        "≤ 250 ms",
        f"{wall(runs) * 1000:.0f} ms ({cpu(runs) * 1000:.0f} ms CPU)",
        wall(runs) <= 0.25,
    )


def append(bench: Bench) -> Iterator[Figure]:
    took = screens.append_to_screen(bench.keep, no_logs(bench.keep), large_ledger(bench.keep))
    yield Figure(
        "an appended line is on the screen (median; a million calls in the ledger)",
        "≤ 250 ms",
        f"{took * 1000:.0f} ms",
        took <= 0.25,
    )


def usage(bench: Bench) -> Iterator[Figure]:
    environment = {**no_logs(bench.keep).environment, "TALLY_DATA_DIR": str(large_ledger(bench.keep))}
    command = tally("usage", "--by", "day", "--json", "--no-sync")
    runs = [run(command, environment) for _ in range(bench.times * 3)]
    yield Figure(
        "`usage --by day --json`, a million calls, start-up included",
        "≤ 150 ms CPU",
        f"{cpu(runs) * 1000:.0f} ms CPU ({wall(runs) * 1000:.0f} ms wall)",
        cpu(runs) <= 0.15,
    )


def version(bench: Bench) -> Iterator[Figure]:
    runs = [run(tally("--version")) for _ in range(bench.times * 3)]
    yield Figure("`tally-tui --version`", "≤ 60 ms", f"{wall(runs) * 1000:.0f} ms", wall(runs) <= 0.06)


def paint(bench: Bench) -> Iterator[Figure]:
    logs, ledger = no_logs(bench.keep), large_ledger(bench.keep)
    paints = [screens.first_paint(logs, ledger) for _ in range(bench.times * 2 + 1)]
    took, used = median(took for took, _ in paints), median(used for _, used in paints)
    yield Figure(
        "first paint with numbers, a million calls",
        "≤ 700 ms",
        f"{took * 1000:.0f} ms ({used * 1000:.0f} ms CPU)",
        took <= 0.7,
    )


def backlog(bench: Bench) -> Iterator[Figure]:
    logs = corpus(bench.keep, 1000)
    logs.warm()
    felt = [screens.backlog(bench.keep, logs) for _ in range(bench.times)]
    p50, p99 = median(one.busy_p50 for one in felt), median(one.busy_p99 for one in felt)
    idle_p50, idle_p99 = median(one.idle_p50 for one in felt), median(one.idle_p99 for one in felt)
    yield Figure(
        f"event-loop lag while 1 GB is read ({median(one.seconds for one in felt):.1f} s), p99",
        "≤ 50 ms or 2.5 × idle",
        f"{p99:.0f} ms (p50 {p50:.1f}); idle {idle_p99:.0f} ms (p50 {idle_p50:.1f})",
        p99 <= 50 or p99 <= 2.5 * idle_p99,
    )
    for what, most, found in (
        ("resident memory: the app", 110, [one.memory.own for one in felt]),
        ("… its largest child", 150, [one.memory.child for one in felt]),
        ("… all together", 400, [one.memory.together for one in felt]),
    ):
        size = median(found) / MIB
        yield Figure(what, f"≤ {most} MB", f"{size:.0f} MB", size <= most)


LINES: dict[str, Callable[[Bench], Iterator[Figure]]] = {
    "cold-500": cold_500,
    "cold-4000": cold_4000,
    "ccusage": against_ccusage,
    "noop": noop,
    "append": append,
    "usage": usage,
    "version": version,
    "paint": paint,
    "backlog": backlog,
    "library": conversation_lines.library,
    "reading": conversation_lines.reading,
    "typing-while-indexing": indexing_lines.typing_while_indexing,
}
