"""Bring a ledger of an earlier version to the tables of `schema`, inside the caller's transaction.

A table whose definition changed is made anew and takes over every column that both versions have;
new columns have defaults. What the defaults cannot express is done by the version's own statements.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import Final

from tally_tui.ledger import schema

AFTERWARDS: Final[dict[int, tuple[str, ...]]] = {
    1: ("UPDATE folder SET name = path",),
}
"""Version left → statements to run once the tables are those of `schema`."""

_TABLE: Final = re.compile(r'CREATE TABLE "?(\w+)"?')
_INDEX: Final = re.compile(r"CREATE (?:UNIQUE )?INDEX (\w+)")
_COMMENT: Final = re.compile(r"--[^\n]*")


def upgrade(db: sqlite3.Connection, found: int) -> None:
    """Make the tables and indexes of `schema` from those of version `found` (0: an empty file)."""
    existing = dict(db.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))
    wanted = list(statements(schema.TABLES))
    for statement in wanted:
        if match := _TABLE.search(statement):
            name = match[1]
            if name not in existing:
                db.execute(statement)
            elif _plain(existing[name]) != _plain(statement):
                _rebuild(db, name, statement)
    present = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'index'")}
    for statement in wanted:
        if (match := _INDEX.search(statement)) and match[1] not in present:
            db.execute(statement)
    for version in range(found, schema.VERSION):
        for statement in AFTERWARDS.get(version, ()):
            db.execute(statement)


def statements(script: str) -> Iterator[str]:
    """Split a script into its statements: `executescript` would end the transaction around them."""
    statement = ""
    for piece in re.split("(?<=;)", script):  # also splits inside comments and strings, hence the check
        statement += piece
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


def _rebuild(db: sqlite3.Connection, name: str, statement: str) -> None:
    replacement = f"new_{name}"
    # Never the old table under another name: SQLite would change what other tables refer to.
    db.execute(_TABLE.sub(f"CREATE TABLE {replacement}", statement, count=1))
    old = [row[1] for row in db.execute(f"PRAGMA table_info({name})")]
    new = {row[1] for row in db.execute(f"PRAGMA table_info({replacement})")}
    shared = ", ".join(f'"{column}"' for column in old if column in new)
    db.execute(f"INSERT INTO {replacement} ({shared}) SELECT {shared} FROM {name}")
    db.execute(f"DROP TABLE {name}")
    db.execute(f"ALTER TABLE {replacement} RENAME TO {name}")


def _plain(sql: str) -> str:
    """A definition without what does not define anything: comments, quotes around names, white space."""
    return " ".join(_COMMENT.sub("", sql).replace('"', "").rstrip("; \n").split())
