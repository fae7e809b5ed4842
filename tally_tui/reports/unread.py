"""How many alerts nobody has seen: what every title bar shows, and all that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from tally_tui.rules.alerts import Severity


class Unread(Struct, frozen=True):
    """The answer of `reports.alerts.unread`: alerts that people were told of and nobody has marked as seen."""

    count: int = 0
    worst: Severity | None = None
