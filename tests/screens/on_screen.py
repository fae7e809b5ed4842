"""Running the app on a made-up source, and reading what stands on its screen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fake_source import FakeSource
from textual.pilot import Pilot

from tally_tui.app import TallyApp
from tally_tui.config import Settings


def app_on(source: FakeSource, theme: str | None = None, **more: Any) -> TallyApp:
    """The app in Vienna; a theme that is given counts as a person's own choice."""
    settings = Settings(
        time_zone="Europe/Vienna", theme=theme or "tally-dark", given=frozenset({"theme"} if theme else ())
    )
    return TallyApp(source, settings, **more)


@asynccontextmanager
async def running(
    source: FakeSource | None = None, size: tuple[int, int] = (100, 44), **more: Any
) -> AsyncIterator[Pilot[str]]:
    """A running app that has drawn what it knows."""
    app = app_on(source or FakeSource(), **more)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        yield pilot


async def settled(pilot: Pilot[str]) -> None:
    """Until messages, answers and the layout have come to rest."""
    for _ in range(3):
        await pilot.pause()


async def press(pilot: Pilot[str], *keys: str) -> str:
    """Press keys one by one; returns what then stands on the screen."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)
    return seen(pilot)


def seen(pilot: Pilot[str]) -> str:
    """The text on the screen, line by line."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


def line_with(text: str, word: str) -> str:
    """The first line that holds a word."""
    return next((line for line in text.splitlines() if word in line), "")


def toasts(pilot: Pilot[str]) -> list[str]:
    """What the toasts say."""
    return [each.message for each in pilot.app._notifications]
