"""The one clock: real, or frozen by `TALLY_NOW` so that tests and reports can be repeated."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime


class BadClockError(ValueError):
    """`TALLY_NOW` is set to something that is no instant."""


def now_ms() -> int:
    """The present instant in epoch milliseconds; `TALLY_NOW` (ISO 8601 or epoch seconds) freezes it."""
    frozen = os.environ.get("TALLY_NOW")
    return parse_instant(frozen) if frozen else time.time_ns() // 1_000_000


def frozen() -> bool:
    """Whether `TALLY_NOW` holds the clock still."""
    return bool(os.environ.get("TALLY_NOW"))


def parse_instant(text: str) -> int:
    """Epoch milliseconds of an ISO 8601 instant (no offset: UTC) or of epoch seconds.

    Raises:
        BadClockError: the text is neither.
    """
    try:
        return round(float(text) * 1000)
    except ValueError:
        pass
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadClockError(f"TALLY_NOW: {text!r} is neither ISO 8601 nor epoch seconds") from error
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return round(instant.timestamp() * 1000)


def iso(instant_ms: int) -> str:
    """An instant as `2026-11-22T08:15:00.000Z`."""
    moment = datetime.fromtimestamp(instant_ms / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{instant_ms % 1000:03d}Z"
