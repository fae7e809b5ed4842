"""Limits in a `rate_limits` object of Codex's besides its two windows: spending limits, and windows yet to come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

from tally_tui.logs.lines import text_of
from tally_tui.rules.window_names import window_minutes

_MONTH: Final = 43_200
_KNOWN: Final = frozenset({"primary", "secondary", "credits"})


class OtherLimit(NamedTuple):
    """A limit of its own kind; `resets_at` as it was logged, `after` in seconds from its line's time."""

    name: str
    minutes: int
    percent: float
    resets_at: float | str | None
    after: float | None


def other_limits(raw: bytes) -> Iterator[OtherLimit]:
    """Whatever else in the object says how far something is used, by its own name; the rest is passed over."""
    try:
        said = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    for name, entry in said.items() if isinstance(said, dict) else ():
        if name in _KNOWN or not isinstance(entry, dict):
            continue
        percent, minutes = _percent(entry), _minutes(name, entry)
        if percent is None or not 0 <= percent <= 1000 or not 0 < minutes < 10**7:
            continue
        resets = entry.get("resets_at")
        resets = resets if isinstance(resets, int | float | str) and not isinstance(resets, bool) else None
        yield OtherLimit((text_of(name) or "")[:64], minutes, percent, resets, _number(entry.get("resets_in_seconds")))


def _percent(entry: dict[str, Any]) -> float | None:
    for field in ("used_percent", "used_percentage"):
        if (stated := _number(entry.get(field))) is not None:
            return stated
    left = _number(entry.get("remaining_percent"))
    if left is not None:
        return 100 - left
    pairs = (("used_usd", "limit_usd"), ("used", "limit"))
    for used, most in ((_number(entry.get(one)), _number(entry.get(other))) for one, other in pairs):
        if used is not None and most is not None and most > 0:
            return 100 * used / most
    return None


def _minutes(name: str, entry: dict[str, Any]) -> int:
    """A limit on spending without a period is by the month."""
    stated = _number(entry.get("window_minutes"))
    if stated is not None:
        return round(stated)
    found = window_minutes(name, entry.get("period"))
    return found or (_MONTH if {"limit", "used", "limit_usd", "used_usd"} & entry.keys() else 0)


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    return value if isinstance(value, int | float) and not isinstance(value, bool) and -1e15 < value < 1e15 else None
