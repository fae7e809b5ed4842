"""Daily copies of the ledger: whole, private, a handful, never of a damaged one."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tally_tui.database import faults
from tally_tui.ledger.backups import DAY_MS, KEPT, all_backups, back_up_daily, backups_dir, daily_backups, is_due
from tally_tui.ledger.open import DamagedLedgerError, open_writer

NOW = 1_772_323_200_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "data/ledger.db"
    open_writer(path).close()
    return path


def test_one_a_day_and_a_handful(path: Path) -> None:
    for day in range(KEPT + 3):
        made = back_up_daily(path, NOW + day * DAY_MS)
        assert made is not None
        assert back_up_daily(path, NOW + day * DAY_MS + DAY_MS - 2_000) is None
        assert daily_backups(path)[-1] == made
    assert len(daily_backups(path)) == KEPT
    assert stat.S_IMODE(backups_dir(path).stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in daily_backups(path)} == {0o600}
    assert sorted(backups_dir(path).iterdir()) == daily_backups(path)  # nothing half-made is left
    assert all_backups(path)[0] == made


def test_a_ledger_with_readings_is_sound(path: Path) -> None:
    with closing(open_writer(path)) as db:
        for n in range(50):
            db.execute(
                "INSERT INTO reading (provider, limit_id, minutes, ts, percent, resets_at, source) VALUES (2, 'codex', 300, ?, 5, ?, 'log')",
                (NOW + n, NOW if n % 2 else None),
            )
        assert faults(db) == faults(db, quick=True) == []
    assert back_up_daily(path, NOW) is not None


def test_a_copy_is_whole_while_a_writer_goes_on(path: Path) -> None:
    with closing(open_writer(path)) as db:
        db.execute("INSERT INTO file (provider, path, device, inode, size, mtime_ns) VALUES (1, '/x', 0, 0, 0, 0)")
        made = back_up_daily(path, NOW)
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO file (provider, path, device, inode, size, mtime_ns) VALUES (1, '/y', 0, 0, 0, 0)")
        later = back_up_daily(path, NOW + DAY_MS)
        db.execute("COMMIT")
    for copy in (made, later):
        assert copy is not None
        with closing(sqlite3.connect(copy)) as kept:
            assert kept.execute("SELECT path FROM file").fetchall() == [("/x",)]
            assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_damaged_ledger_takes_no_good_copys_place(path: Path) -> None:
    good = [back_up_daily(path, NOW + day * DAY_MS) for day in range(KEPT)]
    with closing(sqlite3.connect(path)) as db:
        size = db.execute("PRAGMA page_size").fetchone()[0]
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    with path.open("r+b") as file:
        file.seek(2 * size)
        file.write(b"\xa5" * size * 4)
    with pytest.raises(sqlite3.DatabaseError):
        back_up_daily(path, NOW + KEPT * DAY_MS)
    assert daily_backups(path) == good
    assert sorted(backups_dir(path).iterdir()) == good
    assert str(good[-1]) in str(DamagedLedgerError(path, "x"))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 253_402_041_600_000), st.integers(0, 10 * DAY_MS))
def test_due_is_a_day_after(tmp_path_factory: pytest.TempPathFactory, at: int, later: int) -> None:
    path = tmp_path_factory.mktemp("due") / "ledger.db"
    assert is_due(path, at)
    open_writer(path).close()
    assert back_up_daily(path, at) is not None
    at = at // 1000 * 1000
    assert is_due(path, at + later) == (later >= DAY_MS)
