"""Every rule and setting of alerts, one a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from msgspec import Struct
from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from tally_tui.reports.answers_alerts import AlertRules, ChannelRow
from tally_tui.rules.alert_names import RULE_NAMES
from tally_tui.rules.figures import ago
from tally_tui.widgets.alerts.words import WATCHES, instant, minutes, thresholds
from tally_tui.widgets.table import Cell, Column, Tinted, VirtualTable
from tally_tui.widgets.text import clean

COLUMNS: Final = (
    Column("rule", "Rule", 15, fixed=True, sortable=False),
    Column("on", "", 5, sortable=False),
    Column("value", "Thresholds", 15, grow=8, sortable=False),
    Column("ago", "Last", 4, right=True, sortable=False),
    Column("fired", "Made", 4, right=True, sortable=False),
    Column("what", "Speaks when", 24, grow=400, sortable=False),
)


class Line(Struct, frozen=True):
    """One row: what `space` switches and what `e` edits are names of settings; '' for nothing."""

    name: str
    """The word that settings and commands have for it."""
    title: str
    """What people know it by."""
    on: bool | None
    value: str
    what: str
    switch: str = ""
    edit: str = ""
    words: str = ""
    """What stands in the line when it is edited."""
    axis: str = ""
    last: int | None = None
    fired: int | None = None
    failing: bool = False
    watches: str = ""
    """Of a rule: when it speaks, whatever else holds now."""
    usual: str = ""
    """Of a rule: its thresholds where settings say nothing."""


def lines(rules: AlertRules, zone: ZoneInfo, now: int) -> tuple[Line, ...]:
    """All rows: the switch of everything, the rules, and the channels."""
    found = [Line("on", "All alerts", rules.on, "", "one switch for all of them", switch="on")]
    for rule in rules.rules:
        own = rule.axis not in ("budget", "project_budget", "limit_hit")
        until = rules.snoozes.get(rule.axis)
        what = f"snoozed until {instant(until, zone, now)}" if until else WATCHES[rule.axis]
        found.append(
            Line(
                rule.axis, RULE_NAMES[rule.axis], rule.on, thresholds(rule.axis, rule.thresholds), what,
                f"{rule.axis}.on", f"{rule.axis}.thresholds" if own else "",
                ", ".join(f"{each:g}" for each in rule.thresholds), rule.axis, rule.last_fired, rule.fired,
                watches=WATCHES[rule.axis], usual=thresholds(rule.axis, rule.usual) if own else "",
            )
        )  # fmt: skip
    quiet = minutes(rules.quiet) if rules.quiet else "none"
    found.append(
        Line(
            "quiet", "Quiet hours", None, quiet, "recorded, not told", edit="quiet",
            words=quiet.replace("–", "-") if rules.quiet else "",
        )
    )  # fmt: skip
    kind = rules.notification
    found.append(
        Line(
            "notification", "Notification", kind != "off", kind, _of(rules, "terminal"), edit="notification",
            words=kind, failing=_failing(rules, "terminal"),
        )
    )  # fmt: skip
    found.append(Line("bell", "Bell", rules.bell, "", "the terminal's bell", "bell"))
    found += [_channel(each) for each in rules.channels if each.name in ("desktop", "command", "apprise")]
    return tuple(found)


def _channel(channel: ChannelRow) -> Line:
    value = "" if channel.name == "desktop" else clean(channel.what) if channel.on else "none"
    what = f"✗ {clean(channel.failing)}" if channel.failing else "told of every alert" if channel.on else "not told"
    switch, edit = {"desktop": ("desktop", ""), "command": ("", "command")}.get(channel.name, ("", ""))
    words = channel.what if edit and channel.on else ""
    title, failing = channel.name.capitalize(), bool(channel.failing)
    return Line(channel.name, title, channel.on, value, what, switch, edit, words, failing=failing)


def _of(rules: AlertRules, name: str) -> str:
    channel = next((each for each in rules.channels if each.name == name), None)
    if channel is not None and channel.failing:
        return f"✗ {clean(channel.failing)}"
    return "the terminal's own: auto, off, osc9, osc99 or osc777"


def _failing(rules: AlertRules, name: str) -> bool:
    return any(each.name == name and each.failing for each in rules.channels)


class RuleRows:
    """The rows as a table shows them."""

    def __init__(self, found: tuple[Line, ...], now: int) -> None:
        self.lines, self.now = found, now

    def __len__(self) -> int:
        return len(self.lines)

    def cells(self, row: int) -> Sequence[Cell] | None:
        line = self.lines[row]
        on = "" if line.on is None else Tinted.of("✓ on", "good") if line.on else Tinted.of("– off", "quiet")
        return (
            line.title,
            on,
            line.value,
            "" if line.last is None else ago(self.now - line.last).removesuffix(" ago"),
            "" if not line.fired else str(line.fired),
            Tinted.of(line.what, "critical") if line.failing else line.what,
        )


class RulesTable(VirtualTable):
    """The rules: space switches, e edits."""

    HELP = "Every rule and channel. What is changed here is written into config.toml; its comments stay."
    BINDING_GROUP_TITLE = "Rules"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "switch", "On or off", key_display="space", id="rules.toggle",
                tooltip="Switch the rule or channel under the cursor on or off"),
        Binding("e,enter", "edit", "Edit", key_display="e", id="rules.edit",
                tooltip="Edit its thresholds, or its value"),
        Binding("backspace", "reset", "Default", show=False, id="rules.reset",
                tooltip="Take what is edited out of the settings, so that its default holds"),
    ]  # fmt: skip

    @dataclass
    class Toggled(Message):
        """A row is to be switched."""

        line: Line

    @dataclass
    class EditAsked(Message):
        """A row is to be edited, or its default to hold."""

        line: Line
        reset: bool = False

    class Chosen(Message):
        """Another row is under the cursor."""

    @on(VirtualTable.Moved)
    def _moved(self, event: VirtualTable.Moved) -> None:
        # The screen goes by what moves in its list of alerts.
        event.stop()
        self.post_message(self.Chosen())

    @property
    def line(self) -> Line | None:
        """The row under the cursor."""
        rows = self.rows
        return rows.lines[self.cursor] if isinstance(rows, RuleRows) and len(rows) else None

    def action_switch(self) -> None:
        if (line := self.line) is not None:
            self.post_message(self.Toggled(line))

    def action_edit(self) -> None:
        if (line := self.line) is not None:
            self.post_message(self.EditAsked(line))

    def action_reset(self) -> None:
        if (line := self.line) is not None:
            self.post_message(self.EditAsked(line, True))

    def action_open(self) -> None:
        self.action_edit()
