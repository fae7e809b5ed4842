"""Cutting a span of the ledger at the periods of a time zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from tally_tui.rules import periods
from tally_tui.rules.periods import Kind


def segments(
    kinds: Sequence[Kind], since: int, until: int, tz: ZoneInfo, week_start: int = 0
) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Pieces of [since, until) that lie in one period of each kind: (from, until, those periods' starts).

    In order of time; epoch milliseconds throughout. Without kinds the span is one piece.
    """
    if not kinds:
        if since < until:
            yield since, until, ()
        return
    held = [(since, since)] * len(kinds)
    while since < until:
        held = [
            period if since < period[1] else periods.bounds(kind, since, tz, week_start)
            for kind, period in zip(kinds, held, strict=True)
        ]
        end = min(until, *(period[1] for period in held))
        yield since, end, tuple(period[0] for period in held)
        since = end
