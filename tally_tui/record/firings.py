"""Every threshold that holds now, by what the ledger says: what alerts are made of."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from tally_tui.config_budgets import Budget
from tally_tui.ledger import ask
from tally_tui.ledger.alerts import Armed
from tally_tui.ledger.ask_readings import accounts_of
from tally_tui.model import Provider
from tally_tui.record.firings_calls import burning, costly, limit_hits, retained, unpriced
from tally_tui.reports.budgets import budgets
from tally_tui.reports.windows import newest_windows
from tally_tui.rules.accounts import account_name
from tally_tui.rules.alerts import (
    AXES,
    THRESHOLDS,
    Axis,
    Firing,
    Rule,
    budget_firings,
    budget_projections,
    forecast_firings,
    root_of,
    window_axis,
    window_firings,
)
from tally_tui.rules.forecast import forecast
from tally_tui.rules.windows import DAY_MS, MINUTE_MS, Window, freshness

if TYPE_CHECKING:
    from tally_tui.config import Settings

_OF_BUDGETS: Final[tuple[Axis, ...]] = ("budget", "project_budget")
_PROJECTED: Final[Axis] = "projected"


@dataclass(frozen=True, slots=True)
class Look:
    """What was found at one look at the ledger."""

    firings: tuple[Firing, ...]
    armed: tuple[Armed, ...]
    """Every threshold in force."""
    empty: bool = False
    """Nothing was ever read: there is nothing yet that a rule could be set on."""
    problems: tuple[str, ...] = field(default=())
    """Budgets that cannot be told, in words."""


def rules_of(settings: Settings) -> dict[Axis, Rule]:
    """The rules in force, by axis."""
    found = {}
    for axis in AXES:
        said = settings.alerts.rule(axis)
        found[axis] = Rule(axis, axis, THRESHOLDS[axis] if said.thresholds is None else said.thresholds, said.on)
    return found


def look(db: sqlite3.Connection, settings: Settings, *, now_ms: int, tz: ZoneInfo) -> Look:
    """Look at the ledger once; everything is of one state of it."""
    rules = rules_of(settings)
    with ask.snapshot(db):
        if not db.execute("SELECT EXISTS (SELECT 1 FROM call) OR EXISTS (SELECT 1 FROM reading)").fetchone()[0]:
            return Look((), (), empty=True)
        windows = [window for window, _ in newest_windows(db, now_ms)]
        firings = [*_of_windows(db, windows, rules, settings, now_ms)]
        of_budgets, problems = _of_budgets(db, rules, settings, now_ms, tz)
        firings += of_budgets
        firings += burning(db, rules["burn_rate"], now_ms, tz)
        firings += costly(db, rules["costly_call"], rules["costly_session"], now_ms)
        firings += limit_hits(db, windows, rules["limit_hit"], now_ms)
        firings += unpriced(db, rules["price_missing"], now_ms)
        firings += retained(db, settings, rules["retention"], now_ms, tz)
        firings = [_with_account(db, each) for each in firings]
    return Look(tuple(firings), armed(settings), problems=problems)


def _with_account(db: sqlite3.Connection, firing: Firing) -> Firing:
    """The name of the account it is about, where its folder's alone could be another's too."""
    provider, root = firing.provider, root_of(firing.axis, firing.kind, firing.latch.scope)
    if provider is None or not root:
        return firing
    name = account_name(provider, root, accounts_of(db, provider))
    if name == account_name(provider, root):
        return firing
    return replace(firing, numbers={**firing.numbers, "account": name})


def _of_windows(
    db: sqlite3.Connection, windows: list[Window], rules: dict[Axis, Rule], settings: Settings, now_ms: int
) -> Iterator[Firing]:
    for window in windows:
        if now_ms >= window.end:
            continue  # whatever it came to, it is over
        axis = window_axis(window.key.provider, window.key.limit, window.key.minutes)
        for firing in window_firings(window, rules[axis]):
            yield replace(firing, numbers={**firing.numbers, "session": _teller(db, window, firing.at)})
        # An old reading says what was used, and no longer how fast.
        known = freshness(window.key.minutes, window.read_ms, window.end, now_ms) in ("fresh", "ageing")
        ahead = forecast(window, now_ms) if known else None
        # A short window of any limit swings too much to be told unasked: it goes with the five hours.
        kind = axis if window.key.minutes * MINUTE_MS >= DAY_MS else "five_hour"
        if ahead is not None and kind in settings.alerts.rule("projected").windows:
            yield from forecast_firings(window, ahead, rules["projected"], now_ms)


def _teller(db: sqlite3.Connection, window: Window, ts: int) -> str | None:
    """The session whose reading crossed a threshold."""
    key = window.key
    row = db.execute(
        "SELECT session FROM reading WHERE provider = ? AND limit_id = ? AND minutes = ? AND ts = ? AND root = ? "
        "ORDER BY percent DESC LIMIT 1",
        (int(Provider[key.provider.upper()]), key.limit, key.minutes, ts, key.root),
    ).fetchone()
    return row[0] or None if row else None


def _of_budgets(
    db: sqlite3.Connection, rules: dict[Axis, Rule], settings: Settings, now_ms: int, tz: ZoneInfo
) -> tuple[list[Firing], tuple[str, ...]]:
    if not settings.budgets or not any(rules[axis].on for axis in (*_OF_BUDGETS, _PROJECTED)):
        return [], ()
    found: list[Firing] = []
    problems = []
    answer = budgets(
        db, settings.budgets, now_ms=now_ms, tz=tz, week_start=settings.first_weekday, mode=mode_of(settings)
    )
    for row in answer.rows:
        budget = row.budget
        if row.standing is None:
            problems.append(f"budget {budget.name}: {row.problem}")
            continue
        own = budget_firings(
            budget.name,
            row.standing,
            budget.thresholds,
            period=budget.period,
            provider=budget.provider,
            project=budget.project is not None,
            on=rules[_axis(budget)].on,
            until=row.known_by,
        )
        if budget.projected and rules["projected"].on:
            own += budget_projections(
                budget.name,
                row.standing,
                budget.thresholds,
                period=budget.period,
                provider=budget.provider,
                until=row.known_by,
            )
        found += [replace(each, numbers={**each.numbers, "unit": budget.unit}) for each in own]
    return found, tuple(problems)


def mode_of(settings: Settings) -> ask.Mode:
    """Which cost counts."""
    return settings.cost_mode  # type: ignore[return-value]


def _axis(budget: Budget) -> Axis:
    return "project_budget" if budget.project is not None else "budget"


def armed(settings: Settings) -> tuple[Armed, ...]:
    """Every threshold in force, rule by rule."""
    return tuple(_armed(rules_of(settings), settings))


def _armed(rules: dict[Axis, Rule], settings: Settings) -> Iterator[Armed]:
    for axis, rule in rules.items():
        if rule.on and axis not in _OF_BUDGETS:
            windows = ",".join(sorted(settings.alerts.rule(axis).windows)) if axis == "projected" else ""
            for threshold in rule.thresholds:
                yield Armed(rule.name, float(threshold), windows)
    for budget in settings.budgets:
        # Another amount is another rule: being over it already is no news to who has just set it.
        account = () if budget.account is None else (budget.account,)
        terms = repr((
            budget.amount, budget.unit, budget.provider, budget.project, budget.model, budget.query, budget.period,
            *account,
        ))  # fmt: skip
        for threshold in budget.thresholds:
            if rules[_axis(budget)].on:
                yield Armed(f"{_axis(budget)}:{budget.name}", float(threshold), terms)
            if budget.projected and rules["projected"].on:
                yield Armed(f"projected:{budget.name}", float(threshold), terms)
