"""The program in real terminals: what a person sees, presses and is left with."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from machines import TALLY, Machine
from ptyterm import Pty
from small_logs import answer, prompt, write
from tmux import Tmux

needs_tmux = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")

HOSTILE = (
    "AA\x1b]0;PWNED\x07BB\x1b]52;c;UFdORUQ=\x07CC\x1b[2JDD\x9b31mEE\x9d0;PWNED\x9cFF\x1bPq#0\x1b\\GG\x00HH\x1b[?1049l"
    "II\u202eJJ\u2066KK\rLL\x08MM[/]NN[@click=app.quit]OO[/nobody]PP"
)
FORBIDDEN = {
    "window title": b"\x1b]0;PWNED", "clipboard": b"\x1b]52;c;UFdORUQ=", "clear": b"CC\x1b[2J", "sixel": b"\x1bPq",
    "C1 CSI": "\x9b31m".encode(), "C1 CSI, raw": b"\x9b31m", "C1 OSC": "\x9d0;".encode(), "NUL": b"\x00",
    "leave the screen": b"HH\x1b[?1049l", "override": "\u202e".encode(), "isolate": "\u2066".encode(),
    "backspace": b"\x08", "return": b"KK\rLL",
}  # fmt: skip


def left(terminal: Pty) -> None:
    """What was taken from the terminal was given back."""
    for taken, given in ((b"?1049h", b"?1049l"), (b"?25l", b"?25h"), (b"?1000h", b"?1000l"), (b"?2004h", b"?2004l")):
        assert terminal.raw.rfind(given) > terminal.raw.rfind(taken) >= 0, given
    assert b"\x1b[<u" in terminal.raw
    assert terminal.cooked()


def copied(terminal: Pty) -> str:
    """What the terminal was last asked to put on the clipboard."""
    found = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", bytes(terminal.raw))
    return base64.b64decode(found[-1]).decode() if found else ""


def test_every_key_of_the_usage_screen(machine: Machine) -> None:
    with machine.terminal(rows=40) as terminal:
        screen = terminal.until("claude-sonnet-4-6")
        assert "This month · Mar 2026" in screen and "27.7k tokens" in screen
        for key, period in [
            ("d", "Today · Mon 2 Mar"), ("h", "Yesterday · Sun 1 Mar"), ("l", "Today · Mon 2 Mar"),
            ("w", "This week"), ("y", "This year · 2026"), ("a", "All time"), ("m", "This month · Mar 2026"),
            ("h", "Last month"), ("t", "This month"),
        ]:  # fmt: skip
            terminal.press(key).until(period)
        for facet in ("project", "session", "branch", "provider", "subagent", "version", "folder", "day", "model"):
            terminal.press("b").until(f"by {facet}")
        terminal.press("s").until("Tokens▼")
        terminal.press("S").until("Tokens▲")
        terminal.press("s").until("Calls▼")
        terminal.press("v").until("streak 2 days")
        terminal.press("v").gone("streak 2 days")
        terminal.press("b").until("by project")
        terminal.until("harbour")
        terminal.press("enter").until("by project › lantern")
        terminal.press("enter").until("01900004")
        terminal.press("enter").until("at byte")
        terminal.press("escape").until("01900004")
        terminal.press("escape").until("by project › lantern")
        terminal.press("escape").until("harbour")
        terminal.press("x").until("How this total came about")
        terminal.until("6 copies in other sessions' files left out")
        terminal.press("escape").gone("How this total came about")
        terminal.press("c").until("Copied 3 rows")
        assert copied(terminal).startswith("project\tcalls") and "lantern\t10\t" in copied(terminal)
        terminal.press("?").until("╭─ Help ─")
        terminal.press("escape").gone("╭─ Help ─")
        terminal.press("ctrl+p").until("Search for commands")
        terminal.press("group by branch")
        terminal.until(lambda screen: "Group by branch" in screen and "Group by project" not in screen)
        terminal.press("enter").gone("Group by branch")
        terminal.until("by branch ")
        terminal.press("q")
        assert terminal.end() == 0
        left(terminal)


def test_the_filter_points_at_the_wrong_word_and_narrows_by_the_right_one(machine: Machine) -> None:
    with machine.terminal() as terminal:
        terminal.until("gpt-5.3-codex")
        terminal.press("/").until("filter: words")
        terminal.press("modle:gpt").until("modle:gpt")
        terminal.press("enter").until("^^^^^")
        terminal.press("ctrl+u").gone("modle")
        terminal.press("ctrl+k").until("filter: words")
        terminal.press("model:5.3").until("model:5.3")
        terminal.press("enter").gone("claude-sonnet-4-6")
        terminal.until("/ model:5.3")
        terminal.press("b").until("by project")
        terminal.until(lambda screen: "lantern" in screen and "harbour" not in screen)
        terminal.press("/").until("esc Leave")
        terminal.press("zzz").until("zzz")
        terminal.press("escape").gone("zzz")
        terminal.press("escape").until("harbour")
        assert "/ model:5.3" not in terminal.text()


def test_every_width_has_its_layout(machine: Machine) -> None:
    with machine.terminal(cols=140, rows=45) as terminal:
        terminal.until("claude-sonnet-4-6")
        # Chart and heat map side by side, and every column of the table.
        terminal.until(lambda screen: "streak 2 days" in screen and "■ sonnet-4-6" in screen and "Output" in screen)
        terminal.resize(80, 30)
        terminal.until(lambda screen: "streak 2 days" not in screen and "? Help" in screen)
        terminal.resize(40, 30)
        for part in ("This month     ~$0.05+", "claude-sonnet-4", "? help"):
            terminal.until(part)
        terminal.resize(80, 30)
        terminal.until("? Help")
        terminal.resize(140, 45)
        terminal.until("streak 2 days")
        assert terminal.process.poll() is None


def test_a_line_that_an_agent_writes_moves_the_screen(machine: Machine) -> None:
    log = machine.claude / "projects" / "-home-dev-harbour" / "aaaa-1.jsonl"
    with machine.terminal() as terminal:
        terminal.until("● live")
        terminal.until("27.7k tokens")
        new = answer("aaaa-1", "msg-new", 1440 + 719, 1_000_000)
        with log.open("ab") as file:
            file.write(json.dumps(new).encode() + b"\n")
        terminal.until("1.03M tokens")
        # And a session that begins: its log is new, and torn in the middle for a moment.
        line = json.dumps(answer("ffff-6", "msg-other", 1440 + 719, 2_000_000) | {"cwd": "/home/dev/brandnew"}).encode()
        other = machine.claude / "projects" / "-home-dev-brandnew" / "ffff-6.jsonl"
        other.parent.mkdir()
        with other.open("wb", buffering=0) as file:
            file.write(line[:200])
            terminal.press("b").until("by project")
            file.write(line[200:] + b"\n")
            terminal.until("brandnew")
            terminal.until("3.03M tokens")


def _quit(terminal: Pty) -> None:
    terminal.press("q")


def _ctrl_c(terminal: Pty) -> None:
    # It says which key quits, and that key does.
    terminal.press("ctrl+c").until("quit")
    terminal.press("q")


def _interrupt(terminal: Pty) -> None:
    terminal.signal(signal.SIGINT)


def _terminate(terminal: Pty) -> None:
    terminal.signal(signal.SIGTERM)


def _while_open(terminal: Pty) -> None:
    terminal.press("?").until("╭─ Help ─")
    terminal.signal(signal.SIGTERM)


@pytest.mark.parametrize(
    ("leave", "status"),
    [(_quit, 0), (_ctrl_c, 0), (_interrupt, 130), (_terminate, 143), (_while_open, 143)],
    ids=["q", "ctrl-c", "SIGINT", "SIGTERM", "SIGTERM-under-help"],
)
def test_however_it_ends_the_terminal_is_as_it_was(machine: Machine, leave: Callable[[Pty], None], status: int) -> None:
    with machine.terminal() as terminal:
        terminal.until("claude-sonnet-4-6")
        leave(terminal)
        assert terminal.end() == status
        left(terminal)
        assert "Traceback" not in terminal.text()


def test_back_from_the_shell_the_whole_screen_is_drawn_again(machine: Machine) -> None:
    with machine.terminal() as terminal:
        terminal.until("claude-sonnet-4-6")
        terminal.press("ctrl+z")
        assert os.waitid(os.P_PID, terminal.process.pid, os.WSTOPPED) is not None
        while terminal.pump(0):
            pass
        left(terminal)
        terminal.screen.reset()
        terminal.signal(signal.SIGCONT)
        for part in ("This month · Mar 2026", "claude-sonnet-4-6", "? Help"):
            terminal.until(part)


@pytest.fixture
def hostile(bare: Machine) -> Machine:
    """Logs whose every text is against the terminal."""
    texts: dict[str, Any] = {"cwd": f"/home/dev/{HOSTILE}", "gitBranch": HOSTILE, "version": HOSTILE}
    call = answer("gggg-7", "msg-1", 1441, 5, model=f"claude-{HOSTILE}") | texts
    title = {"type": "custom-title", "sessionId": "gggg-7", "customTitle": HOSTILE}
    log = bare.claude / "projects" / "-home-dev-bad\x1b[2J\u202e" / "gggg-7.jsonl"
    write(log, [prompt("gggg-7", 1440, HOSTILE) | texts, title, call])
    return bare


def test_no_text_of_a_log_reaches_the_terminal_as_a_command(hostile: Machine) -> None:
    with hostile.terminal(cols=140) as terminal:
        terminal.until("claude-AA")
        for facet in ("project", "session", "branch", "provider", "subagent", "version"):
            terminal.press("b").until(f"by {facet}")
        terminal.until("AA")
        terminal.press("enter").until("Last call")
        terminal.press("enter").until("at byte")
        terminal.press("c").until("Copied 1 row")
        terminal.press("x").until("1 call without a known price")
        terminal.press("escape").gone("How this total came about")
        terminal.press("q")
        assert terminal.end() == 0
        assert [what for what, bad in FORBIDDEN.items() if bad in terminal.raw] == []
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", copied(terminal))
        left(terminal)


QUESTIONS = ["sessions", "calls", "usage --by project,model,branch,version", "explain", "today"]


@pytest.mark.parametrize("command", QUESTIONS)
def test_no_command_prints_one_either(hostile: Machine, command: str) -> None:
    with hostile.terminal(*command.split(), cols=200) as terminal:
        assert terminal.end() == 0
        assert [what for what, bad in FORBIDDEN.items() if bad in terminal.raw] == []


def test_without_logs_a_demo_is_offered_and_opens(bare: Machine) -> None:
    with bare.terminal(rows=40) as terminal:
        screen = terminal.until("D shows a demo")
        assert "No usage to show yet" in screen
        terminal.press("D").until("claude-")
        terminal.until("demo")
        assert "No usage to show yet" not in terminal.text()
        terminal.press("q")
        assert terminal.end() == 0
        left(terminal)
    assert list((bare.home / "tmp").iterdir()) == [], "the demo's folder stays behind"


def test_logs_that_appear_later_are_seen(bare: Machine) -> None:
    with bare.terminal() as terminal:
        terminal.until("No usage to show yet")
        call = answer("aaaa-1", "msg-1", 1441, 5)
        write(bare.claude / "projects" / "-home-dev-harbour" / "aaaa-1.jsonl", [call])
        terminal.until("claude-sonnet-4-6")
        assert "No usage to show yet" not in terminal.text()


@pytest.mark.parametrize("term", ["xterm", "screen", "linux"])
def test_sixteen_colours_are_enough(machine: Machine, term: str) -> None:
    machine.more = {"TERM": term, "COLORTERM": ""}
    with machine.terminal() as terminal:
        terminal.until("claude-sonnet-4-6")
        terminal.press("down").press("?").until("╭─ Help ─")
        assert re.search(rb"\x1b\[[0-9;]*3[0-7]", terminal.raw)
        assert not re.search(rb"[34]8;[25];", terminal.raw)
        terminal.press("escape").gone("╭─ Help ─")
        terminal.press("q")
        assert terminal.end() == 0


def test_no_color_means_none(machine: Machine) -> None:
    machine.more = {"NO_COLOR": "1"}
    with machine.terminal() as terminal:
        terminal.until("claude-sonnet-4-6")
        terminal.press("down")
        terminal.press("?").until("╭─ Help ─")
        styles = re.findall(rb"\x1b\[([0-9;]*)m", terminal.raw)
        codes = {int(code) for style in styles for code in style.split(b";") if code}
        # 39 and 49 are the terminal's own colours.
        assert codes & ({*range(30, 50), *range(90, 108)} - {39, 49}) == set()
        # The cursor is seen nevertheless.
        assert re.search(rb"\x1b\[[0-9;]*\b7[;m]", terminal.raw)


@needs_tmux
def test_in_tmux_it_copies_into_tmux_and_takes_every_size(machine: Machine) -> None:
    machine.more = {"COLORTERM": ""}
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, Tmux(TALLY, machine.env, Path(folder), 140, 45) as tmux:
        tmux.until("claude-sonnet-4-6")
        tmux.press("b")
        tmux.until("by project")
        tmux.until("lantern")
        tmux.press("c")
        tmux.until("Copied 3 rows")
        copy = tmux.buffer()
        assert copy.startswith("project\tcalls") and "lantern\t10\t" in copy
        tmux.resize(40, 30)
        tmux.until("? help")
        tmux.press("Enter")
        tmux.until("by project › lantern")
        tmux.press("Enter")
        tmux.until("01900004")
        tmux.press("Escape")
        tmux.until("by project › lantern")
        tmux.press("Escape")
        tmux.until("harbour")
        tmux.press("q")
        tmux.until("ended: 0")
        assert "claude-sonnet" not in tmux.text()
