"""Transcripts in several folders that share a session id: which of them tell one session, and which do not.

Two of them are one session where they share a line, or where a line of one hangs below a line of the other. What
shares nothing is another session that happens to have the same id: both are then known by the id and a place, which
is the name of the folder of logs that the session's transcripts lie in.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec
from msgspec import Struct, field

from tally_tui.logs.claude_start import folder_of_logs
from tally_tui.logs.lines import UnreadableLogError, open_log
from tally_tui.model import Provider

_ENDING: Final = ".jsonl"


class _Line(msgspec.Struct):
    uuid: str | None = None
    parentUuid: str | None = None
    logicalParentUuid: str | None = None


class _Ids(Struct):
    """The ids of a transcript's lines, as far as it was read, and of those that lines hang below."""

    read: int = 0
    own: set[str] = field(default_factory=set)
    above: set[str] = field(default_factory=set)


def transcript_id(path: str) -> str | None:
    """The session that a main transcript of Claude Code is named after; None for another file."""
    folder, _, name = path.rpartition("/")
    if not name.endswith(_ENDING) or name.startswith("agent-") or "/subagents" in folder:
        return None
    return name.removesuffix(_ENDING)


class Twins:
    """All main transcripts by session id, and what is known of those that share one. Reads files when asked to."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._ids: dict[str, _Ids] = {}
        self._paths: dict[str, set[str]] = {}
        self._places: dict[str, dict[str, str]] = {}
        """Session id → folder above its transcript → place; only of ids that several sessions have."""
        for path, place in db.execute("SELECT path, place FROM file WHERE provider = ?", (int(Provider.CLAUDE),)):
            session = transcript_id(path)
            if session is not None:
                self._paths.setdefault(session, set()).add(path)
                if place:
                    self._places.setdefault(session, {})[os.path.dirname(path)] = place  # noqa: PTH120

    def met(self, paths: Iterable[str]) -> set[str]:
        """Take up files that are about to be read; returns the ids among theirs that several transcripts have."""
        found = set()
        for path in paths:
            session = transcript_id(path)
            if session is not None:
                self._paths.setdefault(session, set()).add(path)
                if len(self._paths[session]) > 1:
                    found.add(session)
        return found

    def moved(self, before: str, after: str) -> None:
        """A transcript lies elsewhere now."""
        session = transcript_id(before)
        if session is not None:
            self._paths.get(session, set()).discard(before)
            self.met([after])

    def named(self, path: str, session: str) -> str:
        """A session, as a file at this path names it, by its name in the ledger (subagents' likewise)."""
        root, slash, agent = session.partition("/")
        places = self._places.get(root)
        if not places:
            return session
        place = places.get(_project_folder(path))
        # A file that lies with none of them (a copy's) means the one whose place comes first.
        return f"{root}@{place if place is not None else min(places.values())}{slash}{agent}"

    @property
    def any(self) -> bool:
        """Whether any id is that of several sessions."""
        return bool(self._places)

    def place_of(self, path: str, session: str) -> str:
        """The place of the session that a file tells; '' where no other has its id."""
        return self.named(path, session.partition("/")[0]).partition("@")[2]

    def decide(self, session: str) -> dict[str, str]:
        """Compare the transcripts of a session's id: the place of each of their folders, '' where all are one session.

        The caller owns the transaction: what was compared is remembered.
        """
        paths = sorted(self._paths[session])
        files = self._files(paths)
        group = {path: path for path in paths}

        def top(path: str) -> str:
            while group[path] != path:
                path = group[path]
            return path

        for index, one in enumerate(paths):
            for other in paths[:index]:
                if top(one) != top(other) and self._related(files, one, other):
                    low, high = sorted((top(one), top(other)))
                    group[high] = low
        places: dict[str, str] = {}
        tops = sorted({top(path) for path in paths})
        taken: dict[str, str] = {}
        for path in tops:
            name = folder_of_logs(path) or "logs"
            number = sum(1 for each in taken.values() if each.partition("~")[0] == name)
            taken[path] = f"{name}~{number + 1}" if number else name
        for path in paths:
            places[os.path.dirname(path)] = taken[top(path)] if len(tops) > 1 else ""  # noqa: PTH120
        if len(tops) > 1:
            self._places[session] = dict(places)
        else:
            self._places.pop(session, None)
            for path in paths:
                self._ids.pop(path, None)
        return places

    def holder(self, session: str, uuid: str) -> str | None:
        """The folder of the transcript that holds a line, of those compared last."""
        for path in sorted(self._paths.get(session, ())):
            ids = self._ids.get(path)
            if ids is not None and uuid in ids.own:
                return os.path.dirname(path)  # noqa: PTH120
        return None

    def _files(self, paths: list[str]) -> dict[str, tuple[int, int]]:
        """Path → its number in the ledger and its size on disk; -1 for one that is gone."""
        found = {}
        for path in paths:
            row = self._db.execute("SELECT id FROM file WHERE path = ?", (path,)).fetchone()
            try:
                size = os.stat(path).st_size  # noqa: PTH116
            except OSError:
                size = -1
            found[path] = (row[0] if row else 0, size)
        return found

    def _related(self, files: Mapping[str, tuple[int, int]], one: str, other: str) -> bool:
        (first, first_size), (second, second_size) = files[one], files[other]
        if first > second:
            one, other, first, first_size, second, second_size = other, one, second, second_size, first, first_size
        known = self._db.execute(
            "SELECT related, file_size, other_size FROM file_relation WHERE file = ? AND other = ?", (first, second)
        ).fetchone()
        sizes = (first_size, second_size)
        if known is not None and (known[0] or min(sizes) < 0 or known[1:] == sizes):
            return bool(known[0])
        if min(first_size, second_size) < 0:
            return True  # one is gone, and was never compared
        try:
            a, b = self._read(one, first_size), self._read(other, second_size)
        except UnreadableLogError:
            return True if known is None else bool(known[0])
        # What has no lines of its own (a title, a summary) says nothing of being another session.
        related = not (a.own and b.own) or not (
            a.own.isdisjoint(b.own) and a.own.isdisjoint(b.above) and a.above.isdisjoint(b.own)
        )
        if a.own and b.own:
            self._db.execute(
                "INSERT OR REPLACE INTO file_relation (file, other, file_size, other_size, related) "
                "VALUES (?, ?, ?, ?, ?)",
                (first, second, first_size, second_size, int(related)),
            )
        return related

    def _read(self, path: str, size: int) -> _Ids:
        """The ids of a transcript's whole lines: those behind what was read before, where it grew."""
        ids = self._ids.get(path)
        if ids is None or ids.read > size:
            ids = self._ids[path] = _Ids()
        if ids.read < size:
            with open_log(path) as log:
                log.seek(ids.read)
                for line in log:
                    if not line.endswith(b"\n"):
                        break
                    ids.read += len(line)
                    for found in _decoded(line):
                        if found.uuid:
                            ids.own.add(found.uuid)
                        ids.above.update(filter(None, (found.parentUuid, found.logicalParentUuid)))
        return ids


_DECODER: Final = msgspec.json.Decoder(_Line)


def _decoded(line: bytes) -> Iterator[_Line]:
    try:
        yield _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return


def _project_folder(path: str) -> str:
    """The folder of logs that a transcript, or a subagent's, lies in."""
    folder = os.path.dirname(path)  # noqa: PTH120
    at = folder.find("/subagents")
    return os.path.dirname(folder[:at]) if at > 0 else folder  # noqa: PTH120
