"""What belongs to a session on disk: its logs, its subagents', and what its tools put out beside them."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final

from tally_tui.logs.discover import is_text
from tally_tui.model import Provider
from tally_tui.reports.conversation_files import SessionLog, log_paths, session_of, subagents_of

MOST_FILES: Final = 100_000
"""Files of one session's folder that are looked at."""
_MOST_ANCESTORS: Final = 16


def files_of(db: sqlite3.Connection, root: SessionLog, problems: list[str] | None = None) -> list[str]:
    """The files there are of a root session and its subagents, each once; the session's own logs first.

    What cannot be archived (a name that is not UTF-8) adds a sentence to `problems`.
    """
    found: dict[str, None] = {}
    for log in (root, *(agent.log for agent in subagents_of(db, root))):
        for path in log_paths(db, log):
            found[path] = None
            if root.provider is Provider.CLAUDE and path.endswith(".jsonl"):
                _below(path.removesuffix(".jsonl"), found, [] if problems is None else problems)
                _meta(path, found)
    for path in _ancestors(db, root):
        found[path] = None
    return list(found)


def _meta(path: str, found: dict[str, None]) -> None:
    """What an older Claude Code notes beside a subagent's log."""
    beside = Path(path.removesuffix(".jsonl") + ".meta.json")
    if beside.is_file() and not beside.is_symlink():
        found[str(beside)] = None


def _below(folder: str, found: dict[str, None], problems: list[str]) -> None:
    """Every file below a session's own folder. Links are not followed: they may lead anywhere."""
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in sorted(entries, key=lambda each: each.name):
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        if not is_text(entry.path):
                            shown = entry.path.encode("utf-8", "backslashreplace").decode()
                            problems.append(f"{shown}: not archived (its name is not UTF-8)")
                        elif len(found) < MOST_FILES:
                            found[entry.path] = None
        except OSError:
            continue  # most sessions have no folder of their own


def _ancestors(db: sqlite3.Connection, root: SessionLog) -> list[str]:
    """Codex: the logs of the threads that a fork goes on from: a paginated one copies nothing of them."""
    if root.provider is not Provider.CODEX:
        return []
    found: list[str] = []
    at, met = root, {root.name}
    while len(met) < _MOST_ANCESTORS:
        row = db.execute("SELECT forked_from FROM session WHERE id = ? AND paginated", (at.id,)).fetchone()
        above = session_of(db, Provider.CODEX, str(row[0])) if row and row[0] else None
        if above is None or above.name in met:
            break
        found += log_paths(db, above)
        met.add(above.name)
        at = above
    return found
