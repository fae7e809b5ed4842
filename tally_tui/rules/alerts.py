"""Which alert fires at which threshold, given plain data. What was fired already is for whoever keeps the latch.

Every function returns all thresholds that hold now, lowest first: the storage inserts each by its `Latch` and
tells people only of those that were not there yet. Setting a rule while already over is the same call with
the rows marked as told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Final, Literal

from msgspec import Struct, field

from tally_tui.model import NANO
from tally_tui.rules.budgets import Standing, crossed
from tally_tui.rules.forecast import Forecast, projected_percent
from tally_tui.rules.windows import FIVE_HOURS, HOUR_MS, SEVEN_DAYS, Window

Severity = Literal["info", "warn", "critical"]
SEVERITIES: Final[tuple[Severity, ...]] = ("info", "warn", "critical")

Axis = Literal[
    "weekly", "five_hour", "quota", "budget", "project_budget", "projected",
    "burn_rate", "costly_call", "costly_session", "limit_hit", "price_missing", "retention",
]  # fmt: skip
AXES: Final[tuple[Axis, ...]] = (
    "weekly", "five_hour", "quota", "budget", "project_budget", "projected",
    "burn_rate", "costly_call", "costly_session", "limit_hit", "price_missing", "retention",
)  # fmt: skip

THRESHOLDS: Final[Mapping[Axis, tuple[float, ...]]] = {
    "weekly": (90, 95),
    "five_hour": (90, 95),
    "quota": (90, 95),
    "budget": (90, 100),
    "project_budget": (90, 100),
    "projected": (90, 100),
    "burn_rate": (3,),
    "costly_call": (5,),
    "costly_session": (25, 100),
    "limit_hit": (100,),
    "price_missing": (1,),
    "retention": (3,),
}
"""Default thresholds. Percents, but: `burn_rate` times the trailing median, `costly_*` dollars,
`price_missing` calls, `retention` days before deletion. `limit_hit` has one that always holds."""


class Rule(Struct, frozen=True):
    """A rule in force: its name, what it watches, from where on it speaks."""

    name: str
    axis: Axis
    thresholds: tuple[float, ...]
    on: bool = True

    @classmethod
    def of(cls, axis: Axis) -> Rule:
        """The rule that an axis has where settings say nothing: named by the axis."""
        return cls(axis, axis, THRESHOLDS[axis])


class Latch(Struct, frozen=True, order=True):
    """What an alert fires once for. Equal latches are the same alert; a new window, period or segment re-arms."""

    rule: str
    scope: str
    """What of: `claude/claude/10080`, a budget's name, a session id, a model…"""
    until: int
    """The end of the window or period, or the instant the thing happened, epoch ms; 0 where there is only one ever.
    Run a window's through `windows.known_reset` against stored ones before keeping it."""
    segment: int
    threshold: float


class Firing(Struct, frozen=True):
    """An alert whose threshold holds now."""

    axis: Axis
    latch: Latch
    severity: Severity
    provider: str | None
    at: int
    """When the threshold was first seen to hold, epoch ms: the reading's or call's instant, else now."""
    kind: str
    """What `latch.until` ends: `window`, `subscription-week`, `day`, `calendar-week`, `calendar-month`, `call`,
    `session`, `model`, `event`."""
    minutes: int | None = None
    """Length of the window; None where there is none."""
    numbers: Mapping[str, float | int | str | None] = field(default_factory=dict)
    """The figures at that moment; money in nano-dollars under names that end in `_nano`."""


def severity(percent: float) -> Severity:
    """Of a percentage: below 90 info, 90 to below 100 warn, from 100 on critical."""
    return "critical" if percent >= 100 else "warn" if percent >= 90 else "info"


def window_axis(provider: str, limit: str, minutes: int) -> Axis:
    """Which axis a window belongs to: Claude's own two have their names, every other is a quota."""
    if (provider, limit) == ("claude", "claude"):
        if minutes == SEVEN_DAYS:
            return "weekly"
        if minutes == FIVE_HOURS:
            return "five_hour"
    return "quota"


