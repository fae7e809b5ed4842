"""`tally-tui bookmarks`: what was bookmarked and noted, and doing so for a session."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from tally_tui.cli import grammar
from tally_tui.cli.action_words import action_words
from tally_tui.cli.asking import Question, ledger, question
from tally_tui.cli.contract import Document, stamp
from tally_tui.cli.output import print_json, say
from tally_tui.cli.problems import FAILED, FailedError
from tally_tui.cli.read import not_meant
from tally_tui.cli.text import shown
from tally_tui.clock import now_ms
from tally_tui.model import Subject
from tally_tui.paths import ledger_path

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request
    from tally_tui.reports.marks import Mark, Marks

_ACTIONS: Final = {"list": (0, 0), "add": (1, 1), "remove": (1, 1)}
"""Every action, and how many words it takes at least and at most."""


def bookmarks(request: Request) -> int:
    """The command; its status is 1 where there was nothing to remove."""
    action, _ = action_words(request, _ACTIONS, missing="which session?")
    if request.value(grammar.NOTE) is not None and action != "add":
        raise request.bad(grammar.NOTE, "--note belongs to bookmarks add")
    asked = question(replace(request, words=()))
    if action == "list":
        return _list(request, asked)
    return _add(request, asked) if action == "add" else _remove(request, asked)


def _list(request: Request, asked: Question) -> int:
    from tally_tui.ledger.open import LedgerError, telling
    from tally_tui.reports.marks import Marks
    from tally_tui.reports.marks import marks as report

    found = Marks(())
    if (db := _reader()) is not None:
        try:
            with closing(db), telling(ledger_path()):
                found = report(db)
        except LedgerError as error:
            raise FailedError(str(error)) from error
    if request.on(grammar.JSON):
        print_json(document(found))
    elif found.rows:
        _print(found, asked)
    else:
        say("no bookmarks yet: `tally-tui bookmarks add SESSION`, or m on the Conversations screen")
    return 0


def _reader() -> sqlite3.Connection | None:
    from tally_tui.ledger.open import LedgerError, NoLedgerError, open_reader

    try:
        return open_reader(ledger_path())
    except NoLedgerError:
        return None
    except LedgerError as error:
        raise FailedError(str(error)) from error


def document(found: Marks) -> Document:
    """The JSON contract's document."""
    return {"schema": "tally.bookmarks/1", "bookmarks": [_row(mark) for mark in found.rows]}


def _row(mark: Mark) -> dict[str, Any]:
    about = mark.subject
    return {
        "provider": about.provider,
        "session": about.session,
        "title": mark.title,
        "project": mark.project,
        "item": about.item or None,
        "message": about.uuid or None,
        "excerpt": about.excerpt if about.item else None,
        "time": None if about.said_ms is None else stamp(about.said_ms),
        "bookmarked": mark.bookmarked,
        "note": mark.note or None,
        "created": stamp(mark.created_ms),
        "changed": stamp(mark.changed_ms),
        "file": mark.file,
        "file_gone": mark.file_gone,
    }


def _print(found: Marks, asked: Question) -> None:
    from tally_tui.cli.tables import Column, print_table
    from tally_tui.rules.zones import local

    columns = [
        Column("made", rank=3), Column(""), Column("session", wide=True), Column("message", wide=True, rank=1),
        Column("note", wide=True), Column("project", rank=4), Column("id", rank=5),
    ]  # fmt: skip
    print_table(
        columns,
        [
            [
                f"{local(mark.created_ms, asked.tz):%Y-%m-%d %H:%M}",
                "★" if mark.bookmarked else "✎",
                mark.title or mark.subject.session,
                mark.subject.excerpt if mark.subject.item else "–",
                mark.note or "–",
                mark.project or "–",
                mark.subject.session,
            ]
            for mark in found.rows
        ],
    )  # fmt: skip


def _add(request: Request, asked: Question) -> int:
    from tally_tui.ledger import marks

    with ledger(request, asked) as (db, _):
        subject = _meant(request, db)
    note = request.value(grammar.NOTE)
    with _writer() as db:
        try:
            if note is not None:
                marks.set_note(db, subject, note, now_ms())
        except marks.LongNoteError as error:
            raise request.bad(grammar.NOTE, str(error)) from error
        new = marks.set_bookmark(db, subject, True, now_ms())
    if request.on(grammar.JSON):
        return _list(request, asked)
    say(f"{'bookmarked' if new else 'was bookmarked already'}: {_named(subject)}")
    return 0


def _remove(request: Request, asked: Question) -> int:
    from tally_tui.ledger import marks

    if (db := _reader()) is None:
        raise FailedError("There is no ledger yet, and so no bookmark.")
    with closing(db):
        subject = _meant(request, db)
        before = marks.one(db, subject)
    if before is None:
        say(f"there is no bookmark of {_named(subject)}")
        return FAILED
    with _writer() as writer:
        marks.set_bookmark(writer, subject, False, now_ms())
        marks.set_note(writer, subject, "", now_ms())
    if request.on(grammar.JSON):
        return _list(request, asked)
    say(f"removed: {_named(subject)}")
    if before.note:
        say(f"its note was: {shown(before.note)}")
    return 0


def _meant(request: Request, db: sqlite3.Connection) -> Subject:
    from tally_tui.reports.conversation_files import NoSessionError, find_session

    try:
        found = find_session(db, request.words[1][1])
    except NoSessionError as error:
        raise not_meant(request, error, 1) from error
    return Subject(found.provider.word, found.name, excerpt=found.title)


@contextmanager
def _writer() -> Iterator[sqlite3.Connection]:
    from tally_tui.ledger.open import LedgerError, open_writer, telling

    path = ledger_path()
    try:
        with telling(path), closing(open_writer(path, full=True)) as db:
            yield db
    except LedgerError as error:
        raise FailedError(str(error)) from error


def _named(subject: Subject) -> str:
    return shown(subject.excerpt or subject.session)
