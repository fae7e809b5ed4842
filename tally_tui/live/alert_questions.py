"""Questions about alerts, and what a person does about them on a screen."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from tally_tui import clock, paths
from tally_tui.actions import Acknowledge, Done, SetAlert, SnoozeAlerts, Unacknowledge
from tally_tui.query import ALERTS, parse
from tally_tui.reports.answers_alerts import AlertDetail, AlertFeed, AlertRules, Progress
from tally_tui.reports.unread import Unread
from tally_tui.requests import AlertDetailRequest, AlertRequest, AlertRulesRequest, AlertsRequest, UnreadRequest

if TYPE_CHECKING:
    from tally_tui.config import Settings
    from tally_tui.ledger.ask import Mode


def answer(
    db: sqlite3.Connection, request: AlertRequest, settings: Settings, tz: ZoneInfo
) -> AlertFeed | AlertDetail | AlertRules | Progress | Unread:
    """Answer a question about alerts by these settings.

    Raises:
        QueryError: the request's query is not understood.
        sqlite3.Error: the ledger cannot be read.
    """
    from tally_tui.reports import alerts

    if isinstance(request, UnreadRequest):
        return alerts.unread(db)
    now = clock.now_ms()
    common: dict[str, Any] = {"now_ms": now, "tz": tz, "mode": cast("Mode", settings.cost_mode)}
    if isinstance(request, AlertsRequest):
        query = parse(request.query, now=now, tz=tz, week_start=settings.first_weekday, allow=ALERTS)
        return alerts.feed(db, query=query, offset=request.offset, limit=request.limit)
    if isinstance(request, AlertRulesRequest):
        return alerts.rules_standing(db, settings, now_ms=now)
    if isinstance(request, AlertDetailRequest):
        from tally_tui.reports.alert_detail import detail

        return detail(db, request.alert, settings, **common)
    return alerts.progress(db, week_start=settings.first_weekday, **common)


def perform(action: Acknowledge | Unacknowledge | SnoozeAlerts | SetAlert) -> Done:
    """Do what a person asked for.

    Raises:
        LedgerError, BadSettingError, OSError: in words for a person; nothing was changed.
    """
    if isinstance(action, SetAlert):
        return _set(action)
    from tally_tui.ledger import alerts
    from tally_tui.ledger.open import open_writer, telling

    now = clock.now_ms()
    with telling(paths.ledger_path()), closing(open_writer(paths.ledger_path(), full=True)) as db:
        if isinstance(action, Acknowledge):
            at = action.at or now
            count = sum(alerts.acknowledge(db, number, at) for number in action.alerts or (None,))
            if not count:
                return Done(action, "" if action.alerts else "Every alert is marked as seen already.")
            said = "" if action.alerts else f"{count} alert{'' if count == 1 else 's'} marked as seen. u takes it back."
            return Done(action, said, undo=Unacknowledge(at, action.alerts))
        if isinstance(action, Unacknowledge):
            for number in action.alerts or (None,):
                alerts.unacknowledge(db, action.at, number)
            return Done(action, "Marked as unseen again.")
        before = alerts.snoozes(db, now).get(action.rule, 0)
        alerts.snooze(db, action.until, action.rule)
        return Done(action, action.said, undo=SnoozeAlerts(action.rule, before, "The snooze is as it was."))


def _set(action: SetAlert) -> Done:
    from tally_tui.config_alerts_edit import alert_value, set_alert_value, unset_alert_value

    before = alert_value(None, action.name)
    if action.value is None:
        unset_alert_value(None, action.name)
    else:
        value = list(action.value) if isinstance(action.value, tuple) else action.value
        set_alert_value(None, action.name, value)
    kept = tuple(before) if isinstance(before, list) else before
    return Done(action, action.said, undo=SetAlert(action.name, kept, "The setting is as it was."))
