"""The list of alerts, the rules that make them, and how far the limits came."""

from __future__ import annotations

import json
import shlex
import sqlite3
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from tally_tui.ledger import alerts as kept
from tally_tui.ledger import ask
from tally_tui.ledger.alerts import Alert, Told
from tally_tui.ledger.ask import Mode
from tally_tui.ledger.ask_names import project_names
from tally_tui.ledger.ask_sessions import PROJECT
from tally_tui.model import Provider
from tally_tui.query import TEXT, Query, Term
from tally_tui.record.alert_words import text, title
from tally_tui.reports.answers_alerts import AlertFeed, AlertRow, AlertRules, ChannelRow, Progress, RuleRow
from tally_tui.reports.unread import Unread
from tally_tui.rules.alert_names import rule_name
from tally_tui.rules.alerts import AXES, SEVERITIES, THRESHOLDS

if TYPE_CHECKING:
    from tally_tui.config import Settings
    from tally_tui.config_alerts import Alerts

_LOOKED_AT: Final = 50
"""So many of the newest alerts say whether a channel works."""
_WINDOWS: Final = 2
_WEEKS: Final = 8


def feed(db: sqlite3.Connection, *, query: Query | None = None, offset: int = 0, limit: int | None = None) -> AlertFeed:
    """The alerts that a query lets through, the one fired last first: `limit` of them from the `offset`th on."""
    with ask.snapshot(db):
        total = kept.count(db)
        if query is None or not (query.terms or query.dates):
            return AlertFeed(_rows(db, kept.alerts(db, limit=limit, offset=offset)), total, total)
        found = [row for row in _rows(db, kept.alerts(db)) if _wanted(query, row)]
        end = None if limit is None else offset + limit
        return AlertFeed(tuple(found[offset:end]), len(found), total)


def row_of(db: sqlite3.Connection, alert: Alert) -> AlertRow:
    """One alert in words."""
    return _rows(db, [alert])[0]


def _rows(db: sqlite3.Connection, alerts: Iterable[Alert]) -> tuple[AlertRow, ...]:
    alerts = tuple(alerts)
    projects = _projects(db, alerts)
    return tuple(
        AlertRow(each, title(each), _text(each), projects.get((each.provider, str(each.numbers.get("session")))))
        for each in alerts
    )


def _text(alert: Alert) -> str:
    try:
        return text(alert, alert.latched_at)
    except (KeyError, TypeError, ValueError):
        return ""  # a row of another version: its title still tells what it was


def _projects(db: sqlite3.Connection, alerts: Iterable[Alert]) -> dict[tuple[str | None, str], str]:
    """(provider, session) → the project it worked on."""
    sessions = {str(each.numbers["session"]) for each in alerts if each.numbers.get("session")}
    if not sessions:
        return {}
    names = project_names(db)
    return {
        (Provider(provider).word, name): names[root]
        for provider, name, root in db.execute(
            f"SELECT s.provider, s.name, d.root FROM session s JOIN folder d ON d.id = {PROJECT} "
            "WHERE s.name IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(sessions)),),
        )
        if root in names
    }


def _wanted(query: Query, row: AlertRow) -> bool:
    return row.alert.fired_at in query.span and all(_holds(term, row) for term in query.terms)


def _holds(term: Term, row: AlertRow) -> bool:
    alert = row.alert
    if term.field == TEXT:
        rule = f"{alert.rule} {rule_name(alert.rule)}"
        return term.told(" ".join((row.title, row.text, rule, alert.severity, alert.provider or "", row.project or "")))
    session = alert.numbers.get("session")
    values: dict[str, str | None] = {
        "axis": alert.axis, "rule": alert.rule, "severity": alert.severity, "provider": alert.provider,
        "project": row.project, "session": session if isinstance(session, str) else None,
    }  # fmt: skip
    return term.matches(values[term.field])


def unread(db: sqlite3.Connection) -> Unread:
    """How many alerts were told and not seen yet, and the gravest of them."""
    found = kept.unread(db)
    worst = next((each for each in reversed(SEVERITIES) if found.get(each)), None)
    return Unread(sum(found.values()), worst)


def rules_standing(db: sqlite3.Connection, settings: Settings, *, now_ms: int) -> AlertRules:
    """Every rule as the settings have it, with what it did so far."""
    said = settings.alerts
    with ask.snapshot(db):
        fired = kept.last_fired(db)
        newest = kept.alerts(db, limit=_LOOKED_AT)
        snoozes = kept.snoozes(db, now_ms)
        readings = bool(db.execute("SELECT EXISTS (SELECT 1 FROM reading)").fetchone()[0])
    rules = []
    for axis in AXES:
        rule, (last, made) = said.rule(axis), fired.get(axis, (None, 0))
        usual = tuple(map(float, THRESHOLDS[axis]))
        own = usual if rule.thresholds is None else rule.thresholds
        rules.append(RuleRow(axis, rule.on, own, usual, rule.windows if axis == "projected" else (), last, made))
    wrong = [each for each in settings.problems if each.key.startswith("alerts") or not each.key]
    return AlertRules(
        on=said.on,
        quiet=said.quiet,
        bell=said.bell,
        notification=said.notification,
        rules=tuple(rules),
        channels=tuple(_channels(said, newest)),
        snoozes=snoozes,
        budgets=tuple(each.name for each in settings.budgets),
        readings=readings,
        problems=tuple(map(str, wrong)),
        unreadable=any(not each.key for each in wrong),
    )


def _channels(said: Alerts, newest: Iterable[Alert]) -> Iterator[ChannelRow]:
    told = [each for each in newest if each.told is Told.TOLD]

    def failing(name: str) -> str:
        for each in told:
            wrong = next((problem for problem in each.problems if problem.startswith(f"{name}: ")), None)
            if wrong is not None:
                return wrong.removeprefix(f"{name}: ")
            if name in each.through:
                return ""
        return ""

    ways = [] if said.notification == "off" else [f"notification ({said.notification})"]
    ways += ["bell"] if said.bell else []
    yield ChannelRow("app", True, "toasts and the sign on every screen")
    # An address may hold a password: only what stands before :// is named.
    services = ", ".join(each.split("://")[0] for each in said.apprise)
    for name, what in (
        ("terminal", " and ".join(ways)),
        ("desktop", "the desktop's notifications" if said.desktop else ""),
        ("apprise", services),
        ("command", shlex.join(said.command)),
    ):
        yield ChannelRow(name, bool(what), what, failing(name) if what else "")


def progress(
    db: sqlite3.Connection, *, now_ms: int, tz: ZoneInfo, week_start: int = 0, mode: Mode = "calculate"
) -> Progress:
    """The whole percents of the newest windows with their costs, and dollars per percent over the last weeks."""
    from tally_tui.reports.milestones import milestones, percent_trend, plan_accounts

    common: dict[str, Any] = {"now_ms": now_ms, "tz": tz, "mode": mode}
    found = milestones(db, count=_WINDOWS, **common)
    shown = {(each.window.key.provider, each.window.key.root) for each in found.windows}
    trends = [
        percent_trend(db, provider=provider, root=root, count=_WEEKS, week_start=week_start, **common)
        for provider, root in plan_accounts(db)
        if (provider, root) in shown
    ]
    return Progress(found, tuple(each for each in trends if any(week.percent is not None for week in each.weeks)))
