"""Whether Codex runs our hooks: what its own settings say of the ones a person has reviewed.

Codex keeps `[hooks.state."FILE:EVENT:GROUP:HOOK"]` in its `config.toml`, with `trusted_hash` (of what the hook was when
it was reviewed) and, where it was turned off, `enabled = false`. How the hash is made is Codex's own affair and differs
between versions, so it is not recomputed: a review that is older than the newest change of `hooks.json` is `stale`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from tally_tui.record.agents import CODEX, is_our_hook

Trust = Literal["trusted", "stale", "off", "untrusted", "unknown"]
"""Reviewed and running; reviewed before `hooks.json` last changed; turned off; not reviewed; settings not readable."""

_CONFIG: Final = "config.toml"


def trust(home: Path, events: Sequence[str]) -> dict[str, Trust]:
    """Event → whether Codex trusts our hook for it, for each event that has one in `home`'s hooks.json.

    Nothing here raises: what cannot be read or understood is `unknown`.
    """
    file = home / CODEX.file
    try:
        said = json.loads(file.read_bytes())
        changed = file.stat().st_mtime_ns
    except (OSError, ValueError, RecursionError):
        return dict.fromkeys(events, "unknown")
    places = {event: list(_places(said, event)) for event in events}
    try:
        states, reviewed, off = _settings(home / _CONFIG)
    except (OSError, ValueError, RecursionError):
        return {event: "unknown" for event in events if places[event]}
    found = {}
    for event, several in places.items():
        if several:
            each = [_one(states, file, event, place, reviewed < changed) for place in several]
            found[event] = "off" if off else min(each, key=_BEST.index)
    return found


_BEST: Final[tuple[Trust, ...]] = ("trusted", "stale", "off", "untrusted", "unknown")
"""Of several hooks of ours for one event the one that is heard counts."""


def _settings(file: Path) -> tuple[dict[str, dict[str, Any]], int, bool]:
    """The states by their keys, when the file last changed (nanoseconds), and whether hooks are off altogether."""
    import tomllib

    try:
        said = tomllib.loads(file.read_bytes().decode())
    except FileNotFoundError:
        return {}, 0, False
    hooks, features = said.get("hooks"), said.get("features")
    state = hooks.get("state") if isinstance(hooks, dict) else None
    known = {key: each for key, each in state.items() if isinstance(each, dict)} if isinstance(state, dict) else {}
    off = isinstance(features, dict) and features.get("hooks", features.get("codex_hooks")) is False
    return known, file.stat().st_mtime_ns, off


def _places(said: Any, event: str) -> Iterator[tuple[int, int]]:
    """Where our hooks for an event stand: (which group, which hook in it), from 0."""
    hooks = said.get("hooks") if isinstance(said, dict) else None
    groups = hooks.get(event) if isinstance(hooks, dict) else None
    for at, group in enumerate(groups if isinstance(groups, list) else ()):
        inner = group.get("hooks") if isinstance(group, dict) else None
        for within, hook in enumerate(inner if isinstance(inner, list) else ()):
            if isinstance(hook, dict) and is_our_hook(hook.get("command"), event):
                yield at, within


def _one(states: dict[str, dict[str, Any]], file: Path, event: str, place: tuple[int, int], older: bool) -> Trust:
    named = f":{re.sub(r'(?<=[a-z])(?=[A-Z])', '_', event).lower()}:{place[0]}:{place[1]}"
    here = os.path.realpath(file)
    for key, state in states.items():
        path, end = key[: -len(named)], key[-len(named) :]
        if end != named or os.path.realpath(path) != here:
            continue
        reviewed = isinstance(state.get("trusted_hash"), str) and bool(state["trusted_hash"].strip())
        if state.get("enabled") is False:
            return "off"
        if reviewed:
            return "stale" if older else "trusted"
    return "untrusted"
