"""Time stamps of log lines → epoch milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_END = 253_402_300_800_000
"""Outside 1970…9999 nothing downstream can show a date."""
_moment = datetime.fromisoformat


def to_ms(text: object) -> int | None:
    """Epoch milliseconds of an ISO 8601 stamp (no offset: UTC) or of an epoch number; None if it is neither.

    Numbers below 10^11 are seconds, above it milliseconds: both are met in logs.
    """
    ms: float
    if type(text) is str:
        try:
            # A difference is quicker than `timestamp()`, and exact.
            ms = (_moment(text) - _EPOCH) / _MILLISECOND
        except TypeError:
            ms = (_moment(text).replace(tzinfo=UTC) - _EPOCH) / _MILLISECOND
        except (ValueError, OverflowError):
            return None
    elif isinstance(text, int | float) and not isinstance(text, bool):
        ms = text * 1000 if abs(text) < 1e11 else text
    else:
        return None
    return round(ms) if 0 <= ms < _END else None
