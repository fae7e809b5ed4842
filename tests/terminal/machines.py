"""A machine of its own for each test: small logs, a frozen clock, nothing of whoever runs it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from ptyterm import Pty

TOP = Path(__file__).parents[2]
NOW = "2026-03-02T12:00:00Z"
TALLY = (sys.executable, "-m", "tally_tui")


@dataclass
class Machine:
    """A home folder, and the environment of a terminal in it."""

    home: Path
    more: dict[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(TOP),
            "HOME": str(self.home), "TMPDIR": str(self.home / "tmp"),
            "LANG": "C.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_ANIMATIONS": "none",
            "TZ": "UTC", "TALLY_NOW": NOW,
            "CLAUDE_CONFIG_DIR": str(self.claude), "CODEX_HOME": str(self.home / "codex"),
            "TALLY_DATA_DIR": str(self.home / "data"), "TALLY_CONFIG_DIR": str(self.home / "config"),
        } | self.more  # fmt: skip

    @property
    def claude(self) -> Path:
        return self.home / "claude"

    def terminal(self, *words: str, cols: int = 80, rows: int = 30) -> Pty:
        """`tally-tui` with these words in a terminal."""
        return Pty([*TALLY, *words], self.env, cols, rows, cwd=str(self.home))
