"""The small files of recording: where they are, and that processes at once lose nothing."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tally_tui import paths
from tally_tui.ledger.readings import Taken
from tally_tui.record import keep, places, state

NOW = 1_795_348_800_000


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "da ta?#%41"
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "TALLY_NOW", "TALLY_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TALLY_DATA_DIR", str(folder))
    monkeypatch.setenv("TALLY_CONFIG_DIR", str(tmp_path / "config"))
    return folder


def taken(ts: int, percent: float = 1.0, session: str = "s") -> Taken:
    return Taken(1, "claude", 300, ts, percent, NOW + 3_600_000, "statusline", session)


def kept(data: Path) -> list[tuple[int, float]]:
    with closing(sqlite3.connect(data / "ledger.db")) as db:
        return db.execute("SELECT ts - ?, percent FROM reading ORDER BY ts, session", (NOW,)).fetchall()


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"XDG_DATA_HOME": "/tmp/x d", "XDG_CONFIG_HOME": "/tmp/c"},
        {"XDG_DATA_HOME": "relative", "XDG_CONFIG_HOME": ""},
        {"TALLY_DATA_DIR": "~/elsewhere", "TALLY_CONFIG_DIR": "/tmp/settings"},
        {"TALLY_DATA_DIR": ""},
    ],
)
def test_files_are_where_the_rest_of_the_program_looks(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "TALLY_DATA_DIR", "TALLY_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert places.data_dir() == str(paths.data_dir())
    assert places.config_path() == str(paths.config_path())
    assert places.ledger_path() == str(paths.ledger_path())


def test_the_usual_home_has_no_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert places.claude_root() == ""
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", "~/.claude/")
    assert places.claude_root() == ""
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", f"{tmp_path}/work, /other")
    assert places.claude_root() == os.path.realpath(tmp_path / "work")


def test_readings_wait_while_the_ledger_cannot_be_written(data: Path) -> None:
    keep.keep([taken(NOW)], 0)
    with closing(sqlite3.connect(data / "ledger.db", isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        keep.keep_or_put_aside([taken(NOW + 1)], 0)
        keep.keep_or_put_aside([taken(NOW + 2)], 0)
        db.execute("ROLLBACK")
    assert kept(data) == [(0, 1.0)]
    (data / "readings.waiting" / "0.jsonl").write_text('[1,"claude",300,')  # cut off by who knows what
    keep.keep_waiting(0)
    assert kept(data) == [(0, 1.0), (1, 1.0), (2, 1.0)]
    assert waiting(data) == []


def test_a_reading_waits_though_every_lock_is_taken(data: Path) -> None:
    """Fifty lines at once: none may wait long, and none may lose what it was told."""
    keep.keep([taken(NOW)], 0)
    with closing(sqlite3.connect(data / "ledger.db", isolation_level=None)) as db, state.locked() as ours:
        assert ours
        db.execute("BEGIN IMMEDIATE")
        assert keep.keep_or_put_aside([taken(NOW + 1)], 0)
        db.execute("ROLLBACK")
    keep.keep_waiting(0)
    assert kept(data) == [(0, 1.0), (1, 1.0)]


def test_a_process_that_ends_before_it_cleans_up_counts_nothing_twice(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data.mkdir()
    (data / "ledger.db").write_bytes(b"not one")
    keep.keep_or_put_aside([taken(NOW)], 0)
    (data / "ledger.db").unlink()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "unlink", lambda path: (_ for _ in ()).throw(KeyboardInterrupt))
        keep.keep_waiting(0)
    assert len(waiting(data)) == 1
    keep.keep_waiting(0)
    assert (kept(data), waiting(data)) == ([(0, 1.0)], [])


def test_readings_that_wait_survive_another_refusal(data: Path) -> None:
    data.mkdir()
    (data / "ledger.db").write_bytes(b"not one")
    keep.keep_or_put_aside([taken(NOW)], 0)
    keep.keep_or_put_aside([taken(NOW + 1)], 0)
    (data / "ledger.db").unlink()
    keep.keep_waiting(0)
    assert kept(data) == [(0, 1.0), (1, 1.0)]


def test_what_waits_does_not_grow_for_ever(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data.mkdir()
    (data / "ledger.db").write_bytes(b"not one")
    monkeypatch.setattr(keep, "_MOST_ASIDE", 10)
    assert [keep.keep_or_put_aside([taken(NOW + at)], 0) for at in range(12)] == [True] * 10 + [False] * 2
    assert len(waiting(data)) == 10


def waiting(data: Path) -> list[str]:
    """The files of readings that wait for the ledger."""
    return sorted(each.name for each in (data / "readings.waiting").iterdir())


def together(code: str, count: int) -> None:
    """Run some Python processes at once; each is told its number."""
    running = [subprocess.Popen([sys.executable, "-c", code, str(number)]) for number in range(count)]
    assert [process.wait() for process in running] == [0] * count


def test_processes_at_once_lose_no_reading(data: Path) -> None:
    together(
        "import sys\n"
        "from tally_tui.ledger.readings import Taken\n"
        "from tally_tui.record.keep import keep_or_put_aside\n"
        "me = sys.argv[1]\n"
        f"for at in range({NOW}, {NOW} + 20):\n"
        f"    keep_or_put_aside([Taken(1, 'claude', 300, at, 5.0, {NOW} + 60000, 'statusline', me)], 2000)\n",
        4,
    )
    keep.keep_waiting(1000)
    assert len(kept(data)) == 80


def test_processes_at_once_leave_a_whole_state_file(data: Path) -> None:
    together(
        "import sys\n"
        "from tally_tui.record import state\n"
        "for at in range(30):\n"
        "    state.update(lambda held: held.update({sys.argv[1]: at}))\n"
        "    assert not state.load() or state.load()['version'] == 1\n",
        4,
    )
    assert set(json.loads((data / "state.json").read_bytes())) <= {"0", "1", "2", "3", "version"}
    assert sorted(path.name for path in data.iterdir()) == ["state.json", "state.lock"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 99, "limits": {}}', "\x00"])
def test_a_state_file_that_is_none_is_made_anew(data: Path, text: str) -> None:
    data.mkdir()
    (data / "state.json").write_text(text)
    assert state.load() == {}
    state.update(lambda held: held.update(a=1))
    assert state.load() == {"a": 1, "version": 1}


def test_alerts_look_after_a_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    from tally_tui.record import after

    called: list[Callable[[], None]] = []
    module = type(sys)("tally_tui.record.alerting")
    module.check = lambda: called.append(lambda: None)  # type: ignore[attr-defined]
    module.__spec__ = type("Spec", (), {"name": "tally_tui.record.alerting"})()  # type: ignore[assignment]
    monkeypatch.setitem(sys.modules, "tally_tui.record.alerting", module)
    after.after_reading()
    assert len(called) == 1
