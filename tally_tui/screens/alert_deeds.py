"""What a person does about alerts: marking as seen, snoozing, changing rules, trying channels, and taking it back."""

from __future__ import annotations

from typing import Any, Final, cast

from textual import getters, on
from textual.screen import Screen

from tally_tui import clock
from tally_tui.actions import Acknowledge, Action, AlertAction, Done, SetAlert, SnoozeAlerts
from tally_tui.config_alerts_edit import alert_value_of
from tally_tui.reports.answers_alerts import AlertRow, AlertRules
from tally_tui.rules.alerts import Axis
from tally_tui.screens.view import View
from tally_tui.store import Store
from tally_tui.widgets.alerts.edit_line import EditLine
from tally_tui.widgets.alerts.feed import is_unread
from tally_tui.widgets.alerts.rules import Line, RulesTable
from tally_tui.widgets.alerts.words import thresholds
from tally_tui.widgets.table import VirtualTable

_EXAMPLES: Final = {
    "thresholds": "numbers, as in 50, 80, 95",
    "quiet": "as in 22:00-07:30; empty: no quiet hours",
    "notification": "auto, off, osc9, osc99 or osc777",
    "command": "a program and its words; {title} {text} {severity} are filled in; empty: none",
}
_MOST_UNDONE: Final = 50


class Deeds(Screen[None]):
    """What the Alerts screen is built on."""

    rules_table = getters.query_one("#rules", RulesTable)

    def __init__(self, store: Store, view: View) -> None:
        super().__init__()
        self.store, self.view = store, view
        self.rules: AlertRules | None = None
        self._undo: list[Action] = []
        self._taking_back: list[Action] = []
        self._editing: Line | None = None

    @property
    def chosen(self) -> AlertRow | None:
        """The alert under the cursor."""
        raise NotImplementedError

    @property
    def pane(self) -> str:
        """Which pane the keys are of."""
        raise NotImplementedError

    def deed_done(self, done: Done) -> None:
        """Keep what takes a deed back; one that took something back is not kept."""
        if done.undo is not None and isinstance(done.action, AlertAction) and done.action not in self._taking_back:
            self._undo = [*self._undo, done.undo][-_MOST_UNDONE:]
        self._taking_back = [each for each in self._taking_back if each != done.action]

    def action_undo(self) -> None:
        """Take back what was done last."""
        if not self._undo:
            self.notify("Nothing to take back.", timeout=3)
            return
        action = self._undo.pop()
        self._taking_back = [*self._taking_back, action]
        self.store.do(action)

    # -- marking as seen

    def action_acknowledge(self) -> None:
        row = self.chosen
        if row is not None and row.alert.acknowledged_at is None:
            self.store.do(Acknowledge((row.alert.id,), clock.now_ms()))
            if is_unread(row.alert):
                self.query_one("#feed", VirtualTable).cursor += 1

    def action_acknowledge_all(self) -> None:
        self.store.do(Acknowledge((), clock.now_ms()))

    # -- snoozing

    def action_snooze(self) -> None:
        from tally_tui.screens.snooze import SnoozeScreen

        rule = self._rule()
        known = dict(self.rules.snoozes) if self.rules else {}
        self.app.push_screen(SnoozeScreen(rule, known, self.view.zone, clock.now_ms()), self._snoozed)

    def _rule(self) -> str:
        """The rule that is meant: the one under the cursor."""
        if self.pane == "rules":
            line = self.rules_table.line
            return line.axis if line is not None else ""
        row = self.chosen
        return row.alert.rule if row is not None else ""

    def _snoozed(self, chosen: SnoozeAlerts | None) -> None:
        if chosen is not None:
            self.store.do(chosen)

    # -- rules

    @on(RulesTable.Toggled)
    def _toggled(self, event: RulesTable.Toggled) -> None:
        event.stop()
        line = event.line
        if line.switch:
            now = not line.on
            self._set(line, line.switch, now, f"{line.title}: {'on' if now else 'off'}")
        elif line.name == "notification":
            kind = "off" if line.on else "auto"
            self._set(line, "notification", kind, f"{line.title}: {kind}")
        elif line.edit:
            self._edit(line)
        else:
            self._where_else(line)

    @on(RulesTable.EditAsked)
    def _edit_asked(self, event: RulesTable.EditAsked) -> None:
        event.stop()
        line = event.line
        if event.reset:
            name = line.edit or line.switch
            if name:
                self._set(line, name, None, f"{line.title}: as it is by default")
        elif line.edit:
            self._edit(line)
        elif line.switch and not line.axis:
            self._toggled(RulesTable.Toggled(line))
        else:
            self._where_else(line)

    def _where_else(self, line: Line) -> None:
        words = {
            "budget": "A budget has its own thresholds: 3 leads to the budgets.",
            "project_budget": "A budget has its own thresholds: 3 leads to the budgets.",
            "limit_hit": "There is nothing to edit: it is the agent's own word. Space switches it.",
            "apprise": "Addresses may hold passwords: change apprise in config.toml (tally-tui config path).",
        }
        self.notify(words.get(line.name, "There is nothing to edit here."), timeout=6, markup=False)

    def _set(self, line: Line, name: str, value: Any, said: str) -> None:
        self.store.do(SetAlert(name, tuple(value) if isinstance(value, list) else value, f"{said}. u takes it back."))

    def _edit(self, line: Line) -> None:
        self._editing = line
        kind = "thresholds" if line.edit.endswith(".thresholds") else line.edit
        title = f"{line.title}: {_EXAMPLES[kind]}"
        if kind == "thresholds":
            rule = next((each for each in self.rules.rules if each.axis == line.axis), None) if self.rules else None
            usual = ", ".join(f"{each:g}" for each in rule.usual) if rule is not None else ""
            title = f"{line.title}, thresholds: {_EXAMPLES[kind]}; empty: the default, {usual}"
        self.query_one(EditLine).open(title, line.words, self._judged)

    def _judged(self, words: str) -> str:
        """What is typed comes to. Raises BadSettingError, a ValueError."""
        line = self._editing
        assert line is not None
        if line.axis and not words.strip():
            return "the default"
        value = alert_value_of(line.edit, words)
        if line.axis:
            return _meaning(line.axis, value)
        if isinstance(value, list):
            return "runs " + " · ".join(value) if value else "none"
        return str(value) or "none"

    @on(EditLine.Applied)
    def _applied(self, event: EditLine.Applied) -> None:
        event.stop()
        line, self._editing = self._editing, None
        self.set_focus(self.rules_table)
        if line is None:
            return
        if line.axis and not event.text.strip():
            self._set(line, line.edit, None, f"{line.title}: default thresholds")
            return
        value = alert_value_of(line.edit, event.text)
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        self._set(line, line.edit, value, f"{line.title}: {shown or 'none'}")

    @on(EditLine.Left)
    def _left(self, event: EditLine.Left) -> None:
        event.stop()
        self._editing = None
        self.set_focus(self.rules_table)

    # -- trying the channels

    def action_test(self) -> None:
        from tally_tui.screens.alert_test import AlertTestScreen

        self.app.push_screen(AlertTestScreen(self.store))


def _meaning(axis: str, values: list[float]) -> str:
    """What thresholds come to, and which of them never would."""
    said = thresholds(cast("Axis", axis), tuple(sorted(map(float, values))))
    never = [f"{each:g}" for each in values if axis in ("weekly", "five_hour") and each > 100]
    return f"{said}; {', '.join(never)} is beyond what a limit goes to" if never else said