def scope_of(window: Window) -> str:
    """A limit's identity as alerts write it: `codex/codex/300`, and `@` its home folder where that is not the usual."""
    key = window.key
    return account_of(f"{key.provider}/{key.limit}/{key.minutes}", key.root)


def account_of(scope: str, root: str) -> str:
    """A scope with the account it is of: `@` and its home folder where that is not the usual one."""
    return f"{scope}@{root}" if root else scope


def root_of(axis: Axis, kind: str, scope: str) -> str:
    """The home folder of the account that a scope is of, as `account_of` wrote it; '' for the usual one, or none."""
    # A budget's name may hold an @, too.
    return scope.partition("@")[2] if kind in ("window", "event") or axis == "burn_rate" else ""


def window_firings(window: Window, rule: Rule) -> tuple[Firing, ...]:
    """The thresholds that the newest segment of a window has reached (percent, as whole milestones are)."""
    if not rule.on:
        return ()
    fired = []
    for threshold in sorted(set(rule.thresholds)):
        at = _reached(window, threshold)
        if at is not None:
            fired.append(
                Firing(
                    axis=rule.axis,
                    latch=Latch(rule.name, scope_of(window), window.reset_at, window.segment, threshold),
                    severity=severity(threshold),
                    provider=window.key.provider,
                    at=at,
                    kind="window",
                    minutes=window.key.minutes,
                    numbers={"percent": window.percent, "resets_at": window.reset_at},
                )
            )
    return tuple(fired)


def _reached(window: Window, threshold: float) -> int | None:
    return next(
        (
            sample.ts
            for sample in window.samples
            if sample.segment == window.segment and sample.percent + 1e-9 >= threshold
        ),
        None,
    )


def forecast_firings(window: Window, forecast: Forecast, rule: Rule, now_ms: int) -> tuple[Firing, ...]:
    """The thresholds that the week-average projection of a window reaches; none while it is of low confidence."""
    projected = projected_percent(forecast)
    if not rule.on or forecast.low_confidence or projected is None:
        return ()
    return tuple(
        Firing(
            axis="projected",
            latch=Latch(rule.name, scope_of(window), window.reset_at, window.segment, threshold),
            severity=severity(threshold),
            provider=window.key.provider,
            at=now_ms,
            kind="window",
            minutes=window.key.minutes,
            numbers={
                "percent": forecast.percent,
                "projected_percent": projected,
                "cap_at": forecast.cap_at,
                "resets_at": window.reset_at,
            },
        )
        for threshold in sorted(set(rule.thresholds))
        if projected + 1e-9 >= threshold
    )


def budget_firings(
    name: str,
    standing: Standing,
    thresholds: Sequence[float],
    *,
    period: str,
    provider: str | None,
    project: bool,
    on: bool = True,
    until: int | None = None,
) -> tuple[Firing, ...]:
    """The thresholds (percent) that a budget's spend has reached; `until`: the end its period is known by, if another
    than the one it has by now."""
    if not on:
        return ()
    axis: Axis = "project_budget" if project else "budget"
    return tuple(
        _budget(axis, name, standing, threshold, period, provider, until)
        for threshold in sorted(set(thresholds))
        if crossed(standing.spent, standing.amount, threshold)
    )


def budget_projections(
    name: str,
    standing: Standing,
    thresholds: Sequence[float],
    *,
    period: str,
    provider: str | None,
    until: int | None = None,
) -> tuple[Firing, ...]:
    """The thresholds (percent) that a budget's period-average projection reaches; none at low confidence. For `until`
    see `budget_firings`."""
    if standing.low_confidence:
        return ()
    return tuple(
        _budget("projected", name, standing, threshold, period, provider, until)
        for threshold in sorted(set(thresholds))
        if crossed(standing.average, standing.amount, threshold)
    )


def _budget(
    axis: Axis, name: str, standing: Standing, threshold: float, period: str, provider: str | None, until: int | None
) -> Firing:
    return Firing(
        axis=axis,
        latch=Latch(f"{axis}:{name}", name, standing.end if until is None else until, 0, threshold),
        severity=severity(threshold),
        provider=provider,
        at=standing.now,
        kind=period,
        numbers={
            "spent": standing.spent,
            "amount": standing.amount,
            "used_percent": standing.used_percent,
            "projected": standing.average,
        },
    )


