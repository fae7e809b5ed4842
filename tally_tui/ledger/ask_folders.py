"""Which projects and folders a query means, in whatever spelling it names them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from unicodedata import normalize

from msgspec.structs import replace

from tally_tui.ledger.ask_names import project_names
from tally_tui.rules.folder_names import FolderNames

if TYPE_CHECKING:
    from tally_tui.query import Term, Value

Matches = Callable[[str | None], bool]


def projects_meant(db: sqlite3.Connection, matches: Matches) -> list[int]:
    """The folders whose root is a project that is meant: by its short name, or by any spelling of its path."""
    names, rows = project_names(db), _rows(db)
    spellings: dict[str, set[str]] = {}
    for _, path, root, name in rows:
        # Only a project's own folder spells it: that of a part of it is another folder.
        if name == root:
            spellings.setdefault(root, set()).add(path)
    meant = {
        root: any(map(matches, filter(None, (names.get(root), root, *spellings.get(root, ()))))) or (
            not root and matches(None)
        )
        for root in {root for _, _, root, _ in rows}
    }
    return [
        number for number, path, root, name in rows if meant[root] or (_is_checkout(name, root) and matches(path))
    ]


def _is_checkout(name: str, root: str) -> bool:
    """Whether a folder is no plain part of its project but a worktree, beside it or hidden in it."""
    below = name.removeprefix(root)
    return below == name or below[1:2] == "."


def folders_meant(db: sqlite3.Connection, matches: Matches) -> list[int]:
    """The folders that are meant, by their one name or as logs spell them."""
    return [number for number, path, _, name in _rows(db) if matches(name) or matches(path)]


def folders_named(db: sqlite3.Connection, name: str | None) -> list[int]:
    """The folders with exactly this name."""
    return [number for number, _, _, known in _rows(db) if known == name]


def any_spelling(db: sqlite3.Connection, term: Term) -> Matches:
    """Whether a path or name is one of a term's values; a path matches however both are spelled."""
    names = FolderNames(path for _, path, _, _ in _rows(db))
    values = [each for value in term.values for each in _spellings(value, names)]
    wanted = {names.key(value.text) for value in term.values if value.match == "exact" and names.is_path(value.text)}

    def matches(found: str | None) -> bool:
        text = None if found is None else normalize("NFC", found)
        if any(value.matches(text) for value in values):
            return True
        return bool(wanted and found and names.is_path(found) and names.key(found) in wanted)

    return matches


def _spellings(value: Value, names: FolderNames) -> Iterator[Value]:
    """A value in the form that names have, and as the name of a folder where it is a path."""
    text = normalize("NFC", value.text)
    value = replace(value, text=text, parts=tuple(normalize("NFC", part) for part in value.parts))
    yield value
    if value.match == "contains" and names.is_path(text):
        yield replace(value, text=names.name(text))
    elif value.match == "glob" and value.parts and names.is_path(value.parts[0]):
        first = value.parts[0]
        named = names.name(first)
        if first[-1] in "/\\" and named[-1] not in "/\\":
            named += "\\" if "\\" in named else "/"
        yield replace(value, parts=(named, *value.parts[1:]))


def _rows(db: sqlite3.Connection) -> list[tuple[int, str, str, str]]:
    """(number, raw path, root, name) of every folder."""
    return db.execute("SELECT id, path, root, coalesce(nullif(name, ''), path) FROM folder").fetchall()
