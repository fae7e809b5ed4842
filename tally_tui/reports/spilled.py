"""Claude Code writes large outputs into files beside the log: the whole of one, as far as it is still there."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from tally_tui.logs.lines import UnreadableLogError, open_log
from tally_tui.logs.messages import Item

MOST: Final = 4_000_000
"""Bytes of such a file that are read; the rest is said to be there."""
FOLDER: Final = "tool-results"
"""Only files in a folder of this name are opened: the path itself is whatever a log says."""


class Spilled(Struct, frozen=True):
    """What was found of a spilled output."""

    text: str
    problem: str = ""
    """Why it is not the whole, for people."""


def spilled(log: str, result: Item) -> Spilled | None:
    """The output that a result (details and all) says was too large; None: nothing more than is in it.

    Args:
        log: the path of the log that the result stands in.
    """
    kept = _kept_in_log(result)
    if not result.name:
        return Spilled(kept) if kept else None
    for path in _places(log, result.name):
        found = _read(path) or _read_copy(path)
        if found is not None:
            text, size = found
            more = f"Only its first {MOST:,} of {size:,} bytes are shown: {path}" if size > MOST else ""
            return Spilled(text, more)
    gone = f"The file with the whole output is gone: {result.name}"
    return Spilled(kept, f"{gone}. Here is what the log kept of it.") if kept else Spilled("", gone)


def _kept_in_log(result: Item) -> str:
    detail = result.detail if isinstance(result.detail, dict) else {}
    texts = [detail[name] for name in ("stdout", "stderr", "content") if isinstance(detail.get(name), str)]
    text = "\n".join(filter(None, texts))
    return text if len(text) > len(result.text) else ""


def _places(log: str, told: str) -> Iterator[Path]:
    """Where the file may be: beside the log first (folders of logs are moved), then where the log says."""
    parts = re.split(r"[\\/]", told)
    if len(parts) < 3 or parts[-2] != FOLDER or parts[-1] in ("", ".", "..") or "\0" in told:
        return
    for above in list(Path(log).parents)[:4]:
        yield above / parts[-3] / FOLDER / parts[-1]
    if Path(told).is_absolute():
        yield Path(told)


def _read_copy(path: Path) -> tuple[str, int] | None:
    """The same of a file's copy in the archive, where the log that tells of it is read there too."""
    try:
        with open_log(f"{path}.zst") as file:
            data = file.read(MOST)
            size = len(data)
            while piece := file.read(1 << 20):
                size += len(piece)
    except (UnreadableLogError, ValueError):
        return None
    return data.decode("utf-8", "replace"), size


def _read(path: Path) -> tuple[str, int] | None:
    """(text, size of the file); None where there is no such plain file."""
    try:
        # A pipe would wait for a writer for ever.
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):
        return None
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode):
        os.close(handle)
        return None
    with os.fdopen(handle, "rb") as file:
        try:
            data = file.read(MOST)
        except OSError:
            return None
    return data.decode("utf-8", "replace"), about.st_size
