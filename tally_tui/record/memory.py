"""What the last status line of a session printed and kept: a second one within a second answers from it."""

from __future__ import annotations

import os

from tally_tui.record import places
from tally_tui.record.payload import number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SAME_S = 1.0
"""Seconds within which a second line answers from the first."""
_FOLDER = "statusline"
_FORGET_S = 7 * 86_400


class Memory:
    """One session's: `output` as printed at `at` (seconds), and of each limit what was last kept."""

    __slots__ = ("activity", "at", "columns", "kept", "known", "output", "then")

    def __init__(self, said: dict[str, Any]) -> None:
        at, output = said.get("at"), said.get("output")
        self.known = bool(said)
        self.at: float = at if isinstance(at, int | float) else 0.0
        """By the real clock: it is about processes, whatever `TALLY_NOW` says."""
        self.output = output if isinstance(output, str) else ""
        self.then = said.get("then")
        self.columns = said.get("columns")
        """The terminal's width that the output was made for, as the agent said it."""
        self.activity = said.get("activity")
        kept = said.get("kept")
        entries = kept.items() if isinstance(kept, dict) else ()
        self.kept: dict[str, list[Any]] = {key: entry for key, entry in entries if _usable(entry)}
        """Limit key → [percent, reset, when], of the newest reading of this session that was kept."""

    def answers(self, at: float, then: str | None, columns: str) -> bool:
        """Whether a line wanted now is the one that was just printed."""
        return bool(self.output) and self.then == then and self.columns == columns and 0 <= at - self.at < SAME_S


def _usable(entry: Any) -> bool:
    return isinstance(entry, list) and len(entry) == 3 and all(number(each) is not None for each in entry)


def recall(session: str) -> Memory:
    """What is known of a session; an empty memory where there is none."""
    import json

    try:
        with open(_path(session), "rb") as file:
            said = json.loads(file.read(1 << 18))
    except (OSError, ValueError, RecursionError):
        said = {}
    return Memory(said if isinstance(said, dict) else {})


def remember(session: str, memory: Memory) -> None:
    """Keep it for the next line of this session; given up where nothing can be written."""
    import json

    said = {
        "at": memory.at, "output": memory.output, "then": memory.then, "columns": memory.columns,
        "activity": memory.activity, "kept": memory.kept,
    }  # fmt: skip
    try:
        if not memory.known:
            places.make_private(os.path.join(places.made_data_dir(), _FOLDER))
            _forget_old(memory.at)
        places.write_private(_path(session), json.dumps(said, separators=(",", ":")).encode())
    except OSError:
        pass  # the next line is computed like this one


def _path(session: str) -> str:
    import zlib

    # Ids are the agent's words and may hold anything; two that are alike end in different names.
    plain = "".join(each if (each.isalnum() and each.isascii()) or each in "-_" else "_" for each in session[:64])
    return os.path.join(places.data_dir(), _FOLDER, f"{plain or 'none'}-{zlib.crc32(session.encode()):08x}.json")


def _forget_old(now: float) -> None:
    with os.scandir(os.path.join(places.data_dir(), _FOLDER)) as entries:
        for entry in entries:
            try:
                if now - entry.stat(follow_symlinks=False).st_mtime > _FORGET_S:
                    os.unlink(entry.path)
            except OSError:
                continue
