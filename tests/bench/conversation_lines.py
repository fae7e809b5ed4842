"""The lines of the speed table that are about what was said: indexing, searching, reading."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from tests.bench.conversations import MESSAGES, long_session
from tests.bench.corpora import Corpus, corpus
from tests.bench.measuring import PYTHON, percentile, run, tally
from tests.bench.screens import terminal

if TYPE_CHECKING:
    from tests.bench.lines import Bench, Figure

LIBRARY_MB = 2_900
"""Logs of a million messages."""


def _indexed(bench: Bench, logs: Corpus) -> tuple[Path, float, float]:
    """A data folder with all of it searchable, made once: (folder, wall, CPU seconds of indexing)."""
    data = bench.keep / f"library-{logs.folder.name}"
    environment = {**logs.environment, "TALLY_DATA_DIR": str(data)}
    data.mkdir(exist_ok=True)
    run(tally("sync", "--accounting-only"), environment)
    logs.warm()
    rebuilt = run(tally("library", "rebuild"), environment)
    return data, rebuilt.wall, rebuilt.cpu


def library(bench: Bench) -> Iterator[Figure]:
    """A million messages made searchable, then searched letter by letter."""
    from tests.bench.lines import Figure

    logs = corpus(bench.keep, LIBRARY_MB)
    data, wall, cpu = _indexed(bench, logs)
    environment = {**logs.environment, "TALLY_DATA_DIR": str(data)}
    told = json.loads(run(tally("library", "status", "--json"), environment).output)
    share = 100 * told["bytes"] / told["log_bytes"]
    speed = logs.bytes / 1e6 / wall
    yield Figure(
        f"indexing {told['messages']:,} messages ({logs.bytes / 1e6:,.0f} MB of logs)",
        "≥ 90 MB/s",
        f"{speed:,.0f} MB/s ({wall:.1f} s, {cpu:.1f} s CPU)",
        speed >= 90,
    )
    yield Figure("… size of the index", "≤ 10 % of the logs", f"{share:.1f} %", share <= 10)
    typed = [json.loads(run([PYTHON, "-m", "tests.bench.typing_search"], environment).output) for _ in range(bench.times)]
    keys = len(typed[0]["wall"])
    p50, p95 = (median(percentile(one["wall"], share) for one in typed) for share in (0.5, 0.95))
    cpu95 = median(percentile(one["cpu"], 0.95) for one in typed)
    yield Figure(
        f"first page with snippets, {keys} keystrokes of common, rare and unknown words, p95",
        "≤ 20 ms",
        f"{p95:.1f} ms ({cpu95:.1f} ms CPU; p50 {p50:.1f} ms)",
        p95 <= 20,
    )
    for number, (name, *_) in enumerate(typed[0]["whole"]):
        took = median(one["whole"][number][1] for one in typed)
        yield Figure(f"… first page of `{name}`", "", f"{took:,.0f} ms")


def reading(bench: Bench) -> Iterator[Figure]:
    """The longest session, opened and read."""
    from tests.bench.lines import Figure

    logs = long_session(bench.keep)
    told = [_read(logs, bench.fresh()) for _ in range(bench.times)]
    wall, cpu = (median(one["opened"][part] for one in told) for part in (0, 1))
    yield Figure(
        f"opening a session of {MESSAGES:,} messages, to its first words",
        "≤ 300 ms, ≤ 200 ms CPU",
        f"{wall:.0f} ms, {cpu:.0f} ms CPU",
        wall <= 300 and cpu <= 200,
    )
    for name, when in (("keys", "in it"), ("meanwhile", "while the rest of it is read")):
        pressed = [key for one in told for key in one[name]]
        works, painted = [key[2] for key in pressed], [key[1] for key in pressed]
        p50, p95, p99 = (percentile(works, share) for share in (0.5, 0.95, 0.99))
        yield Figure(
            f"… work of a key {when}",
            "p50 ≤ 16 ms, p99 ≤ 40 ms",
            f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms of {len(works):,} keys (painted: "
            f"p50 {percentile(painted, 0.5):.0f} ms, p99 {percentile(painted, 0.99):.0f} ms)",
            p50 <= 16 and p99 <= 40,
        )
    yield Figure("… until all of it is read", "", f"{median(one['read'] for one in told) / 1000:.1f} s")
    for word in told[0]["found"]:
        first, whole = (median(one["found"][word][part] for one in told) for part in ("first", "all"))
        hits = told[0]["found"][word]["hits"]
        yield Figure(f"… from the last letter of `{word}` to its first hit", "",
                     f"{first:.0f} ms; all {hits:,} after {whole:.0f} ms")  # fmt: skip
    start, read, _, end = (median(one["memory"][at] for one in told) / 1e6 for at in range(4))
    yield Figure(
        "… memory: before it is opened, when it is read, after walking and finding in it", "it stays flat",
        f"{start:.0f} MB, {read:.0f} MB, {end:.0f} MB", end - read <= 40,
    )  # fmt: skip


def _read(logs: Corpus, data: Path) -> dict[str, Any]:
    """Someone opens the session in a terminal and reads, as `reading` has it."""
    told = data / "told.json"
    run(tally("sync"), {**logs.environment, "TALLY_DATA_DIR": str(data)})
    with terminal([PYTHON, "-m", "tests.bench.reading"], logs, data, {"BENCH_TOLD": str(told)}) as screen:
        while screen.process.poll() is None:
            screen.pump(0.05)
    found: dict[str, Any] = json.loads(told.read_text())
    return found
