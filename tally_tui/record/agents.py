"""What is put into the agents' own settings: which file, which entries, and which of them are ours."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tally_tui.model import Provider
from tally_tui.paths import home_of


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent whose settings we add to."""

    word: str
    """`claude` | `codex`."""
    title: str
    variable: str
    """The environment variable that names its home folder; several with commas."""
    home: str
    """Its usual home, below the person's."""
    file: str
    events: tuple[str, ...]
    timeout: int
    """Seconds that the agent waits for a hook of ours at most."""
    has_status_line: bool


CLAUDE: Final = Agent(
    "claude", "Claude Code", "CLAUDE_CONFIG_DIR", ".claude", "settings.json",
    ("Stop", "SubagentStop", "SessionEnd"), 20, True,
)  # fmt: skip
CODEX: Final = Agent("codex", "Codex", "CODEX_HOME", ".codex", "hooks.json", ("Stop", "SubagentStop"), 30, False)
AGENTS: Final = (CLAUDE, CODEX)
REFRESH_S: Final = 30
"""How often a status line of ours is run while nothing happens: its times left run on."""


def homes(agent: Agent) -> list[Path]:
    """The agent's home folders, whether or not they are there."""
    named = [part.strip() for part in os.environ.get(agent.variable, "").split(",") if part.strip()]
    found = [Path(each).expanduser() for each in named] or [Path.home() / agent.home]
    # Log readers also take the folder of logs for the home; settings are one above.
    found = [home_of(Provider[agent.word.upper()], each) for each in found]
    return list({os.path.realpath(each): each for each in found}.values())


def program() -> list[str]:
    """The words that start this program from anywhere: its name where a shell would find it, else a path."""
    found = shutil.which("tally-tui")
    if found:
        ours = Path(sys.executable).parent / "tally-tui"
        if not ours.exists() or os.path.realpath(found) == os.path.realpath(ours):
            return ["tally-tui"]
    beside = Path(sys.executable).parent / "tally-tui"
    return [str(beside)] if beside.exists() else [sys.executable, "-P", "-m", "tally_tui"]


def status_line_command(start: Sequence[str], then: str | None = None) -> str:
    """The command of a status line, around theirs where there was one."""
    return shlex.join([*start, "statusline", *(["--then", then] if then else [])])


def hook_command(start: Sequence[str], agent: Agent, event: str) -> str:
    return shlex.join([*start, "hook", event, *(["--codex"] if agent is CODEX else [])])


def our_words(command: object) -> list[str] | None:
    """What follows our program's name in a command; None where the command is not ours alone."""
    if not isinstance(command, str):
        return None
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    if words and os.path.basename(words[0]) == "tally-tui":
        return words[1:]
    for at in range(1, len(words) - 1):
        if words[at : at + 2] == ["-m", "tally_tui"]:
            return words[at + 2 :]
    return None


def is_our_status_line(command: object) -> bool:
    match our_words(command):
        case ["statusline"] | ["statusline", "--then", _]:
            return True
    return False


def wrapped(command: object) -> str | None:
    """Their command inside our status line; None where it is around nothing, or not ours."""
    match our_words(command):
        case ["statusline", "--then", theirs]:
            return theirs
    return None


def has_our_status_line(command: object) -> bool:
    """Whether a command runs our status line in some way of the person's own (a pipe, another wrapper)."""
    return isinstance(command, str) and "statusline" in command and ("tally-tui" in command or "tally_tui" in command)


def starts(command: str) -> bool:
    """Whether the program of a command of ours is there."""
    return shutil.which(shlex.split(command)[0]) is not None


def is_our_hook(command: object, event: str) -> bool:
    match our_words(command):
        case ["hook", named] | ["hook", named, "--codex"]:
            return named == event
    return False
