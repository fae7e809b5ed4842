"""Sessions of another agent that Codex copied into rollouts of its own: which, and where from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from tally_tui.logs.lines import text_of

TURN = "external-import-turn-"
"""How the ids of turns begin that hold what was imported."""
MARKER = "<EXTERNAL SESSION IMPORTED>"
"""Said once behind what was imported."""
_LISTED_IN = "external_agent_session_imports.json"
_LOG_FOLDERS = ("/sessions/", "/archived_sessions/")
_MOST_BYTES = 64 << 20
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def home_of(path: str) -> str | None:
    """The Codex home above a rollout; None where it does not lie in one."""
    places = [place for folder in _LOG_FOLDERS if (place := path.rfind(folder)) >= 0]
    return path[: max(places)] if places else None


def imported_from(path: str, thread: str) -> str | None:
    """The session of another agent that the thread of a rollout was imported from.

    Empty where the thread is listed but its origin is not; None where it is not listed as imported.
    """
    home = home_of(path)
    return None if home is None else imports_of(home).get(thread)


def imports_of(home: str) -> Mapping[str, str]:
    """Imported thread → its origin, as `imported_from`, of all that a Codex home lists."""
    listed = Path(home, _LISTED_IN)
    try:
        stat = listed.stat()
        return _listed(listed, stat.st_mtime_ns, stat.st_size) if stat.st_size <= _MOST_BYTES else {}
    except OSError:
        return {}


def is_marker(payload: bytes) -> bool:
    """Whether a record's payload (JSON) says nothing but that an import ends here."""
    if MARKER.encode() not in payload:
        return False
    said: Any = msgspec.json.decode(payload)
    if not isinstance(said, dict):
        return False
    texts = [said.get("message")]
    content = said.get("content")
    if said.get("role") == "assistant" and isinstance(content, list):
        texts += [block.get("text") for block in content if isinstance(block, dict)]
    return any(isinstance(text, str) and text.strip() == MARKER for text in texts)


@lru_cache(maxsize=16)
def _listed(path: Path, _changed: int, _size: int) -> dict[str, str]:
    """Imported thread → the session id in the name of the file it was imported from."""
    try:
        said: Any = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    records = said.get("records") if isinstance(said, dict) else said
    found: dict[str, str] = {}
    for record in records if isinstance(records, list) else []:
        thread = text_of(record.get("imported_thread_id")) if isinstance(record, dict) else None
        if thread:
            name = re.split(r"[/\\]", text_of(record.get("source_path")) or "")[-1].partition(".")[0]
            uuid = _UUID.search(name)
            found[thread] = found.get(thread) or (uuid[0].lower() if uuid else name)
    return found
