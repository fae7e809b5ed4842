"""A file in the person's own editor, at a line."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from textual.app import SuspendNotSupported
from textual.screen import Screen

from tally_tui.logs.lines import UnreadableLogError, is_compressed, open_log
from tally_tui.widgets.text import clean
from tally_tui.widgets.transcript.places import Place

_PLUS: Final = frozenset(
    "vi vim nvim view nano pico micro emacs emacsclient kak joe jed ne mg mcedit kwrite kate gedit ed ex vis".split()
)
_COLON: Final = frozenset("hx helix subl sublime_text zed zeditor lapce".split())
_GOTO: Final = frozenset("code code-insiders codium vscodium cursor windsurf positron".split())
_LINE: Final = frozenset("idea pycharm webstorm goland clion rubymine phpstorm rider mate xed".split())


class Found(NamedTuple):
    """Which of some files are there, and which are not."""

    there: tuple[Place, ...]
    gone: tuple[str, ...]


def editor(environment: Mapping[str, str]) -> list[str] | None:
    """The editor that a person has chosen; None: none."""
    for name in ("VISUAL", "EDITOR"):
        try:
            words = shlex.split(environment.get(name, ""))
        except ValueError:
            words = [environment[name]]
        if words:
            return words
    return None


def command(editor: Sequence[str], path: str, line: int | None) -> list[str]:
    """The command that opens a file at a line, as that editor wants it; of an unknown one at its beginning."""
    name = Path(editor[0].replace("\\", "/")).name.removesuffix(".exe").lower()
    if line is None or line < 2:
        return [*editor, path]
    if name in _PLUS:
        return [*editor, f"+{line}", path]
    if name in _COLON:
        return [*editor, f"{path}:{line}"]
    if name in _GOTO:
        return [*editor, "--goto", f"{path}:{line}"]
    return [*editor, "--line", str(line), path] if name in _LINE else [*editor, path]


def look(places: Sequence[Place], folder: str | None) -> Found:
    """Which files are there; a path that is not whole is one from the session's folder. Reads the disk."""
    there: dict[str, Place] = {}
    gone: list[str] = []
    for place in places:
        try:
            path = str(Path(folder or ".", Path(place.path).expanduser()))
            found = Path(path).is_file()
        except (OSError, ValueError, RuntimeError):
            path, found = place.path, False
        if found:
            known = there.get(path)
            there[path] = Place(path, known.line if known is not None and known.line else place.line)
        elif not place.guessed:
            gone.append(place.path)
    return Found(tuple(there.values()), tuple(dict.fromkeys(gone)))


def line_of(log: str, offset: int) -> int:
    """The number of the line that begins at a byte of a log, from 1 on. Reads the file.

    Raises:
        UnreadableLogError: it cannot be opened.
    """
    if is_compressed(log):
        return 1
    lines, left = 1, offset
    with open_log(log) as file:
        while left > 0 and (piece := file.read(min(left, 1 << 20))):
            lines += piece.count(b"\n")
            left -= len(piece)
    return lines


def edit(screen: Screen[Any], path: str, line: int | None) -> str:
    """Hand the terminal to the editor until it ends; what went wrong, for people, or nothing."""
    words = editor(os.environ)
    if words is None:
        return "No editor is set: say which in $EDITOR, as in `export EDITOR=vim`."
    if shutil.which(words[0]) is None:
        return f"The editor {clean(words[0])} of $VISUAL or $EDITOR is not on the PATH."
    app = screen.app
    try:
        with app.suspend():
            try:
                code = subprocess.run(command(words, path, line), check=False).returncode
            except OSError as error:
                return f"{clean(words[0])} could not be started: {error.strerror or error}"
    except SuspendNotSupported:
        return "This terminal cannot be handed over to an editor."
    app.refresh(layout=True)
    return f"{clean(words[0])} ended with {code}." if code else ""


__all__ = ["Found", "UnreadableLogError", "command", "edit", "editor", "line_of", "look"]
