"""Changing settings: one value at a time, comments and order kept, the file replaced in one step."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tally_tui import config_lines, paths
from tally_tui.config import BadSettingError, key, nearest
from tally_tui.config_values import attempt

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

SWITCH_WORDS: Final = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}


def from_words(name: str, words: str) -> Any:
    """The value that a person's words give a setting, as the file would hold it.

    Raises:
        BadSettingError: no such setting, or it cannot be that.
    """
    known = key(name)
    if known is None:
        raise BadSettingError(
            "prices are tables: edit them in the file (`tally-tui config path`)"
            if name == "prices"
            else "budgets are tables: change them with `tally-tui budget`, or in the file"
            if name == "budgets"
            else "alerts is a table: `tally-tui config set alerts.…` changes a value of it"
            if name == "alerts"
            else "archive is a table: `tally-tui config set archive.…` changes a value of it"
            if name == "archive"
            else f"no such setting{nearest(name)}"
        )
    value: Any = words
    if isinstance(known.default, tuple):
        value = [part.strip() for part in words.strip().strip("[]").split(",")]
        value = [part.strip("\"'") for part in value if part.strip("\"'")]
    elif isinstance(known.default, bool):
        value = SWITCH_WORDS.get(words.lower(), words)
    elif isinstance(known.default, float) and re.fullmatch(r"\d+(\.\d+)?", words):
        value = float(words) if "." in words else int(words)
    elif isinstance(known.default, int) and re.fullmatch(r"[0-9]{1,9}", words):
        value = int(words)
    read = attempt(known.read, value)
    return value if isinstance(read, float) else list(read) if isinstance(read, tuple) else read


def set_value(name: str, value: Any, path: Path | None = None) -> Path:
    """Write one setting, keeping comments and order; returns the file that holds it.

    Raises:
        BadSettingError: the file is not TOML, so nothing was changed.
        OSError: it could not be written; the old one is untouched.
    """
    import tomlkit

    path = path or paths.config_path()
    with alone(path):
        document = read_document(path)
        text = None
        if name not in document:
            text = config_lines.with_value(text_of(path), name, tomlkit.item(value).as_string())
        if text is None:
            document[name] = value
            text = document.as_string()
        write_document(path, text)
    return path


def unset_value(name: str, path: Path | None = None) -> bool:
    """Take a setting out of the file, so that its default holds; tells whether it was there.

    Raises as `set_value` does.
    """
    path = path or paths.config_path()
    with alone(path, make=False):
        document = read_document(path)
        if name not in document:
            return False
        del document[name]
        write_document(path, document.as_string())
    return True


@contextmanager
def alone(path: Path, make: bool = True) -> Iterator[None]:
    """Keep other processes and threads from changing the file between reading and replacing it: else one of two changes
    is lost, and both were told as done. Not to be entered twice at once by one thread.

    Its folder is what is locked (made where there is none, if `make`): the file itself is replaced, and a lock file
    would be one more among a person's.
    """
    import fcntl

    folder = Path(os.path.realpath(path)).parent
    with ExitStack() as held:
        # Some network folders know no locks, and go without as ever; what cannot be made is told by who writes to it.
        with suppress(OSError):
            if make:
                paths.private_dir(folder)
            handle = os.open(folder, os.O_RDONLY)
            held.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def read_document(path: Path) -> TOMLDocument:
    """The file as it stands, comments and all; empty where there is none.

    Raises:
        BadSettingError: it is not TOML.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        return tomlkit.parse(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        return tomlkit.document()
    except (TOMLKitError, ValueError, ArithmeticError, RecursionError) as error:
        raise BadSettingError(f"{path} is not TOML ({error}); nothing was changed") from error


def text_of(path: Path) -> str:
    """The file as it stands, to the byte; '' where there is none."""
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return ""


def write_document(path: Path, text: str) -> None:
    """Replace the file at once; what it was stays if that fails (OSError)."""
    # Settings are often a link into a folder of dotfiles: the link stays, its target is replaced.
    target = Path(os.path.realpath(path))
    paths.private_dir(target.parent)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, paths.PRIVATE_FILE)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
            out.flush()
            os.fsync(handle)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
