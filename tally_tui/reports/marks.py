"""What a person kept: every bookmark and note, each with what is known of its session."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from tally_tui.ledger import ask
from tally_tui.ledger import marks as ledger_marks
from tally_tui.ledger.ask_names import project_names
from tally_tui.ledger.ask_sessions import PROJECT, session_files
from tally_tui.model import Provider, Subject
from tally_tui.rules.redaction import masked_title


class Mark(Struct, frozen=True):
    """A bookmark, a note, or both. Strings are as logs and people wrote them: not yet clean."""

    subject: Subject
    bookmarked: bool
    note: str
    created_ms: int
    changed_ms: int
    title: str = ""
    """The session's, as the ledger knows it now."""
    project: str | None = None
    file: str | None = None
    file_gone: bool = False
    """Whether the session's log is gone: then the excerpt is all there is."""


class Marks(Struct, frozen=True):
    """The newest first."""

    rows: tuple[Mark, ...]
    places: Mapping[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    """(provider, session) → the message and the line where it was left."""


class _Known(Struct, frozen=True):
    title: str
    project: str | None
    file: str | None
    gone: bool


def marks(db: sqlite3.Connection) -> Marks:
    """Every bookmark and note, the newest first, and the places where sessions were left."""
    with ask.snapshot(db):
        kept = ledger_marks.kept(db)
        known = _known(db, (each.subject for each in kept))
        rows = []
        for each in kept:
            whose = known.get((each.subject.provider, each.subject.session), _Known("", None, None, True))
            title = whose.title or masked_title(each.subject.excerpt if not each.subject.item else "")
            about = replace(each.subject, excerpt=masked_title(each.subject.excerpt))
            rows.append(
                Mark(
                    about, each.bookmarked, each.note, each.created_ms, each.changed_ms,
                    title, whose.project, whose.file, whose.gone,
                )
            )  # fmt: skip
        return Marks(tuple(rows), ledger_marks.places(db))


def _known(db: sqlite3.Connection, subjects: Iterable[Subject]) -> dict[tuple[str, str], _Known]:
    names = sorted({each.session for each in subjects})
    if not names:
        return {}
    rows = db.execute(
        "SELECT s.id, s.provider, s.name, coalesce(s.title, s.agent, ''), d.root FROM session s "
        f"LEFT JOIN folder d ON d.id = {PROJECT} WHERE s.name IN (SELECT value FROM json_each(?))",
        (json.dumps(names),),
    ).fetchall()
    projects, files = project_names(db), session_files(db, [row[0] for row in rows])
    found = {}
    for number, provider, name, title, root in rows:
        # A session without a call has no file that the ledger knows: opening it tells.
        file, gone = files.get(number, (None, False))
        found[Provider(provider).word, name] = _Known(masked_title(title), projects.get(root or ""), file, gone)
    return found
