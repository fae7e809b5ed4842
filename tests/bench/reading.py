"""`python -m tests.bench.reading`, in a terminal: the program opens the longest session by itself and reads in it.

`BENCH_TOLD` names the file that gets what was measured, in milliseconds: opening (to its first words on the screen),
keys while the rest is still being read and afterwards, finding words typed letter by letter; and bytes of memory.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import psutil  # type: ignore[import-untyped]
from textual import events
from textual.keys import _character_to_key

from tally_tui.app import TallyApp
from tally_tui.config import load
from tally_tui.screens.conversations import ConversationsScreen
from tally_tui.source import LedgerSource
from tests.bench.conversations import SESSION

WALK = "J" * 60 + "K" * 20 + "j" * 60 + " " * 60 + "}" * 40 + "{" * 20 + "z" + "J" * 40 + "zG" + " " * 5 + "g"
MEANWHILE = "Jj J} Jj"
"""Again and again while the rest of the session is read."""
WORDS = ("49991", "parser", "part_2", "re:test_1[01] .*PASSED")
BETWEEN_KEYS_S = 0.05
BETWEEN_LETTERS_S = 0.12


class Key(NamedTuple):
    """What one key took, in milliseconds."""

    key: str
    painted: float
    """Until the screen was painted anew; the frame that it waits for is in it."""
    work: float
    """CPU of the event loop until the next key."""


class Watch:
    """Wall and CPU milliseconds since it was made, of all threads and of the event loop alone."""

    def __init__(self) -> None:
        self._wall, self._cpu, self._own = time.perf_counter(), time.process_time(), time.thread_time()

    @property
    def wall(self) -> float:
        return (time.perf_counter() - self._wall) * 1000

    @property
    def cpu(self) -> float:
        return (time.process_time() - self._cpu) * 1000

    @property
    def own(self) -> float:
        return (time.thread_time() - self._own) * 1000


class ReadingApp(TallyApp):
    """The program, with someone at the keys."""

    told: dict[str, Any]

    def on_ready(self) -> None:
        super().on_ready()
        self._painted = asyncio.Event()
        self._person = asyncio.create_task(self._go_through())

    def post_display_hook(self) -> None:
        if self._ready_to_measure:
            self._painted.set()

    @property
    def _ready_to_measure(self) -> bool:
        return hasattr(self, "_painted")

    async def _go_through(self) -> None:
        try:
            self.told = await self._measure()
        finally:
            self.exit()

    async def _measure(self) -> dict[str, Any]:
        await asyncio.sleep(1)
        self._send("2")
        await self._until(lambda: isinstance(self.screen, ConversationsScreen) and self.screen.query("ListPane"))
        screen = self.screen
        assert isinstance(screen, ConversationsScreen)
        await self._until(lambda: screen.list_pane.under_cursor is not None)
        await asyncio.sleep(3)  # whatever else starts with the program
        memory = [_memory()]
        pane = screen.pane
        self._send("j")  # from the short session that the list begins with
        await asyncio.sleep(0.1)  # before what is under the cursor is opened by itself
        watch = Watch()
        self._send("enter")
        await self._until(
            lambda: pane.pages is not None and pane.pages.transcript.session == SESSION and _shows_words(screen)
        )
        opened = (watch.wall, watch.cpu)

        def whole() -> bool:
            return pane.pages is not None and pane.pages.transcript.whole

        await asyncio.sleep(0.2)  # nobody is quicker; the line of keys at the bottom still changes
        meanwhile: list[Key] = []
        while not whole():
            meanwhile += [await self._press(key) for key in MEANWHILE if not whole()]
        read = watch.wall
        await asyncio.sleep(2)
        memory.append(_memory())
        self._send("g")
        await asyncio.sleep(1)
        keys = [await self._press(key) for key in WALK]
        memory.append(_memory())
        found = {word: await self._find(screen, word) for word in WORDS}
        memory.append(_memory())
        return {
            "opened": opened, "read": read, "meanwhile": meanwhile, "keys": keys, "found": found, "memory": memory,
            "items": len(pane.reader.heads),
        }  # fmt: skip

    async def _find(self, screen: ConversationsScreen, word: str) -> dict[str, Any]:
        """A word typed letter by letter: each key; then from its last letter to the first hit, and to all."""
        self._send("g")
        self._send("/")
        await asyncio.sleep(1)
        pane, reader = screen.pane, screen.pane.reader
        letters = [await self._press(letter, BETWEEN_LETTERS_S) for letter in word[:-1]]
        watch = Watch()
        self._send(word[-1])
        wanted = word.removeprefix("re:")
        await self._until(lambda: getattr(reader.pattern, "pattern", "") == wanted and reader.hits)
        first = watch.wall
        await self._until(lambda: not pane.hits.finding)
        told = {"letters": letters, "first": first, "all": watch.wall, "cpu": watch.cpu, "hits": reader.hit_count}
        self._send("escape")
        await asyncio.sleep(1)
        return told

    async def _press(self, key: str, rest: float = BETWEEN_KEYS_S) -> Key:
        watch = Watch()
        self._painted.clear()
        self._send(key)
        await asyncio.wait_for(self._painted.wait(), 30)
        painted = watch.wall
        await asyncio.sleep(rest)  # texts that are wanted come meanwhile, and are painted
        return Key(key, painted, watch.own)

    def _send(self, key: str) -> None:
        event = events.Key(_character_to_key(key) if len(key) == 1 else key, key if len(key) == 1 else None)
        event.set_sender(self)
        self.post_message(event)

    async def _until(self, true: Callable[[], object], most_s: float = 60) -> None:
        """Look after each painting, and now and then."""
        end = time.monotonic() + most_s
        while not true():
            if time.monotonic() > end:
                raise TimeoutError("the program did not come so far")
            self._painted.clear()
            painting = asyncio.ensure_future(self._painted.wait())
            await asyncio.wait((painting,), timeout=0.02)
            painting.cancel()


def _shows_words(screen: ConversationsScreen) -> bool:
    """Whether the reader's first lines, as they were painted last, are words of the session."""
    reader = screen.pane.reader
    lines: Iterable[str] = (reader.render_line(y).text for y in range(3)) if reader.size.width and reader.rows else ()
    return "Step" in "".join(lines)


def _memory() -> int:
    return int(psutil.Process().memory_info().rss)


def main() -> None:
    app = ReadingApp(LedgerSource(load(), False), load())
    app.run()
    Path(os.environ["BENCH_TOLD"]).write_text(json.dumps(app.told))


if __name__ == "__main__":
    main()
