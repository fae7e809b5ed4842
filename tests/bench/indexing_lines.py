"""The line of the speed table about searching while everything is still being indexed."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.corpora import Corpus, corpus
from tests.bench.measuring import PYTHON, percentile
from tests.bench.screens import terminal

if TYPE_CHECKING:
    from tests.bench.lines import Bench, Figure
    from tests.terminal.ptyterm import Pty

WORDS = ("test", "error", "return", "import", "the file", "config", "timeout", "def ", "role:user fix", "parse")
BETWEEN_KEYS_S = 0.12
PATIENCE_S = 1200


def typing_while_indexing(bench: Bench) -> Iterator[Figure]:
    """Someone opens the program on logs it has never seen, and types into the search until all is indexed."""
    from tests.bench.lines import Figure

    logs = corpus(bench.keep, bench.megabytes)
    logs.warm()
    told = _type(bench.keep, logs)
    began, ended = told["began"], told["ended"]
    lags = [lag for at, lag in told["ticks"] if began <= at <= ended]
    answers = [took for at, took in told["answers"] if began <= at <= ended]
    if not lags or not answers:
        raise RuntimeError("all was indexed before anything was typed: more megabytes are needed")
    p50, p99 = percentile(lags, 0.5), percentile(lags, 0.99)
    idle = percentile([lag for at, lag in told["ticks"] if at > ended + 1], 0.99)
    later = [took for at, took in told["answers"] if at > ended + 1]
    size = f"{logs.bytes / 1e6:,.0f} MB are indexed ({ended - began:.0f} s)"
    yield Figure(
        f"event-loop lag while one types and {size}, p99",
        "≤ 50 ms or 2.5 × what it is afterwards",
        f"{p99:.0f} ms (p50 {p50:.1f}, most {max(lags):.0f}); afterwards {idle:.0f} ms",
        p99 <= 50 or p99 <= 2.5 * idle,
    )
    took = percentile(answers, 0.95)
    yield Figure(
        "… from a key to the first page of hits, p95",
        "≤ 100 ms",
        f"{took:.0f} ms (p50 {percentile(answers, 0.5):.0f}; {len(answers):,} keys); "
        f"afterwards {percentile(later, 0.95):.0f} ms",
        took <= 100,
    )


def _type_words(screen: Pty) -> None:
    for word in WORDS:
        for key in (*word, "ctrl+u"):
            screen.press(key)
            rest = time.monotonic() + BETWEEN_KEYS_S
            while time.monotonic() < rest:
                screen.gather(0.02)  # a terminal has no Python to draw with, and no core of its own


def _type(keep: Path, logs: Corpus) -> dict[str, Any]:
    data = keep / "typing"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    told = data / "told.json"
    try:
        with terminal([PYTHON, "-m", "tests.bench.searching_app"], logs, data, {"BENCH_TOLD": str(told)}) as screen:
            screen.until(lambda text: "$" in text)
            screen.press("2")
            screen.until("Conversations")
            screen.press("F")
            screen.until("search everything")
            began = time.monotonic()
            while not told.with_suffix(".done").exists():
                _type_words(screen)
                if time.monotonic() - began > PATIENCE_S:
                    raise RuntimeError("it was never all indexed")
            _type_words(screen)
            screen.pump()
            screen.press("escape")
            # Right behind it a letter would be Alt and the letter.
            screen.gone("searchable")
            screen.until(lambda text: "Sessions" in text or "Quit" in text)
            screen.press("q").end()
        found: dict[str, Any] = json.loads(told.read_text())
        return found
    finally:
        shutil.rmtree(data, ignore_errors=True)
