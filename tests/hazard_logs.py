"""Small logs to be hurt, and a look at what is left of them in the ledger."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from ledger_sums import Home
from small_logs import Line, answer, count, meta, turn

ROOT = Path(__file__).parents[1]
THREAD = "01900001-0000-7000-8000-000000000001"


def transcript(home: Home, session: str = "s1", folder: str = "-work") -> Path:
    path = Path(home.claude) / "projects" / folder / f"{session}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def rollout(home: Home, folder: str = "sessions/2026/03/01") -> Path:
    path = Path(home.codex) / folder / f"rollout-2026-03-01T00-10-00-{THREAD}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def calls(*numbers: int, session: str = "s1") -> list[Line | bytes]:
    return [answer(session, f"m{number}", number, number) for number in numbers]


THREAD_LINES: list[Line | bytes] = [
    meta(THREAD, 10), turn(11, "t1"), *(count(11 + n, (100 * n, 0, 10 * n), (100, 0, 10)) for n in range(1, 6))
]  # fmt: skip


def outputs(home: Home) -> int:
    return home.sums().output


def skipped(home: Home) -> dict[str, int]:
    with closing(sqlite3.connect(home.data / "ledger.db")) as db:
        return {f"{kind}:{name}": lines for kind, name, lines in db.execute("SELECT kind, name, sum(lines) FROM skipped GROUP BY 1, 2")}


def later(path: Path) -> None:
    """A file's next time stamp, where the clock of the file system is coarse."""
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))
