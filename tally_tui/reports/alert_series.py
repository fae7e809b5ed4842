"""What led to an alert and what came of it, as points of a chart."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from tally_tui.config_budgets import SMALLEST
from tally_tui.ledger.alerts import Alert
from tally_tui.ledger.ask import Mode
from tally_tui.model import NANO, SLOT_MS, Provider, Reason, Span
from tally_tui.query import Query, Term, Value
from tally_tui.reports.answers_alerts import Series, Unit
from tally_tui.reports.windows import home_of, merged, spending
from tally_tui.rules.alerts import root_of
from tally_tui.rules.windows import DAY_MS, HOUR_MS, MINUTE_MS, SAME_RESET_MS, LimitKey, Window

if TYPE_CHECKING:
    from tally_tui.config import Settings

POINTS: Final = 160
"""No chart is wider; of more points those that say most are kept."""
_COUNTED: Final = f"f.reason = {Reason.COUNTED:d}"


def series(
    db: sqlite3.Connection, alert: Alert, settings: Settings, *, now_ms: int, tz: ZoneInfo, mode: Mode
) -> Series | None:
    """The chart around an alert, inside a snapshot; None where there is nothing to draw."""
    match alert.axis:
        case "weekly" | "five_hour" | "quota":
            return _of_window(db, alert, now_ms, alert.threshold)
        case "projected" if "spent" not in alert.numbers:
            return _of_window(db, alert, now_ms, 100.0)
        case "budget" | "project_budget" | "projected":
            return _of_budget(db, alert, settings, now_ms, tz, mode)
        case "burn_rate":
            usual = alert.numbers.get("usual_nano")
            level = usual * alert.threshold / NANO if isinstance(usual, int | float) else None
            return _spent(db, alert, now_ms, mode, level)
        case "limit_hit":
            return _stopped(db, alert, now_ms) or _spent(db, alert, now_ms, mode, None)
        case "costly_call":
            return _of_call(db, alert, now_ms)
        case "costly_session":
            return _of_session(db, alert, now_ms)
        case "price_missing":
            return _unpriced(db, alert, now_ms)
    return None


def key_of(scope: str) -> LimitKey | None:
    """The limit that a scope such as `codex/codex/300@/home/x` names."""
    limit, _, root = scope.partition("@")
    provider, _, rest = limit.partition("/")
    name, _, minutes = rest.rpartition("/")
    return LimitKey(provider, name, int(minutes), root) if minutes.isdigit() else None


def _of_window(db: sqlite3.Connection, alert: Alert, now_ms: int, level: float) -> Series | None:
    key = key_of(alert.scope)
    found = _windows(db, key, alert.fired_at, now_ms) if key else ()
    window = next((each for each in found if abs(each.reset_at - alert.until) <= SAME_RESET_MS), None)
    window = window or next((each for each in found if each.start <= alert.fired_at < each.end), None)
    return _percents(window, level) if window else None


def _windows(db: sqlite3.Connection, key: LimitKey, at: int, now_ms: int) -> tuple[Window, ...]:
    length = key.minutes * MINUTE_MS
    return merged(db, key, at - length, min(now_ms, at + length) + 1)[0]


def _percents(window: Window, level: float) -> Series:
    points = [(sample.ts, sample.percent) for sample in window.samples]
    return Series(
        "percent used", "percent", "level", Span(window.start, window.end), _thinned(points, window.start, window.end),
        level,
    )  # fmt: skip


def _stopped(db: sqlite3.Connection, alert: Alert, now_ms: int) -> Series | None:
    """The fullest window of the account that was stopped."""
    provider, _, root = alert.scope.partition("@")
    limits = db.execute(
        "SELECT DISTINCT limit_id, minutes FROM reading WHERE provider = ? AND root = ? AND ts >= ? AND ts <= ?",
        (int(Provider[provider.upper()]), root, alert.fired_at - 8 * DAY_MS, alert.fired_at),
    ).fetchall()
    best: Window | None = None
    for limit, minutes in limits:
        for window in _windows(db, LimitKey(provider, limit, minutes, root), alert.fired_at, now_ms):
            holds = window.start <= alert.fired_at < window.end
            if holds and (best is None or window.percent > best.percent):
                best = window
    return _percents(best, 100.0) if best else None


def _of_budget(
    db: sqlite3.Connection, alert: Alert, settings: Settings, now_ms: int, tz: ZoneInfo, mode: Mode
) -> Series | None:
    from tally_tui.reports.budget_periods import calendar
    from tally_tui.reports.budget_spend import budget_account, budget_query, budget_spend
    from tally_tui.rules.windows_history import WEEK_MS

    budget = next((each for each in settings.budgets if each.name == alert.scope), None)
    if budget is None:
        return None
    try:
        query = budget_query(budget, now_ms=now_ms, tz=tz, week_start=settings.first_weekday)
        root = budget_account(db, budget)
    except ValueError:
        return None
    weeks = max(1, (now_ms - alert.fired_at) // WEEK_MS) + 6
    dates = calendar(db, now_ms=now_ms, tz=tz, week_start=settings.first_weekday, weeks=weeks)
    start, end, _ = dates.period(budget, alert.fired_at, root)
    until = min(end, now_ms)
    plan = dates.plan(budget.provider, root)
    with budget_spend(db, budget, query, plan, over=(start, until), mode=mode, root=root) as spend:
        running = spend.running(start, until)
    unit: Unit = budget.unit
    smallest = SMALLEST[budget.unit]
    said = alert.numbers.get("amount")
    # What it was at that time: it may have been changed since.
    limit = said if isinstance(said, int | float) else budget.amount
    points = [(start, 0.0), *((at, spent / smallest) for at, spent in running)]
    level = limit / smallest * (1.0 if alert.axis == "projected" else alert.threshold / 100)
    return Series("spent in the period", unit, "level", Span(start, end), _thinned(points, start, end), level)


def _spent(db: sqlite3.Connection, alert: Alert, now_ms: int, mode: Mode, level: float | None) -> Series | None:
    """What an account's calls came to, hour by hour, around an alert."""
    hour = alert.fired_at // HOUR_MS * HOUR_MS
    start, end = hour - 23 * HOUR_MS, min(hour + 7 * HOUR_MS, now_ms // HOUR_MS * HOUR_MS + HOUR_MS)
    hours: dict[int, int] = {}
    root = root_of(alert.axis, alert.kind, alert.scope)
    home = home_of(db, alert.provider, root) if alert.provider else None
    with spending(db, alert.provider, mode=mode, home=home) as spent:
        for slot, cost, _ in spent.by_slot(start, end):
            at = slot * SLOT_MS // HOUR_MS * HOUR_MS
            hours[at] = hours.get(at, 0) + cost
    if not hours:
        return None
    points = tuple((at, hours.get(at, 0) / NANO) for at in range(start, end, HOUR_MS))
    return Series("spent hour by hour", "usd", "amount", Span(start, end), points, level)


def _of_call(db: sqlite3.Connection, alert: Alert, now_ms: int) -> Series | None:
    start, end = alert.fired_at - 2 * HOUR_MS, min(alert.fired_at + HOUR_MS, now_ms + 1)
    found = _calls(db, alert, start, end)
    if not found:
        return None
    start, end = max(start, found[0][0] - MINUTE_MS), found[-1][0] + MINUTE_MS
    points = [(ts, cost / NANO) for ts, cost in found]
    return Series(
        "the calls of this session", "usd", "amount", Span(start, end), _thinned(points, start, end), alert.threshold
    )


def _of_session(db: sqlite3.Connection, alert: Alert, now_ms: int) -> Series | None:
    found = _calls(db, alert, 0, now_ms + 1)
    if not found:
        return None
    total, points = 0, []
    for ts, cost in found:
        total += cost
        points.append((ts, total / NANO))
    start, end = found[0][0], max(found[-1][0], alert.fired_at) + 1
    # Silence after the end says nothing; a session that went on for days is drawn whole.
    end = min(end, found[-1][0] + max(HOUR_MS, (found[-1][0] - start) // 4))
    return Series(
        "spent in this session", "usd", "level", Span(start, end), _thinned(points, start, end), alert.threshold
    )


def _calls(db: sqlite3.Connection, alert: Alert, since: int, until: int) -> list[tuple[int, int]]:
    """(instant, nano-dollars) of the calls of the session an alert is about, its subagents' too, by time."""
    session, provider = alert.numbers.get("session"), alert.provider
    if not isinstance(session, str) or provider is None:
        return []
    return db.execute(
        "SELECT c.ts, c.cost FROM session own JOIN session s ON s.root = own.root JOIN facet f ON f.session = s.id "
        f"JOIN call c ON c.facet = f.id WHERE own.provider = ? AND own.name = ? AND {_COUNTED} "
        "AND c.ts >= ? AND c.ts < ? ORDER BY c.ts, c.id",
        (int(Provider[provider.upper()]), session, since, until),
    ).fetchall()


def _unpriced(db: sqlite3.Connection, alert: Alert, now_ms: int) -> Series | None:
    """Calls of a model without a price, six hours by six hours."""
    step = 6 * HOUR_MS
    end = min(alert.fired_at + 7 * DAY_MS, now_ms)
    start = (alert.fired_at - 7 * DAY_MS) // step * step
    count = -(-(end - start) // step)
    values = [0] * max(1, count)
    from tally_tui.ledger import ask
    from tally_tui.ledger.ask_filter import filtered

    model = Query((Term("model", (Value(alert.scope, "exact"),)),))
    chosen = filtered(db, model, where=[("provider", alert.provider)] if alert.provider else [])
    with ask.choose(db, chosen) as choice:
        for slot, calls in choice.calls_by_slot(start, start + len(values) * step, False):
            values[(slot * SLOT_MS - start) // step] += calls
    if not any(values):
        return None
    points = tuple((start + place * step, float(value)) for place, value in enumerate(values))
    return Series("calls of this model", "calls", "amount", Span(start, start + len(values) * step), points, None)


def _thinned(points: Iterable[tuple[int, float]], start: int, end: int) -> tuple[tuple[int, float], ...]:
    """At most one point a column of the widest chart: the greatest of it, at the instant it was reached."""
    kept: dict[int, tuple[int, float]] = {}
    for at, value in points:
        place = (at - start) * POINTS // max(1, end - start)
        if place not in kept or value >= kept[place][1]:
            kept[place] = (at, value)
    return tuple(sorted(kept.values()))
