"""Random keys, clicks, pastes, sizes and signals for the program in a real terminal, from a seed.

A round is a start of the program, some hundred actions, and an end by a signal. What is wrong: a traceback, an exit
status that no action explains, a program that no longer draws, one that does not end.
"""

from __future__ import annotations

import json
import random
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from machines import Machine
from ptyterm import Pty
from small_logs import answer, prompt, write

Action: TypeAlias = "str | bytes | tuple[int, int] | signal.Signals | float"
"""Keys, raw bytes, a size (columns, rows), a signal, or seconds of waiting."""

ENDS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
ALIVE_S = 60.0
"""How long a machine that is busy with other things may take to draw, or to end."""
_SEQUENCES = {
    "up": b"\x1b[A", "down": b"\x1b[B", "right": b"\x1b[C", "left": b"\x1b[D", "home": b"\x1b[H", "end": b"\x1b[F",
    "pageup": b"\x1b[5~", "pagedown": b"\x1b[6~", "delete": b"\x1b[3~", "shift+tab": b"\x1b[Z", "f1": b"\x1bOP",
    "shift+up": b"\x1b[1;2A", "ctrl+right": b"\x1b[1;5C", "alt+enter": b"\x1b\r", "focus": b"\x1b[I", "blur": b"\x1b[O",
}  # fmt: skip
_WORDS = ("the", "theme", "usage", "group", "model:claude", "role:user", "cost:>1", "a b", '"', "(", "since:7d", "é", "日本")
_SIZES = ((120, 40), (80, 24), (36, 40), (5, 40), (200, 60), (1, 1), (60, 5), (140, 8), (2, 2), (300, 100), (100, 30))
_HOSTILE = "a\x1b[2Jb\u202e[/bold]\x00" + "w" * 300


def actions(seed: int, count: int) -> Iterator[list[Action]]:
    """`count` actions, those that belong together in one list (two Enters at once, a word typed into the palette)."""
    rng = random.Random(seed)
    while count > 0:
        some = _some(rng)
        count -= len(some)
        yield some


def _some(rng: random.Random) -> list[Action]:
    kind = rng.random()
    if kind < 0.42:
        return [chr(rng.randrange(33, 127))]
    if kind < 0.62:
        names = ("\r", "\t", "\x1b", " ", "\x7f", *_SEQUENCES)
        name = rng.choice(names)
        return [_SEQUENCES.get(name, name.encode())]
    if kind < 0.70:
        return [rng.choice("1234")]
    if kind < 0.74:
        # Not Ctrl-Z, which stops the program: it has a signal of its own below.
        return [bytes([rng.choice([n for n in range(1, 27) if n != 26])])]
    if kind < 0.84:
        return [_mouse(rng) for _ in range(rng.choice((1, 1, 2, 3)))]
    if kind < 0.89:
        return ["\x10", rng.choice((0.0, 0.05, 0.3)), rng.choice(_WORDS), rng.choice((0.0, 0.3)), "\r" * rng.randint(1, 3)]
    if kind < 0.92:
        return ["/", rng.choice(_WORDS), rng.choice(("\r", "\r\r", "\x1b"))]
    if kind < 0.93:
        return [f"\x1b[200~{rng.choice((*_WORDS, _HOSTILE))}\x1b[201~"]
    if kind < 0.935:
        return [bytes([rng.randrange(128, 256) for _ in range(rng.randint(1, 4))])]
    if kind < 0.985:
        size = rng.choice(_SIZES) if rng.random() < 0.6 else (rng.randint(1, 160), rng.randint(1, 60))
        return [size, rng.choice((0.0, 0.02, 0.2))]
    if kind < 0.99:
        return [signal.SIGTSTP]
    return ["\x1b", rng.choice((0.1, 0.5)), "\x1b", "\x1b"]


def _mouse(rng: random.Random) -> bytes:
    button = rng.choice((0, 0, 0, 0, 2, 35, 64, 65))
    column, row = rng.randint(1, 140), rng.randint(1, 45)
    place = f";{column};{row}".encode()
    press = b"\x1b[<%d%sM" % (button, place)
    return press + b"\x1b[<%d%sm" % (button, place) if button < 3 else press


