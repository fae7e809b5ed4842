"""The folders that logs name: what each is called, and which repository it belongs to."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from tally_tui.rules.folder_names import FolderNames
from tally_tui.rules.project_names import CODEX_WORKTREE, fold_worktree


class Roots(Protocol):
    """What knows the git roots on disk: `ingest.git_roots.GitRoots`."""

    names: FolderNames
    seen: dict[str, str]
    found: dict[str, str]

    def find(self, folder: str) -> tuple[str, bool]: ...

    def forget(self, *, disk: bool = True) -> None: ...


class Folders:
    """Every folder by its raw path. New ones are written, and all of them settled, by `settle`.

    What a folder is called, and which repository it belongs to, depends on the other folders that are known
    and on the git roots that were seen: whenever that changes, the rows that it concerns change too, so that
    the order in which logs are read changes nothing.
    """

    def __init__(self, db: sqlite3.Connection, roots: Roots) -> None:
        self._db = db
        self._roots = roots
        self._ids: dict[str, int] = {}
        self._rows: dict[str, tuple[str, str, int]] = {}
        """Path → root, name and whether the root is a known repository, as they are written."""
        for number, path, root, name, known in db.execute("SELECT id, path, root, name, known FROM folder"):
            self._ids[path] = number
            self._rows[path] = (root, name, known)
        self._known = {self._ids[path] for path, (_, _, known) in self._rows.items() if known}
        self._paths = {number: path for path, number in self._ids.items()}
        self._last = max(self._ids.values(), default=0)
        self._new: list[str] = []
        roots.names = self.names = FolderNames(self._ids)
        self._load_seen()

    def _load_seen(self) -> None:
        roots = self._roots
        roots.seen = {}
        for path, repository in self._db.execute("SELECT path, repository FROM git_root ORDER BY path"):
            roots.seen[self.names.key(path)] = repository
        roots.forget(disk=False)

    def id(self, path: str) -> int:
        """The number of a folder, given when it is new."""
        known = self._ids.get(path)
        if known is None:
            known = self._last = self._ids[path] = self._last + 1
            self._paths[known] = path
            self._new.append(path)
        return known

    def path(self, number: int) -> str:
        """The raw path of a folder."""
        return self._paths[number]

    def is_known(self, number: int) -> bool:
        """Whether a folder lies in a git repository that is or was on disk; as of the last `settle`."""
        return number in self._known

    def settle(self, *, everything: bool = False) -> set[int]:
        """Bring the table up to date; returns the folders that became known, or unknown, as a repository's.

        With `everything` all folders are looked up again: the disk may have changed. The caller owns the transaction.
        """
        new, self._new = self._new, []
        if not new and not everything:
            return set()
        if everything:
            self._adopt_earlier()
        renamed = [self.names.add(path) for path in new]
        if any(renamed):
            self._load_seen()
            everything = True
        known_before = set(self._known)
        todo: Iterable[str] = list(self._ids) if everything else new
        while todo:
            for path in todo:
                self._look_up(path)
            # A git root met on disk may hold folders under other spellings of its path.
            todo = list(self._below(self._note_found()))
        return known_before ^ self._known

    def changes(self) -> bool:
        """Whether `settle` would change anything now, for what the disk says; writes nothing."""
        rows = {path: self._told(path) for path in self._ids}
        fresh = any(self._is_new(path, repository) for path, repository in self._roots.found.items())
        if fresh or rows != self._rows or any(self._earlier()):
            return True
        unsettled = "SELECT 1 FROM session WHERE project IS NULL AND coalesce(start_folder, folder) IS NOT NULL LIMIT 1"
        return self._db.execute(unsettled).fetchone() is not None

    def _look_up(self, path: str) -> None:
        told = self._told(path)
        was = self._rows.get(path)
        if told == was:
            return
        number = self._ids[path]
        self._db.execute(
            "INSERT INTO folder (id, path, root, name, known) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET root = excluded.root, name = excluded.name, known = excluded.known",
            (number, path, *told),
        )
        self._rows[path] = told
        (self._known.add if told[2] else self._known.discard)(number)

    def _told(self, path: str) -> tuple[str, str, int]:
        root, known = self._roots.find(path)
        return self.names.name(root) if root else "", self.names.name(path), int(known)

    def _is_new(self, path: str, repository: str) -> bool:
        known = self._roots.seen.get(self.names.key(path))
        return known is None or self.names.key(known) != self.names.key(repository)

    def _note_found(self) -> list[str]:
        """Write down git roots that were met on disk and not before; returns their keys."""
        found = {path: to for path, to in sorted(self._roots.found.items()) if self._is_new(path, to)}
        self._roots.found.clear()
        for path, repository in found.items():
            self._remember(path, repository)
        if found:
            self._roots.forget(disk=False)
        return [self.names.key(path) for path in found]

    def _remember(self, path: str, repository: str) -> None:
        self._roots.seen[self.names.key(path)] = repository
        self._db.execute("INSERT OR REPLACE INTO git_root (path, repository) VALUES (?, ?)", (path, repository))

    def _below(self, keys: list[str]) -> Iterator[str]:
        if not keys:
            return
        tops = tuple(key.rstrip("/\\") for key in keys)
        for path in self._ids:
            key = self.names.key(path)
            if any(key == top or (key.startswith(top) and key[len(top)] in "/\\") for top in tops):
                yield path

    def _adopt_earlier(self) -> None:
        """Git roots that an earlier version knew of: it kept for each folder its root, and no more."""
        for path, root in list(self._earlier()):
            inside = self.names.key(path).startswith(self.names.key(root).rstrip("/\\"))
            self._remember(root if inside else path, root)

    def _earlier(self) -> Iterator[tuple[str, str]]:
        key = self.names.key
        for path, (root, _, known) in self._rows.items():
            if known or not root or root.startswith(CODEX_WORKTREE) or key(root) == key(path):
                continue
            folded, seen = fold_worktree(path), self._roots.seen
            by_name = folded is not None and key(root) == key(folded)
            if not by_name and root not in (seen.get(key(root)), seen.get(key(path))):
                yield path, root


def look_again(db: sqlite3.Connection, roots: Roots, settle: Callable[[], None]) -> bool:
    """Look for repositories that were made or met since; `settle` is called where a row would change."""
    if not Folders(db, roots).changes():
        return False
    settle()
    return True
