"""Alerts in real terminals: what is written to the terminal itself, alone and through tmux."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from machines import TALLY, Machine
from ptyterm import PATIENCE_S, Pty
from tmux import Tmux

needs_tmux = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")
SENT = {
    "osc9": b"\x1b]9;Claude was stopped by its limit: ",
    "osc99": b"\x1b]99;i=tally10:u=2:d=0;Claude was stopped by its limit\x1b\\",
    "osc777": b"\x1b]777;notify;Claude was stopped by its limit;",
}


def settings(machine: Machine, text: str) -> None:
    path = machine.home / "config" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def sent(terminal: Pty, wanted: bytes, patience: float = PATIENCE_S) -> bool:
    """Whether the terminal gets to hear this."""
    end = time.monotonic() + patience
    while wanted not in terminal.raw and time.monotonic() < end:
        terminal.pump()
    return wanted in terminal.raw


def test_trying_the_channels_notifies_the_terminal_and_says_what_failed(machine: Machine) -> None:
    settings(machine, '[alerts]\nbell = true\ncommand = ["false"]\n')
    with machine.terminal(cols=100, rows=44) as terminal:
        terminal.until("claude-sonnet-4-6")
        terminal.press("4").until("No price for")
        before = len(terminal.raw)
        terminal.press("t").until("Channels tried")
        screen = terminal.until("false failed with status 1")
        assert "0 of 12 sent" in screen
        assert sent(terminal, SENT["osc9"]) and b"\a" in terminal.raw[before:]
        terminal.press("escape").until("No price for")


def test_the_alerts_screen_at_every_size(machine: Machine) -> None:
    for cols, rows in ((40, 40), (80, 24), (140, 40)):
        with machine.terminal(cols=cols, rows=rows) as terminal:
            terminal.until("live")
            terminal.press("4").until("No price for")
            terminal.press("tab").until("Claude, 5 hours")
            terminal.press("tab").until("No limit was read yet")


@needs_tmux
@pytest.mark.parametrize("kind", list(SENT))
def test_notifications_pass_through_tmux_to_the_terminal_outside(machine: Machine, kind: str) -> None:
    settings(machine, f'[alerts]\nnotification = "{kind}"\n')
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, Tmux(TALLY, machine.env, Path(folder), 100, 40) as tmux:
        where = next(Path(folder).iterdir())
        tmux_words = ["tmux", "-S", str(where)]
        subprocess.run([*tmux_words, "set", "-g", "allow-passthrough", "on"], env=machine.env, check=True)
        # tmux writes where it reads from.
        attach = f"exec {shlex.join(tmux_words)} attach <>\"$(tty)\""
        with Pty(["/bin/sh", "-c", attach], machine.env, 100, 41) as outside:
            tmux.until("claude-sonnet-4-6")
            tmux.press("4")
            tmux.until("No price for")
            outside.until("No price for")
            for _ in range(5):
                # A terminal that does not read is one for which tmux throws away what it was to pass on.
                while outside.pump(0.2):
                    pass
                tmux.press("t")
                if sent(outside, SENT[kind], patience=10):
                    break
                tmux.press("Escape")
            assert SENT[kind] in outside.raw
            tmux.until("Channels tried")
