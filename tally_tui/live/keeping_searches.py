"""Remembering, saving and deleting searches: doing what a person asked for, with what takes it back."""

from __future__ import annotations

from contextlib import closing

from tally_tui import clock, paths
from tally_tui.actions import Done, DropSearch, ForgetQuery, RememberQuery, SaveSearch, SearchAction
from tally_tui.ledger import searches
from tally_tui.ledger.open import open_writer, telling


def perform(action: SearchAction) -> Done:
    """Do it, committed when this returns.

    Raises:
        LedgerError: it could not be written; nothing was changed.
    """
    path, now = paths.ledger_path(), clock.now_ms()
    with telling(path), closing(open_writer(path, full=True)) as db:
        match action:
            case RememberQuery(query):
                searches.remember(db, query, now)
                return Done(action)
            case ForgetQuery(query):
                searches.forget(db, query)
                return Done(action, undo=RememberQuery(query))
            case SaveSearch(search):
                before = searches.save(db, search, now)
                said = f"Saved as “{search.name}”" + (", in place of what had that name." if before else ".")
                return Done(action, said, undo=SaveSearch(before) if before else DropSearch(search.name))
            case DropSearch(name):
                gone = searches.drop(db, name)
                return Done(action, f"Deleted “{name}”.", undo=SaveSearch(gone) if gone else None)
