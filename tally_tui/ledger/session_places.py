"""Sessions of one id that turn out to be several, or one: their names, and what a person keeps about them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from tally_tui.model import Provider

_KEEPING: Final = ("mark", "hidden_session", "place", "archived", "archive_choice", "reading")
"""Tables that speak of sessions by name, in a column `session` beside `provider`."""
_FACTS: Final = (
    "title = NULL, title_rank = 0, folder = NULL, branch = NULL, version = NULL, origin = NULL, first_ts = NULL, "
    "start_folder = NULL, project = NULL"
)


def name_at(session: str, place: str) -> str:
    """The name of a session whose id others have too; with no place, the id."""
    return f"{session}@{place}" if place else session


def place_sessions(
    db: sqlite3.Connection, session: str, places: Mapping[str, str], holder: Callable[[str], str | None]
) -> list[str]:
    """Name the sessions of one id by the places of their transcripts; returns the files to read anew.

    Args:
        db: the ledger; the caller owns the transaction.
        session: the id that Claude Code gave.
        places: the folder of each transcript of that id → its place, '' where all of them are one session.
        holder: the folder of the transcript that holds a line, by the line's id.

    A row that stands for the transcripts of one place alone gets its new name, its subagents along, and so does what
    a person keeps about it. What was told of several transcripts together is read anew.
    """
    again: list[str] = []
    for old, folders in _as_written(db, session, places).items():
        target = places[folders[0]]
        before, after = name_at(session, old), name_at(session, target)
        moving = before != after
        free = not _exists(db, after)
        if moving and free:
            _rename(db, before, after)
        whole = all(places[folder] == target for folder in folders) and (free or not moving)
        if moving or not whole:
            _move_kept(db, session, before, after, places, holder)
        if not whole:
            db.execute(f"UPDATE session SET {_FACTS} WHERE provider = ? AND name = ?", (int(Provider.CLAUDE), after))
            again += [path for folder in folders for path in _files(db, session, folder)]
        elif moving:
            for folder in folders:
                for path in _files(db, session, folder):
                    db.execute("UPDATE file SET place = ? WHERE path = ?", (target, path))
    return again


def drop_empty(db: sqlite3.Connection, session: str) -> None:
    """Sessions of this id that nothing is told of any more; the caller owns the transaction."""
    provider = int(Provider.CLAUDE)
    empty = (
        "SELECT s.id FROM session s WHERE s.provider = ? AND (s.name = ? OR s.name LIKE ? ESCAPE '\\' OR s.name LIKE ? "
        "ESCAPE '\\') AND NOT EXISTS (SELECT 1 FROM facet f JOIN call c ON c.facet = f.id WHERE f.session = s.id) "
        "AND NOT EXISTS (SELECT 1 FROM talk k WHERE k.session = s.id) "
        "AND NOT EXISTS (SELECT 1 FROM session below WHERE below.root = s.id AND below.id <> s.id)"
    )
    values = (provider, session, f"{_like(session)}@%", f"{_like(session)}/%")
    while numbers := [number for (number,) in db.execute(empty, values)]:
        for number in numbers:
            db.execute("DELETE FROM rollup WHERE facet IN (SELECT id FROM facet WHERE session = ?)", (number,))
            db.execute("DELETE FROM facet WHERE session = ?", (number,))
            db.execute("DELETE FROM cost_state WHERE session = ?", (number,))
            db.execute("UPDATE limit_event SET session = NULL WHERE session = ?", (number,))
            db.execute("DELETE FROM session WHERE id = ?", (number,))


def _as_written(db: sqlite3.Connection, session: str, places: Mapping[str, str]) -> dict[str, list[str]]:
    """Place that transcripts were read under → their folders, the one known first before the others."""
    found: dict[str, list[str]] = {}
    rows = db.execute(
        "SELECT path, place FROM file WHERE provider = ? AND lines > 0 AND instr(path, ?) ORDER BY id",
        (int(Provider.CLAUDE), f"/{session}.jsonl"),
    )
    for path, place in rows:
        folder, _, name = path.rpartition("/")
        if name == f"{session}.jsonl" and folder in places:
            found.setdefault(place, []).append(folder)
    return found


def _files(db: sqlite3.Connection, session: str, folder: str) -> Iterator[str]:
    """The transcript of a session in a folder of logs, and its subagents'."""
    inside, beside = f"{folder}/{session}/", f"{folder}/agent-"
    rows = db.execute(
        "SELECT path FROM file WHERE path = ? OR (path >= ? AND path < ?) OR (path >= ? AND path < ? AND id IN "
        "(SELECT c.file FROM session s JOIN session t ON t.id = s.root JOIN facet f ON f.session = s.id "
        "JOIN call c ON c.facet = f.id WHERE t.name = ? OR t.name LIKE ? ESCAPE '\\')) ORDER BY id",
        (
            f"{folder}/{session}.jsonl", inside, inside + "\U0010ffff", beside, beside + "\U0010ffff",
            session, f"{_like(session)}@%",
        ),
    ).fetchall()  # fmt: skip
    yield from (path for (path,) in rows)


def _exists(db: sqlite3.Connection, name: str) -> bool:
    row = db.execute("SELECT 1 FROM session WHERE provider = ? AND name = ?", (int(Provider.CLAUDE), name)).fetchone()
    return row is not None


def _rename(db: sqlite3.Connection, before: str, after: str) -> None:
    """A session and its subagents have another name."""
    db.execute(
        "UPDATE session SET name = ? || substr(name, ?) WHERE provider = ? AND (name = ? OR name LIKE ? ESCAPE '\\')",
        (after, len(before) + 1, int(Provider.CLAUDE), before, f"{_like(before)}/agent-%"),
    )


def _move_kept(
    db: sqlite3.Connection, session: str, before: str, after: str, places: Mapping[str, str],
    holder: Callable[[str], str | None],
) -> None:  # fmt: skip
    """What is kept under a session's name goes along; a mark goes to the session that holds its message."""
    provider, below = int(Provider.CLAUDE), f"{_like(before)}/agent-%"
    marks = db.execute(
        "SELECT session, item, uuid FROM mark WHERE provider = ? AND (session = ? OR session LIKE ? ESCAPE '\\')",
        (provider, before, below),
    ).fetchall()
    for name, item, uuid in marks:
        folder = holder(uuid) if uuid else None
        home = after if folder is None or folder not in places else name_at(session, places[folder])
        to = home + name[len(before) :]
        inside = home + item[len(before) :] if item.startswith((f"{before}:", f"{before}/")) else item
        db.execute(
            "UPDATE OR IGNORE mark SET session = ?, item = ? WHERE provider = ? AND session = ? AND item = ?",
            (to, inside, provider, name, item),
        )
    for table in _KEEPING[1:]:
        item = ", item = iif(substr(item, 1, ?) = ?, ? || substr(item, ?), item)" if table == "place" else ""
        moved = (len(before), before, after, len(before) + 1) if item else ()
        db.execute(
            f"UPDATE OR IGNORE {table} SET session = ? || substr(session, ?){item} "
            "WHERE provider = ? AND (session = ? OR session LIKE ? ESCAPE '\\')",
            (after, len(before) + 1, *moved, provider, before, below),
        )


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
