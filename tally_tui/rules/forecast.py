"""Where a limit will stand at its reset, when it would be full, and what may be spent a day until then.

    r_average = percent ÷ elapsed hours
    r_recent  = max(0, (percent − percent a day ago) ÷ hours since)      the reading nearest to 24 h ago
    low, high = percent + the smaller, the larger rate × remaining hours
    full at   = now + (100 − percent) ÷ the larger rate

A day is a seventh of the seven-day window; for other windows a seventh of theirs stands in for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from tally_tui.rules import pace
from tally_tui.rules.windows import HOUR_MS, MINUTE_MS, Sample, Window

State = Literal["ok", "approaching", "cap", "capped", "unknown"]
"""At the reset: below 90 %, from 90, 100 or more; already full; not enough is known."""
Doubt = Literal["young", "little", "few", "no_day_old"]
"""Why a forecast is of low confidence: less than a day (a seventh) of the window is over; less than 2 % used;
fewer than 3 readings; no reading a day (a seventh) old."""
Confidence = Literal["high", "medium", "low"]

TARGETS: Final = (100, 90)
LEAST_PERCENT: Final = 2.0
LEAST_READINGS: Final = 3
SURE_PERCENT: Final = 10.0
"""From so many percent on, a window tells its own dollars per percent."""


class Forecast(Struct, frozen=True):
    """A window's projection. Percents; hours as floats; instants epoch ms."""

    percent: float
    now: int
    end: int
    elapsed_hours: float
    remaining_hours: float
    rate_average: float
    """Percent an hour since the window (or its newest segment) began."""
    rate_recent: float | None
    """Percent an hour over the last day; None without a second reading."""
    low: float
    high: float
    average: float
    """Percent at the reset by the average alone."""
    projected: float | None
    """`average` where it may be told: the one figure that every report, gauge and alert shows, never capped.

    None while less than a hundredth of the window is over, and where nobody told when the window resets.
    """
    cap_at: int | None
    """When it would be full at the larger rate, if before the reset."""
    state: State
    low_confidence: tuple[Doubt, ...]


def forecast(window: Window, now_ms: int, *, reset_known: bool = True) -> Forecast | None:
    """The two-rate projection of a window that has not reset yet; None past its reset.

    After a reset or credit inside the window, the average counts what was used since then. `reset_known`: whether a
    reading told when the window resets.
    """
    samples = [sample for sample in window.samples if sample.segment == window.segment and sample.ts <= now_ms]
    if not samples or now_ms >= window.end:
        return None
    base = 0.0 if window.segment == 0 else samples[0].percent
    ahead = project(
        samples,
        start=window.segment_start,
        end=window.end,
        now_ms=now_ms,
        day_ms=window.key.minutes * MINUTE_MS // 7,
        base=base,
    )
    return ahead if reset_known else replace(ahead, projected=None)


def projected_percent(ahead: Forecast | None) -> float | None:
    """Percent at the reset as every report, gauge and alert tells it; None: not to be told."""
    return None if ahead is None else ahead.projected


def project(
    samples: Sequence[Sample], *, start: int, end: int, now_ms: int, day_ms: int = 24 * HOUR_MS, base: float = 0.0
) -> Forecast:
    """The projection of believed readings (in order of time, at least one) of [start, end) at `now_ms`.

    `base` is the percentage at `start`; `day_ms` the length that the recent rate looks back.
    """
    percent = samples[-1].percent
    elapsed = max(0, now_ms - start) / HOUR_MS
    remaining = max(0, end - now_ms) / HOUR_MS
    average = pace.rate(percent, base, start, now_ms)
    then = min(samples, key=lambda sample: abs(sample.ts - (now_ms - day_ms)))
    since = (now_ms - then.ts) / HOUR_MS
    recent = max(0.0, (percent - then.percent) / since) if then.ts < samples[-1].ts and since > 0 else None
    rates = (average, average if recent is None else recent)
    fastest = max(rates)
    doubts: list[Doubt] = []
    if elapsed < day_ms / HOUR_MS:
        doubts.append("young")
    if percent < LEAST_PERCENT:
        doubts.append("little")
    if levels(samples) < LEAST_READINGS:
        doubts.append("few")
    if all(now_ms - sample.ts < day_ms for sample in samples):
        doubts.append("no_day_old")
    high = percent + fastest * remaining
    at_reset = pace.at_reset(percent, base, start, end, now_ms)
    return Forecast(
        percent=percent,
        now=now_ms,
        end=end,
        elapsed_hours=elapsed,
        remaining_hours=remaining,
        rate_average=average,
        rate_recent=recent,
        low=percent + min(rates) * remaining,
        high=high,
        average=at_reset,
        projected=at_reset if pace.told(start, now_ms, 7 * day_ms) else None,
        cap_at=_full_at(percent, fastest, now_ms, end),
        state=_state(percent, high),
        low_confidence=tuple(doubts),
    )


