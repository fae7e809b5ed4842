"""What a person keeps about sessions and messages: bookmarks, notes, what is hidden, where each was left.

No log can give these again: write them with `open_writer(path, full=True)`. Each function is one short
transaction that names only what it changes, so that two processes at once lose nothing of each other's.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from msgspec import Struct

from tally_tui.database import transaction
from tally_tui.model import Provider, Subject

MOST_NOTE: Final = 4_000
"""Characters of a note at most."""
MOST_EXCERPT: Final = 200
"""Characters that are kept of a message."""
MOST_PLACES: Final = 1_000
"""Places that are remembered; the oldest go."""


class LongNoteError(ValueError):
    """A note is longer than `MOST_NOTE`; the message is for people."""


class Kept(Struct, frozen=True):
    """A bookmark, a note, or both. Times are epoch milliseconds."""

    subject: Subject
    bookmarked: bool
    note: str
    """As typed, not yet clean; empty for none."""
    created_ms: int
    changed_ms: int


class Bookmarked(Struct, frozen=True):
    """Messages that are bookmarked. Codex gives many of its messages no id of their own, so places tell, too."""

    ids: frozenset[str] = frozenset()
    """The messages' own ids."""
    places: frozenset[str] = frozenset()
    """`session:offset` of their lines."""
    sessions: frozenset[tuple[int, str]] | None = None
    """The (provider, session) they stand in; None: any."""


def set_bookmark(
    db: sqlite3.Connection, subject: Subject, on: bool, now_ms: int, *, created: int | None = None
) -> bool:
    """Set or clear a bookmark; whether that changed anything. `created`: when one put back was made."""
    with transaction(db):
        if not on:
            count = db.execute(
                f"UPDATE mark SET bookmarked = 0, changed = ? WHERE {_ONE} AND bookmarked", (now_ms, *_one(subject))
            ).rowcount
            _forget_empty(db, subject)
            return count > 0
        before = db.execute(f"SELECT bookmarked FROM mark WHERE {_ONE}", _one(subject)).fetchone()
        _put(db, subject, now_ms, created)
        db.execute(f"UPDATE mark SET bookmarked = 1 WHERE {_ONE}", _one(subject))
        return before is None or not before[0]


def set_note(
    db: sqlite3.Connection, subject: Subject, text: str, now_ms: int, *, created: int | None = None
) -> None:
    """Write a note, in place of any other; an empty one removes it.

    Raises:
        LongNoteError: it has too many characters; the one before stays.
    """
    text = text.strip().encode("utf-8", "replace").decode()
    if len(text) > MOST_NOTE:
        raise LongNoteError(f"A note holds {MOST_NOTE:,} characters; this one has {len(text):,}.")
    with transaction(db):
        if text:
            _put(db, subject, now_ms, created)
        db.execute(f"UPDATE mark SET note = ?, changed = ? WHERE {_ONE}", (text, now_ms, *_one(subject)))
        _forget_empty(db, subject)


def hide(db: sqlite3.Connection, provider: str, session: str, on: bool, now_ms: int) -> bool:
    """Take a session off the list of conversations, or put it back; whether that changed anything."""
    whose = (int(Provider[provider.upper()]), session)
    with transaction(db):
        if on:
            sql = "INSERT OR IGNORE INTO hidden_session (provider, session, hidden_at) VALUES (?, ?, ?)"
            return db.execute(sql, (*whose, now_ms)).rowcount > 0
        return db.execute("DELETE FROM hidden_session WHERE (provider, session) = (?, ?)", whose).rowcount > 0


def leave(db: sqlite3.Connection, provider: str, session: str, item: str, line: int, now_ms: int) -> None:
    """Remember where a session was left: the message at the top of the page, and which of its lines."""
    with transaction(db):
        db.execute(
            "INSERT OR REPLACE INTO place (provider, session, item, line, left_at) VALUES (?, ?, ?, ?, ?)",
            (int(Provider[provider.upper()]), session, item, line, now_ms),
        )
        db.execute(
            "DELETE FROM place WHERE (provider, session) IN "
            "(SELECT provider, session FROM place ORDER BY left_at DESC LIMIT -1 OFFSET ?)",
            (MOST_PLACES,),
        )


def one(db: sqlite3.Connection, subject: Subject) -> Kept | None:
    """What is kept about a session or message; None: nothing."""
    row = db.execute(f"SELECT bookmarked, note, created, changed FROM mark WHERE {_ONE}", _one(subject)).fetchone()
    return None if row is None else Kept(subject, bool(row[0]), *row[1:])


def kept(db: sqlite3.Connection) -> tuple[Kept, ...]:
    """Every bookmark and note, the newest first."""
    rows = db.execute(
        "SELECT provider, session, item, uuid, excerpt, said_at, bookmarked, note, created, changed FROM mark "
        "ORDER BY created DESC, session, item"
    )
    return tuple(
        Kept(Subject(Provider(provider).word, *about), bool(bookmarked), note, created, changed)
        for provider, *about, bookmarked, note, created, changed in rows
    )


def of_sessions(db: sqlite3.Connection) -> dict[tuple[int, str], tuple[bool, str]]:
    """(provider, session) → whether it is bookmarked, and its note; only of sessions themselves."""
    rows = db.execute("SELECT provider, session, bookmarked, note FROM mark WHERE item = ''")
    return {(provider, session): (bool(bookmarked), note) for provider, session, bookmarked, note in rows}


def hidden(db: sqlite3.Connection) -> frozenset[tuple[int, str]]:
    """(provider, session) of all that are hidden."""
    return frozenset(db.execute("SELECT provider, session FROM hidden_session"))


def places(db: sqlite3.Connection) -> dict[tuple[str, str], tuple[str, int]]:
    """(provider, session) → the message and the line where it was left."""
    rows = db.execute("SELECT provider, session, item, line FROM place")
    return {(Provider(provider).word, session): (item, line) for provider, session, item, line in rows}


def bookmarked_messages(db: sqlite3.Connection) -> Bookmarked:
    """What a search knows bookmarked messages by."""
    rows = db.execute("SELECT provider, item, uuid FROM mark WHERE bookmarked AND item <> ''").fetchall()
    # An item's identity is its session, the place of its line there, and which item of the line it is.
    places_of = {(provider, item.rsplit(":", 2)[0]) for provider, item, _ in rows}
    return Bookmarked(
        frozenset(uuid for _, _, uuid in rows if uuid),
        frozenset(place for _, place in places_of),
        frozenset((provider, place.rpartition(":")[0]) for provider, place in places_of),
    )


_ONE: Final = "provider = ? AND session = ? AND item = ?"


def _one(subject: Subject) -> tuple[int, str, str]:
    return int(Provider[subject.provider.upper()]), subject.session, subject.item


def _put(db: sqlite3.Connection, subject: Subject, now_ms: int, created: int | None) -> None:
    db.execute(
        "INSERT INTO mark (provider, session, item, uuid, excerpt, said_at, bookmarked, note, created, changed) "
        "VALUES (?, ?, ?, ?, ?, ?, 0, '', ?, ?) ON CONFLICT DO UPDATE SET changed = excluded.changed",
        (
            *_one(subject), subject.uuid, subject.excerpt[:MOST_EXCERPT].encode("utf-8", "replace").decode(),
            subject.said_ms, now_ms if created is None else created, now_ms,
        ),
    )  # fmt: skip


def _forget_empty(db: sqlite3.Connection, subject: Subject) -> None:
    db.execute(f"DELETE FROM mark WHERE {_ONE} AND NOT bookmarked AND note = ''", _one(subject))
