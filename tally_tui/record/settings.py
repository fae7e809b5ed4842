"""The settings of the status line, remembered in the state file: reading TOML takes longer than the line does."""

from __future__ import annotations

import os

from tally_tui.record import places, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def settings(known: Any) -> dict[str, Any]:
    """The settings of the line: the known ones while the file of settings is the one they came from."""
    try:
        stat = os.stat(places.config_path())
        signature = [stat.st_mtime_ns, stat.st_size]
    except OSError:
        signature = []
    if isinstance(known, dict) and known.get("of") == signature:
        return known
    if not signature:
        return {"of": signature}
    from tally_tui.config import load

    loaded = load()
    fresh = {
        "of": signature, "parts": list(loaded.statusline), "theirs": loaded.statusline_theirs,
        "lines": loaded.statusline_lines,
    }  # fmt: skip
    state.update(lambda held: held.update(settings=fresh))
    return fresh
