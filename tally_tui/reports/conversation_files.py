"""Which session is meant, which logs tell its conversation, and which subagents it started."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from tally_tui.ledger.archived import archive_folder, originals, stand_in
from tally_tui.ledger.ask_folders import any_spelling
from tally_tui.ledger.ask_names import project_names
from tally_tui.ledger.ask_sessions import PROJECT
from tally_tui.logs.lines import UnreadableLogError, open_log
from tally_tui.model import Provider
from tally_tui.query import Term, Value


class NoSessionError(Exception):
    """No session, or more than one, is meant. `fitting` are those, as (id, title)."""

    def __init__(self, message: str, fitting: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.fitting = fitting


class NoLogError(Exception):
    """A session's log is gone; the message says what is left."""


class SessionLog(Struct, frozen=True):
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

    @property
    def place(self) -> str:
        """What tells it from unrelated sessions of the same id; '' where there are none (`file.place`)."""
        return _named_place(self)[1]

    @property
    def given(self) -> str:
        """Its id as the agent gave it; of a subagent with its parent's."""
        root, place, rest = _named_place(self)
        return root + rest if place else self.name

    def named(self, given: str) -> str:
        """A session that this one's log speaks of, as the ledger names it: this one itself, or a subagent of it."""
        root, place, _ = _named_place(self)
        if place and (given == root or given.startswith(f"{root}/")):
            return f"{root}@{place}{given[len(root) :]}"
        return given


def _named_place(session: SessionLog) -> tuple[str, str, str]:
    root, slash, agent = session.name.partition("/")
    given, _, place = root.partition("@") if session.provider is Provider.CLAUDE else (root, "", "")
    return given, place, slash + agent


class Subagent(Struct, frozen=True):
    """A session that another started. `call` is the tool call that did, where it is known."""

    log: SessionLog
    call: str
    depth: int
    description: str


_FIELDS = (
    "s.id, s.provider, s.name, coalesce(s.title, ''), p.name, s.agent, w.path, d.root, s.branch, s.version "
    f"FROM session s LEFT JOIN session p ON p.id = s.parent LEFT JOIN folder d ON d.id = {PROJECT} "
    "LEFT JOIN folder w ON w.id = coalesce(s.start_folder, s.folder)"
)


def find_session(db: sqlite3.Connection, word: str) -> SessionLog:
    """The session with this id, or the only one whose id begins so.

    Of unrelated sessions that share an id one is told by `ID@` and its project: its name, its folder, or more or
    less of the name of the folder that its log lies in.

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
            same = {each.given for each in found} == {word}
            raise NoSessionError(
                f"{len(found)} sessions have the id {word!r}" if same
                else f"{len(found)} sessions have an id that begins with {word!r}",
                names,
            )
    if "@" in word and (found := _placed(db, word)):
        if len(found) == 1:
            return found[0]
        raise NoSessionError(f"{len(found)} sessions are {word!r}", tuple((each.name, each.title) for each in found))
    raise NoSessionError(f"no session has the id {word!r}, or one that begins so")


def _placed(db: sqlite3.Connection, word: str) -> list[SessionLog]:
    """The sessions that `ID@project` can mean, of ids that several sessions have."""
    given, _, project = word.partition("@")
    matches = any_spelling(db, Term("project", (Value(project, "contains"),)))
    names = project_names(db)
    rows = db.execute(f"SELECT {_FIELDS} WHERE s.parent IS NULL AND instr(s.name, '@') ORDER BY s.name").fetchall()
    fitting = [log for log in map(_log, rows) if log.place and log.given.startswith(given)]
    for exactly in (True, False):
        found = []
        for log in fitting:
            called = list(filter(None, (names.get(log.root_folder or ""), log.root_folder, log.folder, log.place)))
            if any(each.casefold() == project.casefold() if exactly else matches(each) for each in called):
                found.append(log)
        if found:
            return found
    return []


def logs_of(db: sqlite3.Connection, session: SessionLog) -> tuple[list[str], bool]:
    """(what tells a session, in order; whether any of it is gone for good). Only what can be read is listed.

    In place of a log that is gone or was cut stands its copy in the archive, where there is one.
    """
    found: dict[str, str] = {}
    lost = False
    for path, gone in _paths(db, session):
        instead = stand_in(db, path)
        if instead is not None:
            found[path] = instead.path
        elif gone:
            lost = True
        else:
            found[path] = path
    rollouts = [path for path in found if path.rpartition("/")[2].startswith("rollout-")]
    if session.provider is Provider.CODEX and rollouts:
        found = {path: found[path] for path in rollouts}  # a headless run's event stream tells less than the rollout
    return [place for path, place in found.items() if not (path.endswith(".zst") and path[:-4] in found)], lost


def stands_inside(session: SessionLog, paths: Iterable[str]) -> bool:
    """Whether a subagent has no log of its own: its words stand in another session's, in these files."""
    if session.provider is not Provider.CLAUDE or "/agent-" not in session.name:
        return False
    name = f"{session.name.rpartition('/')[2]}.jsonl"
    return not any(path.removesuffix(".zst").endswith(f"/{name}") for path in paths)


