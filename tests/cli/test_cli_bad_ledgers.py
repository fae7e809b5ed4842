"""A ledger of a newer program is never written, by any command; damage is a clear message in every one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from forked import Done, Forked, forked
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


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forked]:
    with forked(tmp_path_factory.mktemp("streams")) as program:
        yield program


Run = Callable[..., Done]


@pytest.fixture
def home(tmp_path: Path, ran: Run) -> Path:
    lines = [line for n in range(40) for line in (prompt("aaaa-1", n, f"lamp {n}"), answer("aaaa-1", f"m{n}", n, 7 + n))]
    write(tmp_path / "claude/projects/-w-lamp/aaaa-1.jsonl", lines)
    assert ran("sync").returncode == 0
    return tmp_path


@pytest.fixture
def ran(program: Forked, tmp_path: Path) -> Run:
    """Run the words after `tally-tui` in a process of their own, with what an agent hands over."""
    environment = {
        "HOME": str(tmp_path), "TALLY_DATA_DIR": str(tmp_path / "data"), "TALLY_CONFIG_DIR": str(tmp_path / "config"),
        "CLAUDE_CONFIG_DIR": str(tmp_path / "claude"), "CODEX_HOME": str(tmp_path / "codex"),
        "TALLY_NOW": "2026-03-01T12:00:00Z",
    }  # fmt: skip
    return partial(program.run, env=environment, said=PAYLOAD)


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return list(db.iterdump())


def test_a_newer_ledger_is_written_by_nobody(home: Path, ran: Run) -> None:
    path = home / "data/ledger.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    before = dump(path)
    for words in COMMANDS:
        done = ran(*words)
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
def test_damage_is_told_by_every_command(home: Path, ran: Run, page: int) -> None:
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
        done = ran(*words, *(("--no-sync",) if words in (("usage",), ("sessions",)) else ()))
        assert "Traceback" not in done.stderr, (words, done.stderr)
        assert "should not" not in done.stderr, (words, done.stderr)
        if page == -1 and words[0] not in QUIET:
            assert done.returncode == 1, (words, done)
            assert "damaged" in done.stderr or "cannot be used" in done.stderr, (words, done.stderr)
    verified = ran("sync", "--verify")
    assert verified.returncode == 1
    assert "is damaged" in verified.stderr
    assert "Its newest copy is " in verified.stderr


def test_verify_notices_damage_that_no_report_meets(home: Path, ran: Run) -> None:
    path = home / "data/ledger.db"
    with closing(sqlite3.connect(path)) as db:
        (name, root) = db.execute(
            "SELECT name, rootpage FROM sqlite_schema WHERE type = 'index' AND rootpage > 0 AND tbl_name = 'call'"
        ).fetchone()
        size = db.execute("PRAGMA page_size").fetchone()[0]
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert ran("sync", "--verify").returncode == 0
    with path.open("r+b") as file:
        file.seek((root - 1) * size + size - 40)
        file.write(b"\x00" * 30)
    done = ran("sync", "--verify")
    assert done.returncode == 1, name
    assert "damaged" in done.stderr
