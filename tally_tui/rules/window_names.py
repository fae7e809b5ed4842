"""How long a limit's window is, where only words say so.

Imports nothing: a status line pays for it at every prompt.
"""

from __future__ import annotations

_PERIODS = {
    "hour": 60, "hourly": 60, "day": 1_440, "daily": 1_440, "week": 10_080, "weekly": 10_080,
    "month": 43_200, "monthly": 43_200, "year": 525_600, "yearly": 525_600, "annual": 525_600,
}  # fmt: skip
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10, "twelve": 12, "fourteen": 14,
    "twenty": 20, "thirty": 30,
}  # fmt: skip


def window_minutes(name: str, period: object) -> int:
    """Minutes of a window by its period (`monthly`) or its name (`seven_day_opus`, `thirty_day`); 0: unknown."""
    if isinstance(period, str) and period.strip().lower() in _PERIODS:
        return _PERIODS[period.strip().lower()]
    words = name.lower().split("_")
    for count, unit in zip(words, words[1:]):  # noqa: B905, RUF007
        times = _NUMBERS.get(count) or (int(count) if count.isascii() and count.isdigit() and len(count) < 4 else 0)
        if times and unit.removesuffix("s") in _PERIODS:
            return times * _PERIODS[unit.removesuffix("s")]
    return next((_PERIODS[word] for word in words if word in _PERIODS), 0)
