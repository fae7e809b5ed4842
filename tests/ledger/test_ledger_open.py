from __future__ import annotations

import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from tally_tui.ledger import open as opening
from tally_tui.ledger import schema
from tally_tui.ledger.migrations import AFTERWARDS
from tally_tui.ledger.open import (
    LedgerError,
    NewerLedgerError,
    NoLedgerError,
    backup,
    backup_path,
    open_reader,
    open_writer,
    telling,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_ledger_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "ledger.db"
    db = open_writer(path)
    db.execute("INSERT INTO meta VALUES ('a', 1)")
    assert mode(path.parent) == 0o700
    assert {mode(file) for file in path.parent.iterdir()} == {0o600}
    assert db.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    db.close()


def test_a_ledger_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    open_writer(path).close()
    path.chmod(0o644)
    open_writer(path).close()
    assert mode(path) == 0o600


def test_precious_rows_are_synced_in_full(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    assert open_writer(path, full=True).execute("PRAGMA synchronous").fetchone() == (2,)
    assert open_writer(path).execute("PRAGMA synchronous").fetchone() == (1,)


def test_a_reader_sees_what_a_writer_commits_and_can_write_nothing(tmp_path: Path) -> None:
    path = tmp_path / "odd ? name#100%.db"
    writer = open_writer(path)
    reader = open_reader(path)
    writer.execute("INSERT INTO meta VALUES ('a', 1)")
    assert reader.execute("SELECT value FROM meta").fetchall() == [(1,)]
    with pytest.raises(sqlite3.OperationalError):
        reader.execute("INSERT INTO meta VALUES ('b', 1)")
    reader.execute("PRAGMA query_only = OFF")
    with pytest.raises(sqlite3.OperationalError):
        reader.execute("INSERT INTO meta VALUES ('b', 1)")


def test_no_ledger_yet(tmp_path: Path) -> None:
    with pytest.raises(NoLedgerError, match="tally-tui sync"):
        open_reader(tmp_path / "ledger.db")
    assert not (tmp_path / "ledger.db").exists()


def test_a_newer_ledger_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    db = open_writer(path)
    db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    db.close()
    before = path.read_bytes()
    for opened in (open_reader, open_writer):
        with pytest.raises(NewerLedgerError, match="newer tally-tui"):
            opened(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"hello, this is no database at all\n" * 400, b"\0" * 100])
def test_something_else_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(content)
    for opened in (open_reader, open_writer):
        with pytest.raises(LedgerError, match="not a ledger"):
            opened(path)
    assert path.read_bytes() == content


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")
    for opened in (open_reader, open_writer):
        with pytest.raises(LedgerError, match="not a ledger of tally-tui"):
            opened(path)
    assert sqlite3.connect(path).execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_damaged_ledger_says_so(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    db = open_writer(path)
    db.execute("CREATE TABLE many (content)")
    db.executemany("INSERT INTO many VALUES (?)", [(b"x" * 3000,) for _ in range(200)])
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    whole = bytearray(path.read_bytes())
    whole[-400_000:] = b"\xa5" * 400_000
    path.write_bytes(whole)
    with pytest.raises(LedgerError, match="damaged"), telling(path):
        open_reader(path).execute("SELECT sum(length(hex(content))) FROM many").fetchall()


def test_a_full_disk_says_what_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    db = open_writer(path)
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(LedgerError, match=r"is full\..*kept"), telling(path):
        db.execute("INSERT INTO meta VALUES ('a', zeroblob(100000))")
    assert db.execute("SELECT count(*) FROM meta").fetchone() == (0,)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(LedgerError, match="TALLY_DATA_DIR"):
        open_writer(tmp_path / "data" / "ledger.db")


def test_our_own_mistakes_are_not_blamed_on_the_file(tmp_path: Path) -> None:
    db = open_writer(tmp_path / "ledger.db")
    with pytest.raises(sqlite3.IntegrityError), telling(tmp_path / "ledger.db"):
        db.execute("INSERT INTO meta VALUES (NULL, 1)")


class TestMigration:
    @pytest.fixture
    def older(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        path = tmp_path / "ledger.db"
        with_row = open_writer(path)
        with_row.execute("INSERT INTO meta VALUES ('kept', 'yes; -- truly')")
        with_row.close()
        monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
        monkeypatch.setattr(schema, "TABLES", schema.TABLES + "CREATE TABLE added (a INTEGER) STRICT; -- for; later")
        monkeypatch.setitem(AFTERWARDS, schema.VERSION - 1, ("INSERT INTO added VALUES (1)",))
        return path

    def test_a_copy_is_made_first(self, older: Path) -> None:
        db = open_writer(older)
        assert db.execute("SELECT a FROM added").fetchall() == [(1,)]
        assert db.execute("SELECT value FROM meta").fetchall() == [("yes; -- truly",)]
        copy = backup_path(older, schema.VERSION - 1)
        assert mode(copy) == 0o600
        before = sqlite3.connect(copy)
        assert before.execute("PRAGMA user_version").fetchone() == (schema.VERSION - 1,)
        assert before.execute("SELECT value FROM meta").fetchall() == [("yes; -- truly",)]

    def test_a_reader_brings_it_up_to_date(self, older: Path) -> None:
        assert open_reader(older).execute("SELECT a FROM added").fetchall() == [(1,)]

    def test_a_step_that_fails_changes_nothing(self, older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(AFTERWARDS, schema.VERSION - 1, ("INSERT INTO added VALUES ('no number')",))
        monkeypatch.setattr(schema, "TABLES", schema.TABLES + "CREATE TABLE added (a INTEGER) STRICT;")
        with pytest.raises(sqlite3.Error):
            open_writer(older)
        db = sqlite3.connect(older)
        assert db.execute("PRAGMA user_version").fetchone() == (schema.VERSION - 1,)
        assert db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'added'").fetchone() == (0,)

    def test_several_at_once_do_it_once(self, older: Path) -> None:
        failures: list[BaseException] = []

        def run() -> None:
            try:
                open_writer(older).close()
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
        assert open_reader(older).execute("SELECT a FROM added").fetchall() == [(1,)]


def test_several_make_a_new_ledger_at_once(tmp_path: Path) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            opening.open_writer(tmp_path / "ledger.db").close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_a_backup_is_whole_while_a_writer_goes_on(tmp_path: Path) -> None:
    db = open_writer(tmp_path / "ledger.db")
    db.execute("INSERT INTO meta VALUES ('a', 1)")
    reader = open_reader(tmp_path / "ledger.db")
    backup(reader, tmp_path / "copy.db")
    db.execute("INSERT INTO meta VALUES ('b', 1)")
    backup(reader, tmp_path / "copy.db")
    assert sorted(file.name for file in tmp_path.iterdir() if "copy" in file.name) == ["copy.db"]
    assert sqlite3.connect(tmp_path / "copy.db").execute("SELECT count(*) FROM meta").fetchone() == (2,)
