"""`python -m tests.bench.typing_search`: queries typed letter by letter, each timed to its first answer.

Prints JSON: the milliseconds (wall and CPU) of every keystroke, the slowest of them by name, and of whole queries.
"""

from __future__ import annotations

import json
import time
from contextlib import closing

from tally_tui import clock, paths
from tally_tui.ledger.open import open_reader
from tally_tui.library.reader import Library
from tally_tui.library.shards import library_dir
from tally_tui.query import LIBRARY, parse
from tally_tui.reports.search import SearchAnswer, search
from tally_tui.rules.zones import zone

TYPED = (
    "the", "error", "test", "function", "import", "refactor", "migration", "timeout", "because", "config file",
    "retry the upload", "window resets", "sqlite", "parser state", "Bash", "readme", "zebra", "xylophone",
)  # fmt: skip
"""Common words, rare ones, and some that nobody said."""
WHOLE = (
    '"the test"', "the -error", "re:Traceback.*Error", "tool:Bash error", "role:user the", "file:*.py", "is:error",
    "project:* refactor", "since:7d the",
)  # fmt: skip
SHOWN = 200
"""Hits on a page of the search screen."""


def main() -> None:
    keys: list[tuple[str, float, float]] = []
    whole: list[tuple[str, float, float]] = []
    with closing(open_reader(paths.ledger_path())) as ledger, Library(library_dir()) as library:

        def ask(text: str, ranked: bool = False) -> tuple[str, float, float]:
            query = parse(text, now=clock.now_ms(), tz=zone("UTC"), week_start=0, allow=LIBRARY)
            began, used = time.perf_counter(), time.process_time()
            first: list[tuple[float, float]] = []

            def told(part: SearchAnswer | None) -> None:
                if part is not None and not part.hits:
                    return  # how far it has looked is no page
                first.append((time.perf_counter() - began, time.process_time() - used))

            search(library, ledger, query, limit=SHOWN, typing=True, ranked=ranked, progress=told)
            told(None)
            return text, first[0][0] * 1000, first[0][1] * 1000

        for _ in range(2):  # the first round warms what a program kept open has warm
            keys.clear()
            for text in TYPED:
                keys.extend(ask(text[:end]) for end in range(2, len(text) + 1) if text[end - 1] != " ")
        whole.extend(map(ask, WHOLE))
        whole.append((f"{TYPED[0]} (ranked)", *ask(TYPED[0], ranked=True)[1:]))
    slowest = sorted(keys, key=lambda key: -key[1])[:8]
    print(json.dumps({
        "wall": [key[1] for key in keys], "cpu": [key[2] for key in keys], "slowest": slowest, "whole": whole,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
