"""The program's screen with a clock in its event loop: how late each tick of 10 ms comes.

`BENCH_TICKS` names the file that gets `[[monotonic seconds, milliseconds late], …]` at the end.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path

from tally_tui.app import TallyApp
from tally_tui.config import load
from tally_tui.source import LedgerSource

TICK = 0.010


class TickingApp(TallyApp):
    ticks: list[tuple[float, float]] = []

    def on_ready(self) -> None:
        super().on_ready()
        self._clock = asyncio.create_task(self._tick())

    async def _tick(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(TICK)
            after = time.monotonic()
            self.ticks.append((after, max(0.0, after - before - TICK) * 1000))


def main() -> None:
    settings = load()
    app = TickingApp(source=LedgerSource(settings, False), settings=settings)
    app.run()
    Path(os.environ["BENCH_TICKS"]).write_text(json.dumps(app.ticks))


if __name__ == "__main__":
    main()
