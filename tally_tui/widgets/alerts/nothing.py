"""What stands there while there is no alert: what would make one, and how to try."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tally_tui.reports.answers_alerts import AlertRules
from tally_tui.rules.alerts import Axis
from tally_tui.widgets.alerts.words import NAMES, thresholds


class NoAlerts(Widget):
    """The empty state."""

    DEFAULT_CSS = """
    NoAlerts { height: auto; max-height: 100%; padding: 1 2; overflow-y: auto; }
    """
    rules: reactive[AlertRules | None] = reactive(None, layout=True)
    filtered: reactive[bool] = reactive(False, layout=True)

    def __init__(self, demo: bool = False) -> None:
        super().__init__()
        self.demo = demo

    def render(self) -> Content:
        return Content("\n").join(self._lines())

    def _lines(self) -> list[Content]:
        if self.filtered:
            return [Content.styled("No alert matches", "bold"), Content("/ changes the filter, Esc clears it.")]
        rules = self.rules
        if rules is None:
            return [Content.styled("…", "$quiet")]
        if not rules.on:
            return [
                Content.styled("Alerts are switched off", "bold"),
                Content("Nothing is looked at, and nothing is recorded."),
                Content(""),
                Content.assemble(
                    ("Tab", "bold $accent"), " leads to the rules; ", ("space", "bold $accent"),
                    " on their first line switches alerts on.",
                ),
            ]  # fmt: skip
        on = [rule for rule in rules.rules if rule.on and rule.axis not in ("budget", "project_budget")]
        told = [_speaks(rule.axis, rule.thresholds) for rule in on]
        budgets = len(rules.budgets)
        title, first = "No alert yet", "What makes one"
        if self.demo:
            title, first = "The demo fires no alerts", "On your own logs these make one"
        lines = [Content.styled(title, "bold"), Content(f"{first}: {'; '.join(told)}.")]
        if budgets:
            lines.append(Content(f"And the thresholds of your {budgets} budget{'' if budgets == 1 else 's'}."))
        else:
            lines.append(Content.assemble("And budgets, once there are any: ", ("3", "bold $accent"), " adds one."))
        if not rules.readings:
            lines += [
                Content(""),
                Content("No limit was read yet. Claude's percentages come through its status line:"),
                Content.styled("tally-tui setup", "bold $text-accent"),
            ]
        lines += [
            Content(""),
            Content.assemble(
                ("t", "bold $accent"), " tries every channel with an example of each.  ", ("Tab", "bold $accent"),
                " shows the rules.",
            ),
        ]  # fmt: skip
        return lines


def _speaks(axis: Axis, values: tuple[float, ...]) -> str:
    if axis == "limit_hit" or (axis == "price_missing" and values == (1.0,)):
        return NAMES[axis]
    usual = " the usual" if axis == "burn_rate" else ""
    return f"{NAMES[axis]} {thresholds(axis, values)}{usual}"
