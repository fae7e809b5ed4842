"""How far each session's conversation has come, as its files tell it, and what it was summed up as."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from tally_tui.ledger.sessions import Sessions
from tally_tui.model import Provider

SUMMARY_RANK = 2
"""Of a title: before a first prompt, behind what the agent or a person called the session."""


class Talk(Struct, frozen=True):
    """One session's own conversation, its subagents' left out; fields as in `logs.records.Talk`."""

    turns: int
    replies: int
    context: int | None
    """None: not known since it was compacted."""
    peak: int
    model: str
    window: int | None
    path: str
    gone: int
    """Whether that file is gone: 0 or 1."""


def keep_talk(db: sqlite3.Connection, sessions: Sessions, provider: Provider, file: int, talk: Any) -> None:
    """Write what a file tells (`logs.records.Talk`) in place of what it told before; in a transaction of the caller."""
    session = sessions.find(provider, talk.session)
    if session is None:
        return  # nothing but copies of another session's lines
    db.execute(
        "INSERT OR REPLACE INTO talk (file, session, turns, replies, context, peak, model, window, leaf) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            file, session.id, talk.turns, talk.replies, talk.context, talk.peak, talk.model, talk.window, talk.leaf,
        ),
    )  # fmt: skip
    if talk.leaf is not None:
        found = db.execute("SELECT title FROM summary WHERE leaf = ?", (talk.leaf,)).fetchone()
        if found:
            _entitle(sessions, session.id, found[0])


def keep_summaries(db: sqlite3.Connection, sessions: Sessions, summaries: Mapping[int, str]) -> None:
    """Keep summaries by the last message of what they sum up, and give those conversations their title."""
    for leaf, title in summaries.items():
        db.execute("INSERT OR REPLACE INTO summary (leaf, title) VALUES (?, ?)", (leaf, title))
        for (session,) in db.execute("SELECT session FROM talk WHERE leaf = ?", (leaf,)).fetchall():
            _entitle(sessions, session, title)


def _entitle(sessions: Sessions, session_id: int, title: str) -> None:
    session = sessions[session_id]
    if session.title_rank <= SUMMARY_RANK:
        session.title, session.title_rank = title, SUMMARY_RANK
        sessions.changed(session)


def talks(db: sqlite3.Connection, sessions: Iterable[int] | None = None) -> dict[int, Talk]:
    """Session row → its conversation; of several files that tell it, as the longest does. None: all of them."""
    where = "" if sessions is None else "WHERE t.session IN (SELECT value FROM json_each(?)) "
    rows = db.execute(
        "SELECT t.session, t.turns, t.replies, t.context, t.peak, t.model, t.window, f.path, f.gone_at IS NOT NULL "
        f"FROM talk t JOIN file f ON f.id = t.file {where}ORDER BY t.turns + t.replies, f.gone_at IS NULL, f.path DESC",
        () if sessions is None else (json.dumps(list(sessions)),),
    )
    return {row[0]: Talk(*row[1:]) for row in rows}
