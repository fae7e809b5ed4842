"""Which readings can be true: a wrong one would move a window, and every figure after it.

Imports nothing: a status line pays for it at every prompt.
"""

from __future__ import annotations

_MINUTE_MS = 60_000
_HOUR_MS = 3_600_000
_DAY_MS = 86_400_000
_LONG = 1_440
"""From so many minutes on a window is a long one."""


def implausible(minutes: int, percent: float, resets_at: int | None, now_ms: int) -> str | None:
    """Why a handed-in reading cannot be true, or None when it can.

    Percent must be 0–100. A window shorter than a day must reset between 10 minutes ago and an hour more than
    its length from now (five hours: 6 h); a longer one between 30 days ago and a day more than its length
    from now (seven days: 8 d).
    """
    if not 0 <= percent <= 100:
        return f"{percent:g} % is not between 0 and 100"
    if resets_at is None:
        return None
    length = minutes * _MINUTE_MS
    past, ahead = (30 * _DAY_MS, length + _DAY_MS) if minutes >= _LONG else (10 * _MINUTE_MS, length + _HOUR_MS)
    if resets_at < now_ms - past:
        return f"its reset is more than {_span(past)} past"
    if resets_at > now_ms + ahead:
        return f"its reset is more than {_span(ahead)} ahead"
    return None


def _span(ms: int) -> str:
    for unit, word in ((_DAY_MS, "days"), (_HOUR_MS, "hours"), (_MINUTE_MS, "minutes")):
        if ms >= 2 * unit:
            return f"{ms / unit:g} {word}"
    return f"{ms / _MINUTE_MS:g} minutes"
