"""A tmux server of a test's own: start a program in it, send keys, look at its pane."""

from __future__ import annotations

import shlex
import subprocess
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE_S = 90.0


class Tmux:
    """A program in a pane; server and program end on leaving the `with`."""

    def __init__(
        self, argv: Sequence[str], env: Mapping[str, str], folder: Path, cols: int = 80, rows: int = 30
    ) -> None:
        """`folder` holds the server's socket, and must have a short name."""
        self._env = dict(env)
        self._socket = str(folder / f"t{uuid.uuid4().hex[:6]}")
        program = f"{shlex.join(argv)}; echo ended: $?; cat"
        command = f"exec /bin/sh -c {shlex.quote(program)}"
        self._run("-f", "/dev/null", "new-session", "-d", "-x", str(cols), "-y", str(rows), command)

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, *words], env=self._env, capture_output=True, text=True, check=True
        )
        return done.stdout

    def press(self, *keys: str) -> None:
        """Keys by tmux's names, else text."""
        self._run("send-keys", *keys)

    def text(self, escapes: bool = False) -> str:
        return self._run("capture-pane", "-p", *(["-e"] if escapes else []))

    def buffer(self) -> str:
        """What was copied last; empty when nothing was."""
        try:
            return self._run("show-buffer")
        except subprocess.CalledProcessError:
            return ""

    def until(self, wanted: str) -> str:
        """Wait until the pane shows a text; returns the pane."""
        end = time.monotonic() + PATIENCE_S
        while wanted not in (seen := self.text()):
            assert time.monotonic() < end, f"never shown: {wanted!r}, but\n{seen}"
            time.sleep(0.05)
        return seen

    def resize(self, cols: int, rows: int) -> None:
        self._run("resize-window", "-x", str(cols), "-y", str(rows))

    def __enter__(self) -> Tmux:
        return self

    def __exit__(self, *raised: object) -> None:
        subprocess.run(["tmux", "-S", self._socket, "kill-server"], env=self._env, capture_output=True, check=False)
