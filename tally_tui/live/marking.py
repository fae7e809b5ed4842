"""Bookmarks, notes, hiding, places, habits: doing what a person asked for, with what takes it back."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tally_tui import clock, paths
from tally_tui.actions import Done, KeepHabits, LeavePlace, MarkAction, SetBookmark, SetHidden, SetNote
from tally_tui.ledger import habits, marks
from tally_tui.ledger.open import open_writer, telling


def perform(action: MarkAction) -> Done:
    """Do it, committed when this returns.

    Raises:
        LedgerError: it could not be written; nothing was changed.
        LongNoteError: a note is too long; the one before stays.
    """
    path, now = paths.ledger_path(), clock.now_ms()
    with telling(path), closing(open_writer(path, full=True)) as db:
        match action:
            case SetBookmark():
                return _bookmark(db, action, now)
            case SetNote():
                return _note(db, action, now)
            case SetHidden():
                return _hide(db, action, now)
            case LeavePlace():
                marks.leave(db, action.provider, action.session, action.item, action.line, now)
                return Done(action)
            case KeepHabits():
                habits.keep(db, dict(action.habits), now)
                return Done(action)


def _bookmark(db: sqlite3.Connection, action: SetBookmark, now: int) -> Done:
    before = marks.one(db, action.subject)
    if not marks.set_bookmark(db, action.subject, action.on, now, created=action.created_ms):
        return Done(action, "It was bookmarked already." if action.on else "There was no bookmark.")
    undo = SetBookmark(action.subject, not action.on, before.created_ms if before else None)
    return Done(action, "Bookmarked. B lists all." if action.on else "Bookmark removed. u brings it back.", undo=undo)


def _note(db: sqlite3.Connection, action: SetNote, now: int) -> Done:
    before = marks.one(db, action.subject)
    marks.set_note(db, action.subject, action.text, now, created=action.created_ms)
    undo = SetNote(action.subject, before.note if before else "", before.created_ms if before else None)
    if action.text.strip():
        return Done(action, "Noted. u takes it back." if undo.text else "Noted.", undo=undo)
    if not undo.text:
        return Done(action, "There was no note.")
    return Done(action, "Note deleted. u brings it back.", undo=undo)


def _hide(db: sqlite3.Connection, action: SetHidden, now: int) -> Done:
    if not marks.hide(db, action.provider, action.session, action.on, now):
        return Done(action, "It was hidden already." if action.on else "It was not hidden.")
    undo = SetHidden(action.provider, action.session, not action.on)
    said = "Hidden; it still counts. u undoes it." if action.on else "Back on the list."
    return Done(action, said, undo=undo)
