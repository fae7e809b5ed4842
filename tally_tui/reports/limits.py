"""How far each limit is used, and where it will stand at its reset."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from tally_tui.ledger import ask
from tally_tui.ledger.ask import Mode
from tally_tui.ledger.ask_calls import next_call
from tally_tui.ledger.ask_readings import Reading, limit_events, newest_readings
from tally_tui.model import Provider, Span
from tally_tui.reports.answers import LimitGauge
from tally_tui.reports.answers_limits import BlockRow, LimitEvent, Limits, LimitState
from tally_tui.reports.figures import figures
from tally_tui.reports.windows import Spending, known_windows, merged, newest_windows, spending, spending_of
from tally_tui.rules.forecast import forecast
from tally_tui.rules.windows import DAY_MS, FIVE_HOURS, MINUTE_MS, LimitKey, Window, freshness
from tally_tui.rules.windows_history import Block, blocks

_EVENTS_MS: Final = 7 * DAY_MS
"""How far back limit hits are told."""
_LEAST_PART: Final = 100
"""A pace is told once a hundredth of the window is over: before, one call would be a forecast."""


def limits(db: sqlite3.Connection, *, now_ms: int) -> tuple[LimitGauge, ...]:
    """The newest reading of every limit window that is not past its reset.

    Where several sessions tell of one limit (status lines), the one that `rules.windows_merge` believes. A
    reading that does not say when its window resets is shown for the window's length.
    """
    return tuple(
        LimitGauge(
            provider=Provider(reading.provider).word,
            limit=reading.limit_id,
            minutes=reading.minutes,
            percent=reading.percent,
            read_ms=reading.ts,
            resets_ms=reading.resets_at,
            projected=_projected(reading, now_ms),
            plan=reading.plan,
            root=reading.root,
        )
        for reading in (_believed(db, newest) for newest in newest_readings(db, now_ms + 1))
        if now_ms < (reading.resets_at or reading.ts + reading.minutes * MINUTE_MS)
    )


def _believed(db: sqlite3.Connection, newest: Reading) -> Reading:
    """The newest reading as its window holds it: an idle session may have repeated a stale one last."""
    if newest.source == "log":
        return newest  # one voice, and a reading a call: too many to go through for a gauge
    key = LimitKey(Provider(newest.provider).word, newest.limit_id, newest.minutes, newest.root)
    found, _ = merged(db, key, newest.ts - newest.minutes * MINUTE_MS, newest.ts + 1)
    if not found:
        return newest
    window = found[-1]
    return newest._replace(percent=window.percent, ts=window.read_ms, resets_at=window.end)


def _projected(reading: Reading, now_ms: int) -> float | None:
    """Percent at the reset if the window goes on as it went until now, as `rules.forecast` has it; never below."""
    if reading.resets_at is None:
        return None
    length = reading.minutes * MINUTE_MS
    passed = now_ms - (reading.resets_at - length)
    if passed * _LEAST_PART < length:
        return None
    return reading.percent * max(1.0, length / passed)


def standing(
    db: sqlite3.Connection,
    *,
    now_ms: int,
    tz: ZoneInfo,
    mode: Mode = "calculate",
    blocks_since: int | None = None,
    gaps: bool = False,
) -> Limits:
    """Every limit's newest window with what was spent in it, the five-hour blocks, and who was stopped lately.

    Args:
        db: the ledger.
        now_ms: the present instant; nothing after it is looked at.
        tz: the zone that the answer is shown in.
        mode: which cost.
        blocks_since: the blocks that end after this instant are told (None: those of the last 24 hours).
        gaps: whether stretches without a block are among them.
    """
    since = now_ms - DAY_MS if blocks_since is None else blocks_since
    with ask.snapshot(db):
        return Limits(
            timezone=tz.key,
            at_ms=now_ms,
            limits=tuple(_state(db, window, plan, now_ms, mode) for window, plan in newest_windows(db, now_ms)),
            blocks=_blocks(db, since, now_ms, mode, gaps),
            events=tuple(LimitEvent(*each) for each in reversed(limit_events(db, now_ms - _EVENTS_MS, now_ms + 1))),
        )


def _state(db: sqlite3.Connection, window: Window, plan: str | None, now_ms: int, mode: Mode) -> LimitState:
    with spending_of(db, window.key, mode) as spent:
        sums = spent.total(window.start, min(now_ms, window.end))
    return LimitState(
        window=window,
        freshness=freshness(window.key.minutes, window.read_ms, window.end, now_ms),
        plan=plan,
        figures=figures(sums),
        forecast=forecast(window, now_ms),
    )


def _blocks(db: sqlite3.Connection, since: int, now_ms: int, mode: Mode, gaps: bool) -> tuple[BlockRow, ...]:
    known = known_windows(db, since=since, until=now_ms + 1, minutes=FIVE_HOURS)
    rows = []
    for each in Provider:
        provider, next_one = each.word, partial(_next, db, each, now_ms)
        own = [found for key, found in known.items() if key.provider == provider == key.limit]
        with spending(db, provider, mode=mode) as spent:
            found = blocks(_one_after_the_other(own), next_one, Span(since, now_ms), gaps=gaps)
            rows += [_block(provider, block, spent, now_ms) for block in found]
    return tuple(sorted(rows, key=lambda row: (-row.start, row.provider)))


def _next(db: sqlite3.Connection, provider: Provider, until: int, since: int) -> int | None:
    return next_call(db, provider, since, until)


def _one_after_the_other(own: Iterable[tuple[Window, ...]]) -> list[Window]:
    """The windows of a plan by time; where several accounts' overlap, the one that began first."""
    found: list[Window] = []
    for window in sorted((each for windows in own for each in windows), key=lambda each: (each.start, each.end)):
        if not found or window.start >= found[-1].end:
            found.append(window)
    return found


def _block(provider: str, block: Block, spent: Spending, now_ms: int) -> BlockRow:
    active = block.start <= now_ms < block.end and not block.gap
    sums = spent.total(block.start, min(block.end, now_ms))
    passed = now_ms - block.start
    rated = active and passed >= MINUTE_MS
    return BlockRow(
        provider=provider,
        start=block.start,
        end=block.end,
        heuristic=block.heuristic,
        gap=block.gap,
        percent=block.window.percent if block.window else None,
        figures=figures(sums),
        active=active,
        tokens_per_minute=sums.tokens.total * MINUTE_MS / passed if rated else None,
        projected_cost=sums.cost * (block.end - block.start) // passed if rated else None,
    )
