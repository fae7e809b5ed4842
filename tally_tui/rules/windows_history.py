"""What nobody read: weeks before and between the known ones, and five-hour blocks told by the calls alone."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from tally_tui.model import Span
from tally_tui.rules.windows import DAY_MS, HOUR_MS, MINUTE_MS, Window

WEEK_MS: Final = 7 * DAY_MS
_LONGEST_WEEK: Final = 10 * DAY_MS + 12 * HOUR_MS
"""A week that nobody read may be so long before another is put in between: usage begins a week, the calendar
does not, so a few idle days belong to the week before them."""
BLOCK_MS: Final = 5 * HOUR_MS
_GAP_MS: Final = MINUTE_MS


class Week(Struct, frozen=True):
    """A subscription week, [start, end) in epoch ms. Only one with a `window` is known; others are shown with `~`."""

    start: int
    end: int
    window: Window | None = None

    @property
    def known(self) -> bool:
        return self.window is not None

    @property
    def short(self) -> bool:
        """Whether it is more than an hour short of seven days."""
        return self.end - self.start < WEEK_MS - HOUR_MS


def weeks(windows: Sequence[Window], since: int, until: int, anchor: int) -> tuple[Week, ...]:
    """The subscription weeks that touch [since, until), oldest first; without gaps, without overlap.

    `windows` are the known seven-day windows by time. Before the first and after the last, weeks go on by
    seven days; between two, from the earlier one's end, what is left being part of a week before the next.
    Without any, weeks run from `anchor`, any start of a week.
    """
    if not windows:
        first = anchor + (since - anchor) // WEEK_MS * WEEK_MS
        return tuple(Week(start, start + WEEK_MS) for start in range(first, until, WEEK_MS))
    found: list[Week] = []
    # Whole weeks back from the first known one.
    back = -(-max(0, windows[0].start - since) // WEEK_MS)
    first = windows[0].start - back * WEEK_MS
    found += [Week(start, start + WEEK_MS) for start in range(first, windows[0].start, WEEK_MS)]
    for window in windows:
        if found:
            _fill(found, found[-1].end, window.start)
        found.append(Week(window.start, window.end, window))
    while found[-1].end < until:
        found.append(Week(found[-1].end, found[-1].end + WEEK_MS))
    return tuple(week for week in found if week.end > since and week.start < until)


def _fill(found: list[Week], start: int, end: int) -> None:
    while end - start > _LONGEST_WEEK - WEEK_MS:
        stop = end if end - start <= _LONGEST_WEEK else start + WEEK_MS
        if end - start < WEEK_MS:
            stop = end
        found.append(Week(start, stop))
        start = stop
    if start < end:
        last = found[-1]
        found[-1] = Week(last.start, end, last.window)


def week_at(windows: Sequence[Window], at: int, anchor: int) -> Week:
    """The subscription week that holds an instant."""
    found = weeks(windows, at, at + 1, anchor)
    return found[bisect_right([week.start for week in found], at) - 1]


class Block(Struct, frozen=True):
    """A five-hour block, or a gap between two. Heuristic ones (no `window`) are shown with `~`."""

    start: int
    end: int
    window: Window | None = None
    gap: bool = False

    @property
    def heuristic(self) -> bool:
        return self.window is None and not self.gap


def blocks(
    windows: Sequence[Window], next_call: Callable[[int], int | None], span: Span, *, gaps: bool = False
) -> tuple[Block, ...]:
    """The five-hour blocks that touch a span, oldest first: the read windows, and between them what calls tell.

    Args:
        windows: the known five-hour windows by time.
        next_call: the instant of the first call at or after an instant, None when there is none.
        span: both ends given.
        gaps: whether stretches without a block, of a minute at least, are told too.

    A call that no read window holds begins a block at its full hour (UTC) that lasts five hours, or until the next
    read window.

    Raises:
        ValueError: the span is open.
    """
    if span.since is None or span.until is None:
        raise ValueError("blocks need a span with both ends")
    found: list[Block] = []
    at = span.since
    known = [window for window in windows if window.end > span.since and window.start < span.until]
    for window in [*known, None]:
        stop = min(window.start, span.until) if window else span.until
        while at < stop:
            call = next_call(at)
            if call is None or call >= stop:
                break
            start = max(call // HOUR_MS * HOUR_MS, found[-1].end if found else call // HOUR_MS * HOUR_MS)
            end = min(start + BLOCK_MS, window.start) if window else start + BLOCK_MS
            found.append(Block(start, end))
            at = end
        if window:
            found.append(Block(window.start, window.end, window))
            at = max(at, window.end)
    return tuple(_with_gaps(found)) if gaps else tuple(found)


def _with_gaps(found: Sequence[Block]) -> list[Block]:
    told: list[Block] = []
    for block in found:
        if told and block.start - told[-1].end >= _GAP_MS:
            told.append(Block(told[-1].end, block.start, gap=True))
        told.append(block)
    return told
