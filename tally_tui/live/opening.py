"""Images and documents of a conversation, written to private files and handed to the program that shows such files."""

from __future__ import annotations

import base64
import binascii
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from tally_tui.actions import Done, OpenMedia
from tally_tui.logs.message_reading import items_at
from tally_tui.logs.messages import Item
from tally_tui.model import Provider
from tally_tui.rules.redaction import masked
from tally_tui.trouble import Trouble

MOST: Final = 8
"""Files that are opened at once."""
LARGEST: Final = 64 << 20
"""Bytes of one."""
PATIENCE_S: Final = 1.5
"""How long a program may take to say that it cannot open a file; one that still runs is showing it."""
_BEGINNINGS: Final = (
    (b"\x89PNG\r\n\x1a\n", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"GIF8", ".gif"), (b"BM", ".bmp"), (b"%PDF-", ".pdf"),
    (b"II*\0", ".tiff"), (b"MM\0*", ".tiff"),
)  # fmt: skip
"""What is known by how it begins: what a log calls it is not believed, for the name decides which program runs."""
_NAMED: Final = frozenset(ending for _, ending in _BEGINNINGS) | {".webp", ".jpeg", ".tif"}
_NAMES: Final = ("data", "base64", "result", "image_url", "file_data", "url")
_folders: dict[int, Path] = {}
"""This process's folder."""
_written: dict[tuple[str, int, int], Path] = {}


class _Media(Struct, frozen=True):
    data: bytes
    name: str
    ending: str
    """`.png`; empty where it is nothing that is known to be harmless."""


def perform(action: OpenMedia) -> Done:
    """Write what a message holds, and open it; tells where it is, where it could not be opened.

    Raises:
        Exception: in words for a person.
    """
    paths = [_file(action, *place) for place in action.places[:MOST]]
    shown = [path for path in paths if path.suffix != ".data"]
    saved = ", ".join(map(str, paths))
    if not shown:
        why = "It is no image or document of a kind that is known to be harmless, so it was not opened."
        return Done(action, trouble=Trouble(why, f"It is saved: {saved}"))
    command = opener()
    if command is None:
        return Done(action, trouble=Trouble(
            "There is no program to open it with on the PATH.", f"It is saved: {saved}",
            "TALLY_OPENER names one, as in `export TALLY_OPENER=feh`."))  # fmt: skip
    for path in shown:
        if problem := _open(command, path):
            return Done(action, trouble=Trouble(f"{problem}.", f"It is saved: {saved}"))
    return Done(action)


def opener() -> list[str] | None:
    """The program that opens files; None: there is none on the PATH."""
    chosen = os.environ.get("TALLY_OPENER", "").strip()
    if chosen:
        try:
            words = shlex.split(chosen)
        except ValueError:
            words = [chosen]
        return words if words and shutil.which(words[0]) else None
    for name in ("open",) if sys.platform == "darwin" else ("xdg-open", "open"):
        if shutil.which(name):
            return [name]
    return None


def _open(command: list[str], path: Path) -> str:
    """Start it, apart from this terminal; why it did not work, or nothing."""
    silent = subprocess.DEVNULL
    try:
        process = subprocess.Popen(
            [*command, str(path)], stdin=silent, stdout=silent, stderr=silent, start_new_session=True
        )
    except OSError as error:
        return f"{command[0]} could not be started: {error.strerror or error}"
    try:
        code = process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        threading.Thread(target=process.wait, daemon=True).start()
        return ""
    return f"{command[0]} could not open it and ended with {code}" if code else ""


# -- the file


def _file(action: OpenMedia, offset: int, length: int, part: int) -> Path:
    """The file with what stands in a line of the log, written if it is not there yet."""
    key = (action.log, offset, part)
    known = _written.get(key)
    if known is not None and known.is_file():
        return known
    items = items_at(action.log, Provider[action.provider.upper()], offset, length, action.session)
    item = next((each for each in items if each.part == part), None)
    if item is None:
        raise ValueError("The log holds something else at this place now.")
    media = _media(item, action.masked)
    if isinstance(media, Path):
        return media
    path = _write(media)
    _written[key] = path
    return path


def _media(item: Item, mask: bool) -> _Media | Path:
    name = item.files[0] if item.files else item.text.partition("\n")[0]
    name = masked(name) if mask else name
    address = ""
    for text in _candidates(item.detail):
        if text.startswith(("http://", "https://")):
            address = text
            continue
        data = _bytes(text)
        if data is not None:
            return _Media(data, _plain(name), _ending(data))
    there = _on_disk(item.files)
    if there is not None:
        return there
    if address:
        raise ValueError(f"The log has only its address, which is not fetched: {address[:200]}")
    raise ValueError("The log does not hold it whole: only that it was there.")


def _candidates(value: Any) -> Iterator[str]:
    """The texts that may be bytes, written as base64: those of the fields that hold such."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            for name in _NAMES:
                if isinstance(text := value.get(name), str) and text:
                    yield text
            waiting.extend(each for each in value.values() if isinstance(each, dict | list))


def _bytes(text: str) -> bytes | None:
    if text.startswith("data:"):
        head, _, text = text.partition(",")
        if not head.endswith(";base64"):
            return None
    if len(text) > LARGEST * 4 // 3:
        raise ValueError(f"It is larger than {LARGEST >> 20} MB: it was not written.")
    try:
        return base64.b64decode("".join(text.split()), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _ending(data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ".webp"
    return next((ending for beginning, ending in _BEGINNINGS if data.startswith(beginning)), "")


def _plain(name: str) -> str:
    """What of a name is safe in a path and in a program's arguments."""
    stem = re.split(r"[\\/]", name.strip())[-1]
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", stem)
    return re.sub(r"[^A-Za-z0-9_]+", "-", stem).strip("-")[:48] or "image"


def _on_disk(files: list[str]) -> Path | None:
    """A file that the log only names, where it is there and is what its name says."""
    for name in files[:1]:
        path = Path(name)
        try:
            if path.is_absolute() and path.suffix.lower() in _NAMED and path.is_file():
                with path.open("rb") as file:
                    if _ending(file.read(16)):
                        return path
        except (OSError, ValueError):
            continue
    return None


def _write(media: _Media) -> Path:
    folder = _folders.get(os.getpid())
    if folder is None or not folder.is_dir():
        folder = _folders[os.getpid()] = Path(tempfile.mkdtemp(prefix="tally-tui-"))
    for number in range(1, 10_000):
        more = f"-{number}" if number > 1 else ""
        path = folder / f"{media.name}{more}{media.ending or '.data'}"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except FileExistsError:
            continue
        with os.fdopen(handle, "wb") as file:
            file.write(media.data)
        return path
    raise OSError(f"{folder} is full of files of this name.")
