"""A ledger of a newer program is never written, by any command; damage is a clear message in every one."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from small_logs import answer, prompt, write

from tally_tui.ledger import schema
from tally_tui.ledger.open import NewerLedgerError, open_writer

PAYLOAD = json.dumps({
    "session_id": "one", "model": {"id": "m", "display_name": "M"},
    "rate_limits": {"five_hour": {"used_percentage": 50, "resets_at": 1_772_380_000}},
})  # fmt: skip
COMMANDS = (
    ("sync",), ("usage",), ("sessions", "--json"), ("calls",), ("explain",), ("today",), ("search", "lamp"), ("read", "aaaa"),
    ("limits",), ("forecast",), ("milestones",), ("credits",), ("credit", "list"), ("credit", "add", "31"), ("budget", "list"),
    ("alerts", "list"), ("alerts", "check"), ("alerts", "ack", "all"), ("alerts", "snooze", "1h"), ("bookmarks",),
    ("bookmarks", "add", "aaaa"), ("archive", "list"), ("archive", "add", "aaaa"), ("compare", "aaaa", "aaaa"),
    ("sync", "--verify"), ("sync", "--rebuild"), ("record",), ("statusline",), ("hook", "Stop"), ("paths",), ("config", "list"),
    ("setup", "--status"), ("library",),
)  # fmt: skip
QUIET = {"statusline", "hook", "paths", "config", "setup", "library", "help"}
"""Commands that need no ledger, or must not fail."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    lines = [line for n in range(40) for line in (prompt("aaaa-1", n, f"lamp {n}"), answer("aaaa-1", f"m{n}", n, 7 + n))]
    write(tmp_path / "claude/projects/-w-lamp/aaaa-1.jsonl", lines)
    assert ran(tmp_path, "sync").returncode == 0
    return tmp_path


def ran(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "HOME": str(home), "TALLY_DATA_DIR": str(home / "data"), "TALLY_CONFIG_DIR": str(home / "config"),
        "CLAUDE_CONFIG_DIR": str(home / "claude"), "CODEX_HOME": str(home / "codex"), "TALLY_NOW": "2026-03-01T12:00:00Z",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "tally_tui", *words], input=PAYLOAD, env=environment, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return list(db.iterdump())


def test_a_newer_ledger_is_written_by_nobody(home: Path) -> None:
    path = home / "data/ledger.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    before = dump(path)
    for words in COMMANDS:
        done = ran(home, *words)
        assert "Traceback" not in done.stderr
        assert "should not" not in done.stderr, (words, done.stderr)
        if words[0] not in QUIET:
            assert done.returncode == 1, (words, done)
            assert "newer tally-tui" in done.stderr, (words, done.stderr)
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            assert db.execute("PRAGMA user_version").fetchone()[0] == schema.VERSION + 1
        assert dump(path) == before, words


def test_a_ledger_that_becomes_newer_under_an_open_connection_is_written_no_more(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(open_writer(path)) as ours, closing(sqlite3.connect(path, isolation_level=None)) as newer:
        newer.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
        with pytest.raises(NewerLedgerError):
            ours.execute("BEGIN IMMEDIATE")
        assert not ours.in_transaction
        newer.execute("BEGIN IMMEDIATE")
        newer.execute("ROLLBACK")


@pytest.mark.parametrize("page", [2, 5, 9, -1], ids=str)
def test_damage_is_told_by_every_command(home: Path, page: int) -> None:
    path = home / "data/ledger.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        size = db.execute("PRAGMA page_size").fetchone()[0]
    with path.open("r+b") as file:
        pages = path.stat().st_size // size
        for number in range(1, pages) if page == -1 else (min(page, pages - 1),):
            file.seek(number * size)
            file.write(b"\xa5" * size)
    for words in COMMANDS if page == -1 else (("usage",), ("sessions",), ("alerts", "check"), ("sync", "--verify")):
        done = ran(home, *words, *(("--no-sync",) if words in (("usage",), ("sessions",)) else ()))
        assert "Traceback" not in done.stderr, (words, done.stderr)
        assert "should not" not in done.stderr, (words, done.stderr)
        if page == -1 and words[0] not in QUIET:
            assert done.returncode == 1, (words, done)
            assert "damaged" in done.stderr or "cannot be used" in done.stderr, (words, done.stderr)
    verified = ran(home, "sync", "--verify")
    assert verified.returncode == 1
    assert "is damaged" in verified.stderr
    assert "Its newest copy is " in verified.stderr


def test_verify_notices_damage_that_no_report_meets(home: Path) -> None:
    path = home / "data/ledger.db"
    with closing(sqlite3.connect(path)) as db:
        (name, root) = db.execute(
            "SELECT name, rootpage FROM sqlite_schema WHERE type = 'index' AND rootpage > 0 AND tbl_name = 'call'"
        ).fetchone()
        size = db.execute("PRAGMA page_size").fetchone()[0]
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert ran(home, "sync", "--verify").returncode == 0
    with path.open("r+b") as file:
        file.seek((root - 1) * size + size - 40)
        file.write(b"\x00" * 30)
    done = ran(home, "sync", "--verify")
    assert done.returncode == 1, name
    assert "damaged" in done.stderr
