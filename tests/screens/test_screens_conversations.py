"""The Conversations screen as a person uses it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conversation_source import FILE, ConversationSource
from conversing import conversations, press, rest
from made_up import NOW
from on_screen import line_with, running, seen, toasts
from textual.binding import Binding
from textual.pilot import Pilot

from tally_tui.answers import Answer
from tally_tui.logs.messages import Item, Kind
from tally_tui.records import changed as replace
from tally_tui.reports.answers import Sessions
from tally_tui.reports.transcripts import Entry, Transcript
from tally_tui.requests import Request
from tally_tui.screens import session_ways
from tally_tui.screens.conversations import ConversationsScreen
from tally_tui.screens.outline import OutlineScreen
from tally_tui.screens.search import SearchInput, SearchScreen
from tally_tui.widgets.transcript.find_bar import FindInput
from tally_tui.widgets.transcript.reader import Reader

OURS = (ConversationsScreen, Reader, OutlineScreen, SearchScreen, SearchInput, FindInput)


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TALLY_NOW", NOW)
    return iter(())


def test_every_key_is_explained_has_its_own_id_and_is_not_dead() -> None:
    ids = []
    for owner in OURS:
        for binding in owner.__dict__["BINDINGS"]:
            assert isinstance(binding, Binding) and binding.id and (binding.tooltip or binding.description)
            ids.append(binding.id)
            action = binding.action.split("(")[0]
            where: Any = SearchScreen if action.startswith("screen.") else owner
            assert hasattr(where, f"action_{action.removeprefix('screen.')}"), binding
    assert len(ids) == len(set(ids))


async def test_the_list_opens_a_session_and_escape_goes_back() -> None:
    async with conversations() as pilot:
        text = seen(pilot)
        assert "Conversations" in text and line_with(text, "by last call")
        text = await press(pilot, "enter")
        assert "Why is the last line lost?" in text and "$0.42 · 12.3k · Σ $0.42" in text
        assert "Claude · opus-4-8" in text and "▸ Bash pytest -q tests" in text and "✗ failed" in text
        assert "Explore: Who reads logs" in text and "│ Two modules read logs." in text
        assert "compacted · 167k → 3.10k tokens" in text and "def tail(path):" in text
        text = await press(pilot, "escape")
        assert "$0.42 · 12.3k · Σ $0.42" not in text and "by last call" in text


async def test_tool_calls_unfold_with_what_was_fetched() -> None:
    async with conversations() as pilot:
        text = await press(pilot, "enter", "J", "J", "J", "enter")
        assert "tests/test_19.py ....." in text and "10 more lines" in text
        text = await press(pilot, "enter")
        assert "tests/test_29.py" in text
        text = await press(pilot, "g", "right_parenthesis", "enter")
        assert "- return lines[:-1]" in text and "+ return lines" in text


async def test_wide_shows_both_and_follows_the_cursor() -> None:
    async with conversations((150, 40)) as pilot:
        await pilot.press("down")
        await asyncio.wait_for(_until(pilot, "Why is the last line lost?"), 60)
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen) and screen.table.has_focus
        await press(pilot, "tab")
        assert screen.reader.has_focus


async def test_wide_shows_what_is_under_the_cursor_of_every_list() -> None:
    async with conversations((150, 40)) as pilot:
        await asyncio.wait_for(_until(pilot, "Why is the last line lost?"), 60)
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        first, lists = screen.pane.session, screen.list_pane
        await press(pilot, "down", "down")
        await asyncio.wait_for(_until_read(pilot, screen, lists.under_cursor), 60)
        assert screen.pane.session != first
        await press(pilot, "slash", *"model:opus", "enter")
        await asyncio.wait_for(_until_read(pilot, screen, first), 60)
        assert lists.under_cursor == first and screen.table.has_focus


async def _until_read(pilot: Pilot[str], screen: ConversationsScreen, session: object) -> None:
    while screen.pane.session != session:
        await pilot.pause(0.02)


async def _until(pilot: Pilot[str], words: str) -> None:
    while words not in seen(pilot):
        await pilot.pause(0.02)


async def test_finding_in_a_session() -> None:
    async with conversations() as pilot:
        await press(pilot, "enter", "slash", *"nothing to be")
        text = await press(pilot, "enter")
        assert "make: nothing to be made of it" in text and "1 hit" in text
        await press(pilot, "n")
        assert "No further hit." in seen(pilot).splitlines()[-2] and not toasts(pilot)
        text = await press(pilot, "escape")
        assert "1 hit" not in text and "make: nothing" in text, "the place stays, the marks go"
        text = await press(pilot, "slash", *"re:[", "enter")
        assert "This is no pattern" in text
        text = await press(pilot, "backspace", *"ma[dk]e", "enter")
        assert "1 of 2 hits" in text
        assert "2 of 2 hits" in await press(pilot, "n")
        await press(pilot, "n")
        assert "1 of 2 hits" in await press(pilot, "N"), "as one walks"
        assert " of 2 hits" not in await press(pilot, "g"), "elsewhere one is at none of them"


async def test_a_prompt_of_a_branch_that_was_opened_stands_in_the_outline() -> None:
    class Rewound(ConversationSource):
        def report(self, request: Request) -> Answer | None:
            answer = super().report(request)
            if not isinstance(answer, Transcript):
                return answer
            rule = Entry(Item(Kind.BRANCH, 105, 1, detail={"items": 1}), path=FILE)
            wrong = Entry(Item(Kind.PROMPT, 106, 1, text="A wrong turn"), path=FILE, branch=rule.key)
            kept = answer.entries
            return Transcript(answer.provider, answer.session, (*kept[:9], rule, wrong, *kept[9:]), answer.folder)

    async with conversations(source=Rewound()) as pilot:
        assert "A wrong turn" not in await press(pilot, "enter", "o")
        await press(pilot, "escape")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        screen.reader.to_item(9)
        assert "A wrong turn" in await press(pilot, "enter")
        text = await press(pilot, "o", "tab")
        assert "Outline · prompts · 3" in text and "▌ A wrong turn" in text


async def test_search_over_everything_opens_at_the_hit() -> None:
    async with conversations() as pilot:
        text = await press(pilot, "F", *"nothing")
        assert "1,000+ messages · showing 4 in 2 sessions · newest first" in text and "Bash" in text
        text = await press(pilot, "down", "enter")
        assert "make: nothing to be made of it" in text
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen) and screen.reader.head is not None
        assert screen.reader.head.title == "Bash make"
        text = await press(pilot, "F")
        assert "nothing" in text.splitlines()[0], "what was searched for last stands there again"
        text = await press(pilot, *" nowhere")
        assert "Nothing found." in text
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ConversationsScreen)


async def test_search_says_what_it_cannot_see() -> None:
    source = ConversationSource()
    source.unsearchable = 41_000_000
    async with conversations(source=source) as pilot:
        assert "searchable: 94 % · 41.0 MB to go · 3m left" in await press(pilot, "F")


async def test_the_outline_jumps() -> None:
    async with conversations() as pilot:
        text = await press(pilot, "enter", "o")
        assert "Outline" in text and "And the docs?" in text and "± Edit tail.py" in text and "✗ Bash make" in text
        text = await press(pilot, "j", "j", "enter")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        assert screen.reader.head is not None and screen.reader.head.title == "Bash make"


async def test_a_growing_session_is_followed_or_counted() -> None:
    source = ConversationSource()
    async with conversations((100, 20), source) as pilot:
        await press(pilot, "enter")
        source.more = 5
        source.release()
        text = await rest(pilot)
        assert "↓ 5 new" in text and "Why is the last line lost?" in text
        text = await press(pilot, "f")
        assert "Word 4 of more." in text and "● following" in text
        source.more = 7
        source.release()
        text = await rest(pilot)
        assert "Word 6 of more." in text


async def test_a_session_without_a_log_says_so() -> None:
    source = ConversationSource()
    source.gone = True
    async with conversations(source=source) as pilot:
        assert "Its log is gone: its costs are kept." in await press(pilot, "enter")


async def test_copying_the_id_the_path_and_the_way_back() -> None:
    async with conversations() as pilot:
        await press(pilot, "y")
        assert pilot.app.clipboard == "00000000-0000-4000-8000-000000000000"
        await press(pilot, "Y")
        assert pilot.app.clipboard.endswith("00000000.jsonl")
        await press(pilot, "R")
        assert re.fullmatch(r"cd /home/ada/\S+ && claude --resume 00000000-\S+", pilot.app.clipboard)
        await press(pilot, "enter", "c")
        assert pilot.app.clipboard == "Why is the last line lost?"


async def test_resuming_says_why_it_cannot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    async with conversations() as pilot:
        await press(pilot, "r")
        assert "claude is not on the PATH" in toasts(pilot)[-1]
        agent = tmp_path / "claude"
        agent.write_text("#!/bin/sh\n")
        agent.chmod(0o755)
        await press(pilot, "r")
        assert "folder is gone: /home/ada/src/" in toasts(pilot)[-1]
        assert toasts(pilot)[-1].endswith("Make it anew, and the session can go on there.")


def test_the_command_that_resumes() -> None:
    source = ConversationSource()
    assert session_ways.resume_command(source.session(2))[:2] == ["codex", "resume"]
    assert session_ways.resume_command(source.session(0))[:2] == ["claude", "--resume"]


async def test_filter_sort_and_back_to_usage() -> None:
    source = ConversationSource()
    async with conversations(source=source) as pilot:
        await press(pilot, "slash", *"model:opus", "enter")
        assert "model:opus" in seen(pilot).splitlines()[0]
        await press(pilot, "s", "S")
        asked = [each for each in source.asked if each.slot == "sessions"][-1]
        assert (asked.query, asked.order, asked.descending) == ("model:opus", "cost", False)
        await press(pilot, "escape")
        assert "model:opus" not in seen(pilot).splitlines()[0]
        text = await press(pilot, "1")
        assert "Conversations" not in text.splitlines()[0]
        assert "drop conversation" in source.done or "sessions" not in source.open


@pytest.mark.parametrize("size", [(40, 40), (80, 30), (150, 40)])
async def test_hostile_text_is_only_shown(size: tuple[int, int]) -> None:
    source = ConversationSource(hostile="\x1b]0;OWNED\x07\x1b[2J\x9b31m\u202e[/][@click=app.quit]")
    async with conversations(size, source) as pilot:
        for keys in (("enter",), ("z",), ("o",), ("escape",), ("F", *"nothing"), ("down", "enter")):
            text = await press(pilot, *keys)
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
        assert pilot.app.is_running


async def test_a_session_of_the_usage_screen_opens_in_the_reader() -> None:
    async with running(ConversationSource(), (100, 40)) as pilot:
        text = await press(pilot, "enter", "o")
        assert isinstance(pilot.app.screen, ConversationsScreen)
        assert "Why is the last line lost?" in text


class NoSessions(ConversationSource):
    """Nothing was ever said."""

    def report(self, request: Request) -> Answer | None:
        answer = super().report(request)
        return replace(answer, rows=(), total_rows=0) if isinstance(answer, Sessions) else answer


@pytest.mark.parametrize("key", ["r", "ctrl+r", "e", "y", "Y", "R", "A", "x", "m", "M", "h"])
async def test_where_there_is_no_session_a_key_says_so(key: str) -> None:
    async with running(NoSessions(), (80, 24)) as pilot:
        text = await press(pilot, "2", key)
        assert "There is no session under the cursor." in text
