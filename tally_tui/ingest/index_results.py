"""What a text pass tells: how far it is, what it did, and what is left."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """How far a text pass has come."""

    phase: str
    """`scanning`, `indexing`, `merging` or `done`."""
    files_done: int = 0
    files_total: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    messages: int = 0
    seconds: float = 0.0

    @property
    def seconds_left(self) -> float | None:
        """By the speed so far; None while it says nothing."""
        if self.seconds < 0.3 or not self.bytes_done:
            return None
        return (self.bytes_total - self.bytes_done) * self.seconds / self.bytes_done


@dataclass(frozen=True, slots=True)
class IndexResult:
    """What a text pass did."""

    busy: bool = False
    """Another process holds the lock: nothing was indexed here."""
    cancelled: bool = False
    files: int = 0
    """Log files there are."""
    files_read: int = 0
    bytes_read: int = 0
    messages: int = 0
    """Lines of the logs that became searchable."""
    seconds: float = 0.0
    problems: tuple[str, ...] = ()
    changed: bool = False

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


@dataclass(frozen=True, slots=True)
class Pending:
    """What is not yet searchable. Bytes as they lie on disk."""

    files: int
    bytes: int
    log_bytes: int
    """All logs there are."""