def _state(percent: float, high: float) -> State:
    if percent >= 100:
        return "capped"
    return "cap" if high >= 100 else "approaching" if high >= 90 else "ok"


def levels(samples: Sequence[Sample]) -> int:
    """How many different readings there are: one repeated says nothing new."""
    return len({(sample.segment, round(sample.percent, 1)) for sample in samples})


PriceSource = Literal["window", "trailing", "sparse"]


class PercentPrice(Struct, frozen=True):
    """What one percent of a limit came to."""

    nano: float
    """Nano-dollars per percent."""
    source: PriceSource
    """This window from 10 % on; the median of up to four weeks before; else this window, though it is early."""


def percent_price(percent: float, spent: int, before: Sequence[tuple[float, int]]) -> PercentPrice | None:
    """Dollars per percent: `spent` in nano-dollars; `before` the last windows' (final percent, spent), newest first.

    None where nothing is used. A window whose percents were all used where our logs do not reach (another machine,
    the web) costs nothing here and says nothing: without one that does, None, too.
    """
    if percent <= 0:
        return None
    if percent >= SURE_PERCENT and spent > 0:
        return PercentPrice(spent / percent, "window")
    trailing = [cost / final for final, cost in before if final >= 1 and cost > 0][:4]
    if trailing:
        return PercentPrice(median(trailing), "trailing")
    return PercentPrice(spent / percent, "sparse") if spent > 0 else None


def daily_budget(forecast: Forecast, price: PercentPrice | None, target: float) -> int | None:
    """Nano-dollars a day that lead exactly to a target percentage at the reset; 0 when past it; None unknown."""
    if forecast.remaining_hours <= 0:
        return None
    if forecast.percent >= target:
        return 0
    return None if price is None else round((target - forecast.percent) * price.nano / (forecast.remaining_hours / 24))


def status(forecast: Forecast, daily: int | None = None) -> str:
    """A forecast in a few words: `proj 86–86%`, `⚠ proj 122–179% $2.71/d`, `⚠ CAPPED`, `tracking…`.

    `daily` is what may be spent a day, nano-dollars; told only where the limit would be reached.
    """
    if forecast.state == "capped":
        return "⚠ CAPPED"
    if forecast.low_confidence:
        return "tracking…"
    band = f"proj {forecast.low:.0f}–{forecast.high:.0f}%"
    if forecast.state != "cap":
        return band
    return f"⚠ {band}" + (f" ${daily / 1e9:.2f}/d" if daily is not None else "")


class QuotaForecast(Struct, frozen=True):
    """A limit at its reset by recent readings: a second opinion, never what `projected_percent` tells."""

    percent: float
    rate: float | None
    """Percent an hour while it was rising; None without two readings."""
    projected: float | None
    """Percent at the reset, from `percent` to 100."""
    confidence: Confidence
    cap_at: int | None


def quota_forecast(samples: Sequence[Sample], *, start: int, end: int, now_ms: int) -> QuotaForecast:
    """The forecast by recent readings: the rate between neighbouring readings that rose.

    Confidence is high from 4 readings over a quarter of the window on, medium from 2 over a tenth.
    """
    percent = samples[-1].percent
    rises = [
        (later.ts - before.ts, later.percent - before.percent)
        for before, later in pairwise(samples)
        if later.segment == before.segment and later.ts > before.ts and later.percent > before.percent
    ]
    hours = sum(ms for ms, _ in rises) / HOUR_MS
    rate = sum(percents for _, percents in rises) / hours if hours else None
    remaining = max(0, end - now_ms) / HOUR_MS
    projected = None if rate is None else max(percent, min(100.0, percent + rate * remaining))
    covered = (samples[-1].ts - samples[0].ts) / (end - start)
    count = levels(samples)
    confidence: Confidence = "low"
    if count >= 4 and covered >= 0.25:
        confidence = "high"
    elif count >= 2 and covered >= 0.10:
        confidence = "medium"
    return QuotaForecast(percent, rate, projected, confidence, _full_at(percent, rate or 0.0, now_ms, end))


def _full_at(percent: float, rate: float, now_ms: int, end: int) -> int | None:
    """When a rate (percent an hour) fills the limit, if that is before its end."""
    if percent >= 100 or rate <= 0:
        return None
    hours = (100 - percent) / rate
    # Compared before it becomes an instant: at next to no rate it is no number of milliseconds.
    return now_ms + round(hours * HOUR_MS) if hours < (end - now_ms) / HOUR_MS else None
