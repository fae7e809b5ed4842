"""Codex's own limit percentages, as its token counts carry them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tally_tui.logs.codex_limit_kinds import other_limits
from tally_tui.logs.instants import to_ms
from tally_tui.logs.lines import text_of
from tally_tui.logs.records import Reading

_KNOWN_WINDOWS = (300, 10_080, 43_200)


class _Slot(msgspec.Struct, gc=False):
    used_percent: float | None = None
    window_minutes: float | None = None
    resets_at: float | str | None = None
    resets_in_seconds: float | None = None


class _Limits(msgspec.Struct, gc=False):
    limit_id: str | None = None
    plan_type: str | None = None
    primary: _Slot | None = None
    secondary: _Slot | None = None
    # The flat form of 2025.
    primary_used_percent: float | None = None
    primary_window_minutes: float | None = None
    primary_resets_at: float | str | None = None
    primary_resets_in_seconds: float | None = None
    secondary_used_percent: float | None = None
    secondary_window_minutes: float | None = None
    secondary_resets_at: float | str | None = None
    secondary_resets_in_seconds: float | None = None


READING_EVERY_MS = 60_000
"""An unchanged percentage is written again at most this often: fresh enough, and few rows."""


class LimitMemory:
    """Which readings of a rollout tell something new; `known` is kept from one stretch to the next."""

    def __init__(self, known: dict[str, list[float]]) -> None:
        self._known = known
        self._raw = b""
        self._ts = 0

    def take(self, raw: bytes, ts: int, session: str) -> list[Reading]:
        """The readings of a `rate_limits` object (JSON) at `ts` that are to be kept."""
        # Most token counts repeat the limits to the letter.
        if raw == self._raw and ts - self._ts < READING_EVERY_MS and b"resets_in" not in raw:
            return []
        found = []
        for reading in readings(raw, ts):
            reading.session = session
            key = f"{reading.limit} {reading.minutes}"
            value = [reading.percent, float(reading.resets_at or 0)]
            known = self._known.get(key)
            if known is None or known[:2] != value or ts - known[2] >= READING_EVERY_MS:
                self._known[key] = [*value, float(ts)]
                found.append(reading)
        self._raw = raw
        self._ts = round(min((kept[2] for kept in self._known.values()), default=0))
        return found


_decode = msgspec.json.Decoder(_Limits, strict=False).decode


def readings(raw: bytes, ts: int) -> Iterator[Reading]:
    """The readings of a `rate_limits` object (JSON) taken at `ts`; what has no percentage or window is none.

    A window is known by its minutes (one off is snapped to the known ones); relative resets count
    from the line's own time.
    """
    try:
        limits = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        salvaged = _salvaged(raw)
        if salvaged is None:
            return
        limits = salvaged
    limit, plan = text_of(limits.limit_id) or "codex", text_of(limits.plan_type)
    said = raw.decode("utf-8", "replace")
    slots = [slot for slot in (limits.primary, limits.secondary) if slot is not None]
    if not slots:
        slots = [
            _Slot(*(getattr(limits, f"{name}_{field}") for field in _Slot.__struct_fields__))
            for name in ("primary", "secondary")
        ]
    for slot in slots:
        if slot.used_percent is None or slot.window_minutes is None:
            continue
        percent, minutes = slot.used_percent, slot.window_minutes
        if 0 <= percent <= 1000 and 0 < minutes < 10**7:
            yield Reading(limit, _snap(round(minutes)), ts, percent, _reset(slot, ts), plan, said)
    for other in other_limits(raw):
        reset = _reset(_Slot(resets_at=other.resets_at, resets_in_seconds=other.after), ts)
        yield Reading(other.name, _snap(other.minutes), ts, other.percent, reset, plan, said)


def _salvaged(raw: bytes) -> _Limits | None:
    """What can be read of limits of which something cannot; None without a name that says whose they are."""
    try:
        said = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if not isinstance(said, dict):
        return None
    known = {}
    for field in msgspec.structs.fields(_Limits):
        try:
            known[field.name] = msgspec.convert(said.get(field.name), field.type, strict=False)
        except msgspec.ValidationError:
            if field.name == "limit_id":
                return None
    return _Limits(**known)


def _reset(slot: _Slot, ts: int) -> int | None:
    if slot.resets_at is not None:
        return to_ms(slot.resets_at)
    after = slot.resets_in_seconds
    return ts + round(after * 1000) if after is not None and 0 <= after < 10**8 else None


def _snap(minutes: int) -> int:
    return next((known for known in _KNOWN_WINDOWS if abs(known - minutes) <= 1), minutes)
