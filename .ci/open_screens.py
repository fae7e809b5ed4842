"""Open every screen of an installed tally-tui in a real terminal, on the demo: `open_screens.py PATH_TO_TALLY_TUI`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "terminal"))

from ptyterm import Pty

SCREENS = {"1": "This month", "2": "by last call", "3": "budget", "4": "All alerts", "?": "Esc closes"}
"""A key, and a word of the screen that it opens."""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="screens-") as folder:
        env = {
            "PATH": os.environ["PATH"], "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8", "TERM": "xterm-256color",
            "TEXTUAL_ANIMATIONS": "none",
        }  # fmt: skip
        with Pty([sys.argv[1], "--demo"], env, 140, 45, cwd=folder) as terminal:
            terminal.until("claude-")
            for key, word in SCREENS.items():
                terminal.press(key).until(word)
            terminal.press("escape").gone("Esc closes")
            terminal.press("q")
            status = terminal.end()
            assert status == 0 and b"Traceback" not in terminal.raw, f"it ended with {status}\n{terminal.text()}"


if __name__ == "__main__":
    main()
