"""A ledger of the first version becomes one of today's, whole, whenever the process dies on the way."""

import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tally_tui.ledger import schema
from tally_tui.ledger.open import backup_path, open_reader, open_writer

VERSION_1 = Path(__file__).with_name("version_1.sql").read_text()
ROWS = """
INSERT INTO file (id, provider, path, device, inode, size, mtime_ns, cursor) VALUES (1, 1, '/logs/a.jsonl', 1, 1, 9, 9, 9);
INSERT INTO folder VALUES (1, '/w/harbor/src', '/w/harbor');
INSERT INTO session (id, provider, name, root, folder, title) VALUES (1, 1, 's-1', 1, 1, 'Count lamps');
INSERT INTO facet VALUES (1, 1, 1, 'claude-sonnet-5', 1, 'main', '2.1', 0, 0, 0, 0, '');
INSERT INTO call VALUES (1, 77, 1, 0, 1, 1000, 1, 10, 0, 0, 5, 3, 0, 0, 0, 42, 0, 0, NULL, NULL, NULL);
INSERT INTO rollup VALUES (0, 1, 1, 10, 0, 0, 5, 3, 0, 42, 0, 0);
INSERT INTO talk VALUES (1, 1, 2, 3, 15, 15, 'claude-sonnet-5', NULL, NULL);
INSERT INTO mark VALUES (1, 's-1', '', '', 'words', NULL, 1, 'mine', 5, 5);
INSERT INTO milestone VALUES (1, 'five_hour', 300, '', 9, 0, 5, 1, 2, NULL, 1, NULL);
PRAGMA user_version = 1;
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.db"
    db = sqlite3.connect(path)
    db.executescript("PRAGMA journal_mode = WAL;" + VERSION_1 + ROWS)
    db.close()
    return path


def definitions(db: sqlite3.Connection) -> dict[str, list[Any]]:
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {name: db.execute(f"PRAGMA table_xinfo({name})").fetchall() for name in tables}


def check_whole(path: Path) -> None:
    db = open_reader(path)
    assert db.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
    assert db.execute("SELECT identity, file, ts, cost, part, request FROM call").fetchall() == [(77, 1, 1000, 42, 0, None)]
    assert db.execute("SELECT path, root, name FROM folder").fetchall() == [("/w/harbor/src", "/w/harbor", "/w/harbor/src")]
    assert db.execute("SELECT calls, cost FROM rollup").fetchall() == [(1, 42)]
    assert db.execute("SELECT note FROM mark").fetchall() == [("mine",)]
    assert db.execute("SELECT void FROM milestone").fetchall() == [(0,)]
    assert db.execute("SELECT context FROM talk").fetchall() == [(15,)]
    assert db.execute("SELECT parser FROM file").fetchall() == [(0,)], "its log is to be read anew"
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


def test_every_row_is_kept_and_a_copy_made_first(old: Path, tmp_path: Path) -> None:
    open_writer(old).close()
    check_whole(old)
    with sqlite3.connect(backup_path(old, 1)) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (1,)
        assert copy.execute("SELECT cost FROM call").fetchall() == [(42,)]


def test_its_tables_are_those_of_a_new_ledger(old: Path, tmp_path: Path) -> None:
    migrated, new = open_writer(old), open_writer(tmp_path / "new.db")
    assert definitions(migrated) == definitions(new)
    indexes = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
    assert migrated.execute(indexes).fetchall() == new.execute(indexes).fetchall()


def test_a_process_that_dies_on_the_way_leaves_a_ledger_that_opens(old: Path) -> None:
    def dies_after(statements: int) -> bool:
        child = os.fork()
        if child == 0:
            left = [statements]

            def dying(*arguments: Any, factory: type[sqlite3.Connection] = sqlite3.Connection, **options: Any) -> sqlite3.Connection:
                class Dying(factory):  # type: ignore[valid-type, misc]
                    def execute(self, *arguments: Any) -> sqlite3.Cursor:
                        left[0] -= 1
                        if left[0] < 0:
                            os._exit(9)
                        cursor: sqlite3.Cursor = super().execute(*arguments)
                        return cursor

                return connect(*arguments, factory=Dying, **options)

            connect = sqlite3.connect
            sqlite3.connect = dying  # type: ignore[assignment]
            ended = 1
            try:
                open_writer(old).close()
                ended = 0
            finally:
                os._exit(ended)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert ended in (0, 9)
        return ended == 9

    for statements in range(1000):
        if not dies_after(statements):
            break
        with sqlite3.connect(old) as db:
            assert db.execute("SELECT count(*) FROM call").fetchone() == (1,)
    assert statements > 20
    check_whole(old)
