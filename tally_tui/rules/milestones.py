"""Whole percents of a window as they were passed, what each cost, and dollars per percent from week to week."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import median

from msgspec import Struct

from tally_tui.rules.figures import whole_percent
from tally_tui.rules.windows import LimitKey, Window


class Crossing(Struct, frozen=True):
    """A whole percent that a window passed."""

    key: LimitKey
    until: int
    """The reset the window is known by (`Window.reset_at`)."""
    segment: int
    percent: int
    at: int
    """The reading that passed it."""
    jump: int
    """How many percents the same reading passed."""
    since: int
    """Where the segment began: what the costs count from."""
    first: bool
    """Whether it is the first one seen of its segment, with percents before it that nobody saw."""


class Milestone(Struct, frozen=True):
    """A crossing with its costs, in nano-dollars; write it once, never again."""

    crossing: Crossing
    cumulative: int
    """Spent from the segment's start until the crossing."""
    marginal: int | None
    """Spent since the percent before. Where one reading passed several, the first carries it all and the others
    0 (`Crossing.jump` says so); None where the percent before was not seen."""


def crossings(window: Window) -> tuple[Crossing, ...]:
    """The milestones of a window by time.

    The first reading of a segment tells only the percent it stands at; later ones every percent from the
    highest so far. Nothing is filled in backwards. A new segment begins anew, so that percents may come again.
    """
    found: list[Crossing] = []
    starts = (window.start, *(drop.at for drop in window.drops))
    segment, highest = -1, 0
    for sample in window.samples:
        reached = whole_percent(sample.percent)
        begins = sample.segment != segment
        if begins:
            segment, highest = sample.segment, max(reached - 1, 0)
        for percent in range(highest + 1, reached + 1):
            first = begins and (percent > 1 or segment > 0)
            found.append(
                Crossing(
                    window.key, window.reset_at, segment, percent, sample.ts, reached - highest,
                    starts[segment], first,
                )
            )  # fmt: skip
        highest = max(highest, reached)
    return tuple(found)


def costed(crossed: Iterable[Crossing], spent: Callable[[int, int], int]) -> tuple[Milestone, ...]:
    """Crossings of one window, by time, with what they cost.

    `spent(since, until)` tells the nano-dollars of [since, until); the call that brought the reading counts.
    """
    found: list[Milestone] = []
    for crossing in crossed:
        before = found[-1] if found and found[-1].crossing.segment == crossing.segment else None
        if before and before.crossing.at == crossing.at:
            found.append(Milestone(crossing, before.cumulative, 0))
            continue
        cumulative = spent(crossing.since, crossing.at + 1)
        marginal = cumulative - (before.cumulative if before else 0)
        found.append(Milestone(crossing, cumulative, None if crossing.first else marginal))
    return tuple(found)


class WeekPrice(Struct, frozen=True):
    """A week's dollars per percent."""

    start: int
    end: int
    percent: float | None
    """All that was used of it; None where nobody read it."""
    cost: int
    per_percent: float | None
    """Nano-dollars; None below one percent, and where nothing was spent that we know of."""
    change: float | None
    """Against the median of the weeks before (up to four), relative."""


def trend(weeks: Sequence[tuple[int, int, float | None, int]]) -> tuple[WeekPrice, ...]:
    """Dollars per percent of weeks given as (start, end, percent used, cost in nano-dollars), oldest first."""
    found: list[WeekPrice] = []
    for start, end, percent, cost in weeks:
        price = cost / percent if percent is not None and percent >= 1 and cost > 0 else None
        before = [week.per_percent for week in found if week.per_percent is not None][-4:]
        usual = median(before) if before else None
        change = (price - usual) / usual if price is not None and usual else None
        found.append(WeekPrice(start, end, percent, cost, price, change))
    return tuple(found)


def used(window: Window) -> float:
    """Percent of a limit used in a window: over its credits, what was handed back not taken off."""
    return used_between([window], window.start, window.end + 1)


def used_between(windows: Iterable[Window], since: int, until: int) -> float:
    """Percent of a limit used in [since, until): every believed rise in it, over windows and credits."""
    used = 0.0
    for window in windows:
        if window.end <= since or window.start >= until:
            continue
        for _, rise in rises(window, since, until):
            used += rise
    return used


def rises(window: Window, since: int, until: int) -> Iterator[tuple[int, float]]:
    """(instant, percents more than before it) of a window's believed readings in [since, until), by time."""
    before, segment = 0.0, 0
    for sample in window.samples:
        if sample.segment != segment:
            # A credit hands percents back; it does not undo what was used.
            before, segment = sample.percent, sample.segment
            continue
        if since <= sample.ts < until:
            yield sample.ts, sample.percent - before
        before = sample.percent
