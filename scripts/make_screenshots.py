"""Make the pictures of the README and the docs: the real program on the demo, at a frozen instant.

    python scripts/make_screenshots.py [FOLDER] [NAME …]

The same program makes the same pictures, byte for byte; FOLDER is `docs` unless told, and without names all are made.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tally_tui.actions import Action, Done
    from tally_tui.config import Settings
    from tally_tui.requests import Request
    from tally_tui.store import Alerted, News, Publish, QueryProblem

NOW = "2026-11-19T16:20:00Z"
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
SEEN = 24 * 60
"""Alerts that are older, in minutes, are marked as seen."""


class Picture(NamedTuple):
    columns: int
    rows: int
    keys: tuple[str, ...] = ()
    """What is pressed, in words of several keys: the screen settles after each word."""
    alerts: bool = False
    """Whether there are budgets and alerts; those that want none come first."""


PICTURES = {
    "usage-wide": Picture(140, 42),
    "usage-standard": Picture(80, 34, ("b",)),
    "usage-panel": Picture(40, 32),
    "conversations-wide": Picture(140, 42, ("2", "j " * 9, "enter", ") enter")),
    "conversations-standard": Picture(80, 34, ("2", "enter", ") enter")),
    "conversations-panel": Picture(40, 32, ("2", "j")),
    "search-standard": Picture(80, 34, ("2", "F", "v e s s e l space r o l e colon a s s i s t a n t")),
    "budgets-wide": Picture(140, 42, ("3", "j j"), alerts=True),
    "alerts-wide": Picture(140, 42, ("4", "j"), alerts=True),
}
BUDGETS = (
    "claude 32 --provider claude",
    "codex 8 --provider codex --projected",
    "harbor 60 --project harbor-api --period calendar-month --thresholds 75,90,100",
    "lanterns 12 --project lantern-web --period calendar-month",
    "orchard 16000000 --unit tokens --project orchard-notes --period calendar-month",
)
READINGS = ((58, 0, 58), (30, 22, 61), (26, 57, 66), (1, 12, 67), (0, 91, 73))
"""What a status line of Claude Code would have recorded: hours before NOW, percent of the five hours, of the week.
Those of the last hour stand for all between them."""
QUIET_S = 0.6
"""A screen has settled when all is answered and nothing more has come for so long."""
PATIENCE_S = 60.0


def main() -> None:
    folder, names = Path(__file__).parents[1] / "docs", sys.argv[1:]
    if names and names[0] not in PICTURES:
        folder = Path(names.pop(0))
    for name in ("NO_COLOR", "TMUX", "COLUMNS", "LINES"):
        os.environ.pop(name, None)
    os.environ |= {
        "TALLY_NOW": NOW, "TZ": "UTC", "TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_ANIMATIONS": "none"
    }  # fmt: skip
    from tally_tui.cli.demo import demo_logs

    with demo_logs() as home:
        # The logs lie where a person's own do, so that no account is named by its folder.
        for variable, place in (("CLAUDE_CONFIG_DIR", "claude"), ("CODEX_HOME", "codex")):
            (home / "logs" / place).rename(home / f".{place}")
            os.environ.pop(variable)
        os.environ["HOME"] = str(home)
        tally("sync")
        prepared = False
        for name, picture in PICTURES.items():
            if names and name not in names:
                continue
            if picture.alerts and not prepared:
                make_budgets_and_alerts()
                prepared = True
            drawn = asyncio.run(taken(picture))
            # A picture fetches nothing, no font either.
            drawn = re.sub(r"@font-face\s*\{.*?\}\s*", "", drawn, flags=re.DOTALL)
            text = "\n".join(line.rstrip() for line in drawn.splitlines()) + "\n"
            (folder / f"{name}.svg").write_text(text, encoding="utf-8")
            sys.stderr.write(f"{folder / name}.svg\n")


def tally(*words: str) -> None:
    """Run a command of the program; what it prints is not wanted."""
    from tally_tui.cli.main import run

    with contextlib.redirect_stdout(io.StringIO()):
        status = run(words)
    if status:
        raise SystemExit(f"tally-tui {' '.join(words)}: ended with {status}")


def make_budgets_and_alerts() -> None:
    """Budgets as a person sets them, then two weeks of looks at the ledger, as the open program takes them."""
    from tally_tui import clock
    from tally_tui.record.alerting import check

    for budget in BUDGETS:
        tally("budget", "set", *budget.split())
    now = clock.now_ms()
    for minutes in (*range(14 * 24 * 60, 60, -60), *range(60, -1, -3)):
        instant = now - minutes * MINUTE_MS
        os.environ["TALLY_NOW"] = clock.iso(instant)
        for five, week in readings(minutes):
            resets = now + 2 * HOUR_MS if minutes <= 60 else instant + 3 * HOUR_MS
            tally("record", "--five-hour", str(five), "--five-hour-resets-at", clock.iso(resets),
                  "--seven-day", str(week), "--seven-day-resets-at", clock.iso(now + 40 * HOUR_MS))  # fmt: skip
        # Nobody is rung: the alerts are only shown.
        check(instant, ring=lambda notices: None)
        if minutes == SEEN:
            tally("alerts", "ack", "all")
    os.environ["TALLY_NOW"] = NOW


def readings(minutes: int) -> list[tuple[float, float]]:
    """What is read so many minutes before NOW: percent of the five hours and of the week."""
    (_, *first), (_, *last) = READINGS[-2:]
    if minutes <= 60:
        five, week = (a + (b - a) * (60 - minutes) / 60 for a, b in zip(first, last, strict=True))
        return [(round(five, 1), round(week, 1))]
    return [(five, week) for hours, five, week in READINGS if hours * 60 == minutes]


class Heard:
    """The program's own source, and whether all that was asked of it is answered."""

    def __init__(self, settings: Settings) -> None:
        from tally_tui.source import LedgerSource

        self._source = LedgerSource(settings, demo=True)
        self._open: dict[str, Request] = {}
        self._answered: dict[str, Request] = {}
        self._read = False
        self.trouble = ""
        """What could not be answered."""
        self._last = time.monotonic()

    def settled(self) -> bool:
        quiet = time.monotonic() - self._last > QUIET_S
        return quiet and self._read and not self._open

    def start(self, publish: Publish) -> None:
        def heard(news: News | Alerted | Done) -> None:
            self._hear(news)
            publish(news)

        self._source.start(heard)

    def _hear(self, news: News | Alerted | Done) -> None:
        from tally_tui.reports.search_answers import Reach, Reaching, SearchAnswer
        from tally_tui.store import Answered, Failed, Phase, SyncStatus

        self._last = time.monotonic()
        if isinstance(news, SyncStatus):
            self._read = news.phase is Phase.DONE
        elif isinstance(news, Failed):
            self._open.pop(news.request.slot, None)
            # A word that is still being typed may not be understood yet.
            self.trouble = self.trouble or (news.trouble.happened if news.problem is None else "")
        elif isinstance(news, Answered):
            slot, answer = news.request.slot, news.answer
            done = answer.finished if isinstance(answer, SearchAnswer) else True
            done = answer.at is Reaching.ALL if isinstance(answer, Reach) else done
            if done and self._open.get(slot) == news.request:
                self._open.pop(slot)
            self._answered[slot] = news.request

    def ask(self, request: Request) -> None:
        self._last = time.monotonic()
        if self._answered.get(request.slot) != request:
            self._open[request.slot] = request
        self._source.ask(request)

    def drop(self, slot: str) -> None:
        self._open.pop(slot, None)
        self._answered.pop(slot, None)
        self._source.drop(slot)

    def do(self, action: Action) -> None:
        from tally_tui.actions import KeepHabits

        # What was chosen for one picture is not kept for the next.
        if not isinstance(action, KeepHabits):
            self._source.do(action)

    def sync(self) -> None:
        self._source.sync()

    def cancel(self) -> None:
        self._source.cancel()

    def check(self, query: str) -> QueryProblem | None:
        return self._source.check(query)

    def stop(self) -> None:
        self._source.stop()


async def taken(picture: Picture) -> str:
    """A picture of the screen as it stands when all is read and every question is answered."""
    from textual.pilot import Pilot

    from tally_tui.app import TallyApp
    from tally_tui.config import load

    settings = load()
    source = Heard(settings)
    app = TallyApp(source, settings, demo=True)

    async def settled(pilot: Pilot[str]) -> None:
        for _ in range(round(PATIENCE_S / 0.1)):
            await pilot.pause(0.1)
            if source.trouble:
                raise RuntimeError(source.trouble)
            if source.settled():
                # What came is drawn, and laid out anew where it took other room.
                for _ in range(3):
                    await pilot.pause()
                return
        raise TimeoutError("the screen never settles")

    async with app.run_test(size=(picture.columns, picture.rows)) as pilot:
        await settled(pilot)
        for keys in picture.keys:
            await pilot.press(*keys.split())
            # What is opened or looked at beside the cursor waits a moment for the next key.
            await pilot.pause(0.3)
            await settled(pilot)
        return app.export_screenshot(title="tally-tui")


if __name__ == "__main__":
    main()
