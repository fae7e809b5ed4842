"""How far a test of the channels is: what its answer holds."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

TestState = Literal["waiting", "sending", "ok", "failed", "off"]


class ChannelTest(Struct, frozen=True):
    """How far a test of one channel is."""

    name: str
    state: TestState
    sent: int = 0
    problems: tuple[str, ...] = ()
    """Why it failed, each once."""


class ChannelTests(Struct, frozen=True):
    """How far a test of all channels is; published again as it goes on."""

    channels: tuple[ChannelTest, ...]
    examples: tuple[tuple[str, str, str], ...]
    """(severity, title, text) of each rule's example."""
    done: bool = False
    ring: str = ""
    """What to write to the terminal, through whoever draws on it: once a test, though each answer holds it."""
