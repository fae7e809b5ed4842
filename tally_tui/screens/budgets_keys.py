"""The keys of the Budgets screen: ids for keymaps, tooltips for help."""

from __future__ import annotations

from textual.binding import Binding, BindingType

BINDINGS: list[BindingType] = [
    Binding("slash", "filter", "Filter", key_display="/", id="budgets.filter",
            tooltip="Filter the cards: words such as over, provider: project: model:"),
    Binding("a", "add", "Add", id="budgets.add", tooltip="Add a budget"),
    Binding("e", "edit", "Edit", id="budgets.edit", tooltip="Change the chosen budget"),
    Binding("d", "remove", "Remove", id="budgets.remove", tooltip="Remove the chosen budget; u takes it back"),
    Binding("u", "undo", "Undo", id="budgets.undo", tooltip="Take back the last change made here, then the one before"),
    Binding("D", "duplicate", "Copy", show=False, id="budgets.duplicate", tooltip="Add another like the chosen one"),
    Binding("h", "walk(-1)", "Earlier", id="budgets.earlier", tooltip="The chosen budget's period before"),
    Binding("l", "walk(1)", "Later", id="budgets.later", tooltip="The period after"),
    Binding("t", "now", "Now", show=False, id="budgets.now", tooltip="Back to the period that is running"),
    Binding("o", "usage", "Usage", id="budgets.usage", tooltip="The calls behind it, on the Usage screen"),
    Binding("enter", "take", "Take", show=False, id="budgets.take", tooltip="The whole budget, then its form"),
    Binding("tab", "other_side", "Other side", show=False, id="budgets.other-side",
            tooltip="From the cards to the chosen budget and back"),
    Binding("r", "sync", "Read now", show=False, id="budgets.sync", tooltip="Look for new log lines now"),
    Binding("escape", "back", "Back", show=False, id="budgets.back",
            tooltip="Back to the cards, then without a filter"),
]  # fmt: skip
