"""Claude Code keeps a session's log in a folder that is named after the working folder it began in."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Final

_OTHERS: Final = re.compile("[^a-zA-Z0-9]")
_OTHERS_EARLIER: Final = re.compile("[^a-zA-Z0-9_]")
MOST: Final = 200
"""Characters of the name; a longer one is cut there, and a hash follows."""


def folder_of_logs(path: str) -> str:
    """The name of the folder that holds the logs of a transcript's project, subagents' folders left out."""
    parts = PurePath(path).parts
    at = len(parts) - 1
    if "subagents" in parts:
        at -= parts[::-1].index("subagents") + 1
    return parts[at - 1] if at > 0 else ""


def fits(cwd: str, folder: str) -> bool:
    """Whether a folder of logs is named after a working folder: all but ASCII letters and digits is a dash there."""
    for others in (_OTHERS, _OTHERS_EARLIER):
        # JavaScript counts what lies beyond 16 bits as two.
        name = others.sub(lambda found: "--" if found[0] > "\uffff" else "-", cwd)
        if name == folder or (len(name) > MOST and folder[: MOST + 1] == name[:MOST] + "-"):
            return True
    return False
