"""How far a test of the channels is: what its answer holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TestState = Literal["waiting", "sending", "ok", "failed", "off"]


@dataclass(frozen=True, slots=True)
class ChannelTest:
    """How far a test of one channel is."""

    name: str
    state: TestState
    sent: int = 0
    problems: tuple[str, ...] = ()
    """Why it failed, each once."""


@dataclass(frozen=True, slots=True)
class ChannelTests:
    """How far a test of all channels is; published again as it goes on."""

    channels: tuple[ChannelTest, ...]
    examples: tuple[tuple[str, str, str], ...]
    """(severity, title, text) of each rule's example."""
    done: bool = False
    ring: str = ""
    """What to write to the terminal, through whoever draws on it: once a test, though each answer holds it."""
