"""An error in a person's terms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happened, what was kept, and what to do."""

    happened: str
    kept: str = ""
    todo: str = ""
