"""Several connections of one process beside those of others: none loses its hold on the ledger."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tally_tui.ledger.open import open_reader, open_writer
from tally_tui.library.shards import open_shard

ANOTHER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
db.close()
"""
"""A process that comes and goes: the last one to close a ledger takes its write-ahead log away."""


def another_comes_and_goes(path: Path) -> None:
    subprocess.run([sys.executable, "-c", ANOTHER, str(path)], check=True, timeout=180)


@pytest.mark.parametrize("opened", [open_writer, lambda path: open_writer(path, full=True), open_reader])
def test_opening_the_ledger_once_more_takes_no_lock_from_who_has_it_open(
    tmp_path: Path, opened: Callable[[Path], sqlite3.Connection]
) -> None:
    path = tmp_path / "ledger.db"
    with closing(open_writer(path)) as long:
        long.execute("INSERT INTO meta VALUES ('first', 1)")
        for number in range(3):
            opened(path).close()
            another_comes_and_goes(path)
            log = path.with_name("ledger.db-wal")
            assert log.exists()
            long.execute("INSERT INTO meta VALUES (?, 1)", (f"after {number}",))
    with closing(open_reader(path)) as db:
        assert db.execute("SELECT count(*) FROM meta WHERE name LIKE 'after%'").fetchone() == (3,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_opening_a_shard_once_more_takes_no_lock_either(tmp_path: Path) -> None:
    path = tmp_path / "0001.db"
    with closing(open_shard(path, hot=True)) as long:
        open_shard(path).close()
        another_comes_and_goes(path)
        assert path.with_name("0001.db-wal").exists()
        long.execute("CREATE TABLE mine (x)")
        another_comes_and_goes(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM mine").fetchone() == (0,)


def test_a_ledger_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "ledger.db"
    before = os.umask(0)
    try:
        open_writer(path).close()
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    open_writer(path).close()
    assert path.stat().st_mode & 0o777 == 0o600