LEAST_BURN: Final = NANO
"""A burn rate below a dollar an hour is no spike, however quiet it was before."""


def burn_firings(
    rate: int, trailing: Iterable[int], rule: Rule, *, provider: str | None, until: int, now_ms: int, root: str = ""
) -> tuple[Firing, ...]:
    """A spike of spend: `rate` and the `trailing` rates (of hours with any spend) in nano-dollars an hour.

    The thresholds are multiples of the trailing median; fewer than five trailing hours say nothing.
    `until` is the end of the day it counts for: a spike is told once a day. `root` is the account's home folder.
    """
    before = [each for each in trailing if each > 0]
    if not rule.on or len(before) < 5 or rate < LEAST_BURN:
        return ()
    usual = median(before)
    return tuple(
        Firing(
            axis="burn_rate",
            latch=Latch(rule.name, account_of(provider or "all", root), until, 0, threshold),
            severity="warn",
            provider=provider,
            at=now_ms,
            kind="day",
            numbers={"rate_nano": rate, "usual_nano": round(usual), "times": rate / usual},
        )
        for threshold in sorted(set(rule.thresholds))
        if rate >= usual * threshold
    )


def cost_firings(
    axis: Literal["costly_call", "costly_session"],
    scope: str,
    cost: int,
    rule: Rule,
    *,
    provider: str | None,
    at: int,
) -> tuple[Firing, ...]:
    """A call or session (named by `scope`) of `cost` nano-dollars against thresholds in dollars; once ever."""
    if not rule.on:
        return ()
    return tuple(
        Firing(
            axis=axis,
            latch=Latch(rule.name, scope, 0, 0, threshold),
            severity="info" if threshold == min(rule.thresholds) else "warn",
            provider=provider,
            at=at,
            kind=axis.removeprefix("costly_"),
            numbers={"cost_nano": cost},
        )
        for threshold in sorted(set(rule.thresholds))
        if cost >= round(threshold * NANO)
    )


def limit_hit(
    provider: str, ts: int, text: str, rule: Rule, *, resets_at: int | None, root: str = ""
) -> tuple[Firing, ...]:
    """The agent said that a limit stopped it: once a window where its reset is known, else once an hour."""
    if not rule.on:
        return ()
    until = resets_at if resets_at is not None else (ts // HOUR_MS + 1) * HOUR_MS
    return (
        Firing(
            axis="limit_hit",
            latch=Latch(rule.name, account_of(provider, root), until, 0, 100),
            severity="critical",
            provider=provider,
            at=ts,
            kind="window" if resets_at is not None else "event",
            numbers={"text": text, "resets_at": resets_at},
        ),
    )


def price_missing(
    model: str, calls: int, tokens: int, rule: Rule, *, provider: str | None, now_ms: int
) -> tuple[Firing, ...]:
    """A model whose calls have no price: once ever for each model and threshold (calls)."""
    if not rule.on:
        return ()
    return tuple(
        Firing(
            axis="price_missing",
            latch=Latch(rule.name, model, 0, 0, threshold),
            severity="info",
            provider=provider,
            at=now_ms,
            kind="model",
            numbers={"model": model, "calls": calls, "tokens": tokens},
        )
        for threshold in sorted(set(rule.thresholds))
        if calls >= threshold
    )


def retention(
    provider: str, files: int, deleted_from: int, rule: Rule, *, week_end: int, now_ms: int
) -> tuple[Firing, ...]:
    """Transcripts about to be deleted by their owner: `files` of them, the first at `deleted_from`.

    Thresholds are days before that; told once a week (`week_end` is its end).
    """
    if not rule.on or not files:
        return ()
    return tuple(
        Firing(
            axis="retention",
            latch=Latch(rule.name, provider, week_end, 0, threshold),
            severity="warn",
            provider=provider,
            at=now_ms,
            kind="calendar-week",
            numbers={"files": files, "deleted_from": deleted_from},
        )
        for threshold in sorted(set(rule.thresholds), reverse=True)
        if deleted_from - now_ms <= threshold * 24 * HOUR_MS
    )
