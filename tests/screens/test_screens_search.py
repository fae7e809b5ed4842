"""The search screen in the running app: history, saved searches, where to look, and walking through what was found."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from conversation_source import ConversationSource
from conversing import rest
from made_up import NOW
from on_screen import running, seen, toasts
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import Input

from tally_tui import clock
from tally_tui.actions import DropSearch, ForgetQuery, RememberQuery, SaveSearch
from tally_tui.records import changed as replace
from tally_tui.reports.search_answers import Reach, Reaching, SearchAnswer, SearchHit
from tally_tui.reports.searches import SavedSearch
from tally_tui.requests import Request, SearchableRequest, SearchRequest
from tally_tui.screens.conversations import ConversationsScreen
from tally_tui.screens.hit_copies import HitCopies
from tally_tui.screens.saved_searches import SavedSearches, SearchName
from tally_tui.screens.search import SearchScreen
from tally_tui.screens.search_input import SearchInput
from tally_tui.screens.search_project import project_of, with_project
from tally_tui.store import Answered, Failed, QueryProblem
from tally_tui.trouble import Trouble
from tally_tui.widgets.facet_bar import FacetBar
from tally_tui.widgets.index_line import IndexLine


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", NOW)


async def press(pilot: Pilot[str], *keys: str) -> str:
    """Press keys one by one; what is typed into the line at once."""
    typed = False
    for key in keys:
        if typed and len(key) > 1:
            await rest(pilot)
        await pilot.press(key)
        typed = len(key) == 1
        if not typed:
            await rest(pilot)
    return await rest(pilot)


@asynccontextmanager
async def searching(
    source: ConversationSource, size: tuple[int, int] = (100, 40)
) -> AsyncIterator[tuple[Pilot[str], SearchScreen]]:
    async with running(source, size) as pilot:
        await press(pilot, "2")
        await press(pilot, "F")
        screen = pilot.app.screen
        assert isinstance(screen, SearchScreen)
        yield pilot, screen


def asked(source: ConversationSource) -> SearchRequest:
    """The newest question."""
    return next(each for each in reversed(source.asked) if isinstance(each, SearchRequest))


def test_every_key_is_explained_has_its_own_id_and_is_not_dead() -> None:
    ids = []
    for owner in (SearchScreen, SearchInput, SearchName, SavedSearches, HitCopies, FacetBar):
        for binding in owner.__dict__["BINDINGS"]:
            assert isinstance(binding, Binding)
            assert binding.id
            assert binding.tooltip or binding.description
            ids.append(binding.id)
            action = binding.action.split("(")[0]
            where: Any = SearchScreen if action.startswith("screen.") else owner
            assert hasattr(where, f"action_{action.removeprefix('screen.')}"), binding
    assert len(ids) == len(set(ids))


async def test_what_was_opened_is_remembered_and_comes_back_on_an_empty_line() -> None:
    source = ConversationSource()
    source.remembered = ("timeout", "retry limit")
    async with searching(source) as (pilot, screen):
        await press(pilot, "up")
        assert screen.line.value == "timeout"
        await press(pilot, "up")
        assert screen.line.value == "retry limit"
        await press(pilot, "up")
        assert screen.line.value == "retry limit", "there is nothing before it"
        await press(pilot, "ctrl+down", "ctrl+down")
        assert screen.line.value == ""
        await press(pilot, *"make", "down", "up")
        assert screen.line.value == "make", "among hits the arrows walk"
        await press(pilot, "ctrl+up")
        assert screen.line.value == "timeout"
        await press(pilot, "ctrl+down")
        assert screen.line.value == "make", "what was being typed comes back"
        await press(pilot, "enter")
    assert RememberQuery("make") in source.deeds


async def test_what_finds_nothing_is_not_remembered() -> None:
    source = ConversationSource()
    async with searching(source) as (pilot, _):
        await press(pilot, *"nowhere", "escape")
    assert not source.deeds


async def test_saving_choosing_and_deleting_a_search() -> None:
    source = ConversationSource()
    source.remembered = ("timeout", "saved one")
    source.saved = (SavedSearch("builds", "saved one", ("tools",), True),)
    async with searching(source) as (pilot, screen):
        await press(pilot, *"make")
        text = await press(pilot, "ctrl+s")
        assert "Save this search as" in text
        field = pilot.app.screen.query_one(Input)
        assert field.value == "make"
        field.value = "builds"
        assert "it is replaced" in await rest(pilot)
        await press(pilot, "enter")
        assert source.deeds == [SaveSearch(SavedSearch("builds", "make"))]
        text = await press(pilot, "ctrl+o")
        assert "★ builds  saved one · tools · best first" in text
        assert "  timeout" in text
        assert text.count("saved one") == 1, "what has a name is not listed twice"
        await press(pilot, "down", "d")
        assert source.deeds[-1] == ForgetQuery("timeout")
        await press(pilot, "up", "d")
        assert source.deeds[-1] == DropSearch("builds")
        source.saved = ()
        source.release()
        assert "builds" not in await rest(pilot)
        source.saved = (SavedSearch("builds", "saved one", ("tools",), True),)
        source.release()
        await rest(pilot)
        await press(pilot, "home", "enter")
        assert pilot.app.screen is screen
        assert asked(source) == SearchRequest("search", "saved one", True, ("tools",), timezone="Europe/Vienna")


async def test_nothing_saved_yet_says_what_to_do() -> None:
    async with searching(ConversationSource()) as (pilot, screen):
        assert "^s on the line saves" in await press(pilot, "ctrl+o")
        await press(pilot, "d", "enter", "escape")
        await press(pilot, "ctrl+s")
        assert "nothing to save yet" in toasts(pilot)[-1]
        assert pilot.app.screen is screen


class Slow(ConversationSource):
    """Every search takes its time."""

    def search(self, request: SearchRequest) -> SearchAnswer:
        return self.part(request.query, 0.418)

    def part(self, query: str, share: float) -> SearchAnswer:
        back = clock.now_ms() - int(share * 100) * 86_400_000
        return SearchAnswer(query, (), 0, False, False, back_to_ms=back, share=share)


async def test_a_search_that_takes_its_time_says_how_far_back_it_has_looked() -> None:
    source = Slow()
    async with searching(source) as (pilot, _):
        text = await press(pilot, *"nothing")
        assert "nothing yet" in text
        assert re.search(r"searching … · looked back to [^·]+ · 41 %", text)
        source.publish(Answered(asked(source), source.part("nothing", 0.6)))
        assert "· 60 %" in await rest(pilot)
        source.publish(Answered(asked(source), SearchAnswer("nothing", (), 0, True, True)))
        text = await rest(pilot)
        assert "looked back" not in text
        assert "0 messages" in text


@pytest.mark.parametrize("size", [(40, 30), (80, 30)])
async def test_where_to_look_is_switched_by_keys_and_by_clicks(size: tuple[int, int]) -> None:
    source = ConversationSource()
    async with searching(source, size) as (pilot, screen):
        await press(pilot, *"make", "tab", "right", "space")
        assert asked(source).facets == ("prompts",)
        await press(pilot, "right", "right", "right", "space")
        assert asked(source).facets == ("prompts", "tools")
        bar = screen.query_one(FacetBar)
        lines = [bar.render_line(y).text for y in range(bar.size.height)]
        row, column = next((y, line.index("tools")) for y, line in enumerate(lines) if "tools" in line)
        await pilot.click(FacetBar, offset=(column + 1, row))
        await rest(pilot)
        assert asked(source).facets == ("prompts",)
        await press(pilot, "home", "escape")
        assert screen.line.has_focus
        await press(pilot, "s")
        assert asked(source) == SearchRequest("search", "makes", facets=("prompts",), timezone="Europe/Vienna")


async def test_only_this_project() -> None:
    source = ConversationSource()
    async with searching(source) as (pilot, screen):
        await press(pilot, "ctrl+t")
        first = source.session(0).project
        assert screen.line.value == f'project:"{first}" ', "that of the session one came from"
        await press(pilot, "ctrl+t")
        assert screen.line.value == ""
        await press(pilot, *"make", "down", "down")
        hit = screen.hits.hit
        assert hit is not None
        await press(pilot, "ctrl+t")
        assert asked(source).query == f'project:"{hit.project}" make'
        await press(pilot, "ctrl+t")
        assert asked(source).query == "make"


@pytest.mark.parametrize(
    ("query", "limited"),
    [
        ("tim", 'project:"a b" tim'),
        ("project:web tim", 'project:"a b" tim'),
        ('tim PROJECT:"x y" -project:z', 'project:"a b" tim -project:z'),
        ('"never closed', 'project:"a b" "never closed'),
    ],
)
def test_the_project_of_a_query(query: str, limited: str) -> None:
    assert with_project(query, "a b") == limited
    assert with_project(limited, "a b") == limited
    assert project_of(with_project(limited, None)) is None


async def test_an_error_points_at_the_word() -> None:
    source = ConversationSource()
    async with searching(source, (60, 30)) as (pilot, _):
        text = await press(pilot, *"make")
        assert "1,000+ messages" in text
        await press(pilot, *" modle:x y")
        problem = QueryProblem("modle: is no field; did you mean model:?", 5, 10)
        source.publish(Failed(asked(source), Trouble(problem.message), problem))
        lines = (await rest(pilot)).splitlines()
        row = next(n for n, line in enumerate(lines) if "make modle:x y" in line)
        assert lines[row + 1].rstrip() == " " * lines[row].index("modle") + "^^^^^"
        assert "did you mean model:?" in lines[row + 2]
        assert any("What is shown was found before." in line for line in lines)
        await press(pilot, "backspace")
        assert "^^^" not in seen(pilot)


def found(number: int, session: int, source: ConversationSource, minute: int) -> SearchHit:
    row = source.session(session)
    text = f"before it\nhit {number}: nothing here\nafter it"
    at = text.index("nothing")
    return SearchHit(
        row.provider, row.session, row.session, row.title, row.project, "assistant", "reply", "", minute * 60_000,
        text, ((at, at + 7),), None, f"/log/{session}", number * 10, 10, f"u{number}",
    )  # fmt: skip


async def test_what_becomes_searchable_comes_without_moving_the_cursor() -> None:
    source = ConversationSource()
    async with searching(source, (80, 20)) as (pilot, screen):
        await press(pilot, *"nothing")
        hits = tuple(found(n, n % 3, source, 100 - n) for n in range(1, 60))
        request = asked(source)
        source.publish(Answered(request, SearchAnswer("nothing", hits, 59, True, True)))
        await rest(pilot)
        await press(pilot, *["down"] * 12)
        chosen = screen.hits.hit
        row = screen.hits._hits[screen.hits._at][1] - int(screen.hits.scroll_y)
        more = tuple(found(1000 + n, 0, source, 200 + n) for n in range(5)) + hits
        source.publish(Answered(request, SearchAnswer("nothing", more, 64, True, True)))
        await rest(pilot)
        assert screen.hits.hit == chosen
        assert screen.hits._hits[screen.hits._at][1] - int(screen.hits.scroll_y) == row


@pytest.mark.parametrize("size", [(40, 30), (80, 30), (140, 30)])
async def test_hits_stand_in_their_session_with_the_lines_around_them(size: tuple[int, int]) -> None:
    source = ConversationSource()
    async with searching(source, size) as (pilot, screen):
        await press(pilot, *"nothing")
        hits = tuple(found(n, n % 2, source, 100 - n) for n in range(4))
        source.publish(Answered(asked(source), SearchAnswer("nothing", hits, 4, True, True)))
        lines = [line.strip() for line in (await rest(pilot)).splitlines()]
        titles = [n for n, line in enumerate(lines) if line.startswith(source.session(0).title[:12])]
        assert len(titles) == 1, "a session's title stands once"
        at = next(n for n, line in enumerate(lines) if "hit 0: nothing here" in line)
        assert lines[at - 1].endswith("before it")
        assert lines[at + 1] == "after it"
        marked = [
            segment.text
            for y in range(screen.hits.size.height)
            for segment in screen.hits.render_line(y)
            if segment.style and segment.style.underline
        ]
        assert marked == ["nothing"] * 4
        await press(pilot, "ctrl+l")
        assert "after it" not in seen(pilot)


async def test_n_goes_on_into_the_next_session() -> None:
    source = Walk()
    async with searching(source) as (pilot, _):
        await press(pilot, *"nothing", "enter")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        first = screen.pane.session
        assert first is not None
        assert first.session == source.session(0).session
        for _ in range(10):
            await press(pilot, "n")
            if screen.pane.session is not first:
                break
        assert screen.pane.session is not None
        assert screen.pane.session.session == source.session(1).session
        assert screen.reader.pattern is not None
        assert screen.has_class("-reading")
        assert f"Next session (2 of 2): {source.session(1).title}" in seen(pilot)
        for _ in range(10):
            await press(pilot, "n")
        assert screen.pane.session.session == source.session(1).session
        assert "No further hit: 2 sessions found." in seen(pilot).splitlines()[-2]
        assert not toasts(pilot), "nothing lies over the screen"
        for _ in range(10):
            await press(pilot, "N")
            if screen.pane.session.session == first.session:
                break
        assert screen.pane.session.session == first.session


class Walk(ConversationSource):
    """Two sessions, with two hits each."""

    def search(self, request: SearchRequest) -> SearchAnswer:
        answer = super().search(request)
        return replace(answer, total=4, total_is_exact=True)


async def test_the_conversations_say_how_much_is_searchable_and_stop_it() -> None:
    source = Indexing()
    async with running(source, (100, 40)) as pilot:
        text = await press(pilot, "2")
        assert "searchable: 61 % · 310 MB to go · 3m left" in text
        await press(pilot, "X")
        assert "cancel" in source.done
        source.reach = replace(source.reach, at=Reaching.STOPPED, seconds_left=None)
        source.release()
        assert "stopped  X goes on" in await rest(pilot)
        await press(pilot, "X")
        assert "sync" in source.done
        source.reach = replace(source.reach, at=Reaching.FAILED, trouble=Trouble("The disk is full.", "What is kept."))
        source.release()
        assert "✗ searchable: 61 % · The disk is full. What is kept." in await rest(pilot)
        source.reach = Reach(812_000_000, 0, Reaching.ALL)
        source.release()
        assert "searchable" not in await rest(pilot)
        assert not pilot.app.screen.query_one(IndexLine).display
        assert "nothing to stop" in await press(pilot, "X")


class Indexing(ConversationSource):
    reach = Reach(812_000_000, 310_000_000, Reaching.INDEXING, 180.0)

    def report(self, request: Request) -> Any:
        return self.reach if isinstance(request, SearchableRequest) else super().report(request)


async def test_hostile_text_is_only_shown() -> None:
    source = ConversationSource(hostile="\x1b]0;x\x07\u202e[bold]")
    source.remembered = ("\x1b[31mred\u202e",)
    source.saved = (SavedSearch("[red]\x1b[0m", "\x07x"),)
    async with searching(source) as (pilot, _):
        text = await press(pilot, *"nothing", "ctrl+o")
        assert not [char for char in text if char != "\n" and (char < " " or char in "\x7f\u202e")]
        assert "[red]" in text


async def test_a_message_that_stands_in_other_sessions_leads_there() -> None:
    source = ConversationSource()
    async with searching(source) as (pilot, screen):
        await press(pilot, *"nothing")
        alone = found(2, 2, source, 50)
        copy = replace(found(9, 1, source, 90), title="The fork of it")
        hits = (replace(found(1, 0, source, 90), also=(copy,)), alone)
        source.publish(Answered(asked(source), SearchAnswer("nothing", hits, 2, True, True)))
        assert "also in 1 (^g)" in await rest(pilot)
        text = await press(pilot, "ctrl+g")
        assert "This message stands in" in text and "The fork of it" in text
        await press(pilot, "escape", "down", "ctrl+g")
        assert pilot.app.screen is screen
        assert "This message stands in no other session." in toasts(pilot)
        await press(pilot, "up", "ctrl+g", "down", "enter")
        opened = pilot.app.screen
        assert isinstance(opened, ConversationsScreen)
        assert opened.pane.session is not None and opened.pane.session.session == copy.session
