"""Where each limit will stand at its reset, what a percent costs, and what may be spent a day until then."""

from __future__ import annotations

import sqlite3
from typing import Final
from zoneinfo import ZoneInfo

from tally_tui.ledger import ask
from tally_tui.ledger.ask import Mode
from tally_tui.reports.answers_limits import ForecastRow, Forecasts
from tally_tui.reports.windows import known_windows, newest_windows, spending_of
from tally_tui.rules.forecast import (
    SURE_PERCENT,
    TARGETS,
    Forecast,
    daily_budget,
    forecast,
    percent_price,
    quota_forecast,
    status,
)
from tally_tui.rules.milestones import used
from tally_tui.rules.windows import Sample, Window, freshness

_BEFORE: Final = 6
"""How many window lengths are looked back on for the price of a percent: the last four used windows count."""


def forecasts(
    db: sqlite3.Connection, *, now_ms: int, tz: ZoneInfo, mode: Mode = "calculate", provider: str | None = None
) -> Forecasts:
    """The forecast of every limit window that is not past its reset, by provider, limit and length.

    Args:
        db: the ledger.
        now_ms: the present instant; nothing after it is looked at.
        tz: the zone that the answer is shown in.
        mode: which cost.
        provider: `claude` or `codex`; None: both.
    """
    with ask.snapshot(db):
        rows = []
        for window, newest in newest_windows(db, now_ms):
            key = window.key
            if now_ms >= window.end or provider not in (None, key.provider):
                continue
            several: tuple[Window, ...] = (window,)
            if window.percent < SURE_PERCENT:
                # Only then do the windows before tell what a percent costs.
                several = known_windows(db, until=now_ms + 1, back=_BEFORE, provider=key.provider, minutes=key.minutes)[
                    key
                ]
            ahead = forecast(window, now_ms, reset_known=newest.resets_at is not None)
            row = _row(db, several, ahead, now_ms, mode)
            if row:
                rows.append(row)
        return Forecasts(tz.key, now_ms, tuple(rows))


def _row(
    db: sqlite3.Connection, found: tuple[Window, ...], ahead: Forecast | None, now_ms: int, mode: Mode
) -> ForecastRow | None:
    window = found[-1]
    if ahead is None:
        return None
    with spending_of(db, window.key, mode) as spent:
        own = spent.total(window.segment_start, now_ms)
        before = [(used(each), spent.cost(each.start, each.end)) for each in reversed(found[:-1])]
    # A credit hands percents back: what was spent since then belongs to what was used since then.
    base = 0.0 if window.segment == 0 else window.drops[-1].after
    price = percent_price(ahead.percent - base, own.cost, before)
    daily = {target: daily_budget(ahead, price, target) for target in TARGETS}
    return ForecastRow(
        window=window,
        freshness=freshness(window.key.minutes, window.read_ms, window.end, now_ms),
        spent=own.cost,
        unpriced_calls=own.unpriced_calls,
        forecast=ahead,
        quota=quota_forecast(_believed(window), start=window.start, end=window.end, now_ms=now_ms),
        price=price,
        daily=daily,
        status=status(ahead, daily[100]),
    )


def _believed(window: Window) -> list[Sample]:
    return [sample for sample in window.samples if sample.segment == window.segment]
