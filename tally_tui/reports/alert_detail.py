"""Everything about one alert: its figures, a chart around it, the turn that crossed it, what to do next."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tally_tui.ledger import alerts as kept
from tally_tui.ledger import ask
from tally_tui.ledger.ask import Mode
from tally_tui.record.alert_advice import figures, steps
from tally_tui.reports.alert_call import crossed
from tally_tui.reports.alert_series import series
from tally_tui.reports.alerts import row_of
from tally_tui.reports.answers_alerts import AlertDetail, Step
from tally_tui.rules.zones import local

if TYPE_CHECKING:
    from tally_tui.config import Settings


def detail(
    db: sqlite3.Connection, number: int, settings: Settings, *, now_ms: int, tz: ZoneInfo, mode: Mode = "calculate"
) -> AlertDetail:
    """One alert by its id."""
    with ask.snapshot(db):
        alert = kept.one(db, number)
        if alert is None:
            return AlertDetail(None)
        found = crossed(db, alert, settings, now_ms=now_ms, tz=tz, mode=mode)

        def clock(instant: int) -> str:
            return written(instant, now_ms, tz)

        return AlertDetail(
            row_of(db, alert),
            tuple(figures(alert, clock)),
            series(db, alert, settings, now_ms=now_ms, tz=tz, mode=mode),
            found,
            tuple(Step(*each) for each in steps(alert, now_ms, clock, can_open=found is not None and not found.gone)),
        )


def written(instant: int, now_ms: int, tz: ZoneInfo) -> str:
    """A local time as short as it can be: `14:05`, `Tue 14:05` within a week, else with the date."""
    moment, today = local(instant, tz), local(now_ms, tz)
    if moment.date() == today.date():
        return f"{moment:%H:%M}"
    if abs((moment.date() - today.date()).days) < 7:
        return f"{moment:%a %H:%M}"
    year = "" if moment.year == today.year else f" {moment.year}"
    return f"{moment.day} {moment:%b}{year} {moment:%H:%M}"
