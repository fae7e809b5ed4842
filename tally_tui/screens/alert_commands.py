"""The verbs of the Alerts screen, by name, for the command palette."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tally_tui.screens.commands import Entry, _Entries

_OF_ONE = (
    ("Open the turn that crossed it", "Of the alert under the cursor", "open"),
    ("Mark as seen", "The alert under the cursor", "acknowledge"),
)
_OF_ALL = (
    ("Mark all as seen", "", "acknowledge_all"),
    ("Snooze", "Only record, for a while", "snooze"),
    ("Try every channel", "An example of every rule; nothing is kept", "test"),
    ("Filter", "Words, axis: rule: severity: provider: since:", "filter"),
    ("Rules", "Thresholds, switches, channels, quiet hours", "go_to('rules')"),
    ("Milestones", "Each whole percent with its cost", "go_to('progress')"),
    ("Undo", "Take back what was done last", "undo"),
)


class AlertCommands(_Entries):
    """`alerts: …`, as far as they can be done now."""

    def entries(self) -> Iterator[Entry]:
        # By the names of its actions: the screen names this provider, and need not be known here.
        one = getattr(self.screen, "chosen", None) is not None
        for name, what, action in (*(_OF_ONE if one else ()), *_OF_ALL):
            yield f"alerts: {name}", what, partial(self.screen.run_action, action)
