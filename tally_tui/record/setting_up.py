"""Setting up the agents: what would change, then the change, each file in one step."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tally_tui import paths
from tally_tui.record import receipts
from tally_tui.record.agents import Agent
from tally_tui.record.receipts import Receipt
from tally_tui.record.settings_text import BadSettingsError, Found, found, with_ours, without_ours

_NEW: Final = "{}\n"


class SetupError(Exception):
    """It cannot be set up; says what happened, what was kept, what to do."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of one agent's settings file."""

    agent: Agent
    file: Path
    before: bytes | None
    """None: there is no file."""
    after: bytes | None
    """None: the file goes, as it came with us."""
    receipt: Receipt | None
    """What to remember once it is done; None: nothing any more."""
    remarks: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        return self.before == self.after


def state(agent: Agent, home: Path) -> Found:
    """What of ours is in an agent's settings.

    Raises:
        SetupError: they cannot be read or understood.
    """
    file = home / agent.file
    return _found(agent, file, _read(agent, file))


def install(agent: Agent, home: Path, start: Sequence[str]) -> Change:
    """The change that puts our status line and hooks in; `start` are the words that start our program.

    Raises:
        SetupError: the settings cannot be read or understood.
    """
    file = home / agent.file
    before = _read(agent, file)
    try:
        outcome = with_ours(_text(before) or _NEW, agent, start)
    except (BadSettingsError, UnicodeDecodeError) as error:
        raise _refused(agent, file, error) from error
    after = outcome.text.encode()
    if outcome.text == _text(before):
        return Change(agent, file, before, before, receipts.receipt(agent, file), tuple(outcome.remarks))
    known = receipts.receipt(agent, file) if _found(agent, file, before).ours else None
    if known is None and not _found(agent, file, before).ours:
        kept = Receipt(before, receipts.fingerprint(after), tuple(outcome.made))
    elif known is not None and before is not None and receipts.fingerprint(before) == known.after:
        kept = Receipt(known.before, receipts.fingerprint(after), (*known.made, *outcome.made))
    else:
        # Some of ours was there, and so were changes of others: no earlier text is the one to go back to.
        kept = Receipt(before, "", (*(known.made if known else ()), *outcome.made))
    return Change(agent, file, before, after, kept, tuple(outcome.remarks))


def uninstall(agent: Agent, home: Path) -> Change:
    """The change that takes out what is ours: the very bytes of before, if nobody has changed the file since.

    Raises:
        SetupError: the settings cannot be read or understood.
    """
    file = home / agent.file
    before, known = _read(agent, file), receipts.receipt(agent, file)
    if before is None:
        return Change(agent, file, None, None, None)
    if known is not None and known.after == receipts.fingerprint(before):
        return Change(agent, file, before, known.before, None)
    try:
        outcome = without_ours(_text(before) or _NEW, agent, known.made if known else None)
    except (BadSettingsError, UnicodeDecodeError) as error:
        raise _refused(agent, file, error) from error
    after = before if outcome.text == (_text(before) or _NEW) else outcome.text.encode()
    return Change(agent, file, before, after, None, tuple(outcome.remarks))


def apply(change: Change) -> Path | None:
    """Make the change; returns where the first copy of the file is, if there was a file.

    Raises:
        SetupError: the file has changed meanwhile, or cannot be written; nothing was changed then.
    """
    target = Path(os.path.realpath(change.file))  # often a link into a folder of dotfiles: the link stays
    try:
        if _read(change.agent, change.file) != change.before:
            raise SetupError(
                f"{change.file} changed while you were asked. Nothing was changed. "
                "Run it again to see what is to change now."
            )
        backup = None
        known = receipts.receipt(change.agent, change.file)
        theirs = known is None or known.before is not None  # else the file came with us
        if change.before is not None and change.receipt is not None and theirs:
            backup = receipts.keep_first(change.agent, change.file, change.before)
        if change.receipt is not None:
            # Before the file: a crash between the two leaves a receipt that fits no file, and does no harm.
            receipts.keep_receipt(change.agent, change.file, change.receipt)
        if not change.nothing:
            if change.after is None:
                target.unlink()
            else:
                receipts.write(target, change.after, _mode(target))
        if change.receipt is None:
            receipts.drop_receipt(change.agent, change.file)
    except OSError as error:
        raise SetupError(
            f"{error.filename or change.file} cannot be written ({error.strerror}). "
            f"{change.agent.title}'s settings are as they were. "
            + (
                "Make room on that disk."
                if error.errno in (errno.ENOSPC, errno.EDQUOT)
                else "Check the permissions of the file and its folder."
            )
        ) from error
    return backup


def _mode(target: Path) -> int:
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        return paths.PRIVATE_FILE


def _read(agent: Agent, file: Path) -> bytes | None:
    try:
        if stat.S_ISFIFO(file.stat().st_mode):  # reading it would wait for a writer for ever
            raise OSError(errno.EINVAL, "it is a pipe")
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SetupError(
            f"{agent.title}'s settings at {file} cannot be read ({error.strerror}). Nothing was changed."
        ) from error


def _text(data: bytes | None) -> str:
    """The file's text; '' where there is none in it."""
    text = (data or b"").decode()
    return text if text.strip(" \t\r\n\ufeff") else ""


def _found(agent: Agent, file: Path, data: bytes | None) -> Found:
    try:
        return found(_text(data) or _NEW, agent)
    except (BadSettingsError, UnicodeDecodeError) as error:
        raise _refused(agent, file, error) from error


def _refused(agent: Agent, file: Path, error: Exception) -> SetupError:
    why = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)
    return SetupError(
        f"{agent.title}'s settings at {file} cannot be changed safely: {why}. Nothing was changed. "
        "Put the file right (the agent cannot use it either), then run it again."
    )
