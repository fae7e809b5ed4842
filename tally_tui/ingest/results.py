"""What a pass over the logs tells: how far it is, and what it did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a pass has come. `bytes_total` is known once the logs have been looked through."""

    phase: str
    """`scanning`, `reading`, `pricing` or `done`."""
    files_done: int = 0
    files_total: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    calls: int = 0
    seconds: float = 0.0

    @property
    def seconds_left(self) -> float | None:
        """By the speed so far; None while it says nothing."""
        if self.seconds < 0.3 or not self.bytes_done:
            return None
        return (self.bytes_total - self.bytes_done) * self.seconds / self.bytes_done


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a pass did."""

    busy: bool = False
    """Another process holds the lock: nothing was read here."""
    cancelled: bool = False
    files: int = 0
    """Log files there are."""
    files_read: int = 0
    bytes_read: int = 0
    calls: int = 0
    """Sightings taken up; copies and repeats included."""
    seconds: float = 0.0
    problems: tuple[str, ...] = ()
    changed: bool = False
    """Whether the ledger holds anything new."""
    empty: bool = False
    """Whether the ledger holds no call at all."""
