"""Lines of keys at forty columns: no key stands on another line than what it does."""

from __future__ import annotations

import pytest
from conversation_source import ConversationSource
from made_up import NOW
from on_screen import press, running
from textual.pilot import Pilot


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", NOW)


def whole(text: str, *pairs: str) -> None:
    lines = [" ".join(line.split()) for line in text.splitlines()]
    for pair in pairs:
        assert any(pair in line for line in lines), pair


async def opened(pilot: Pilot[str], *keys: str) -> str:
    return await press(pilot, "2", *keys)


@pytest.mark.parametrize("width", [36, 40, 80, 140])
async def test_keys_stand_with_their_words(width: int) -> None:
    async with running(ConversationSource(), (width, 40)) as pilot:
        text = await opened(pilot, "F")
        whole(text, "↵ opens", "^r best first", "^t this project", "Tab where", "^s save", "^o saved", "^l lines")
        text = await press(pilot, *"e", "ctrl+s")
        whole(text, "↵ saves", "Esc leaves")
        text = await press(pilot, "escape", "ctrl+o")
        whole(text, "Esc back")
        text = await press(pilot, "escape", "escape", "M")
        whole(text, "Enter saves", "^j new line", "Esc leaves")
        text = await press(pilot, "escape", "e")
        whole(text, "Enter writes", "Esc leaves", "↑ ↓ lines", "← → choose")
        text = await press(pilot, "escape", "B")
        whole(text, "↵ opens", "/ filter", "m removes", "M note", "u undo", "Esc back")
        text = await press(pilot, "escape", "question_mark")
        whole(text, "Sessions", "j ↓ Next row")
