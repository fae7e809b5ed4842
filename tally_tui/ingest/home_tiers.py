"""The service tier that the settings of each Codex home name, for rollouts that state none."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tally_tui.ledger.tiers import HomeTier
from tally_tui.logs.codex_imports import home_of
from tally_tui.logs.codex_tier import tier_flags

_MOST_BYTES = 4 << 20


class HomeTiers:
    """Looks into each home's `config.toml` once a pass."""

    def __init__(self) -> None:
        self._known: dict[str, HomeTier | None] = {}

    def of(self, path: str) -> HomeTier | None:
        """What holds for a rollout at this path; None where there are no settings, or they cannot be read."""
        home = home_of(path)
        if home is None:
            return None
        if home not in self._known:
            self._known[home] = _read(Path(home, "config.toml"))
        return self._known[home]


def _read(path: Path) -> HomeTier | None:
    try:
        stat = path.stat()
        if stat.st_size > _MOST_BYTES:
            return None
        settings: Any = tomllib.loads(path.read_bytes().decode("utf-8", "replace"))
    except (OSError, tomllib.TOMLDecodeError, RecursionError):
        return None
    profiles = settings.get("profiles")
    profile = profiles.get(settings.get("profile")) if isinstance(profiles, dict) and _is_name(settings) else None
    named = profile.get("service_tier") if isinstance(profile, dict) else None
    flags = tier_flags(named if named is not None else settings.get("service_tier"))
    return HomeTier(flags, stat.st_mtime_ns // 1_000_000) if flags else None


def _is_name(settings: dict[str, Any]) -> bool:
    return isinstance(settings.get("profile"), str)
