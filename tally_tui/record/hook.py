"""A hook of an agent: it is answered at once, and what follows happens behind its back."""

from __future__ import annotations

import os

from tally_tui import diagnostics
from tally_tui.record import places
from tally_tui.record.stdin import read_all

CLAUDE, CODEX = "claude", "codex"
_HEARD = "heard"


def hook(agent: str) -> int:
    """Take what the agent tells, say that all is well, and have its logs read; always 0."""
    # Read only so that the agent does not write into a closed pipe: the logs say all of it, and more.
    read_all(0.5)
    if agent == CODEX:
        # Valid by every reading of its documentation; nothing at all is not.
        try:
            os.write(1, b"{}\n")
        except OSError:
            pass
    try:
        _hear(agent)
        from tally_tui.record.after import ALERTS, LOGS, ask

        ask(LOGS, ALERTS)
        diagnostics.worked(places.data_dir(), diagnostics.HOOKS)
    except Exception as error:
        diagnostics.failed(places.data_dir(), diagnostics.HOOKS, error)
        if os.environ.get("TALLY_DEBUG"):
            raise
    return 0


def heard_at(agent: str) -> float | None:
    """When a hook of this agent last called us, seconds since the epoch; None: never."""
    try:
        return os.stat(_path(agent)).st_mtime
    except OSError:
        return None


def _hear(agent: str) -> None:
    places.make_private(os.path.join(places.made_data_dir(), _HEARD))
    os.close(os.open(_path(agent), os.O_CREAT | os.O_WRONLY, places.PRIVATE_FILE))
    os.utime(_path(agent))


def _path(agent: str) -> str:
    return os.path.join(places.data_dir(), _HEARD, agent)
