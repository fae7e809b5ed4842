"""How a budget stands: spent, left, pace, the band it is heading for, and the verdict.

    rate_average = spent ÷ elapsed time                rate_recent = spent in the last 24 h ÷ 24 h
    low, high    = spent + the smaller, the larger rate × remaining time
    average      = spent + rate_average × remaining time    (what a projected alert looks at)

All amounts are whole numbers of a unit's smallest part: nano-dollars, tokens, or millionths of a percent.
Results are whole too, rounded half to even, so the same spend always gives the same verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final, Literal

from msgspec import Struct

from tally_tui.rules.figures import half_even
from tally_tui.rules.windows import DAY_MS

Verdict = Literal["ok", "warn", "over"]
RECENT_MS: Final = DAY_MS
"""The stretch that tells the recent rate."""
WARN_AT: Final = 90
"""The percentage that warns where a budget has no thresholds of its own."""
_LOW_PART: Final = Fraction(15, 100)


class Standing(Struct, frozen=True):
    """A budget at an instant. Amounts in the unit's smallest part (see the module); times epoch ms."""

    amount: int
    spent: int
    recent: int
    """Spent in the last 24 hours of the period."""
    start: int
    end: int
    now: int
    low: int
    high: int
    """The projection band: what will be spent at the end at the smaller and at the larger of both rates."""
    average: int
    """What will be spent if the period goes on as it did on average."""
    pace: int
    """Spent per day so far."""
    daily_allowance: int
    """What may be spent a day from now on so that the amount is just reached; never below 0."""
    verdict: Verdict
    low_confidence: bool
    """Less than 15 % of the period is over, or nothing is spent: projections do not count."""
    crossed: tuple[float, ...]
    """Thresholds (percent) that the spend has reached."""

    @property
    def left(self) -> int:
        """What is left; negative when over."""
        return self.amount - self.spent

    @property
    def used_percent(self) -> float:
        return self.spent * 100 / self.amount

    @property
    def even(self) -> int:
        """What an even spender would have spent by now."""
        return half_even(self.amount * (self.now - self.start), self.end - self.start)


def standing(
    *,
    amount: int,
    spent: int,
    recent: int,
    start: int,
    end: int,
    now: int,
    thresholds: Sequence[float] = (90, 100),
) -> Standing:
    """How a budget stands in its period [start, end) at `now` (clamped into it).

    `over`: spent more than the amount, or (unless of low confidence) the higher projection is more.
    `warn`: the spend or (unless of low confidence) the higher projection reaches the smallest threshold.

    Raises:
        ValueError: the amount is not positive, or the period is empty.
    """
    if amount <= 0:
        raise ValueError("a budget's amount is more than nothing")
    if end <= start:
        raise ValueError("a budget's period has a length")
    now = min(max(now, start), end)
    elapsed, remaining = now - start, end - now
    by_average = half_even(spent * remaining, elapsed) if elapsed else 0
    by_recent = half_even(recent * remaining, RECENT_MS)
    low, high = sorted((spent + by_average, spent + by_recent))
    low_confidence = spent <= 0 or elapsed < _LOW_PART * (end - start)
    return Standing(
        amount=amount,
        spent=spent,
        recent=recent,
        start=start,
        end=end,
        now=now,
        low=low,
        high=high,
        average=spent + by_average,
        pace=half_even(spent * DAY_MS, elapsed) if elapsed else 0,
        daily_allowance=half_even(max(0, amount - spent) * DAY_MS, remaining) if remaining else 0,
        verdict=_verdict(amount, spent, spent if low_confidence else high, thresholds),
        low_confidence=low_confidence,
        crossed=tuple(each for each in sorted(set(thresholds)) if crossed(spent, amount, each)),
    )


def _verdict(amount: int, spent: int, heading_for: int, thresholds: Sequence[float]) -> Verdict:
    if spent > amount or heading_for > amount:
        return "over"
    return "warn" if crossed(heading_for, amount, min(thresholds, default=WARN_AT)) else "ok"


def crossed(spent: int, amount: int, threshold: float) -> bool:
    """Whether a spend has reached a threshold (percent of the amount), exactly."""
    return spent * 100 >= Fraction(threshold) * amount


def passed_at(spend: Iterable[tuple[int, int]], amount: int, thresholds: Sequence[float]) -> dict[float, int]:
    """When each threshold would have fired, for a period's running spend as (instant, spent so far), by time."""
    found: dict[float, int] = {}
    waiting = sorted(set(thresholds))
    for at, spent in spend:
        while waiting and crossed(spent, amount, waiting[0]):
            found[waiting.pop(0)] = at
        if not waiting:
            break
    return found