@dataclass
class Storm:
    """Rounds on one machine."""

    machine: Machine
    seed: int
    done: int = 0
    """Actions so far."""
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Programs that are handed something do nothing, and nothing of whoever runs this is found.
        tools = self.machine.home / "tools"
        tools.mkdir(exist_ok=True)
        for name in ("claude", "codex", "editor", "xdg-open", "open", "wl-copy", "xclip", "pbcopy", "notify-send"):
            (tools / name).write_text("#!/bin/sh\nexit 0\n")
            (tools / name).chmod(0o755)
        self.machine.more |= {"PATH": str(tools), "EDITOR": "editor", "VISUAL": "editor"}
        _more_logs(self.machine.claude, random.Random(self.seed))

    def round(self, count: int) -> None:
        """One round of at most so many actions."""
        rng = random.Random(self.seed)
        history: list[Action] = []
        with self.machine.terminal(cols=120, rows=40) as terminal:
            _draws(terminal)
            _flow(terminal, rng.choice((0.0, 0.2, 1.0)))
            for some in actions(self.seed, count):
                for action in some:
                    history.append(action)
                    self._act(terminal, action)
                self.done += len(some)
                if rng.random() < 0.02:
                    self._logs_change(rng)
                _flow(terminal, rng.choice((0.0, 0.0, 0.005, 0.02, 0.05)))
                if terminal.process.poll() is not None:
                    break
            self._end(terminal, rng, history)
        self.seed += 1

    def _act(self, terminal: Pty, action: Action) -> None:
        if terminal.process.poll() is not None:
            return
        if isinstance(action, float):
            _flow(terminal, action)
        elif isinstance(action, tuple):
            terminal.resize(*action)
        elif isinstance(action, signal.Signals):
            terminal.signal(action)
            _flow(terminal, 0.2)
            terminal.signal(signal.SIGCONT)
        else:
            terminal.type_bytes(action.encode() if isinstance(action, str) else action)

    def _logs_change(self, rng: random.Random) -> None:
        """A line is written, a log is deleted, or the settings are changed: rows come and go under the cursor."""
        logs = sorted((self.machine.claude / "projects").rglob("storm-*.jsonl"))
        what = rng.random()
        if what < 0.3 and logs:
            rng.choice(logs).unlink()
        elif what < 0.4:
            config = self.machine.home / "config" / "config.toml"
            config.parent.mkdir(exist_ok=True)
            config.write_text(rng.choice(("", '[alerts]\non = false\n', "first_weekday = [\n", 'theme = "nord"\n')))
        else:
            _more_logs(self.machine.claude, rng, 3)

    def _end(self, terminal: Pty, rng: random.Random, history: list[Action]) -> None:
        name = f"seed {self.seed}"
        expected = {0}
        if terminal.process.poll() is None:
            if not _draws(terminal):
                self._note(f"{name}: it no longer draws", terminal, history)
            end = rng.choice(ENDS)
            # A key may have ended it a moment ago: at its very end Python gives signals back to the system.
            expected = {0, 128 + end, -end}
            terminal.signal(end)
        until = time.monotonic() + ALIVE_S
        while terminal.process.poll() is None and time.monotonic() < until:
            _flow(terminal, 0.05)
        if terminal.process.poll() is None:
            self._note(f"{name}: it does not end", terminal, history)
            return
        _flow(terminal, 0.1)
        status = terminal.process.returncode
        crash = self.machine.home / "data" / "crash.log"
        explained = status in expected and (status >= 0 or _given_back(terminal))
        if not explained or b"Traceback" in terminal.raw or crash.exists():
            self._note(f"{name}: status {status}", terminal, history)
            crash.unlink(missing_ok=True)

    def _note(self, what: str, terminal: Pty, history: list[Action]) -> None:
        crash = self.machine.home / "data" / "crash.log"
        told = crash.read_text()[-3000:] if crash.exists() else repr(bytes(terminal.raw[-600:]))
        self.troubles.append("\n".join((what, f"after {history[-25:]!r}", told)))


def _flow(terminal: Pty, seconds: float) -> None:
    """Take what is drawn for a while, and throw it away."""
    end = time.monotonic() + seconds
    while True:
        left = end - time.monotonic()
        came = terminal.gather(max(0.0, left))
        terminal.forget()
        if left <= 0 and not came:
            return
        if left <= -1:
            return


def _given_back(terminal: Pty) -> bool:
    """Whether the program had left the terminal as it was."""
    return terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h") and terminal.cooked()


def _draws(terminal: Pty) -> bool:
    """Whether it draws anything after another size."""
    terminal.signal(signal.SIGCONT)
    end = time.monotonic() + ALIVE_S
    columns = 100
    while time.monotonic() < end and terminal.process.poll() is None:
        _flow(terminal, 0.0)
        columns = 221 - columns
        terminal.resize(columns, 40)
        if terminal.gather(1.0):
            return True
    return terminal.process.poll() is not None


def _more_logs(claude: Path, rng: random.Random, sessions: int = 8) -> None:
    for _ in range(sessions):
        name = f"storm-{rng.randrange(12)}"
        folder = claude / "projects" / f"-home-dev-{rng.choice(('harbour', 'lantern', 'quay'))}"
        lines = [prompt(name, 1440, f"prompt {rng.randrange(99)} the `code` of\n\n```py\nx = {rng.random()}\n```\n")]
        lines += [answer(name, f"msg-{name}-{n}-{rng.randrange(9)}", 1441 + n, rng.randrange(9999)) for n in range(6)]
        path = folder / f"{name}.jsonl"
        if path.exists() and rng.random() < 0.5:
            with path.open("a") as file:
                file.writelines(json.dumps(line) + "\n" for line in lines[1:])
        else:
            write(path, lines)


def keys_of(environment: Mapping[str, str]) -> tuple[int, int]:
    """How many actions, and the first seed, as `TALLY_RANDOM_KEYS` and `TALLY_RANDOM_SEED` have them."""
    return int(environment.get("TALLY_RANDOM_KEYS", "2000")), int(environment.get("TALLY_RANDOM_SEED", "1"))