def archive_words(db: sqlite3.Connection, places: Iterable[str]) -> str:
    """Why (some of) what is read is from the archive, for people; empty where none of it is."""
    for path in original_paths(db, places):
        instead = stand_in(db, path)
        if instead is not None:
            return instead.words
    return ""


def original_paths(db: sqlite3.Connection, places: Iterable[str]) -> list[str]:
    """For each of some logs where it lies, or where that lay which it is a copy of."""
    places, folder = list(places), f"{archive_folder(db)}/"
    known = originals(db) if any(place.startswith(folder) for place in places) else {}
    return [known.get(place, place) for place in places]


def log_paths(db: sqlite3.Connection, session: SessionLog) -> list[str]:
    """The files that tell a session and are there themselves, in order."""
    return [path for path, _ in _paths(db, session) if Path(path).is_file()]


def _paths(db: sqlite3.Connection, session: SessionLog) -> list[tuple[str, bool]]:
    """Every file that tells a session, and whether it was missed when the logs were last looked at."""
    rows = db.execute(
        "SELECT path, gone_at IS NOT NULL, first_ts FROM file WHERE provider = ? AND instr(path, ?) AND place = ? "
        "ORDER BY coalesce(first_ts, 0), path",
        (int(session.provider), _in_path(session), session.place),
    ).fetchall()
    own = [(str(path), bool(gone)) for path, gone, _ in rows if _tells(session, path)]
    # A copy or an export may have any name: what it tells is known since it was read.
    own += [
        (str(path), bool(gone))
        for path, gone in db.execute(
            "SELECT x.path, x.gone_at IS NOT NULL FROM talk t JOIN file x ON x.id = t.file WHERE t.session = ? "
            "ORDER BY coalesce(x.first_ts, 0), x.path",
            (session.id,),
        )
        if (path, bool(gone)) not in own
    ]
    if not own:
        own = db.execute(
            "SELECT DISTINCT x.path, x.gone_at IS NOT NULL FROM facet f JOIN call c ON c.facet = f.id "
            "JOIN file x ON x.id = c.file WHERE f.session = ? AND f.reason = 0 ORDER BY x.first_ts, x.path",
            (session.id,),
        ).fetchall()
    known = {path.rpartition("/")[2].removesuffix(".zst") for path, gone in own if not gone}
    for (path,) in db.execute(
        "SELECT DISTINCT path FROM archived WHERE provider = ? AND instr(path, ?) AND (? = '' OR session = ?) "
        "ORDER BY path",
        (int(session.provider), _in_path(session), session.place, session.name.partition("/")[0]),
    ):
        # Archived under a name that the log had before it was moved or compressed.
        name = path.rpartition("/")[2].removesuffix(".zst")
        if _tells(session, path) and name not in known and path not in dict(own):
            own.append((path, True))
    return own


def _in_path(session: SessionLog) -> str:
    return session.given.rpartition("/")[2]


def _tells(session: SessionLog, path: str) -> bool:
    name = path.rpartition("/")[2]
    if session.provider is Provider.CODEX:
        return session.name in name
    parent, found, agent = session.given.rpartition("/")
    if not found:
        return name == f"{session.given}.jsonl"
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


def any_below(db: sqlite3.Connection, session: SessionLog, below: Iterable[Subagent]) -> bool:
    """Whether a session's own subagents can be read: then it is told though its log is gone."""
    return any(each.log.parent == session.name and logs_of(db, each.log)[0] for each in below)


def _described(db: sqlite3.Connection, log: SessionLog) -> dict[str, Any]:
    logs, _ = logs_of(db, log)
    if not logs:
        return {}
    beside = original_paths(db, logs)[0].removesuffix(".jsonl") + ".meta.json"
    instead = stand_in(db, beside)
    try:
        with open_log(instead.path if instead else beside) as file:
            value = msgspec.json.decode(file.read(65536))
    except (UnreadableLogError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def session_of(db: sqlite3.Connection, provider: Provider, name: str) -> SessionLog | None:
    """The session with exactly this id; None: the ledger knows none."""
    row = db.execute(f"SELECT {_FIELDS} WHERE s.provider = ? AND s.name = ?", (int(provider), name)).fetchone()
    return None if row is None else _log(row)


def root_of(db: sqlite3.Connection, session: SessionLog) -> SessionLog:
    """The session at the top of a session's tree."""
    row = db.execute(
        "SELECT t.name FROM session s JOIN session t ON t.id = s.root WHERE s.id = ?", (session.id,)
    ).fetchone()
    return (session_of(db, session.provider, str(row[0])) if row else None) or session


def _log(row: tuple[Any, ...]) -> SessionLog:
    return SessionLog(row[0], Provider(row[1]), *row[2:])
