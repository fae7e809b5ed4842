"""How far each limit is used, and where it will stand at its reset."""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from tally_tui.ledger import ask
from tally_tui.ledger.ask import Mode
from tally_tui.ledger.ask_calls import next_call
from tally_tui.ledger.ask_readings import accounts_of, limit_events
from tally_tui.model import Provider, Span
from tally_tui.reports.answers import LimitGauge
from tally_tui.reports.answers_limits import BlockRow, LimitEvent, Limits, LimitState
from tally_tui.reports.figures import figures
from tally_tui.reports.windows import Spending, home_of, known_windows, newest_windows, spending, spending_of
from tally_tui.rules.forecast import forecast, projected_percent
from tally_tui.rules.windows import DAY_MS, FIVE_HOURS, MINUTE_MS, LimitKey, Reading, Window, freshness
from tally_tui.rules.windows_history import Block, blocks

_EVENTS_MS: Final = 7 * DAY_MS
"""How far back limit hits are told."""


def limits(db: sqlite3.Connection, *, now_ms: int) -> tuple[LimitGauge, ...]:
    """Every limit's newest window that is not past its reset: the same as `standing` and forecasts tell of.

    A reading that does not say when its window resets is shown for the window's length.
    """
    return tuple(
        _gauge(window, newest, now_ms) for window, newest in newest_windows(db, now_ms) if now_ms < window.end
    )


def _gauge(window: Window, newest: Reading, now_ms: int) -> LimitGauge:
    return LimitGauge(
        provider=window.key.provider,
        limit=window.key.limit,
        minutes=window.key.minutes,
        percent=window.percent,
        read_ms=window.read_ms,
        resets_ms=None if newest.resets_at is None else window.end,
        projected=projected_percent(forecast(window, now_ms, reset_known=newest.resets_at is not None)),
        plan=newest.plan,
        root=window.key.root,
    )


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
            limits=tuple(
                _state(db, window, newest, now_ms, mode) for window, newest in newest_windows(db, now_ms)
            ),
            blocks=_blocks(db, since, now_ms, mode, gaps),
            events=tuple(LimitEvent(*each) for each in reversed(limit_events(db, now_ms - _EVENTS_MS, now_ms + 1))),
        )


def _state(db: sqlite3.Connection, window: Window, newest: Reading, now_ms: int, mode: Mode) -> LimitState:
    with spending_of(db, window.key, mode) as spent:
        sums = spent.total(window.start, min(now_ms, window.end))
    return LimitState(
        window=window,
        freshness=freshness(window.key.minutes, window.read_ms, window.end, now_ms),
        plan=newest.plan,
        figures=figures(sums),
        forecast=forecast(window, now_ms, reset_known=newest.resets_at is not None),
    )


def _blocks(db: sqlite3.Connection, since: int, now_ms: int, mode: Mode, gaps: bool) -> tuple[BlockRow, ...]:
    known = known_windows(db, since=since, until=now_ms + 1, minutes=FIVE_HOURS)
    rows = []
    for each in Provider:
        for root in accounts_of(db, each.word):
            own = known.get(LimitKey(each.word, each.word, FIVE_HOURS, root), ())
            home = home_of(db, each.word, root)
            next_one = partial(_next, db, each, home, now_ms)
            with spending(db, each.word, mode=mode, home=home) as spent:
                found = blocks(own, next_one, Span(since, now_ms), gaps=gaps)
                rows += [_block(LimitKey(each.word, each.word, FIVE_HOURS, root), one, spent, now_ms) for one in found]
    return tuple(sorted(rows, key=lambda row: (-row.start, row.provider, row.root)))


def _next(db: sqlite3.Connection, provider: Provider, home: str | None, until: int, since: int) -> int | None:
    return next_call(db, provider, since, until, home)


def _block(key: LimitKey, block: Block, spent: Spending, now_ms: int) -> BlockRow:
    active = block.start <= now_ms < block.end and not block.gap
    sums = spent.total(block.start, min(block.end, now_ms))
    passed = now_ms - block.start
    rated = active and passed >= MINUTE_MS
    return BlockRow(
        provider=key.provider,
        root=key.root,
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
