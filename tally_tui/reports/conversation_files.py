"""Which session is meant, which logs tell its conversation, and which subagents it started."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from tally_tui.model import Provider


class NoSessionError(Exception):
    """No session, or more than one, is meant. `fitting` are those, as (id, title)."""

    def __init__(self, message: str, fitting: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.fitting = fitting


class NoLogError(Exception):
    """A session's log is gone; the message says what is left."""


@dataclass(frozen=True, slots=True)
class SessionLog:
    """A session of the ledger."""

    id: int
    provider: Provider
    name: str
    title: str
    parent: str | None
    agent: str | None
    folder: str | None
    root_folder: str | None
    branch: str | None
    version: str | None


@dataclass(frozen=True, slots=True)
class Subagent:
    """A session that another started. `call` is the tool call that did, where it is known."""

    log: SessionLog
    call: str
    depth: int
    description: str


_FIELDS = (
    "s.id, s.provider, s.name, coalesce(s.title, ''), p.name, s.agent, d.path, d.root, s.branch, s.version "
    "FROM session s LEFT JOIN session p ON p.id = s.parent LEFT JOIN folder d ON d.id = s.folder"
)


def find_session(db: sqlite3.Connection, word: str) -> SessionLog:
    """The session with this id, or the only one whose id begins so.

    Raises:
        NoSessionError: there is none, or there are several.
    """
    exact = db.execute(f"SELECT {_FIELDS} WHERE s.name = ? ORDER BY s.id", (word,)).fetchall()
    if exact:
        return _log(exact[0])
    pattern = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    like = f"SELECT {_FIELDS} WHERE s.name LIKE ? ESCAPE '\\' AND (s.parent IS NULL) = ? ORDER BY s.name"
    for text, is_root in ((f"{pattern}%", 1), (f"{pattern}%", 0), (f"%/agent-{pattern}%", 0), (f"%/{pattern}%", 0)):
        found = [_log(row) for row in db.execute(like, (text, is_root))] if word else []
        if len(found) == 1:
            return found[0]
        if found:
            names = tuple((each.name, each.title) for each in found)
            raise NoSessionError(f"{len(found)} sessions have an id that begins with {word!r}", names)
    raise NoSessionError(f"no session has the id {word!r}, or one that begins so")


def logs_of(db: sqlite3.Connection, session: SessionLog) -> tuple[list[str], bool]:
    """(the files that tell a session, in order; whether any is gone). Only files that exist are listed."""
    rows = db.execute(
        "SELECT path, gone_at IS NOT NULL, first_ts FROM file WHERE provider = ? AND instr(path, ?) "
        "ORDER BY coalesce(first_ts, 0), path",
        (int(session.provider), _in_path(session)),
    ).fetchall()
    own = [(path, gone) for path, gone, _ in rows if _tells(session, path)]
    if not own:
        own = db.execute(
            "SELECT DISTINCT x.path, x.gone_at IS NOT NULL FROM facet f JOIN call c ON c.facet = f.id "
            "JOIN file x ON x.id = c.file WHERE f.session = ? AND f.reason = 0 ORDER BY x.first_ts, x.path",
            (session.id,),
        ).fetchall()
    present = [path for path, gone in own if not gone]
    rollouts = [path for path in present if path.rpartition("/")[2].startswith("rollout-")]
    if session.provider is Provider.CODEX and rollouts:
        present = rollouts  # a headless run's event stream tells less than the rollout
    plain = {path.removesuffix(".zst") for path in present if not path.endswith(".zst")}
    return [path for path in present if not path.endswith(".zst") or path[:-4] not in plain], len(present) < len(own)


def _in_path(session: SessionLog) -> str:
    return session.name.rpartition("/")[2]


def _tells(session: SessionLog, path: str) -> bool:
    name = path.rpartition("/")[2]
    if session.provider is Provider.CODEX:
        return session.name in name
    parent, found, agent = session.name.rpartition("/")
    if not found:
        return name == f"{session.name}.jsonl"
    return name == f"{agent}.jsonl" and (f"/{parent}/" in path or "/subagents/" not in path)


def subagents_of(db: sqlite3.Connection, session: SessionLog) -> list[Subagent]:
    """All sessions that a session's tree holds below its root, with the calls that started them."""
    rows = db.execute(
        f"SELECT {_FIELDS} WHERE s.parent IS NOT NULL AND s.root = (SELECT root FROM session WHERE id = ?) "
        "ORDER BY coalesce(s.first_ts, 0), s.id",
        (session.id,),
    ).fetchall()
    found = []
    for log in map(_log, rows):
        about = _described(db, log) if log.provider is Provider.CLAUDE else {}
        call, depth = about.get("toolUseId"), about.get("spawnDepth")
        words = about.get("description")
        found.append(
            Subagent(
                log,
                call if isinstance(call, str) else "",
                depth if type(depth) is int else 1,
                words if isinstance(words, str) else log.title,
            )
        )
    return found


def _described(db: sqlite3.Connection, log: SessionLog) -> dict[str, Any]:
    paths, _ = logs_of(db, log)
    if not paths:
        return {}
    try:
        value = msgspec.json.decode(Path(paths[0].removesuffix(".jsonl") + ".meta.json").read_bytes()[:65536])
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _log(row: tuple[Any, ...]) -> SessionLog:
    return SessionLog(row[0], Provider(row[1]), *row[2:])
