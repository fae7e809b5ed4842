"""The keys of the Alerts screen: ids for keymaps, tooltips for help."""

from __future__ import annotations

from textual.binding import Binding, BindingType

BINDINGS: list[BindingType] = [
    Binding("slash", "filter", "Filter", key_display="/", id="alerts.filter",
            tooltip="Filter the list: words, axis: rule: severity: provider: project: since:"),
    Binding("tab", "pane(1)", "Next pane", id="alerts.pane", tooltip="The list, the rules, the milestones"),
    Binding("shift+tab", "pane(-1)", "Pane before", show=False, id="alerts.pane-before",
            tooltip="The pane before"),
    Binding("o", "open", "Open", id="alerts.open", tooltip="Read the very turn that crossed it"),
    Binding("a", "acknowledge", "Seen", id="alerts.seen", tooltip="Mark the alert under the cursor as seen"),
    Binding("A", "acknowledge_all", "All seen", id="alerts.all-seen", tooltip="Mark every alert as seen"),
    Binding("z", "snooze", "Snooze", id="alerts.snooze",
            tooltip="Only record a rule, or everything, for an hour, till tomorrow, for a week"),
    Binding("t", "test", "Test", id="alerts.test", tooltip="Send an example of every rule through every channel"),
    Binding("u", "undo", "Undo", show=False, id="alerts.undo", tooltip="Take back what was done last"),
    Binding("d", "detail", "Detail", show=False, id="alerts.detail",
            tooltip="From the list to the detail of the alert and back"),
    Binding("left_square_bracket", "window(-1)", "Window before", show=False, key_display="[",
            id="alerts.window-before", tooltip="Milestones of the window before"),
    Binding("right_square_bracket", "window(1)", "Next window", show=False, key_display="]",
            id="alerts.window-next", tooltip="Milestones of the next window"),
    Binding("r", "sync", "Read now", show=False, id="alerts.sync", tooltip="Look for new log lines now"),
    Binding("escape", "back", "Back", show=False, id="alerts.back", tooltip="Leave the pane, then the filter"),
]  # fmt: skip
