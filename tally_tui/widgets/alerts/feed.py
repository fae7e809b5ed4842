"""The list of alerts, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from tally_tui.ledger.alerts import Alert, Told
from tally_tui.reports.answers_alerts import AlertFeed, AlertRow
from tally_tui.rules.figures import ago
from tally_tui.widgets.alerts.words import SIGNS, instant
from tally_tui.widgets.table import Cell, Column, Tinted
from tally_tui.widgets.text import clean

NARROW: Final = 60
"""Below so many cells a table has room for signs alone."""


def columns(width: int) -> tuple[Column, ...]:
    """The columns for a table of so many cells; those that do not fit are reached with →."""
    narrow = width < NARROW
    return (
        Column("severity", "", 3 if narrow else 12, fixed=True, sortable=False),
        Column("title", "What", 26 if narrow else 28, grow=22 if narrow else 12, sortable=False),
        Column("ago", "Ago", 4, right=True, sortable=False),
        Column("about", "Of", 10, grow=6, sortable=False),
        Column("figures", "Then", 12, grow=400, sortable=False),
        Column("at", "When", 12, right=True, sortable=False),
        Column("state", "State", 8, sortable=False),
    )


def is_unread(alert: Alert) -> bool:
    """Whether people were told of it and nobody has marked it as seen."""
    return alert.acknowledged_at is None and alert.told is Told.TOLD and not alert.void


def state(alert: Alert) -> str:
    """`unread`, `seen`, that it was only recorded, or that its window turned out to be none."""
    if alert.void:
        return "void"
    if alert.acknowledged_at is not None:
        return "seen"
    return "unread" if alert.told is Told.TOLD else "recorded" if alert.told is Told.RECORDED else "waiting"


def about(row: AlertRow) -> str:
    """What it is of, in a word."""
    alert = row.alert
    if row.project:
        return clean(row.project)
    if "spent" in alert.numbers:
        return clean(alert.scope)
    return alert.provider or "all agents"


class FeedRows:
    """Some alerts of many."""

    def __init__(self, answer: AlertFeed, offset: int, zone: ZoneInfo, now: int, narrow: bool = False) -> None:
        """`narrow`: severities are told by their signs alone, as `columns` has room for."""
        self.answer, self.offset, self.zone, self.now, self.narrow = answer, offset, zone, now, narrow

    def __len__(self) -> int:
        return self.answer.total_rows

    def at(self, row: int) -> AlertRow | None:
        place = row - self.offset
        return self.answer.rows[place] if 0 <= place < len(self.answer.rows) else None

    def aged(self, now: int) -> bool:
        """Whether any of them is told as longer ago by now."""
        fired = [row.alert.fired_at for row in self.answer.rows]
        return any(ago(now - at) != ago(self.now - at) for at in fired)

    def cells(self, row: int) -> Sequence[Cell] | None:
        found = self.at(row)
        if found is None:
            return None
        alert = found.alert
        mark = "●" if is_unread(alert) else " "
        word = "" if self.narrow else f" {alert.severity}"
        return (
            Tinted.of(f"{mark} {SIGNS[alert.severity]}{word}", alert.severity),
            clean(found.title),
            ago(self.now - alert.fired_at).removesuffix(" ago"),
            about(found),
            clean(found.text),
            instant(alert.fired_at, self.zone, self.now),
            state(alert),
        )
