"""The Conversations screen on a made-up source: opened, its keys pressed, and left to come to rest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from conversation_source import ConversationSource
from on_screen import app_on, running, seen, settled
from textual.pilot import Pilot

from tally_tui.screens.conversations import ConversationsScreen


async def rest(pilot: Pilot[str]) -> str:
    """Until threads that make pages have ended and what they made is drawn."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await settled(pilot)
    return seen(pilot)


async def press(pilot: Pilot[str], *keys: str) -> str:
    """Press keys one by one, each when the one before has had its effect; returns what then stands on the screen."""
    for key in keys:
        await pilot.press(key)
        await rest(pilot)
    return seen(pilot)


@asynccontextmanager
async def conversations(
    size: tuple[int, int] = (100, 40), source: ConversationSource | None = None
) -> AsyncIterator[Pilot[str]]:
    """A running app with the screen open."""
    async with running(source or ConversationSource(), size) as pilot:
        await press(pilot, "2")
        yield pilot


def picture(
    compare: Any, size: tuple[int, int], *keys: str, theme: str | None = None, source: ConversationSource | None = None
) -> bool:
    """Whether the screen looks as in its snapshot, after some keys and without words that go by themselves."""

    async def before(pilot: Any) -> None:
        await press(pilot, "2", *keys)
        pilot.app.clear_notifications()
        if isinstance(pilot.app.screen, ConversationsScreen):
            pilot.app.screen.list_pane.tell("")
        await settled(pilot)

    return bool(compare(app_on(source or ConversationSource(), theme=theme), terminal_size=size, run_before=before))
