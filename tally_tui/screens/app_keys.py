"""The keys that work on every screen."""

from __future__ import annotations

from typing import Final

from textual.binding import Binding, BindingType

BINDINGS: Final[list[BindingType]] = [
    Binding("1", "switch_mode('usage')", "Usage", show=False, id="app.usage", tooltip="The Usage screen"),
    Binding(
        "2",
        "switch_mode('conversations')",
        "Conversations",
        show=False,
        id="app.conversations",
        tooltip="The Conversations screen: every session, to read",
    ),
    Binding(
        "3",
        "switch_mode('budgets')",
        "Budgets",
        show=False,
        id="app.budgets",
        tooltip="The Budgets screen: what may be spent, and how it stands",
    ),
    Binding(
        "4",
        "switch_mode('alerts')",
        "Alerts",
        show=False,
        id="app.alerts",
        tooltip="The Alerts screen: what fired, what to do, and the rules",
    ),
    Binding(
        "question_mark",
        "help",
        "Help",
        key_display="?",
        id="app.help",
        tooltip="Keys and the query language",
    ),
    Binding(
        "ctrl+p",
        "command_palette",
        "Commands",
        show=False,
        key_display="^p",
        id="app.palette",
        tooltip="Find any command by its name",
    ),
    Binding(
        "ctrl+z",
        "suspend_process",
        "Suspend",
        show=False,
        id="app.suspend",
        tooltip="Back to the shell; fg returns",
    ),
    Binding("q", "quit", "Quit", id="app.quit", tooltip="Leave"),
]
