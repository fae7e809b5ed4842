"""A small menu: which alerts are only recorded, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from tally_tui.actions import SnoozeAlerts
from tally_tui.rules.alert_names import rule_name
from tally_tui.rules.windows import DAY_MS, HOUR_MS
from tally_tui.rules.zones import epoch_ms, local
from tally_tui.screens.dialog import Dialog, Pick
from tally_tui.widgets.alerts.words import instant
from tally_tui.widgets.text import clean

MORNING: Final = 8
"""The hour at which tomorrow begins to tell."""


class SnoozeScreen(Dialog[SnoozeAlerts | None]):
    """The answer is what to do, or None."""

    BINDING_GROUP_TITLE = "Snooze"
    HELP = "Snoozed alerts are recorded and not told. Enter chooses."
    DEFAULT_CSS = """
    SnoozeScreen { align: center middle;
        & > Vertical { width: 58; max-width: 100%; height: auto; max-height: 90%; background: $surface;
            border: round $primary; }
        & #snooze-title { height: auto; padding: 0 1; }
        & OptionList { height: auto; max-height: 16; border: none; background: $surface; padding: 0;
            &:focus { border: none; } } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,z,q", "leave", "Leave", id="snooze.leave", tooltip="Change nothing"),
        Binding("j", "walk(1)", "Down", show=False, id="snooze.down"),
        Binding("k", "walk(-1)", "Up", show=False, id="snooze.up"),
    ]

    def __init__(self, rule: str, known: Mapping[str, int], zone: ZoneInfo, now: int) -> None:
        """`rule` is the one under the cursor, '' for none; `known`: what is snoozed until when."""
        super().__init__()
        self.rule, self.known, self.zone, self.now = rule, known, zone, now

    def compose(self) -> ComposeResult:
        with Vertical():
            title = Content.assemble(("Snooze", "bold"), ("  recorded, not told", "$quiet"))
            yield Static(title, id="snooze-title")
            yield OptionList(*(Pick(Content(words), what) for words, what in self._made()), id="snooze")

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    def _made(self) -> list[tuple[str, SnoozeAlerts]]:
        moment = local(self.now, self.zone) + timedelta(days=1)
        morning = epoch_ms(moment.replace(hour=MORNING, minute=0, second=0, microsecond=0))
        spans = (
            ("for an hour", self.now + HOUR_MS), ("till tomorrow", morning), ("for a week", self.now + 7 * DAY_MS)
        )  # fmt: skip
        found = []
        for rule in dict.fromkeys((self.rule, "")):
            name = clean(rule_name(rule)) if rule else "Everything"
            if self.known.get(rule, 0) > self.now:
                words = f"{name}: tell again now (snoozed until {self._clock(self.known[rule])})"
                found.append((words, SnoozeAlerts(rule, 0, f"{name}: told again.")))
            for span, until in spans:
                when = self._clock(until)
                said = f"{name}: only recorded until {when}. u takes it back."
                found.append((f"{name}: {span}, until {when}", SnoozeAlerts(rule, until, said)))
        return found

    def _clock(self, at: int) -> str:
        return instant(at, self.zone, self.now)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if isinstance(event.option, Pick):
            self.dismiss(event.option.value)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_walk(self, step: int) -> None:
        options = self.query_one(OptionList)
        if step > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()
