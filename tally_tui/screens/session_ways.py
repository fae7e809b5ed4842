"""Going on with a session in its own agent."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

from textual.app import SuspendNotSupported
from textual.screen import Screen

from tally_tui.reports.answers import SessionRow
from tally_tui.widgets.text import clean


def resume_command(session: SessionRow) -> list[str]:
    """The agent's own command that goes on with a session."""
    # A subagent cannot be resumed: the session that started it can.
    name = session.session.partition("/")[0]
    return ["codex", "resume", name] if session.provider == "codex" else ["claude", "--resume", name]


def fork_command(session: SessionRow) -> list[str]:
    """The agent's own command that goes on with a copy of a session, and leaves it as it is."""
    name = session.session.partition("/")[0]
    return ["codex", "fork", name] if session.provider == "codex" else ["claude", "--resume", name, "--fork-session"]


def resume_line(session: SessionRow) -> str:
    """The same for a shell, with the way to the session's folder."""
    words = shlex.join(resume_command(session))
    return f"cd {shlex.quote(session.folder)} && {words}" if session.folder else words


def resume(screen: Screen[Any], session: SessionRow, fork: bool = False) -> None:
    """Leave the screen to the agent until it ends; says why where that cannot be."""
    command = fork_command(session) if fork else resume_command(session)
    if shutil.which(command[0]) is None:
        _refuse(screen, f"{command[0]} is not on the PATH, so it cannot be started here.")
        return
    if session.folder is None:
        _refuse(screen, f"The log does not tell the session's folder, and {command[0]} would have to work in it.")
        return
    if not Path(session.folder).is_dir():
        where = clean(session.folder)
        _refuse(screen, f"The session's folder is gone: {where}. Make it anew, and the session can go on there.")
        return
    app = screen.app
    try:
        with app.suspend():
            try:
                code = subprocess.run(command, cwd=session.folder, check=False).returncode
            except OSError as error:
                code, problem = -1, f"{command[0]} could not be started: {error.strerror or error}"
            else:
                problem = f"{command[0]} ended with {code}." if code else ""
    except SuspendNotSupported:
        _refuse(screen, "This terminal cannot be handed over; R copies the command.")
        return
    app.refresh(layout=True)
    if problem:
        _refuse(screen, problem)


def _refuse(screen: Screen[Any], why: str) -> None:
    screen.notify(why, severity="warning", timeout=8, markup=False)
