"""`python -m tests.bench FOLDER [LINE …]`: the speed table, measured now, as Markdown.

FOLDER keeps what is measured on (about 9 GB for all lines) from run to run; delete it at the end. Lines are
`cold-500`, `cold-4000`, `ccusage`, `noop`, `append`, `usage`, `version`, `paint`, `backlog`,
`library`, `reading`, `typing-while-indexing`; none means all.
Needs the extras `bench` and `dev`, and `npm` for `ccusage`.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
from pathlib import Path

from tests.bench.lines import LINES, Bench, Figure


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("folder", type=Path, help="where logs and ledgers are kept from run to run")
    parser.add_argument("lines", nargs="*", help=f"which lines to measure: {', '.join(LINES)}")
    parser.add_argument("--times", type=int, default=3, help="how often each command is run (3)")
    parser.add_argument("--mb", type=int, default=1000, help="megabytes that are indexed while one types (1000)")
    options = parser.parse_args()
    if unknown := [name for name in options.lines if name not in LINES]:
        parser.error(f"no line {unknown[0]!r}; there are {', '.join(LINES)}")
    options.folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(options.folder.resolve(), options.times, options.mb)
    print(machine(), "", "| what | target | measured | | load |", "|---|---|---|---|---|", sep="\n")
    for name in options.lines or LINES:
        before = os.getloadavg()[0]
        for figure in LINES[name](bench):
            print(row(figure, before), flush=True)


def row(figure: Figure, load: float) -> str:
    """A figure as a line of the table, with the load of the machine before it was measured."""
    verdict = "" if figure.good is None else "ok" if figure.good else "**miss**"
    return f"| {figure.what} | {figure.target} | {figure.measured} | {verdict} | {load:.1f} |"


def machine() -> str:
    """What this runs on, and how busy it is."""
    model = next(
        (line.partition(":")[2].strip() for line in _text("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    kib = next((int(line.split()[1]) for line in _text("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return (
        f"{os.cpu_count()} × {model}, {kib / (1 << 20):.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def _text(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


if __name__ == "__main__":
    main()
