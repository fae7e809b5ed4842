"""What an agent's settings were before we came: the first copy for ever, and what the last change made."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from tally_tui import paths
from tally_tui.record.agents import Agent


@dataclass(frozen=True, slots=True)
class Receipt:
    """Of our entries in one file."""

    before: bytes | None
    """The file without them; None: there was no file."""
    after: str
    """SHA-256 of the file as we left it; '' when others have changed it since, and `before` is not all of it."""
    made: tuple[str, ...]
    """What was made to hold our entries."""


def first_backup(agent: Agent, file: Path) -> Path:
    """Where the first copy of a settings file is kept; it is never written again."""
    return _folder() / f"{_name(agent, file)}.first"


def keep_first(agent: Agent, file: Path, data: bytes) -> Path:
    """Copy the file unless there is a copy already; returns where it is.

    Raises:
        OSError: it cannot be written.
    """
    path = first_backup(agent, file)
    if not path.exists():
        _made_folder()
        write(path, data, paths.PRIVATE_FILE)
    return path


def receipt(agent: Agent, file: Path) -> Receipt | None:
    """What is known of our entries in a file; None: nothing."""
    try:
        said = json.loads((_folder() / f"{_name(agent, file)}.json").read_bytes())
        before = said["before"]
        made = tuple(str(each) for each in said["made"])
        return Receipt(None if before is None else base64.b64decode(before), str(said["after"]), made)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def keep_receipt(agent: Agent, file: Path, kept: Receipt) -> None:
    """Raises OSError."""
    said = {
        "file": str(file),
        "before": None if kept.before is None else base64.b64encode(kept.before).decode(),
        "after": kept.after,
        "made": list(kept.made),
    }
    write(_made_folder() / f"{_name(agent, file)}.json", json.dumps(said).encode(), paths.PRIVATE_FILE)


def drop_receipt(agent: Agent, file: Path) -> None:
    (_folder() / f"{_name(agent, file)}.json").unlink(missing_ok=True)


def fingerprint(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write(path: Path, data: bytes, mode: int) -> None:
    """Replace a file in one step, forced to disk; its folder is made where there is none.

    Raises:
        OSError: it could not be written; the old one is untouched.
    """
    paths.private_dir(path.parent)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
        with os.fdopen(handle, "wb") as out:
            os.fchmod(handle, mode)  # the umask has no say in what the file's mode was
            out.write(data)
            out.flush()
            os.fsync(handle)
        beside.replace(path)
    except OSError as error:
        error.filename = error.filename or str(path)
        raise
    finally:
        beside.unlink(missing_ok=True)


def _folder() -> Path:
    return paths.data_dir() / "backups" / "setup"


def _made_folder() -> Path:
    """The folder of copies, made where there is none: settings may hold secrets, so each level is private."""
    for folder in (paths.data_dir(), paths.data_dir() / "backups", _folder()):
        paths.private_dir(folder)
    return _folder()


def _name(agent: Agent, file: Path) -> str:
    real = os.path.realpath(file)
    return f"{agent.word}-{file.name}-{hashlib.sha256(os.fsencode(real)).hexdigest()[:8]}"
