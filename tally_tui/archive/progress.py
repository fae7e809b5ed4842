"""How far the archiving is: what commands and screens show of it."""

from __future__ import annotations

from msgspec import Struct


class Progress(Struct, frozen=True):
    """How far the archiving is, and the answer to an ArchivingRequest; sizes in bytes."""

    phase: str
    """`copying` or `done`."""
    session: str = ""
    title: str = ""
    sessions_done: int = 0
    sessions_total: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    seconds: float = 0.0

    problem: str = ""
    """What went wrong while sessions were archived of their own accord, for people; empty when all is well."""

    @property
    def seconds_left(self) -> float | None:
        """None while nobody knows."""
        if not self.bytes_done or self.seconds < 1:
            return None
        return max(0.0, self.seconds * (self.bytes_total - self.bytes_done) / self.bytes_done)
