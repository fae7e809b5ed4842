"""tmux's own buffer: by default it ignores what a program sends to the terminal's clipboard."""

from __future__ import annotations

import subprocess


def to_tmux(text: str) -> bool:
    """Give text to tmux, which passes it on to the outer clipboard; says whether it took it. Blocks."""
    for command in (["tmux", "load-buffer", "-w", "-"], ["tmux", "load-buffer", "-"]):
        # Versions before 3.2 know no -w.
        try:
            done = subprocess.run(
                command,
                input=text.encode("utf-8", "replace"),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=5,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        if done.returncode == 0:
            return True
    return False
