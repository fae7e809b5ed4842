"""The files that a message is about, and where in them."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from tally_tui.logs.messages import Item, Kind
from tally_tui.widgets.transcript.pages import Body, Code, Diff, Hunk

MOST: Final = 50
"""Files that one message names at most."""
_NAMES: Final = ("file_path", "notebook_path", "path", "filename")
_TALKING: Final = frozenset({Kind.PROMPT, Kind.REPLY, Kind.THINKING, Kind.PLAN, Kind.REVIEW, Kind.SUMMARY, Kind.AGENT})
_MENTIONED: Final = re.compile(r"(?<![\w/.:~-])(~?[\w.@+-]*/?(?:[\w.@+-]+/)*[\w.@+-]*\.\w{1,8})(?::(\d{1,7}))?")


class Place(NamedTuple):
    """A file as the log names it (relative to the session's folder, or whole), and a line of it, from 1 on."""

    path: str
    line: int | None = None
    guessed: bool = False
    """Only words that look like a path."""


def places_of(item: Item, body: Body) -> list[Place]:
    """The files a message names: those it changed, the one it read, else what looks like one in its words."""
    found = [Place(_target(part.path), _line(part.hunks)) for part in body if isinstance(part, Diff) and part.path]
    if not found:
        given = item.input if isinstance(item.input, dict) else {}
        paths = [*item.files, *(given[name] for name in _NAMES if isinstance(given.get(name), str))]
        first = next((part.first for part in body if isinstance(part, Code) and part.first is not None), None)
        offset = given.get("offset")
        line = first if first is not None else offset if type(offset) is int and offset > 0 else None
        found = [Place(path, line) for path in dict.fromkeys(paths) if path.strip()]
    if not found and item.kind in _TALKING:
        found = [
            Place(match[1], int(match[2]) if match[2] else None, True) for match in _MENTIONED.finditer(item.text)
        ]
    return list(dict.fromkeys(found))[:MOST]


def _target(path: str) -> str:
    """Where a file is after the change."""
    return path.rpartition(" → ")[2].removesuffix(" (deleted)")


def _line(hunks: tuple[Hunk, ...]) -> int | None:
    """The first line that a change touches, in the file as it was left."""
    for hunk in hunks:
        if hunk.new > 0:
            before = next((n for n, line in enumerate(hunk.lines) if line[:1] != " "), 0)
            return hunk.new + before
    return None
