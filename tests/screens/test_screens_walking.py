"""From the hits into the sessions and back, as a person walks: what is said, where Esc leads, what is opened."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from conversation_source import FILE, ConversationSource
from conversing import press, rest
from made_up import NOW
from on_screen import running, seen, toasts
from textual.pilot import Pilot

from tally_tui.actions import OpenMedia
from tally_tui.answers import Answer
from tally_tui.logs.messages import Item, Kind, Mark
from tally_tui.records import changed as replace
from tally_tui.reports.search_answers import SearchAnswer
from tally_tui.reports.transcripts import Entry, Texts, Transcript
from tally_tui.requests import PlacesRequest, Request, SearchRequest, TextsRequest, TranscriptRequest
from tally_tui.screens.conversations import ConversationsScreen
from tally_tui.screens.outline import OutlineScreen
from tally_tui.screens.search import SearchScreen
from tally_tui.screens.session_hits import Target
from tally_tui.widgets.transcript.lines import PlaceLine


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", NOW)


class Found(ConversationSource):
    """Hits in two sessions; what was taken back, and images."""

    archived = ""

    def search(self, request: SearchRequest) -> SearchAnswer:
        answer = super().search(request)
        hits = tuple(replace(hit, archived=self.archived if n % 2 else "") for n, hit in enumerate(answer.hits))
        return replace(answer, hits=hits, total=4, total_is_exact=True)

    def report(self, request: Request) -> Answer | None:
        answer = super().report(request)
        if isinstance(request, TranscriptRequest) and isinstance(answer, Transcript):
            rule = Item(Kind.BRANCH, 400, 10, detail={"items": 1})
            wrong = Item(Kind.PROMPT, 400, 10, text="A wrong turn", marks=Mark.UNDONE)
            picture, paper = Item(Kind.IMAGE, 410, 10, name="image/png"), Item(Kind.IMAGE, 420, 10, 1, call="z")
            call = Item(Kind.TOOL_CALL, 420, 10, name="Read", call="z", input={"file_path": "/a.png"})
            told = Item(Kind.TOOL_RESULT, 430, 10, call="z", text="here it is")
            under = Entry(rule, path=FILE, cut=True)
            more = (
                under, Entry(wrong, path=FILE, branch=under.key), Entry(picture, path=FILE, cut=True),
                Entry(call, told, path=FILE, answers=(told, paper)),
            )  # fmt: skip
            return replace(answer, entries=(*answer.entries, *more))
        if isinstance(request, TextsRequest) and isinstance(answer, Texts):
            told = self.report(TranscriptRequest("", "claude", request.session))
            assert isinstance(told, Transcript)
            numbered = list(enumerate(told.entries))[request.first : request.last + 1]
            return Texts(request.session, {number: (each.item, each.result) for number, each in numbered})
        return answer


@asynccontextmanager
async def hits(size: tuple[int, int], source: Found | None = None) -> AsyncIterator[tuple[Pilot[str], Found]]:
    source = source or Found()
    async with running(source, size) as pilot:
        await press(pilot, "2", "F")
        for key in "nothing":
            await pilot.press(key)
        await rest(pilot)
        yield pilot, source


SIZES = [(40, 40), (80, 30), (140, 40)]


@pytest.mark.parametrize("size", SIZES)
async def test_escape_leads_back_to_the_hits_as_they_were_and_then_to_the_list(size: tuple[int, int]) -> None:
    async with hits(size) as (pilot, _):
        await press(pilot, "ctrl+l", "down", "down", "down")
        before = seen(pilot)
        chosen = pilot.app.screen.query_one("HitList").hit  # type: ignore[attr-defined]
        await press(pilot, "enter")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen) and screen.has_class("-reading")
        await press(pilot, "n", "escape")
        assert isinstance(pilot.app.screen, SearchScreen)
        assert seen(pilot) == before, "the words, the lines and the cursor are where they were"
        assert pilot.app.screen.hits.hit == chosen
        await press(pilot, "escape")
        assert pilot.app.screen is screen and not screen.has_class("-reading") and screen.table.has_focus
        assert screen.reader.pattern is None
        await press(pilot, "enter", "escape")
        assert pilot.app.screen is screen and not screen.has_class("-reading"), "from the list it leads to the list"


async def test_the_selection_goes_along_into_another_session() -> None:
    async with hits((100, 40)) as (pilot, source):
        await press(pilot, "enter")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        for _ in range(6):
            await press(pilot, "n")
        assert screen.pane.session is not None and screen.pane.session.session == source.session(1).session
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, SearchScreen) and pilot.app.screen.hits.hit is not None
        assert pilot.app.screen.hits.hit.root == source.session(1).session
        await press(pilot, "escape")
        assert pilot.app.screen is screen and screen.table.has_focus
        assert screen.chosen() == screen.list_pane.under_cursor == screen.pane.session, "keys are about what was read"


async def test_what_is_found_in_the_session_itself_is_left_first() -> None:
    async with hits((100, 40)) as (pilot, _):
        await press(pilot, "enter", "slash", *"docs", "enter")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        assert "1 hit" in screen.query_one(PlaceLine).right
        await press(pilot, "escape")
        assert pilot.app.screen is screen and screen.has_class("-reading") and screen.reader.pattern is None
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, SearchScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_is_said_over_the_screen(size: tuple[int, int]) -> None:
    async with hits(size) as (pilot, _):
        await press(pilot, "enter")
        said = pilot.app.screen.query_one(PlaceLine)
        for key, words in (("N", "first session"), ("v", "Only chat"), ("minus", "Depth 3 of 5"),
                           ("asterisk", "Secrets are masked"), ("w", "Long lines are folded")):  # fmt: skip
            text = await press(pilot, *([key] * 3 if key == "N" else [key]))
            assert words in said.said and said.said[: size[0] - 4] in text
        assert not toasts(pilot)


async def test_the_walk_asks_for_what_was_searched_for_and_tells_which_hit_it_is_at() -> None:
    async with hits((100, 40)) as (pilot, source):
        await press(pilot, "down", "enter")
        asked = [each for each in source.asked if isinstance(each, PlacesRequest)][-1]
        assert (asked.query, asked.facets, asked.session) == ("nothing", (), source.session(0).session)
        assert "1 of 1 hit" in seen(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_hits_from_the_archive_have_a_sign(size: tuple[int, int]) -> None:
    source = Found()
    source.archived = "from the archive; the log was deleted"
    async with hits(size, source) as (pilot, _):
        text = seen(pilot)
        assert text.count("▣ Bash") == 2
        assert "▣ 2 from the archive" in " ".join(text.split())
    async with hits(size) as (pilot, _):
        assert "▣" not in seen(pilot)


async def test_what_the_cursor_stood_on_does_not_take_the_place_of_a_hit() -> None:
    async with running(Found(), (140, 40)) as pilot:
        await press(pilot, "2")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        assert screen.list_pane.answer is not None
        screen._moved_row()
        screen.open_session(screen.list_pane.answer.rows[1], Target(FILE, 410, 10, re.compile("lines")))
        screen._show_preview()  # its time has come before the reader has the focus
        text = await rest(pilot)
        assert screen.reader.pattern is not None and "hits" in text


async def test_what_was_taken_back_opens_below_its_rule() -> None:
    async with running(Found(), (100, 60)) as pilot:
        text = await press(pilot, "2", "enter", "G")
        assert "taken back · 1 message left out" in text and "wrong turn" not in text
        assert "A wrong turn" not in await press(pilot, "o")
        text = await press(pilot, "escape", "K", "K", "enter")
        assert "┊ A wrong turn" in text
        text = await press(pilot, "o")
        assert isinstance(pilot.app.screen, OutlineScreen) and "A wrong turn" in text, "as far as it can be seen"


@pytest.mark.parametrize("size", SIZES)
async def test_images_are_opened_by_enter(size: tuple[int, int]) -> None:
    source = Found()
    async with running(source, size) as pilot:
        text = await press(pilot, "2", "enter", "asterisk", "G", "K")
        assert "▨ image · png" in text and "Enter opens it" in text
        await press(pilot, "enter")
        assert source.deeds[-1] == OpenMedia("claude", "", FILE, ((410, 10, 0),), True)
        text = await press(pilot, "J", "enter")
        assert "here it is" in text and "▨ image" in text
        count = len(source.deeds)
        await press(pilot, "enter")
        assert source.deeds[-1] == OpenMedia("claude", "", FILE, ((420, 10, 1),), True) and len(source.deeds) == count + 1
        assert "here it is" not in await press(pilot, "enter"), "once more folds it"
        assert len(source.deeds) == count + 1
