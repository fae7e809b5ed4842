"""Going on with a session in its own agent."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.app import SuspendNotSupported
from textual.screen import Screen
from textual.worker import get_current_worker

from tally_tui import paths
from tally_tui.model import Provider
from tally_tui.reports.answers import SessionRow
from tally_tui.reports.resuming import LedgerError, Resumable, resumable_in
from tally_tui.widgets.text import clean


def resume_command(session: SessionRow) -> list[str]:
    """The agent's own command that goes on with a session."""
    # A subagent cannot be resumed: the session that started it can.
    name = session.session.partition("/")[0].partition("@")[0]
    return ["codex", "resume", name] if session.provider == "codex" else ["claude", "--resume", name]


def fork_command(session: SessionRow) -> list[str]:
    """The agent's own command that goes on with a copy of a session, and leaves it as it is."""
    name = session.session.partition("/")[0].partition("@")[0]
    return ["codex", "fork", name] if session.provider == "codex" else ["claude", "--resume", name, "--fork-session"]


def resume_line(session: SessionRow, folder: str | None) -> str:
    """The same for a shell, with the way to the folder."""
    words = shlex.join(resume_command(session))
    return f"cd {shlex.quote(folder)} && {words}" if folder else words


def resume_folder(session: SessionRow) -> Resumable:
    """The folder in which a session goes on. Reads the ledger and the disk: not for the event loop."""
    try:
        found = resumable_in(paths.ledger_path(), Provider[session.provider.upper()], session.session)
    except LedgerError:
        found = Resumable(None)
    if found.folder is None and found.missing is None and session.folder is not None:
        return Resumable(session.folder if Path(session.folder).is_dir() else None, session.folder)
    return found


def resume(screen: Screen[Any], session: SessionRow, fork: bool = False) -> None:
    """Leave the screen to the agent until it ends; says why where that cannot be."""
    command = fork_command(session) if fork else resume_command(session)
    if shutil.which(command[0]) is None:
        _refuse(screen, f"{command[0]} is not on the PATH, so it cannot be started here.")
        return
    _with_folder(screen, session, lambda found: _start(screen, command, found))


def copy_resume(screen: Screen[Any], session: SessionRow) -> None:
    """Copy the command that resumes a session, with the way to its folder."""

    def copy(found: Resumable) -> None:
        line = resume_line(session, found.folder or found.missing)
        screen.app.copy(line, "the command that resumes it")  # type: ignore[attr-defined]

    _with_folder(screen, session, copy)


def _with_folder(screen: Screen[Any], session: SessionRow, then: Callable[[Resumable], None]) -> None:
    """Go on, on the event loop, once it is known where the session goes on."""

    def look() -> None:
        found = resume_folder(session)
        if not get_current_worker().is_cancelled:
            screen.app.call_from_thread(then, found)

    screen.run_worker(look, thread=True, exclusive=True, group="resume", exit_on_error=False)


def _start(screen: Screen[Any], command: list[str], found: Resumable) -> None:
    if found.folder is None:
        if found.missing is None:
            _refuse(screen, f"The log does not tell the session's folder, and {command[0]} would have to work in it.")
        else:
            where = clean(found.missing)
            _refuse(screen, f"The session's folder is gone: {where}. Make it anew, and the session can go on there.")
        return
    app = screen.app
    try:
        with app.suspend():
            try:
                code = subprocess.run(command, cwd=found.folder, check=False).returncode
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
