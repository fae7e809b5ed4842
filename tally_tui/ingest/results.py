"""What a pass over the logs tells: how far it is, and what it did; for numbers, and for text."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace


class Progress(Struct, frozen=True, kw_only=True):
    """How far a pass has come. `bytes_total` is known once the logs have been looked through."""

    phase: str
    """`scanning`, then what it does (`reading`, `pricing`; `indexing`, `merging`), then `done`."""
    files_done: int = 0
    files_total: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    seconds: float = 0.0

    @property
    def seconds_left(self) -> float | None:
        """By the speed so far; None while it says nothing."""
        if self.seconds < 0.3 or not self.bytes_done:
            return None
        return (self.bytes_total - self.bytes_done) * self.seconds / self.bytes_done


class Result(Struct, frozen=True, kw_only=True):
    """What a pass did."""

    busy: bool = False
    """Another process holds the lock: nothing was read here."""
    cancelled: bool = False
    files: int = 0
    """Log files there are."""
    files_read: int = 0
    bytes_read: int = 0
    seconds: float = 0.0
    problems: tuple[str, ...] = ()
    changed: bool = False
    """Whether anything new is kept."""


class SyncProgress(Progress, frozen=True, kw_only=True):
    """How far the reading of numbers is."""

    calls: int = 0


class SyncResult(Result, frozen=True, kw_only=True):
    """What the reading of numbers did."""

    calls: int = 0
    """Sightings taken up; copies and repeats included."""
    empty: bool = False
    """Whether the ledger holds no call at all."""


class IndexProgress(Progress, frozen=True, kw_only=True):
    """How far the reading of text is."""

    messages: int = 0


class IndexResult(Result, frozen=True, kw_only=True):
    """What the reading of text did."""

    messages: int = 0
    """Lines of the logs that became searchable."""

    def and_then(self, later: IndexResult) -> IndexResult:
        """Both passes as one."""
        return replace(
            later,
            files_read=self.files_read + later.files_read,
            bytes_read=self.bytes_read + later.bytes_read,
            messages=self.messages + later.messages,
            seconds=self.seconds + later.seconds,
            problems=(*self.problems, *later.problems),
            changed=self.changed or later.changed,
        )


class Pending(Struct, frozen=True):
    """What is not yet searchable. Bytes as they lie on disk."""

    files: int
    bytes: int
    log_bytes: int
    """All logs there are."""
    problems: tuple[str, ...] = ()
    """Logs that cannot be read, for people: they are not among `files`, which the next look takes up."""
