"""What happens behind a person's back: when each of it last worked, and a small log of what failed.

Hooks, status lines and what they start have nobody to tell. The log lies in the data folder, for its owner only, and
is kept small: when it is full it becomes the older of two. Imports next to nothing, for a status line pays for it at
every prompt; never raises.
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

STATUS_LINE, RECORD, HOOKS, BACKGROUND, BACKUP = "statusline", "record", "hook", "background", "backup"
KINDS = (STATUS_LINE, RECORD, HOOKS, BACKGROUND, BACKUP)
"""What is told apart, by the words of the log."""
WORDS = {
    STATUS_LINE: "the status line", RECORD: "`record`", HOOKS: "a hook",
    BACKGROUND: "work behind a hook or a status line", BACKUP: "the daily copy of the ledger",
}  # fmt: skip
MOST_BYTES = 65_536
"""What one of the two files holds; the older one goes when the newer is full."""
_LONGEST = 500
_SAME_S = 600
_NAME, _OLDER, _WORKED = "diagnostics.log", "diagnostics.log.1", "worked"
_PRIVATE_DIR, _PRIVATE_FILE = 0o700, 0o600


class Failure:
    """An entry of the log: what failed, when (epoch seconds), and why."""

    __slots__ = ("at", "kind", "text")

    def __init__(self, kind: str, at: float, text: str) -> None:
        self.kind = kind
        self.at = at
        self.text = text


def failed(folder: str, kind: str, error: BaseException | str) -> None:
    """Note a failure in a data folder."""
    text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    text = " ".join(text.split())[:_LONGEST]
    line = f"{round(time.time())} {kind} {text}\n"
    if _is_known(folder, f" {kind} {text}\n"):
        return
    try:
        _make(folder)
        path = os.path.join(folder, _NAME)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, _PRIVATE_FILE)
        try:
            full = os.fstat(handle).st_size >= MOST_BYTES
            os.write(handle, line.encode("utf-8", "backslashreplace"))
        finally:
            os.close(handle)
        if full:
            os.replace(path, os.path.join(folder, _OLDER))
    except (OSError, ValueError):
        pass  # nowhere to write: the disk is full, or the folder is not ours


def _make(folder: str) -> None:
    try:
        os.mkdir(folder, _PRIVATE_DIR)
    except FileExistsError:
        pass


def _is_known(folder: str, end: str) -> bool:
    """Whether the log ends with the same failure of some minutes ago: a prompt a second need not fill it."""
    try:
        path = os.path.join(folder, _NAME)
        if time.time() - os.stat(path).st_mtime > _SAME_S:
            return False
        with open(path, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 4 * _LONGEST))
            return file.read().endswith(end.encode("utf-8", "backslashreplace"))
    except (OSError, ValueError):
        return False


def worked(folder: str, kind: str) -> None:
    """Note that something worked just now."""
    path = os.path.join(folder, _WORKED, kind)
    try:
        os.utime(path)
    except OSError:
        try:
            _make(folder)
            _make(os.path.dirname(path))
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, _PRIVATE_FILE))
        except OSError:
            pass


def worked_at(folder: str, kind: str) -> float | None:
    """When something last worked, epoch seconds; None: never, as far as is known."""
    try:
        return os.stat(os.path.join(folder, _WORKED, kind)).st_mtime
    except OSError:
        return None


def failures(folder: str) -> list[Failure]:
    """The log, the newest entry first."""
    found = [each for name in (_OLDER, _NAME) for each in _read(os.path.join(folder, name))]
    return found[::-1]


def last_failure(folder: str, kind: str) -> Failure | None:
    """The newest failure of a kind that nothing of its kind has worked after; None: all is well."""
    at = worked_at(folder, kind) or 0.0
    newest = next((each for each in failures(folder) if each.kind == kind), None)
    return newest if newest is not None and newest.at >= int(at) else None


def words(folder: str) -> list[str]:
    """What fails, a sentence each, for people; nothing where all that failed has worked since."""
    found = [last_failure(folder, kind) for kind in KINDS]
    return [f"{WORDS[each.kind]} failed: {each.text}" for each in found if each is not None]


def _read(path: str) -> Iterator[Failure]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read(2 * MOST_BYTES).splitlines()
    except OSError:
        return
    for line in lines:
        at, _, rest = line.partition(" ")
        kind, _, text = rest.partition(" ")
        if at.isascii() and at.isdigit() and len(at) < 12 and kind in KINDS:
            yield Failure(kind, float(at), text)
