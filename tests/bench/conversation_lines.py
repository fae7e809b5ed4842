"""The lines of the speed table that are about what was said: indexing, searching, reading."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.bench.conversations import MESSAGES, long_session
from tests.bench.corpora import Corpus, corpus
from tests.bench.measuring import PYTHON, percentile, run, tally

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
    environment = {**logs.environment, "TALLY_DATA_DIR": str(bench.fresh())}
    run(tally("sync"), environment)
    told = [json.loads(run([PYTHON, "-m", "tests.bench.reading"], environment).output) for _ in range(bench.times)]
    wall, cpu = (median(one["opened"][part] for one in told) for part in (0, 1))
    yield Figure(
        f"opening a session of {MESSAGES:,} messages, to its first words",
        "≤ 300 ms, ≤ 200 ms CPU",
        f"{wall:.0f} ms, {cpu:.0f} ms CPU",
        wall <= 300 and cpu <= 200,
    )
    works = [key[2] for one in told for key in one["keys"]]
    p50, p99 = percentile(works, 0.5), percentile(works, 0.99)
    yield Figure("… work of a key in it", "p50 ≤ 16 ms, p99 ≤ 40 ms", f"p50 {p50:.1f} ms, p99 {p99:.1f} ms",
                 p50 <= 16 and p99 <= 40)  # fmt: skip
    found = median(one["found"][0] for one in told)
    yield Figure("… finding a word in it", "", f"{found:.0f} ms")
