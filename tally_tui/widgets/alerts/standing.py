"""What keeps alerts from being told, in a line each: nothing where nothing does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from textual.content import Content

from tally_tui.reports.answers_alerts import AlertRules
from tally_tui.rules.alert_names import rule_name
from tally_tui.rules.zones import local
from tally_tui.widgets.alerts.words import instant, minutes
from tally_tui.widgets.text import clean

_PROBLEMS: Final = 2


def standing(rules: AlertRules, zone: ZoneInfo, now: int) -> Iterator[Content]:
    """Settings that cannot be used, the switch of everything, snoozes, quiet hours."""
    for problem in rules.problems[:_PROBLEMS]:
        yield Content(f"✗ config.toml, {clean(problem)}")
    if not rules.on:
        yield Content("– Alerts are switched off: nothing is looked at.")
    for rule, until in sorted(rules.snoozes.items()):
        if until > now:
            what = clean(rule_name(rule)) if rule else "Everything"
            yield Content(f"– {what}: only recorded until {instant(until, zone, now)}")
    if rules.quiet is not None:
        moment = local(now, zone)
        here, (start, end) = moment.hour * 60 + moment.minute, rules.quiet
        if start <= here < end if start < end else here >= start or here < end:
            yield Content(f"– quiet hours {minutes(rules.quiet)}: alerts are recorded, not told")
