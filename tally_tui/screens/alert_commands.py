"""The verbs of the Alerts screen, by name, for the command palette."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from tally_tui.screens.commands import Entry, _Entries

if TYPE_CHECKING:
    from tally_tui.screens.alerts import AlertsScreen


class AlertCommands(_Entries):
    """`alerts: …`, as far as they can be done now."""

    def entries(self) -> Iterator[Entry]:
        screen = cast("AlertsScreen", self.screen)
        if screen.chosen is not None:
            yield "alerts: Open the turn that crossed it", "Of the alert under the cursor", screen.action_open
            yield "alerts: Mark as seen", "The alert under the cursor", screen.action_acknowledge
        yield "alerts: Mark all as seen", "", screen.action_acknowledge_all
        yield "alerts: Snooze", "Only record, for a while", screen.action_snooze
        yield "alerts: Try every channel", "An example of every rule; nothing is kept", screen.action_test
        yield "alerts: Filter", "Words, axis: rule: severity: provider: since:", screen.action_filter
        yield "alerts: Rules", "Thresholds, switches, channels, quiet hours", partial(screen.go_to, "rules")
        yield "alerts: Milestones", "Each whole percent with its cost", partial(screen.go_to, "progress")
        yield "alerts: Undo", "Take back what was done last", screen.action_undo
