"""The whole app on logs in which every text holds what a terminal acts on: no screen draws any of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from ledger_sums import Home
from on_screen import seen, settled
from planted import ACTIVE, plant
from textual.pilot import Pilot

from tally_tui.app import TallyApp
from tally_tui.config import Settings
from tally_tui.ingest.indexing import index
from tally_tui.source import LedgerSource

FORBIDDEN = re.compile(ACTIVE.pattern.replace("\x0b-\x1f", "\x09\x0b-\x1f"))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(str(tmp_path / "claude"), str(tmp_path / "codex"), tmp_path / "data")
    plant(home)
    home.sync()
    with patch.dict(os.environ, home.environment | {"TALLY_NOW": "2026-03-01T00:30:00Z", "HOME": str(tmp_path)}):
        index(Settings())
        yield home


async def draws(pilot: Pilot[str], wanted: str = "") -> str:
    """The screen, once it has what is awaited from the threads that answer; nothing in it acts on a terminal."""
    text = ""
    for _ in range(400):
        await pilot.pause(0.02 if wanted else 0)
        text = seen(pilot)
        if not wanted or wanted in text:
            break
    assert wanted in text
    found = FORBIDDEN.search(text)
    assert not found, repr(text[max(0, found.start() - 60) : found.end() + 20])
    return text


@pytest.mark.parametrize("size", [(100, 40), (50, 24)])
async def test_no_screen_draws_an_order(home: Home, size: tuple[int, int]) -> None:
    app = TallyApp(LedgerSource(Settings(theme="tally-dark"), False), Settings(theme="tally-dark"))
    async with app.run_test(size=size) as pilot:
        await draws(pilot, "claude")
        for key in ("b", "b", "b", "enter", "escape", "e", "escape", "question_mark", "escape"):
            await pilot.press(key)
            await settled(pilot)
            await draws(pilot)
        for key in ("2", "enter", "o", "down", "enter", "z", "T", "G", "M", "escape", "F"):
            await pilot.press(key)
            await settled(pilot)
            await draws(pilot)
        for key in ("l", "a", "m", "p", "down", "enter", "escape", "3", "4", "r"):
            await pilot.press(key)
            await settled(pilot)
            await draws(pilot)
