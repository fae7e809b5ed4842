"""Time stamps of log lines → epoch milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime

_minutes: dict[str, int] = {}
_MINUTES_KEPT = 20_000


def to_ms(text: object) -> int | None:
    """Epoch milliseconds of an ISO 8601 stamp (no offset: UTC) or of an epoch number; None if it is neither.

    Numbers below 10^11 are seconds, above it milliseconds: both are met in logs.
    """
    if type(text) is str:
        # The stamp both agents write, `2026-11-22T08:15:00.000Z`; one look-up per minute of log.
        if len(text) == 24 and text[23] == "Z" and text[19] == "." and text[16] == ":":
            minute = _minutes.get(text[:16])
            if minute is None:
                minute = _minute(text[:16])
            if minute is not None:
                try:
                    second, milli = int(text[17:19]), int(text[20:23])
                except ValueError:
                    return None
                return minute + second * 1000 + milli if second < 60 else None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        try:
            return _plausible(moment.timestamp() * 1000)
        except (OverflowError, ValueError):
            return None
    if isinstance(text, int | float) and not isinstance(text, bool):
        return _plausible(text * 1000 if abs(text) < 1e11 else text)
    return None


def _plausible(ms: float) -> int | None:
    # Outside 1970…9999 nothing downstream can show it as a date.
    return round(ms) if 0 <= ms < 253_402_300_800_000 else None


def _minute(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
    if len(_minutes) > _MINUTES_KEPT:
        _minutes.clear()
    value = _minutes[text] = round(moment.timestamp()) * 1000
    return value
