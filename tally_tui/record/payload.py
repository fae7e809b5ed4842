"""What Claude Code hands to its status line, understood: every field may be missing."""

from __future__ import annotations

from tally_tui.rules.window_names import window_minutes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WINDOWS = {"five_hour": 300, "seven_day": 10_080}
"""The limits of the account, by Claude's name; and the length of each in minutes."""
CLAUDE = "claude"
"""The limit that the two windows of the account are windows of."""


class Limit:
    """One entry of `rate_limits`."""

    __slots__ = ("limit_nano", "minutes", "name", "percent", "resets_at", "used_nano")

    def __init__(self, name: str, minutes: int, percent: float, resets_at: int | None) -> None:
        self.used_nano: int | None = None
        self.limit_nano: int | None = None
        """Nano-dollars, of a limit on spending."""
        self.name = name
        """`claude`, or a model-scoped limit's own name; never blended."""
        self.minutes = minutes
        """0 where neither the name nor the entry says how long the window is."""
        self.percent = percent
        self.resets_at = resets_at
        """Epoch milliseconds."""


class Payload:
    """What is of use to us. Money in nano-dollars, percentages as given; None where it is not said."""

    __slots__ = ("activity", "context", "cost", "limits", "model", "session")

    def __init__(self, said: dict[str, Any]) -> None:
        self.session = _text(said.get("session_id"))
        model = _part(said, "model")
        self.model = _text(model.get("display_name")) or _text(model.get("id"))
        cost = _part(said, "cost")
        dollars = number(cost.get("total_cost_usd"))
        self.cost = None if dollars is None or dollars < 0 else round(dollars * 1e9)
        self.context = _context(_part(said, "context_window"))
        self.limits = limits(said.get("rate_limits"))
        self.activity = [number(cost.get("total_api_duration_ms")), dollars, self.context]
        """What moves when the session was answered: an idle one repeats it, and a stale percentage with it."""


def understood(raw: bytes) -> Payload | None:
    """The payload; None where it is no JSON object."""
    import json

    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return Payload(said) if isinstance(said, dict) else None


def limits(said: Any) -> list[Limit]:
    """The entries of a `rate_limits` object that state a percentage; the rest of it is passed over."""
    if not isinstance(said, dict):
        return []
    found = []
    for name, entry in said.items():
        if not isinstance(entry, dict):
            continue
        used, most = _nano(entry.get("used_usd")), _nano(entry.get("limit_usd"))
        percent = number(entry.get("used_percentage"))
        if percent is None and used is not None and most:
            percent = 100 * used / most
        if percent is None:
            continue
        resets = number(entry.get("resets_at"))
        minutes = WINDOWS.get(name) or _minutes(name, entry)
        resets_at = None if resets is None else round(resets * 1000)
        limit = Limit(CLAUDE if name in WINDOWS else _text(name)[:64], minutes, percent, resets_at)
        limit.used_nano, limit.limit_nano = used, most
        found.append(limit)
    return found


def _nano(dollars: Any) -> int | None:
    value = number(dollars)
    return None if value is None or value < 0 else round(value * 1e9)


def number(value: Any) -> float | None:
    """A finite number; None for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool) and -1e15 < value < 1e15:
        return value
    return None


def _minutes(name: str, entry: dict[str, Any]) -> int:
    stated = number(entry.get("window_minutes"))
    if stated is not None and 0 < stated < 10**7:
        return round(stated)
    return window_minutes(name, entry.get("period"))


def _context(said: dict[str, Any]) -> float | None:
    """Percent of the context window in use."""
    size, usage = number(said.get("context_window_size")), _part(said, "current_usage")
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    used = [value for value in map(number, map(usage.get, names)) if value is not None]
    counted = 100 * sum(used) / size if size and size > 0 and used else None
    stated = number(said.get("used_percentage"))
    # What is stated is rounded; the list of sessions cuts what comes of the same counts.
    return counted if stated is None or (counted is not None and abs(counted - stated) <= 1) else stated


def _part(said: dict[str, Any], name: str) -> dict[str, Any]:
    part = said.get(name)
    return part if isinstance(part, dict) else {}


def _text(value: Any) -> str:
    """A short text without anything a terminal would act on."""
    if not isinstance(value, str):
        return ""
    value = value[:200]
    if not (value.isascii() and value.isprintable()):
        from tally_tui.rules.plain_text import only_plain

        value = only_plain(value)
    return str(value).strip()
