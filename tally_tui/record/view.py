"""From what the agent says and what is known to what a line shows."""

from __future__ import annotations

from tally_tui.ledger.readings import same_reset
from tally_tui.record import limits
from tally_tui.record.line import Gauge, View
from tally_tui.record.payload import number
from tally_tui.rules import pace
from tally_tui.rules.plausible import implausible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tally_tui.record.payload import Payload

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS
_BLOCK_MS = 5 * _HOUR_MS


def view(payload: Payload | None, known: dict[str, Any], read_at: dict[str, int], root: str, now: int) -> View:
    """Everything that can be shown now.

    Args:
        payload: what the agent says; None where that is nothing.
        known: the state file.
        read_at: limit key → when this session was last answered with its percentage; now, if it does not say.
        root: the agent's home, as readings name it.
        now: epoch milliseconds.
    """
    shown = View(now)
    if payload is not None:
        shown.model, shown.session, shown.context = payload.model, payload.cost, payload.context
    shown.gauges = _gauges(payload, known.get("limits"), read_at, root, now)
    try:
        _project(shown, known["figures"]["paces"], root)
    except (KeyError, TypeError, ValueError, IndexError):
        pass
    try:
        _figures(shown, known["figures"], root)
    except (KeyError, TypeError, ValueError, IndexError):
        pass  # nothing read yet, or a state file that something else wrote
    return shown


def usable(figures: Any, now: int) -> bool:
    """Whether kept figures speak of the present day."""
    try:
        start, end = figures["day"]
        return bool(start <= now < end)
    except (KeyError, TypeError, ValueError):
        return False


def _gauges(
    payload: Payload | None, known: Any, read_at: dict[str, int], root: str, now: int
) -> dict[tuple[str, int], Gauge]:
    gauges: dict[tuple[str, int], Gauge] = {}
    for limit in payload.limits if payload else ():
        ends = None if limit.resets_at is None or not limit.minutes else max(now, limit.resets_at)
        full = min(limit.percent, 100.0) if limit.percent <= 1000 else limit.percent
        if implausible(limit.minutes, full, ends, now):
            continue  # more than 100 % and past its reset are told; what can never be is not
        key = limits.key(root, limit.name, limit.minutes)
        gauge = gauges[limit.name, limit.minutes] = Gauge(limit.percent, limit.resets_at, read_at.get(key, now))
        gauge.used_nano, gauge.limit_nano = limit.used_nano, limit.limit_nano
    for key, entry in known.items() if isinstance(known, dict) else ():
        try:
            minutes, name, of = key.split(" ", 2)
            percent, resets_at, ts = (number(each) for each in entry[:3])
            if percent is None or resets_at is None or ts is None:
                continue
            other = Gauge(percent, int(resets_at), int(ts))
            own = gauges.get((name, int(minutes)))
            mine = payload is not None and entry[3:] == [payload.session]
            # An idle session repeats a percentage that others have long left behind.
            if of == root and resets_at > now and (own is None or _knows_better(other, own, mine)):
                gauges[name, int(minutes)] = other
        except (TypeError, ValueError, LookupError):
            continue
    return gauges


def _knows_better(other: Gauge, own: Gauge, mine: bool) -> bool:
    """Whether to show what is known instead of what this session says; `mine`: it is what this session said before.

    Said later, or higher by another session at work (`limits.holds`): one seen for the first time may have sat idle.
    """
    assert other.resets_at is not None
    if own.resets_at is None or same_reset(own.resets_at, other.resets_at):
        higher = not mine and other.percent > own.percent and own.read_ms - other.read_ms <= limits.IDLE_MS
        return other.read_ms > own.read_ms or higher
    # The session that told the later reset takes it back when it tells an earlier one.
    return other.resets_at > own.resets_at and not mine


def _project(shown: View, paces: dict[str, list[float]], root: str) -> None:
    """Where each limit will stand at its reset, as far as the ledger knows when its window began."""
    for (name, minutes), gauge in shown.gauges.items():
        entry = paces.get(limits.key(root, name, minutes))
        if entry is None or gauge.resets_at is None:
            continue
        start, base, end = int(entry[0]), float(entry[1]), int(entry[2])
        if same_reset(gauge.resets_at, end) and pace.told(start, shown.now, minutes * _MINUTE_MS):
            gauge.projected = pace.at_reset(gauge.percent, base, start, end, shown.now)


def _figures(shown: View, figures: dict[str, Any], root: str) -> None:
    now = shown.now

    def spent(minutes: list[list[int]], since: int, until: int) -> tuple[int, int]:
        inside = [(nano, unpriced) for at, nano, unpriced in minutes if since <= at * _MINUTE_MS < until]
        return sum(nano for nano, _ in inside), sum(unpriced for _, unpriced in inside)

    if usable(figures, now):
        nano, unpriced = figures["today"]
        shown.today = (int(nano), int(unpriced))
        shown.figures_at = figures["at"]
    shown.last_hour = spent(figures["minutes"], now - _HOUR_MS, now + _MINUTE_MS)
    # A block is of one account's limit: where there are several, of its calls alone.
    several = figures.get("accounts")
    own = (several.get(root) or {"minutes": [], "block": None}) if several else figures
    five_hours = shown.gauges.get(("claude", 300))
    if five_hours and five_hours.resets_at and five_hours.resets_at > now:
        shown.block_end = five_hours.resets_at
    elif own["block"] and own["block"][1] > now:
        shown.block_end, shown.block_guessed = own["block"][1], True
    if shown.block_end:
        shown.block = spent(own["minutes"], shown.block_end - _BLOCK_MS, shown.block_end)
