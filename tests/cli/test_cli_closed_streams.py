"""Commands started with a closed standard stream end as ever, and write nowhere they should not."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from forked import Done, forked
from small_logs import answer, prompt, write

COMMANDS = (
    ("sync",), ("usage", "--json"), ("sessions",), ("search", "lamp"), ("read", "aaaa"), ("today",), ("limits",), ("calls", "--csv"),
    ("explain",), ("alerts", "check"), ("alerts", "list"), ("config", "list"), ("paths",), ("budget", "list"), ("library",),
    ("archive", "list"), ("bookmarks",), ("setup", "--status"), ("statusline",), ("hook", "Stop"), ("hook", "Stop", "--codex"),
    ("record",), ("credits",), ("help",), ("--version",), ("no-such-command",), (), ("forecast",), ("milestones",),
    ("credits", "status"), ("sync", "--verify"),
)  # fmt: skip
STARTED = (("sync",), ("statusline",))
"""Run from the very start of Python, too: what is imported while a stream is closed."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("closed")
    write(folder / "claude/projects/-w-lamp/aaaa-1.jsonl", [prompt("aaaa-1", 1, "lamp"), answer("aaaa-1", "m", 2, 7)])
    return folder


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=["stdin", "stdout", "stderr", "all"])
def test_a_closed_stream_stops_no_command(home: Path, tmp_path: Path, closed: tuple[int, ...]) -> None:
    environment = {
        "HOME": str(home), "TALLY_DATA_DIR": str(home / "data"), "TALLY_CONFIG_DIR": str(home / "config"),
        "CLAUDE_CONFIG_DIR": str(home / "claude"), "CODEX_HOME": str(home / "codex"), "TALLY_NOW": "2026-03-01T12:00:00Z",
    }  # fmt: skip
    shut = " ".join(f"{number}{'<' if number == 0 else '>'}&-" for number in closed)
    for words in STARTED:
        done = subprocess.run(
            ["sh", "-c", f'exec "$@" {shut}', "sh", sys.executable, "-m", "tally_tui", *words],
            env=os.environ | environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        ended_well(words, Done(done.returncode, done.stdout, done.stderr))
    with forked(tmp_path, closed) as program:
        for words in COMMANDS:
            done = program.run(*words, env=environment)
            ended_well(words, done)
            if 1 not in closed and words in (("usage", "--json"), ("--version",), ("help",)):
                assert done.returncode == 0 and done.stdout, (words, done)
            if 2 not in closed and words == ("no-such-command",):
                assert done.returncode == 2 and "no-such-command" in done.stderr, done
    with closing(sqlite3.connect(home / "data/ledger.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def ended_well(words: tuple[str, ...], done: Done) -> None:
    assert done.returncode in (0, 1, 2), (words, done)
    assert "Traceback" not in done.stderr, (words, done.stderr)
    assert "should not" not in done.stderr, (words, done.stderr)
    assert "Exception ignored" not in done.stderr, (words, done.stderr)
