"""What the archive holds, session by session, and how it stands."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable

from msgspec import Struct

from tally_tui.ledger import archived
from tally_tui.ledger.archived import Copy, archive_folder
from tally_tui.ledger.ask_names import project_names
from tally_tui.ledger.ask_sessions import PROJECT
from tally_tui.model import Provider
from tally_tui.rules.redaction import masked_title


class ArchivedSession(Struct, frozen=True):
    """A session in the archive; sizes in bytes, times epoch milliseconds."""

    provider: str
    session: str
    title: str
    project: str | None
    files: int
    files_gone: int
    """Of them, those that are gone (or were cut): the archive has the only whole copy."""
    size: int
    stored: int
    archived_ms: int
    """When something of it was copied last."""
    missing: int = 0
    """Copies that are gone from the archive."""


class Archive(Struct, frozen=True):
    """The whole archive; sizes in bytes."""

    folder: str
    sessions: tuple[ArchivedSession, ...] = ()
    """The latest archived first."""
    size: int = 0
    stored: int = 0
    files: int = 0
    unknown_files: int = 0
    """Files in its folder that belong to no session this ledger knows."""

    @property
    def files_gone(self) -> int:
        return sum(each.files_gone for each in self.sessions)


def archive(db: sqlite3.Connection) -> Archive:
    """What there is in the archive of a ledger."""
    folder = archive_folder(db)
    copies = archived.copies(db)
    stand_ins = archived.stand_ins(db)
    facts = {
        (int(provider), name): (masked_title(title), root)
        for provider, name, title, root in db.execute(
            "SELECT s.provider, s.name, coalesce(s.title, s.agent, ''), d.root FROM session s "
            f"LEFT JOIN folder d ON d.id = {PROJECT} WHERE (s.provider, s.name) IN "
            "(SELECT provider, session FROM archived)"
        )
    }
    projects = project_names(db)
    groups: dict[tuple[int, str], list[Copy]] = {}
    for each in copies:
        groups.setdefault((int(each.provider), each.session), []).append(each)
    sessions = []
    for (provider, name), some in groups.items():
        title, root = facts.get((provider, name), ("", None))
        sessions.append(
            ArchivedSession(
                provider=Provider(provider).word,
                session=name,
                title=title,
                project=projects.get(root or ""),
                files=len(some),
                files_gone=sum(each.path in stand_ins for each in some),
                size=sum(each.size for each in some),
                stored=sum(each.stored for each in some),
                archived_ms=max(each.archived_at for each in some),
                missing=sum(not (folder / each.copy).is_file() for each in some),
            )
        )
    sessions.sort(key=lambda each: (-each.archived_ms, each.provider, each.session))
    distinct = {each.copy: each for each in copies}
    return Archive(
        folder=str(folder),
        sessions=tuple(sessions),
        size=sum(each.size for each in distinct.values()),
        stored=sum(each.stored for each in distinct.values()),
        files=len(distinct),
        unknown_files=_unknown(str(folder), distinct),
    )


def _unknown(folder: str, known: Iterable[str]) -> int:
    there = {
        f"{above}/{name}".removeprefix(f"{folder}/")
        for above, _, names in os.walk(folder)
        for name in names
        if not name.endswith(".part")
    }
    return len(there.difference(known))
