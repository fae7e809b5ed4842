"""Which sessions are open in a running Claude Code: its home keeps `sessions/PID.json` for each process."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

_MOST_BYTES: Final = 1 << 16


class Running(Struct, frozen=True):
    """A process that has a session open; what it does not say is ''."""

    pid: int
    status: str
    """In the agent's own word: `busy`, `idle` …"""
    pane: str
    """The tmux pane it is in."""


def running(homes: Iterable[Path], session: str) -> Running | None:
    """The living process that has a session open; None where there is none, or nobody can tell.

    Args:
        homes: Claude Code's home folders.
        session: the session's id.
    """
    for home in homes:
        try:
            files = sorted((home / "sessions").iterdir())
        except OSError:
            continue
        for file in files:
            pid = _pid(file)
            if pid is None:
                continue
            said = _said(file)
            if said.get("sessionId") == session and _lives(pid):
                return Running(pid, _text(said.get("status")), _pane(said.get("tmux")))
    return None


def _pid(file: Path) -> int | None:
    name = file.stem
    if file.suffix != ".json" or not (name.isascii() and name.isdigit() and len(name) < 10) or int(name) <= 1:
        return None
    return int(name)


def _said(file: Path) -> dict[str, Any]:
    try:
        if not file.is_file():
            return {}
        with file.open("rb") as opened:
            said = json.loads(opened.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True  # somebody else's, but there
    except OSError:
        return False
    return True


def _pane(said: Any) -> str:
    """A pane's name: said alone, or as a part of where it is."""
    if isinstance(said, dict):
        said = next((said[name] for name in ("pane", "paneId", "pane_id", "target") if said.get(name)), "")
    return _text(said)


def _text(value: Any) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    return "".join(each for each in str(value)[:60] if each.isprintable()).strip()
