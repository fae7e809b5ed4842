"""Sessions and folders as the ledger knows them, held in memory while logs are read into it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Protocol

from msgspec import Struct

from tally_tui.ledger.folders import Folders
from tally_tui.logs.claude_start import fits, folder_of_logs
from tally_tui.model import Provider

LATER = 1 << 62
"""Sorts a session without a first record of its own behind all others."""


class Session(Struct):
    """One row of the session table; see `schema` for the columns."""

    id: int
    provider: int
    name: str
    parent: int | None = None
    root: int = 0
    forked_from: str | None = None
    kind: str = "main"
    agent: str | None = None
    title: str | None = None
    title_rank: int = 0
    folder: int | None = None
    branch: str | None = None
    version: str | None = None
    origin: str | None = None
    plan: str | None = None
    first_ts: int | None = None
    started: int | None = None
    paginated: int = 0
    low_confidence: int = 0
    headless: int = 0
    agent_type: str | None = None
    agent_rank: int = 0
    start_folder: int | None = None
    project: int | None = None
    imported_from: str | None = None


_COLUMNS = Session.__struct_fields__
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM session"
_REPLACE = f"INSERT OR REPLACE INTO session ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"


class Fact(Protocol):
    """What a log says of a session: the fields of `logs.records.SessionFact`, whoever brings them."""

    name: str
    parent: str | None
    forked_from: str | None
    agent: str | None
    title: str | None
    title_rank: int
    folder: str | None
    branch: str | None
    version: str | None
    origin: str | None
    first_ts: int | None
    started: int | None
    paginated: bool
    agent_type: str | None
    agent_rank: int
    start_folder: str | None
    imported_from: str | None


class Sessions:
    """All sessions by name; `learn` merges what logs say, `flush` writes what changed."""

    def __init__(self, db: sqlite3.Connection, folders: Folders) -> None:
        self._db = db
        self._folders = folders
        self._by_name: dict[tuple[int, str], Session] = {}
        self._by_id: dict[int, Session] = {}
        self._dirty: dict[int, Session] = {}
        for row in db.execute(_SELECT):
            self._keep(Session(*row))
        self._parents = {session.parent for session in self._by_id.values()}
        self._fresh: set[int] = set()
        self._begun: set[int] = set()
        """Sessions whose beginning, or whose root, may be another since `settle`."""
        self.moved: set[int] = set()
        """Roots that earlier transactions decided on and that turn out to begin at another time."""

    def _keep(self, session: Session) -> Session:
        self._by_name[session.provider, session.name] = session
        self._by_id[session.id] = session
        return session

    def __getitem__(self, session_id: int) -> Session:
        return self._by_id[session_id]

    def find(self, provider: int, name: str) -> Session | None:
        return self._by_name.get((provider, name))

    def forks_of(self, name: str) -> Iterator[Session]:
        """Codex threads that may replay the thread of this name."""
        return (session for session in self._by_id.values() if session.forked_from == name)

    def named(self, provider: int, name: str) -> Session:
        """The session of that name, made when it is new (a Claude subagent's names its parent)."""
        known = self._by_name.get((provider, name))
        if known is not None:
            return known
        session = Session(id=len(self._by_id) + 1, provider=provider, name=name)
        while session.id in self._by_id:
            session.id += 1
        session.root = session.id
        self._keep(session)
        self._fresh.add(session.id)
        self._begun.add(session.id)
        self._dirty[session.id] = session
        if provider == Provider.CLAUDE and "/agent-" in name:
            parent, _, agent = name.partition("/agent-")
            session.agent = agent
            self._adopt(session, self.named(provider, parent))
        return session

    def learn(self, provider: int, fact: Fact) -> Session:
        """Merge what a log says; the record with the earliest first line speaks for the session."""
        session = self.named(provider, fact.name)
        self._dirty[session.id] = session
        earlier = fact.first_ts is not None and (session.first_ts is None or fact.first_ts < session.first_ts)
        if earlier:
            session.first_ts = fact.first_ts
            if session.id not in self._fresh:
                self.moved.add(session.root)
        folder = self.folder(fact.folder)
        for name, value in (
            ("folder", folder), ("branch", fact.branch), ("version", fact.version), ("origin", fact.origin),
        ):  # fmt: skip
            if value is not None and (earlier or getattr(session, name) is None):
                setattr(session, name, value)
        if fact.start_folder is not None:
            self._start(session, fact.start_folder)
        self._begun.add(session.id)
        if fact.title and (fact.title_rank > session.title_rank or (fact.title_rank == session.title_rank >= 3)):
            session.title, session.title_rank = fact.title, fact.title_rank
        if fact.agent and (session.agent is None or fact.agent not in session.name):
            session.agent = fact.agent
        if fact.agent_type and (fact.agent_rank, fact.agent_type) > (session.agent_rank, session.agent_type or ""):
            session.agent_type, session.agent_rank = fact.agent_type, fact.agent_rank
        session.imported_from = session.imported_from or fact.imported_from
        if fact.forked_from:
            # Where files of one thread disagree, no order of reading may decide.
            session.forked_from = min(fact.forked_from, session.forked_from or fact.forked_from)
        if fact.started is not None:
            session.started = fact.started if session.started is None else min(session.started, fact.started)
        session.paginated = session.paginated or int(fact.paginated)
        if fact.parent and fact.parent != fact.name:
            self._adopt(session, self.named(provider, fact.parent))
        if fact.agent:
            session.kind = "subagent"
        return session

    def _adopt(self, child: Session, parent: Session) -> None:
        child.kind = "subagent"
        if child.parent == parent.id or child.id in self._above(parent):
            return  # known already, or a circle that no honest log draws
        if child.parent is not None:
            known = self._by_id[child.parent].name
            # A subagent of the session that is known started it; else two files disagree, and no order of
            # reading may decide.
            deeper = parent.name.startswith(f"{known}/agent-")
            if known.startswith(f"{parent.name}/agent-") or (known < parent.name and not deeper):
                return
        child.parent = parent.id
        self._parents.add(parent.id)
        old, new = child.root, parent.root
        for session in list(self._by_id.values()) if child.id in self._parents else [child]:
            if session is child or (session.root == old and child.id in self._above(session)):
                session.root = new
                self._dirty[session.id] = session
                self._begun.add(session.id)
        if child.id not in self._fresh:
            self.moved.add(new)

    def _above(self, session: Session) -> list[int]:
        """A session and those above it, to the topmost."""
        line = [session.id]
        while (parent := self._by_id[line[-1]].parent) is not None:
            line.append(parent)
        return line

    def folder(self, path: str | None) -> int | None:
        """The id of a working folder."""
        return None if path is None else self._folders.id(path)

    def _start(self, session: Session, path: str) -> None:
        """A log tells in which folder it began; of several logs the earliest says so for their session."""
        folder = self._folders.id(path)
        if session.start_folder is None or session.start_folder == folder:
            session.start_folder = folder
            return
        both = (self._folders.path(session.start_folder), session.start_folder), (path, folder)
        session.start_folder = min((self._first_log(session, *each), *each) for each in both)[2]

    def _first_log(self, session: Session, folder: str, _: int) -> tuple[int, str]:
        """When the earliest log of a session began that lies where those of a working folder do, and its path."""
        file = f"/{session.name.partition('@')[0]}.jsonl"
        rows = self._db.execute(
            "SELECT coalesce(first_ts, ?), path FROM file WHERE provider = ? AND instr(path, ?)",
            (LATER, session.provider, file),
        )
        found = [(ts, path) for ts, path in rows if path.endswith(file) and fits(folder, folder_of_logs(path))]
        return min(found, default=(LATER, ""))

    def start_of(self, session_id: int) -> int | None:
        """The folder whose project takes a session's calls that lie in no known repository."""
        session = self._by_id[session_id]
        root = self._by_id[session.root]
        return root.start_folder or root.folder or session.start_folder or session.folder

    def project_of(self, session_id: int, folder: int | None) -> int | None:
        """The folder whose root is the project of a session's calls that were made in a folder."""
        if folder is not None and self._folders.is_known(folder):
            return folder
        return self.start_of(session_id) or folder

    def settle(self, *, everything: bool = False) -> set[int]:
        """Decide on the projects of sessions, those of subagents with their roots'; returns which changed."""
        begun, self._begun = self._begun, set()
        if everything:
            concerned = list(self._by_id.values())
        else:
            tops = begun & self._parents
            concerned = [self._by_id[number] for number in begun]
            if tops:
                concerned += [each for each in self._by_id.values() if each.root in tops and each.id not in begun]
        changed: set[int] = set()
        for session in concerned:
            project = self.start_of(session.id)
            if project != session.project:
                session.project = project
                self._dirty[session.id] = session
                changed.add(session.id)
        return changed

    def changed(self, session: Session) -> None:
        self._dirty[session.id] = session

    def flush(self) -> None:
        """Write what changed; the caller owns the transaction."""
        self._db.executemany(
            _REPLACE, [tuple(getattr(session, name) for name in _COLUMNS) for session in self._dirty.values()]
        )
        self._dirty.clear()
        self._fresh.clear()
