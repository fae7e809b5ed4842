"""What a person does on a screen that is written to disk: each deed with all it needs to be done.

A screen hands an action to the store and goes on; a thread does it (`live/acting.py`) and answers with a `Done`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from tally_tui.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Alerts are seen."""

    alerts: tuple[int, ...]
    """Their ids; none: all of them."""


Action: TypeAlias = Acknowledge


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an action."""

    action: Action
    said: str = ""
    """For the person; empty where the screen itself shows it."""
    trouble: Trouble | None = None
    """Why it was not done."""
