"""Codex's own limit percentages, as its token counts carry them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tally_tui.logs.instants import to_ms
from tally_tui.logs.lines import text_of
from tally_tui.logs.records import Reading

_KNOWN_WINDOWS = (300, 10_080, 43_200)


def readings(value: Any, ts: int) -> Iterator[Reading]:
    """The readings of a `rate_limits` object taken at `ts`; whatever has no percentage and no window is none.

    A window is known by its minutes (one off is snapped to the known ones); relative resets count
    from the line's own time.
    """
    if not isinstance(value, dict):
        return
    limit = text_of(value.get("limit_id")) or "codex"
    plan = text_of(value.get("plan_type"))
    slots = [value.get("primary"), value.get("secondary")]
    if all(slot is None for slot in slots):
        # The flat form of 2025: primary_used_percent, primary_window_minutes …
        slots = [
            {
                name: value.get(f"{slot}_{name}")
                for name in ("used_percent", "window_minutes", "resets_at", "resets_in_seconds")
            }
            for slot in ("primary", "secondary")
        ]
    for slot in slots:
        if not isinstance(slot, dict):
            continue
        percent, minutes = slot.get("used_percent"), slot.get("window_minutes")
        if not _number(percent) or not _number(minutes) or not 0 <= percent <= 1000 or not 0 < minutes < 10**7:
            continue
        yield Reading(limit, _snap(round(minutes)), ts, float(percent), _reset(slot, ts), plan)


def _reset(slot: dict[str, Any], ts: int) -> int | None:
    at = slot.get("resets_at")
    if at is not None:
        return to_ms(at)
    after = slot.get("resets_in_seconds")
    return ts + round(after * 1000) if _number(after) and 0 <= after < 10**8 else None


def _snap(minutes: int) -> int:
    return next((known for known in _KNOWN_WINDOWS if abs(known - minutes) <= 1), minutes)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value
