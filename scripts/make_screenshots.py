"""Make the pictures of the README: the real program on the demo, at a frozen instant.

    python scripts/make_screenshots.py [FOLDER]

The same program makes the same pictures, byte for byte; FOLDER is `docs` unless told.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

NOW = "2026-11-19T16:20:00Z"
PICTURES = {
    # name: columns, rows, keys pressed
    "usage-wide": (140, 42, ()),
    "usage-standard": (80, 34, ("b",)),
    "usage-panel": (40, 32, ()),
}
PATIENCE_S = 60.0


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "docs"
    for name in ("NO_COLOR", "TMUX", "COLUMNS", "LINES"):
        os.environ.pop(name, None)
    os.environ |= {
        "TALLY_NOW": NOW, "TZ": "UTC", "TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_ANIMATIONS": "none"
    }  # fmt: skip
    from tally_tui.cli.demo import demo_logs

    with demo_logs():
        for name, (columns, rows, keys) in PICTURES.items():
            picture = asyncio.run(taken(columns, rows, keys))
            # A picture fetches nothing, no font either.
            picture = re.sub(r"@font-face\s*\{.*?\}\s*", "", picture, flags=re.DOTALL)
            text = "\n".join(line.rstrip() for line in picture.splitlines()) + "\n"
            (folder / f"{name}.svg").write_text(text, encoding="utf-8")
            sys.stderr.write(f"{folder / name}.svg\n")


async def taken(columns: int, rows: int, keys: tuple[str, ...]) -> str:
    """A picture of the screen as it stands when all is read and every question is answered."""
    from textual.pilot import Pilot

    from tally_tui.app import TallyApp
    from tally_tui.config import Settings
    from tally_tui.screens.usage import UsageScreen
    from tally_tui.source import LedgerSource
    from tally_tui.store import Phase

    app = TallyApp(LedgerSource(Settings(), demo=True), Settings(), demo=True)

    async def settled(pilot: Pilot[str]) -> None:
        for _ in range(round(PATIENCE_S / 0.1)):
            screen = app.screen
            assert isinstance(screen, UsageScreen)
            if screen.status.phase is Phase.DONE and not screen.title_bar.waiting:
                # What came is drawn, and laid out anew where it took other room.
                for _ in range(3):
                    await pilot.pause()
                return
            await pilot.pause(0.1)
        raise TimeoutError("the screen never settles")

    async with app.run_test(size=(columns, rows)) as pilot:
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
        return app.export_screenshot(title="tally-tui")


if __name__ == "__main__":
    main()
