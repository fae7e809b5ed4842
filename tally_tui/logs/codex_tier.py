"""The service tier that a rollout says its calls run at, as price flags."""

from __future__ import annotations

from typing import Any, Final

from tally_tui.logs.lines import text_of
from tally_tui.model import Flag

_TIERS: Final = {
    "fast": Flag.TIER_PRIORITY,
    "priority": Flag.TIER_PRIORITY,
    "flex": Flag.TIER_FLEX,
    "batch": Flag.TIER_BATCH,
}


def tier_flags(name: object) -> int:
    """The price flags of a tier's name; 0 for the standard one and for names nobody has heard of."""
    return _TIERS.get((text_of(name) or "").strip().lower(), 0)


def of_settings(payload: Any) -> int | None:
    """The tier in a snapshot of a thread's settings; None where the record holds no snapshot."""
    settings = payload.get("thread_settings") if isinstance(payload, dict) else None
    return tier_flags(settings.get("service_tier")) if isinstance(settings, dict) else None


def of_turn(payload: Any, known: int | None) -> int | None:
    """The tier after a turn's context: what it says, else what was known (None: nothing was said yet)."""
    if "service_tier" not in payload or (payload["service_tier"] is None and known is not None):
        return known
    return tier_flags(payload["service_tier"])
