"""Where things are on disk: our data and settings, and the agents' log roots."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tally_tui.model import Provider

PRIVATE_DIR = 0o700
PRIVATE_FILE = 0o600


def data_dir() -> Path:
    """The folder of our databases (`TALLY_DATA_DIR` overrides); not created here."""
    override = os.environ.get("TALLY_DATA_DIR")
    if override:
        return Path(override).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("tally-tui", appauthor=False))


def config_dir() -> Path:
    """The folder of `config.toml` (`TALLY_CONFIG_DIR` overrides); not created here."""
    override = os.environ.get("TALLY_CONFIG_DIR")
    if override:
        return Path(override).expanduser()
    import platformdirs

    return Path(platformdirs.user_config_dir("tally-tui", appauthor=False))


def ledger_path() -> Path:
    return data_dir() / "ledger.db"


def config_path() -> Path:
    return config_dir() / "config.toml"


def private_dir(path: Path) -> Path:
    """Make a folder only its owner can enter, and its parents; returns it."""
    path.mkdir(parents=True, exist_ok=True, mode=PRIVATE_DIR)
    return path


@dataclass(frozen=True, slots=True)
class Root:
    """One agent's home folder: a `CLAUDE_CONFIG_DIR` or a `CODEX_HOME`."""

    provider: Provider
    path: Path

    @property
    def log_dirs(self) -> tuple[Path, ...]:
        """The folders under this root that hold session logs, whether or not they exist."""
        if self.provider is Provider.CLAUDE:
            return (self.path / "projects",)
        return (self.path / "sessions", self.path / "archived_sessions")


def roots(extra_claude: Sequence[str] = (), extra_codex: Sequence[str] = ()) -> tuple[Root, ...]:
    """Every log root to read, once each, in a fixed order.

    `CLAUDE_CONFIG_DIR` and `CODEX_HOME` (several: comma-separated) replace the defaults
    (`~/.claude` and `~/.config/claude`; `~/.codex`); settings add to either.
    """
    home = Path.home()
    claude = _listed("CLAUDE_CONFIG_DIR") or [home / ".claude", home / ".config" / "claude"]
    codex = _listed("CODEX_HOME") or [home / ".codex"]
    found: dict[tuple[Provider, str], Root] = {}
    for provider, folders, extra in ((Provider.CLAUDE, claude, extra_claude), (Provider.CODEX, codex, extra_codex)):
        for folder in [*folders, *(Path(text).expanduser() for text in extra)]:
            # CLAUDE_CONFIG_DIR may name the projects folder itself, as other tools accept.
            base = folder.parent if provider is Provider.CLAUDE and folder.name == "projects" else folder
            found.setdefault((provider, os.path.realpath(base)), Root(provider, base))
    return tuple(found.values())


def _listed(variable: str) -> list[Path]:
    return [Path(part.strip()).expanduser() for part in os.environ.get(variable, "").split(",") if part.strip()]
