"""`python -m tests.bench.reading`: the longest session opened and read in the program, without a terminal.

Prints JSON: milliseconds (wall and CPU) until its first words are drawn, of each key, and of finding a word in it.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable

from tally_tui.app import TallyApp
from tally_tui.config import load
from tally_tui.screens.conversations import ConversationsScreen
from tally_tui.source import LedgerSource

KEYS = "J" * 60 + "K" * 20 + "j" * 60 + " " * 60 + "}" * 40 + "{" * 20 + "z" + "J" * 40 + "zG" + " " * 5 + "g"


class Watch:
    """Wall and CPU milliseconds since it was made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        return (time.perf_counter() - self._wall) * 1000, (time.process_time() - self._cpu) * 1000


async def until(true: Callable[[], object], most_s: float = 60) -> None:
    """Let the program work until something is so."""
    end = time.monotonic() + most_s
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("the program did not come so far")
        await asyncio.sleep(0.001)


def _drawn(screen: ConversationsScreen) -> str:
    """The reader's part of the screen as it was last drawn."""
    reader = screen.pane.reader
    return "".join(reader.render_line(y).text for y in range(3)) if reader.size.width and reader.rows else ""


async def measure() -> dict[str, object]:
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    settings = load()
    app = TallyApp(LedgerSource(settings, False), settings)
    async with app.run_test(size=(100, 45)) as pilot:
        await pilot.press("2")
        await until(lambda: isinstance(app.screen, ConversationsScreen))
        screen = app.screen
        assert isinstance(screen, ConversationsScreen)
        await until(lambda: screen.list_pane.under_cursor is not None)
        await asyncio.sleep(2)  # whatever else starts with the program
        watch = Watch()
        # Not waited for: it comes back when the whole session is read, long after its first words are drawn.
        pressed = asyncio.create_task(pilot.press("enter"))
        await until(lambda: screen.pane.reader.rows)
        await until(lambda: "Step" in _drawn(screen))
        opened = watch.read()
        await pressed
        await until(lambda: screen.pane.pages is not None and screen.pane.pages.transcript.whole)
        await asyncio.sleep(2)
        keys = []
        for key in KEYS:
            watch = Watch()
            await pilot.press({" ": "space"}.get(key, key))
            keys.append((key, *watch.read()))
            await asyncio.sleep(0.02)  # texts that are wanted come meanwhile
        reader = screen.pane.reader
        await pilot.press("slash")
        watch = Watch()
        await pilot.press(*"49991")
        await until(lambda: reader.hits)
        found = watch.read()
        items = len(reader.heads)
    return {"opened": opened, "keys": keys, "found": found, "items": items}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure())))
