"""Where a limit will stand at its reset, by its pace so far: the one figure that every face tells.

Imports nothing: a status line pays for it at every prompt.
"""

from __future__ import annotations

_HOUR_MS = 3_600_000
_LEAST_PART = 100
"""A pace is told once a hundredth of the window is over: before, one call would be a forecast."""


def rate(percent: float, base: float, start: int, now: int) -> float:
    """Percent an hour since `start` (epoch ms), at which the limit stood at `base`."""
    elapsed = max(0, now - start) / _HOUR_MS
    return (percent - base) / elapsed if elapsed else 0.0


def at_reset(percent: float, base: float, start: int, end: int, now: int) -> float:
    """Percent at `end` if the pace since `start` goes on."""
    return percent + rate(percent, base, start, now) * (max(0, end - now) / _HOUR_MS)


def told(start: int, now: int, length_ms: int) -> bool:
    """Whether a pace is told already: once a hundredth of the window's length is over."""
    return max(0, now - start) * _LEAST_PART >= length_ms
