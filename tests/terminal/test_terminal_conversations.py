"""Conversations in a real terminal: searched, read, copied, exported, resumed, and followed as they grow."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from machines import Machine
from ptyterm import Pty
from small_logs import write
from talks import answered, called, replied, said

OLDER, NEWER = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
STANDIN = '#!/bin/sh\necho "$PWD: $*" > "$HOME/resumed"\necho "the agent itself"\nread -r _\n'


class Talks:
    """Two sessions of one project, whose folder exists; the newer one changes a file."""

    def __init__(self, machine: Machine) -> None:
        self.machine, self.folder = machine, machine.home / "harbour"
        self.folder.mkdir()
        self.logs = machine.claude / "projects" / re.sub("[^A-Za-z0-9]", "-", str(self.folder))
        write(self.logs / f"{OLDER}.jsonl", self.here([
            said(OLDER, 1, "Where is the green lantern kept?"), replied(OLDER, 2, "In the shed by the pier."),
        ]))  # fmt: skip
        filler = [replied(NEWER, 20 + n, f"Remark {n} on the weather of that day.") for n in range(40)]
        write(self.newer, self.here([
            said(NEWER, 10, "Paint the mast"), replied(NEWER, 11, "The green lantern hangs on it, shall I go on?"),
            called(NEWER, 12, "Edit", file_path=str(self.folder / "mast.py"),
                   old_string="colour = 'white'\n", new_string="colour = 'crimson'\n"),
            answered(NEWER, 13, 12, "The file has been updated."), *filler,
            said(NEWER, 70, "Now light the green lantern"), replied(NEWER, 71, "It burns."),
        ]))  # fmt: skip

    @property
    def newer(self) -> Path:
        return self.logs / f"{NEWER}.jsonl"

    def here(self, lines: list[dict[str, Any]]) -> list[dict[str, Any] | bytes]:
        return [line | {"cwd": str(self.folder)} for line in lines]

    def grow(self, *lines: dict[str, Any]) -> None:
        with self.newer.open("ab") as log:
            for line in self.here(list(lines)):
                assert isinstance(line, dict)
                log.write(json.dumps(line).encode() + b"\n")

    def open(self, cols: int = 100, rows: int = 34) -> Pty:
        """The program, its Conversations screen on."""
        return self.machine.terminal(cols=cols, rows=rows)


@pytest.fixture
def talks(bare: Machine) -> Talks:
    programs = bare.home / "bin"
    programs.mkdir()
    for name in ("claude", "codex"):
        (programs / name).write_text(STANDIN)
        (programs / name).chmod(0o755)
    bare.more["PATH"] = f"{programs}:{bare.env['PATH']}"
    return Talks(bare)


def to_list(terminal: Pty) -> None:
    terminal.until("live")
    terminal.press("2").until("2 sessions")
    terminal.gone("searchable:")


def read_newer(terminal: Pty) -> None:
    to_list(terminal)
    terminal.press("enter").until("f Follow")
    # Its words are here: what is pressed before them has nothing to go to.
    terminal.until(lambda text: re.search(r"\d+ of \d+ · ", text))


def copied(terminal: Pty) -> str:
    """What the terminal was last asked to put on the clipboard."""
    found = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", bytes(terminal.raw))
    return base64.b64decode(found[-1]).decode() if found else ""


@pytest.mark.parametrize("cols", [40, 80, 140])
def test_a_phrase_is_found_opened_and_its_hits_walked_into_the_next_session(talks: Talks, cols: int) -> None:
    with talks.open(cols) as terminal:
        to_list(terminal)
        terminal.press("F").until("search everything")
        terminal.press('"green lantern"').until("3 messages")
        terminal.press("enter").until("2 hits")
        terminal.until("Now light the green lantern")
        terminal.press("N").until("hangs on it")
        terminal.press("n").until("Now light the green lantern")
        terminal.press("n").until("Next session")
        terminal.until("In the shed by the pier")
        terminal.press("N").until("Session before")
        terminal.until("Now light the green lantern")


def test_a_change_is_unfolded_and_copied(talks: Talks) -> None:
    with talks.open() as terminal:
        read_newer(terminal)
        terminal.press("g", ")").until("▸ Edit")
        terminal.press("enter").until("+ colour = 'crimson'")
        assert "- colour = 'white'" in terminal.text()
        terminal.press("C").until("Copied")
        assert "+colour = 'crimson'" in copied(terminal)
        terminal.press("y").until(lambda _: copied(terminal) == NEWER)


def test_the_outline_jumps(talks: Talks) -> None:
    with talks.open() as terminal:
        read_newer(terminal)
        terminal.press("G").until("It burns.")
        terminal.press("o").until("± Edit")
        terminal.press("k", "k", "enter").gone("Outline ·")
        terminal.until(lambda screen: "The green lantern hangs on it" in screen and "It burns." not in screen)


@pytest.mark.parametrize(("steps", "ending"), [(0, "md"), (1, "html"), (2, "json")])
def test_a_session_is_exported(talks: Talks, steps: int, ending: str) -> None:
    with talks.open() as terminal:
        read_newer(terminal)
        terminal.press("e").until("Export:")
        terminal.press(*["right"] * steps).until(f"● {('Markdown', 'HTML', 'JSON')[steps]}")
        terminal.press("enter").gone("Export:")
        terminal.until(lambda _: any(talks.machine.home.glob(f"*.{ending}")))
        (written,) = talks.machine.home.glob(f"*.{ending}")
        text = written.read_text()
        assert "Paint the mast" in text and "crimson" in text
        if ending == "json":
            assert json.loads(text)["session"] == NEWER


def test_a_session_is_resumed_in_its_folder_and_the_screen_comes_back(talks: Talks) -> None:
    with talks.open() as terminal:
        read_newer(terminal)
        terminal.press("r").until("the agent itself")
        told = talks.machine.home / "resumed"
        assert told.read_text() == f"{talks.folder}: --resume {NEWER}\n"
        # Of what stood there before nothing counts: the screen is drawn anew when it has the terminal back.
        terminal.screen.reset()
        terminal.press("enter").until("Paint the mast")
        terminal.press("q")
        assert terminal.end() == 0


def test_a_session_whose_folder_is_gone_says_so(talks: Talks) -> None:
    talks.folder.rmdir()
    with talks.open() as terminal:
        read_newer(terminal)
        terminal.press("r").until("folder is gone")
        assert not (talks.machine.home / "resumed").exists()


def test_a_growing_log_is_followed(talks: Talks) -> None:
    with talks.open() as terminal:
        read_newer(terminal)
        terminal.press("g").until("hangs on it")
        talks.grow(said(NEWER, 80, "And the blue one?"))
        terminal.until("new")
        assert "And the blue one?" not in terminal.text()
        terminal.press("f").until("And the blue one?")
        terminal.until("following")
        talks.grow(replied(NEWER, 81, "The blue one sank."))
        terminal.until("The blue one sank.")
