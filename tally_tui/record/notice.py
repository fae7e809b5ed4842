"""What is told of an alert, whatever it is told through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Notice:
    """What a channel tells."""

    id: int
    title: str
    text: str
    severity: str
    values: Mapping[str, str] = field(default_factory=dict)
    """The further `config_alerts.TOKENS`, as text."""
