"""Text that was made to harm, at every place of the Conversations screen where a log's words are drawn."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from conversation_source import FILE, ConversationSource
from made_up import NOW
from on_screen import running, seen, settled
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from tally_tui.answers import Answer
from tally_tui.logs.messages import Item, Kind, Mark
from tally_tui.records import changed as replace
from tally_tui.reports.answers import SessionRow
from tally_tui.reports.conversation import Spent
from tally_tui.reports.excerpts import Excerpt
from tally_tui.reports.transcripts import Entry, Texts, Transcript
from tally_tui.requests import Request, SpilledRequest, TextsRequest, TranscriptRequest
from tally_tui.widgets.transcript.find_bar import FindInput

HOSTILE = (
    "AA\x1b]0;OWNED\x07\x1b[2J\x9b31m\x1bPq#0\x1b\\\x00\x85\u2028\r\x08\u202e\u2066\u200b\ufeff\U000e0041"
    "[/][@click=app.quit]QQ[/] e" + "\u0301" * 60 + "漢字👩\u200d👩\u200d👧 \udfff"
)
HUGE = HOSTILE + "x" * 60_000 + HOSTILE
FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e0fff]"
)


class HostileSource(ConversationSource):
    """Every string that a log has a say in is hostile."""

    def session(self, n: int) -> SessionRow:
        row = super().session(n)
        return replace(
            row, title=HOSTILE + row.title, project=HOSTILE, branch=HOSTILE, models=(HOSTILE,), folder=f"/x/{HOSTILE}",
            file=f"/x/{HOSTILE}.jsonl", note=HOSTILE, bookmarked=True, agent=HOSTILE,
        )  # fmt: skip

    def excerpt(self, path: str) -> Excerpt:
        return Excerpt(HUGE, HUGE)

    def entries(self) -> tuple[Entry, ...]:
        found: list[Entry] = []
        for number, kind in enumerate(Kind):
            text = HUGE if kind in (Kind.PROMPT, Kind.REPLY) else HOSTILE + "\n" + HOSTILE
            item = Item(
                kind, number * 10, 10, ts=1_795_301_000_000, session=HOSTILE, uuid=HOSTILE, role=HOSTILE, text=text,
                name=HOSTILE, call=HOSTILE, files=[HOSTILE], model=HOSTILE,
                detail={"trigger": HOSTILE, "preTokens": HOSTILE, HOSTILE: HOSTILE},
            )  # fmt: skip
            if kind in (Kind.TOOL_CALL, Kind.TODO, Kind.QUESTION, Kind.PLAN):
                item.name = {Kind.TOOL_CALL: "Edit", Kind.TODO: "TodoWrite"}.get(kind, HOSTILE)
                item.input = {
                    "file_path": HOSTILE, "old_string": HOSTILE, "new_string": HOSTILE, "plan": HOSTILE,
                    "todos": [{"content": HOSTILE, "status": HOSTILE}], "questions": [{"question": HOSTILE}],
                }  # fmt: skip
            result = Item(Kind.TOOL_RESULT, 900, 10, text=HOSTILE, marks=Mark.FAILED | Mark.LOADED, name=HOSTILE)
            spent = Spent(1, 1, 1) if kind is Kind.PROMPT else None
            found.append(Entry(item, result, number % 3, True, 99, 3, 2, spent, 1, FILE, (result,)))
        return tuple(found)

    def report(self, request: Request) -> Answer | None:
        if isinstance(request, TranscriptRequest):
            return Transcript(request.provider, request.session, self.entries(), f"/x/{HOSTILE}", from_archive=HOSTILE)
        if isinstance(request, TextsRequest | SpilledRequest):
            items = {n: (each.item, each.result) for n, each in enumerate(self.entries())}
            return Texts(request.session, items, HOSTILE if isinstance(request, SpilledRequest) else "")
        return super().report(request)


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", NOW)


async def look(pilot: Pilot[str]) -> None:
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await settled(pilot)
    text = seen(pilot)
    found = FORBIDDEN.search(text)
    assert not found, f"{found.group()!r} in {text[max(0, found.start() - 40) : found.end() + 20]!r}"
    assert pilot.app.is_running


async def press(pilot: Pilot[str], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await look(pilot)


@asynccontextmanager
async def hostile(size: tuple[int, int]) -> AsyncIterator[Pilot[str]]:
    async with running(HostileSource(), size) as pilot:
        await press(pilot, "2")
        yield pilot


@pytest.mark.parametrize("size", [(40, 40), (80, 30), (140, 40)], ids=str)
async def test_list_title_gutter_and_every_item(size: tuple[int, int]) -> None:
    async with hostile(size) as pilot:
        await press(pilot, "down", "enter", "plus", "z", "T")
        for _ in range(40):
            await press(pilot, "J")
        await press(pilot, "g", "l", "l", "w", "asterisk", "G", "v")


@pytest.mark.parametrize("size", [(40, 40), (100, 40)], ids=str)
async def test_outline_dialogs_and_toasts(size: tuple[int, int]) -> None:
    async with hostile(size) as pilot:
        await press(pilot, "enter", "o", "tab", "tab", "escape")
        await press(pilot, "e", "enter", "escape")
        await press(pilot, "right_parenthesis", "enter", "enter", "enter", "E", "escape", "L", "r", "ctrl+r")
        await press(pilot, "c", "y", "Y", "R")


async def test_what_is_pasted_into_the_find_bar_and_the_path(size: tuple[int, int] = (90, 30)) -> None:
    async with hostile(size) as pilot:
        await press(pilot, "enter", "slash")
        line = pilot.app.screen.query_one(FindInput)
        line.post_message(events.Paste(HOSTILE.replace("\udfff", "")))
        await look(pilot)
        line.value = "re:[" + HOSTILE
        await look(pilot)
        await press(pilot, "escape", "e")
        path = pilot.app.screen.query_one("#export-path", Input)
        path.focus()
        path.post_message(events.Paste(HOSTILE.replace("\udfff", "")))
        await look(pilot)
        await press(pilot, "enter")
