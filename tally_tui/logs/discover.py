"""Which log files there are: the folders of both agents walked, each file once."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from msgspec import Struct

from tally_tui.model import Provider
from tally_tui.paths import Root

Kind = Literal["claude-main", "claude-agent", "codex", "codex-zst"]

PLAIN: Final = ".jsonl"
COMPRESSED: Final = ".jsonl.zst"
NOT_TRANSCRIPTS: Final = frozenset({"journal.jsonl"})
"""Claude: what a workflow notes down about itself."""
NOT_SESSIONS: Final = frozenset({"tool-results", "memory"})
"""Claude: folders that hold what tools put out and what the agent remembers."""
_GONE: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


class LogFile(Struct, frozen=True):
    """A log as it lay on disk when it was looked at; `size` in bytes, `mtime_ns` in nanoseconds."""

    provider: Provider
    path: str
    size: int
    mtime_ns: int
    device: int
    inode: int


class SeenFile(Struct, frozen=True):
    """A log as it was when it was last read; `size` is -1 while some of it is still to be read."""

    id: int
    provider: int
    path: str
    device: int
    inode: int
    size: int
    mtime_ns: int
    cursor: int
    head: bytes | None
    tail: bytes | None
    gone_at: int | None


def discover(roots: Sequence[Root], problems: list[str] | None = None) -> list[LogFile]:
    """Every log file below the roots, newest first.

    A file met on several ways (links, two roots) comes once, with its smallest path. Folders that do
    not exist are no problem; what cannot be read adds a sentence to `problems` and is passed over.
    """
    walk = _Walk([] if problems is None else problems)
    # In the order of their paths, so that the smallest path to a linked folder is the one taken, always.
    starts = {(str(folder), root.provider) for root in roots for folder in root.log_dirs}
    for folder, provider in sorted(starts):
        walk.below(folder, provider)
    return sorted(walk.found.values(), key=lambda file: (-file.mtime_ns, file.path))


def look(path: str, roots: Sequence[Root]) -> LogFile | None:
    """One file by its path, by the rules of `discover`; None: no log, or gone, or it has a plain twin."""
    for root in roots:
        for folder in root.log_dirs:
            if not path.startswith(f"{folder}/"):
                continue
            *above, name = path[len(str(folder)) + 1 :].split("/")
            if not _is_log(name, root.provider) or not is_text(path):
                return None
            if root.provider is Provider.CLAUDE and not NOT_SESSIONS.isdisjoint(above):
                return None
            try:
                if name.endswith(COMPRESSED) and stat.S_ISREG(os.stat(path[: -len(".zst")]).st_mode):  # noqa: PTH116
                    return None
            except OSError:
                pass
            try:
                status = os.stat(path)  # noqa: PTH116 - five times the speed of Path.stat
            except (OSError, ValueError):
                return None
            return _log_file(root.provider, path, status) if stat.S_ISREG(status.st_mode) else None
    return None


def kind(file: LogFile) -> Kind:
    """What sort of log its place and name say it is; the lines inside have the last word."""
    if file.provider is Provider.CODEX:
        return "codex-zst" if file.path.endswith(COMPRESSED) else "codex"
    folder, _, name = file.path.rpartition("/")
    return "claude-agent" if name.startswith("agent-") or "/subagents" in folder else "claude-main"


def _is_log(name: str, provider: Provider) -> bool:
    # `._x.jsonl` is what macOS leaves beside x.jsonl on foreign drives: not text.
    if name.startswith("._"):
        return False
    if provider is Provider.CLAUDE:
        return name.endswith(PLAIN) and name not in NOT_TRANSCRIPTS
    return name.endswith((PLAIN, COMPRESSED))


def _log_file(provider: Provider, path: str, status: os.stat_result) -> LogFile:
    return LogFile(provider, path, status.st_size, status.st_mtime_ns, status.st_dev, status.st_ino)


class _Walk:
    """One visit of all folders; remembers which folders and files it has met."""

    def __init__(self, problems: list[str]) -> None:
        self.found: dict[tuple[int, int] | str, LogFile] = {}
        self._visited: set[tuple[int, int]] = set()
        self._problems = problems

    def below(self, start: str, provider: Provider) -> None:
        waiting = [start]
        while waiting:
            folder = waiting.pop()
            try:
                status = os.stat(folder)  # noqa: PTH116
                identity = (status.st_dev, status.st_ino)
                if identity in self._visited:
                    continue
                if not is_text(folder):
                    self._problem(folder, "its name is not UTF-8")
                    continue
                if not stat.S_ISDIR(status.st_mode):
                    self._problem(folder, "it is not a folder")
                    continue
                self._visited.add(identity)
                inner: list[str] = []
                for file in self._files(folder, provider, inner):
                    key = (file.device, file.inode) if file.inode else file.path
                    other = self.found.get(key)
                    if other is None or file.path < other.path:
                        self.found[key] = file
            except OSError as error:
                if error.errno not in _GONE:
                    self._problem(folder, error.strerror or str(error))
                continue
            # With its slash a name sorts as the path of a file below it does.
            inner.sort(key=lambda path: path + "/", reverse=True)
            waiting += inner

    def _files(self, folder: str, provider: Provider, inner: list[str]) -> Iterator[LogFile]:
        """The logs right in a folder; puts the folders in it on `inner`."""
        claude = provider is Provider.CLAUDE
        compressed: list[LogFile] = []
        plain: set[str] = set()
        refused: OSError | None = None
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                try:
                    if _is_log(name, provider):
                        status = entry.stat()
                        if stat.S_ISREG(status.st_mode):
                            path = entry.path
                            if not name.isascii() and not is_text(name):
                                self._problem(path, "its name is not UTF-8")
                            elif name.endswith(PLAIN):
                                plain.add(path)
                                yield _log_file(provider, path, status)
                            else:
                                compressed.append(_log_file(provider, path, status))
                            continue
                    if not (claude and name in NOT_SESSIONS) and entry.is_dir():
                        inner.append(entry.path)
                except OSError as error:
                    if error.errno not in _GONE:
                        refused = error
        for file in compressed:
            if file.path[: -len(".zst")] not in plain:
                yield file
        if refused is not None:
            # Once for the folder: its files mostly refuse for the same reason.
            self._problem(folder, refused.strerror or str(refused))

    def _problem(self, path: str, why: str) -> None:
        shown = path.encode("utf-8", "backslashreplace").decode()
        self._problems.append(f"{shown}: not read ({why}); what was read from it before is kept")


def is_text(path: str) -> bool:
    """Whether a path is UTF-8: others cannot be stored in the ledger."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
