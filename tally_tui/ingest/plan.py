"""What is to be read: the files on disk held against those the ledger knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from msgspec import Struct, field

from tally_tui.ledger.files import KnownFile
from tally_tui.logs.discover import LogFile
from tally_tui.logs.lines import HEAD, UnreadableLogError, fingerprint, is_compressed, open_log
from tally_tui.logs.parse import PARSER_VERSION


class Why(Enum):
    """Why a file is read."""

    NEW = "new"
    GROWN = "grown"
    REWRITTEN = "rewritten"
    ASKED = "asked"
    """Read again from the beginning, its rows made anew."""


class Job(Struct, frozen=True):
    """One file to read from `cursor` on. `known` is None for a file met for the first time."""

    log: LogFile
    why: Why
    known: KnownFile | None
    cursor: int
    head: bytes

    @property
    def bytes(self) -> int:
        """About how much there is to read; compressed files count as they lie."""
        return self.log.size if is_compressed(self.log.path) else max(0, self.log.size - self.cursor)


class Plan(Struct):
    jobs: list[Job] = field(default_factory=list)
    moved: list[tuple[KnownFile, LogFile]] = field(default_factory=list)
    gone: list[KnownFile] = field(default_factory=list)
    back: list[KnownFile] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    files: int = 0
    """Log files there are."""

    @property
    def bytes(self) -> int:
        return sum(job.bytes for job in self.jobs)

    @property
    def again(self) -> list[Job]:
        """Files whose rows are made anew, each in one transaction: read last, for nothing new is in them."""
        return [job for job in self.jobs if job.why is Why.ASKED]

    @property
    def quiet(self) -> bool:
        """Nothing to do at all."""
        return not (self.jobs or self.moved or self.gone or self.back)


def make_plan(known: Mapping[str, KnownFile], found: Iterable[LogFile], *, rebuild: bool = False) -> Plan:
    """Hold what is there against what is known; reads the first 4 KiB of what changed."""
    plan = Plan()
    files = list(found)
    paths = {log.path for log in files}
    missing = {path: file for path, file in known.items() if path not in paths}
    by_inode = {(file.device, file.inode): file for file in missing.values()}
    by_name = {path.rpartition("/")[2]: file for path, file in missing.items()}
    for log in files:
        file = known.get(log.path)
        if file is None:
            file = by_inode.get((log.device, log.inode)) or _uncompressed_twin(log, by_name)
            if file is not None and missing.pop(file.path, None) is not None and _same(file, log):
                plan.moved.append((file, log))
            elif file is not None:
                missing[file.path] = file
                file = None
        elif file.gone_at is not None:
            plan.back.append(file)
        _consider(plan, file, log, rebuild)
    plan.gone = [file for file in missing.values() if file.gone_at is None]
    return plan


def _consider(plan: Plan, file: KnownFile | None, log: LogFile, rebuild: bool) -> None:
    if (
        file is not None
        and not rebuild
        and file.parser == PARSER_VERSION
        and (file.size, file.mtime_ns, file.inode, file.device) == (log.size, log.mtime_ns, log.inode, log.device)
    ):
        return
    try:
        head = _print_of_head(log.path)
        if file is None:
            plan.jobs.append(Job(log, Why.NEW, None, 0, head))
        elif not (_same(file, log) and (is_compressed(log.path) or log.size >= file.cursor)):
            plan.jobs.append(Job(log, Why.REWRITTEN, file, 0, head))
        elif rebuild or file.parser != PARSER_VERSION:
            # What a rewritten file no longer says is only in the ledger, and stays there.
            plan.jobs.append(Job(log, Why.REWRITTEN if file.rewrites else Why.ASKED, file, 0, head))
        else:
            plan.jobs.append(Job(log, Why.GROWN, file, file.cursor, head))
    except UnreadableLogError as error:
        plan.problems.append(str(error))


def _uncompressed_twin(log: LogFile, by_name: Mapping[str, KnownFile]) -> KnownFile | None:
    """The plain file that this compressed (or archived) one replaces."""
    name = log.path.rpartition("/")[2]
    return by_name.get(name.removesuffix(".zst")) if is_compressed(name) else None


def _same(file: KnownFile, log: LogFile) -> bool:
    """Whether the file still holds what was read; another inode at the same path is another file."""
    if file.path == log.path and file.inode and (file.inode, file.device) != (log.inode, log.device):
        return False
    if not file.head:
        return file.cursor == 0
    try:
        if _print_at(log.path, 0, _length(file.head)) != file.head:
            return False
        if not file.tail or is_compressed(log.path):
            return True
        length = _length(file.tail)
        return _print_at(log.path, file.cursor - length, length) == file.tail
    except UnreadableLogError:
        return False


def _length(print_of: bytes) -> int:
    return int.from_bytes(print_of[:2], "little")


def _print_of_head(path: str) -> bytes:
    """Fingerprint of a file's beginning. Raises UnreadableLogError."""
    with open_log(path, buffering=HEAD) as log:
        # Of a compressed file only what comes at once: behind it there may be damage.
        return fingerprint(log.read1(HEAD))


def _print_at(path: str, offset: int, length: int) -> bytes:
    """Fingerprint of a piece of a file (what there is of it). Raises UnreadableLogError."""
    with open_log(path, buffering=length) as log:
        if offset:
            log.seek(offset)
        return fingerprint(log.read(length))
