"""The names that a person gave Codex threads, from the list that Codex keeps beside its logs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tally_tui.database import transaction
from tally_tui.logs.lines import text_of
from tally_tui.model import Provider
from tally_tui.paths import Root

if TYPE_CHECKING:
    from tally_tui.ledger.write import Writer

LISTED_IN: Final = "session_index.jsonl"
RANK: Final = 5
"""Of a title: the list has the name that was given last."""
_MOST_BYTES: Final = 64 << 20
_LENGTH: Final = 300


class ThreadNames:
    """Reads the lists again where they changed."""

    def __init__(self) -> None:
        self._lists: dict[Path, tuple[tuple[int, int], dict[str, str]]] = {}

    def give(self, db: sqlite3.Connection, roots: Iterable[Root], writer: Callable[[], Writer]) -> bool:
        """Give the threads that the ledger knows these names; whether any has another one now."""
        names = to_be_changed(db, self.of(root.path for root in roots if root.provider is Provider.CODEX))
        if names:
            with transaction(db):
                writer().entitle(Provider.CODEX, names, RANK)
        return bool(names)

    def of(self, homes: Iterable[Path]) -> dict[str, str]:
        """Thread → its name, as the lists in some Codex homes say now. One that cannot be read says nothing."""
        found: dict[str, str] = {}
        for home in homes:
            path = home / LISTED_IN
            try:
                stat = path.stat()
                stamp = stat.st_mtime_ns, stat.st_size
                if stat.st_size > _MOST_BYTES:
                    continue
                known = self._lists.get(path)
                if known is None or known[0] != stamp:
                    known = self._lists[path] = stamp, _read(path)
            except OSError:
                continue
            found |= known[1]
        return found


def to_be_changed(db: sqlite3.Connection, names: Mapping[str, str]) -> dict[str, str]:
    """Those of the threads that the ledger knows under another title."""
    if not names:
        return {}
    rows = db.execute(
        "SELECT name, coalesce(title, ''), title_rank FROM session WHERE provider = ? "
        "AND name IN (SELECT value FROM json_each(?))",
        (int(Provider.CODEX), json.dumps(list(names))),
    )
    return {name: names[name] for name, title, rank in rows if (title, rank) != (names[name], RANK)}


def _read(path: Path) -> dict[str, str]:
    """The newest name of each thread; lines that say nothing of one are passed over."""
    found: dict[str, tuple[str, str]] = {}
    with path.open("rb") as lines:
        for line in lines:
            try:
                value: Any = msgspec.json.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
            if not isinstance(value, dict):
                continue
            thread, name = text_of(value.get("id")), " ".join((text_of(value.get("thread_name")) or "").split())
            changed = text_of(value.get("updated_at")) or ""
            # Appended to: of two of one instant the later line is the newer.
            if thread and name and (thread not in found or changed >= found[thread][0]):
                found[thread] = changed, name[:_LENGTH]
    return {thread: name for thread, (_, name) in found.items()}
