"""How many alerts nobody has seen: what every title bar shows, and all that it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tally_tui.rules.alerts import Severity


@dataclass(frozen=True, slots=True)
class Unread:
    """The answer of `reports.alerts.unread`: alerts that people were told of and nobody has marked as seen."""

    count: int = 0
    worst: Severity | None = None
