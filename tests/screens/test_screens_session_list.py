"""The list of sessions as a person uses it: finding one by looking."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from conversation_source import ConversationSource
from fake_source import NOTHING
from made_up import NOW
from on_screen import line_with, press, running, seen, settled
from textual.binding import Binding
from textual.pilot import Pilot

from tally_tui.records import changed as replace
from tally_tui.reports.answers import Figures, Sessions
from tally_tui.requests import ExcerptsRequest, SessionsRequest, SubagentsRequest, TranscriptRequest
from tally_tui.screens.conversations import ConversationsScreen
from tally_tui.screens.session_list import SORTS
from tally_tui.widgets.session_list import SessionList

TITLE = "Migrate the invoices"
"""Session 2 has two subagents."""


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", NOW)


class Moving(ConversationSource):
    """Sessions in an order that a test may change."""

    order: list[int]
    hidden = 0

    def sessions(self, request: SessionsRequest) -> Sessions:
        order = getattr(self, "order", None)
        if order is None:
            return super().sessions(request)
        rows = tuple(self.session(n) for n in order[request.offset : request.offset + request.limit])
        return Sessions("Europe/Vienna", request.span, rows, len(order), Figures(), self.hidden)


@asynccontextmanager
async def listing(
    size: tuple[int, int] = (80, 40), source: ConversationSource | None = None
) -> AsyncIterator[tuple[Pilot[str], SessionList]]:
    async with running(source or ConversationSource(), size) as pilot:
        await press(pilot, "2")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        yield pilot, screen.table


def last(source: ConversationSource, kind: type) -> object:
    return [each for each in source.asked if isinstance(each, kind)][-1]


def test_every_key_is_explained_and_does_something() -> None:
    for binding in SessionList.__dict__["BINDINGS"]:
        assert isinstance(binding, Binding) and binding.id and binding.tooltip
        assert hasattr(SessionList, f"action_{binding.action}")


async def test_a_session_has_three_lines_or_one_by_the_room_there_is() -> None:
    async with listing() as (pilot, table):
        lines = seen(pilot).splitlines()
        at = next(n for n, line in enumerate(lines) if TITLE in line)
        assert re.search(r"Migrate the invoices to the new schema +\d\d:\d\d", lines[at])
        assert re.search(r"billing-api · gpt-5\.5 · .*3 turns · █▍░░░ 27 % full · ▸ 2 subagents +\$12\.\d\d", lines[at + 1])
        assert lines[at + 2].strip() == "‹ All 5 tests pass; the change is on its branch."
        text = await press(pilot, "d")
        assert line_with(text, "Session") and "27 % full" not in text and "tests pass" not in text
        assert text.count(":") > 25, "a line each"
        assert "▸ 2 subagents" in await press(pilot, "d")
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert table.roomy, "what a person chose stays"
    async with listing((80, 24)) as (pilot, table):
        assert line_with(seen(pilot), "Session") and not table.roomy
        await pilot.resize_terminal(80, 40)
        await settled(pilot)
        assert table.roomy and "▸ 2 subagents" in seen(pilot)


async def test_unknown_context_is_no_percentage_and_a_gone_log_says_so() -> None:
    async with listing() as (pilot, _):
        text = seen(pilot)
        assert "77.0k in context" in text and "Its log is gone; what it cost is kept." in text
        assert "192k in context" in line_with(await press(pilot, "d", "right", "right", "right"), "Context") or "192k" in text


async def test_only_what_is_in_sight_is_read_and_only_for_lines() -> None:
    source = ConversationSource()
    async with listing(source=source) as (pilot, _):
        asked = last(source, ExcerptsRequest)
        assert isinstance(asked, ExcerptsRequest) and 10 <= len(asked.logs) <= 13
        gone = source.session(8)
        assert gone.file_gone and gone.file not in {path for _, path in asked.logs}
        await press(pilot, "G")
        asked = last(source, ExcerptsRequest)
        assert isinstance(asked, ExcerptsRequest) and asked.logs[-1][1].endswith("000004d1.jsonl")
    source = ConversationSource()
    async with listing((80, 24), source) as (pilot, _):
        await press(pilot, "pagedown")
        assert not any(isinstance(each, ExcerptsRequest) for each in source.asked)


async def test_rows_show_before_their_words_come() -> None:
    class Slow(ConversationSource):
        def answer(self, request: object) -> None:
            if not isinstance(request, ExcerptsRequest):
                super().answer(request)  # type: ignore[arg-type]

    async with listing(source=Slow()) as (pilot, _):
        assert "▸ 2 subagents" in seen(pilot) and "tests pass" not in seen(pilot)


async def test_subagents_unfold_open_and_fold() -> None:
    source = ConversationSource()
    async with listing(source=source) as (pilot, table):
        text = await press(pilot, "j", "j", "space")
        assert "▾ 2 subagents" in text and "└ Explore · Look into part 1" in text and "Look into part 2" in text
        assert last(source, SubagentsRequest) == SubagentsRequest("subagents", (source.session(2).session,), "", "Europe/Vienna")
        await press(pilot, "j", "j", "enter")
        asked = last(source, TranscriptRequest)
        assert isinstance(asked, TranscriptRequest) and asked.session.endswith("/agent-a2")
        text = await press(pilot, "escape", "left")
        assert "Look into part" not in text and table.cursor == 2, "the cursor is on the session again"
        assert "Look into part 2" in await press(pilot, "right")
        assert "Look into part" not in await press(pilot, "space")
        assert "▾" not in await press(pilot, "g", "space"), "a session without subagents has nothing to unfold"


async def test_subagents_unfold_in_columns_too_and_by_a_click() -> None:
    async with listing() as (pilot, table):
        line = next(n for n, text in enumerate(seen(pilot).splitlines()) if "▸ 2 subagents" in text)
        column = seen(pilot).splitlines()[line].index("▸")
        await pilot.click(offset=(column + 3, line))
        await settled(pilot)
        assert "▾ 2 subagents" in seen(pilot) and table.cursor == 2
        text = await press(pilot, "d")
        assert "└ Explore · Look into part 2" in text
        await press(pilot, "j", "space")
        assert "Look into part" not in seen(pilot)


async def test_the_order_is_on_the_screen_and_walks() -> None:
    source = ConversationSource()
    async with listing(source=source) as (pilot, table):
        assert "by last call ▼ · 1,234 sessions · $612.40" in seen(pilot)
        await press(pilot, "j", "j")
        for name, word in [*list(SORTS.items())[1:], ("last", "last call")]:
            text = await press(pilot, "s")
            way = "▲" if name in ("title", "project", "branch", "model") else "▼"
            assert f"by {word} {way}" in text
            asked = last(source, SessionsRequest)
            assert isinstance(asked, SessionsRequest) and (asked.order, asked.descending) == (name, way == "▼")
        assert table.cursor == 0, "another order is read from its top"
        assert "by last call ▲" in await press(pilot, "S")


async def test_the_cursor_stays_on_its_session_while_others_move() -> None:
    source = Moving()
    source.order = list(range(60))
    async with listing(source=source) as (pilot, table):
        await press(pilot, *"jjjj")
        before = line_of(pilot, "Draft the release notes")
        source.order = [4, *range(4), *range(5, 60)]
        source.release()
        await settled(pilot)
        assert table.cursor == 0 and "Draft the release notes" in seen(pilot).splitlines()[2]
        source.order = [70, 71, *source.order]
        source.release()
        await settled(pilot)
        assert table.cursor == 2 and table.scroll_y == 0, "at the top of the list what is new is seen"
        assert before > 0
        # Further down nothing moves: neither the rows in sight nor the cursor.
        for _ in range(30):
            await pilot.press("j")
        await settled(pilot)
        text, at = rows(pilot), table.cursor
        source.order = [80, 81, 82, *source.order]
        source.release()
        await settled(pilot)
        assert table.cursor == at + 3 and rows(pilot) == text


def rows(pilot: Pilot[str]) -> list[str]:
    """The rows in sight, without the bar that shows how far down they are."""
    return [line[:78].rstrip() for line in seen(pilot).splitlines()[2:-1]]


def line_of(pilot: Pilot[str], words: str) -> int:
    return next(n for n, line in enumerate(seen(pilot).splitlines()) if words in line)


async def test_who_has_scrolled_away_is_not_brought_back() -> None:
    source = Moving()
    source.order = list(range(60))
    async with listing(source=source) as (pilot, table):
        await press(pilot, "j")
        table.scroll_to(y=90, animate=False, force=True, immediate=True)
        await settled(pilot)
        text = rows(pilot)
        source.order = [90, *range(60)]
        source.release()
        await settled(pilot)
        assert rows(pilot) == text
        under = table.rows.at(table.cursor)  # type: ignore[union-attr]
        assert under is not None and under.session == source.session(1).session


async def test_pages_are_asked_for_and_what_is_unfolded_stays() -> None:
    source = ConversationSource()
    async with listing(source=source) as (pilot, table):
        await press(pilot, "j", "j", "space")
        assert table.rows is not None and len(table.rows) == 1_234 + 2
        await press(pilot, "G")
        asked = last(source, SessionsRequest)
        assert isinstance(asked, SessionsRequest) and asked.offset > 900
        assert table.cursor == 1_235 and len(table.rows) == 1_236
        under = table.rows.at(table.cursor)  # type: ignore[union-attr]
        assert under is not None and under.session == source.session(1_233).session
        text = await press(pilot, "g")
        assert "▾ 2 subagents" in text and "Look into part 2" in text


async def test_live_sessions_and_marks_have_signs() -> None:
    class Marked(ConversationSource):
        def session(self, n: int):  # type: ignore[no-untyped-def]
            return replace(super().session(n), bookmarked=n == 1, note="Read again" if n == 1 else "")

    async with listing(source=Marked()) as (pilot, _):
        lines = seen(pilot).splitlines()
        assert lines[2].startswith(" ● Fix the parser") and "★✎ Stacked chart" in lines[5]
        text = await press(pilot, "d")
        assert "● Fix the parser" in text and "★✎ Stacked chart" in text
        text = await press(pilot, "g", "enter", "escape")
        assert "▌● Fix the parser" in text, "the one that was read is live all the same"


async def test_empty_lists_say_what_to_do() -> None:
    async with listing() as (pilot, _):
        text = await press(pilot, "slash", *"nothing", "enter")
        assert "No session matches." in text and "F searches everything" in text
    source = Moving(NOTHING)
    source.order = []
    async with listing(source=source) as (pilot, _):
        text = re.sub(r"\s+", " ", seen(pilot))
        assert "No sessions yet. Looked in ~/.claude/projects" in text and "claude_roots" in text
    source = Moving()
    source.order, source.hidden = [], 3
    async with listing(source=source) as (pilot, _):
        text = seen(pilot)
        assert "H shows them" in text and "0 sessions" in text


@pytest.mark.parametrize("size", [(40, 40), (80, 40), (140, 40), (40, 12)])
async def test_hostile_text_is_only_shown(size: tuple[int, int]) -> None:
    source = ConversationSource(hostile="\x1b]0;OWNED\x07\x1b[2J\x9b31m\u202e[/][@click=app.quit]\u0301\u0301\u0301")
    async with listing(size, source) as (pilot, _):
        for keys in (("j", "space"), ("j",), ("d",), ("s",)):
            text = await press(pilot, *keys)
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)


async def test_the_session_marked_for_comparing_has_a_sign() -> None:
    async with listing() as (pilot, _):
        text = await press(pilot, "j", "j", "x")
        assert line_with(text, "Migrate the invoices").strip().startswith("⇄ Migrate")
        assert "⇄" in await press(pilot, "d") and "⇄" not in await press(pilot, "x")


async def test_columns_out_of_sight_are_reached_by_clicks_on_their_signs() -> None:
    async with listing((80, 24)) as (pilot, _):
        head = next(n for n, line in enumerate(seen(pilot).splitlines()) if "Session" in line and "Last" in line)
        line = seen(pilot).splitlines()[head]
        await pilot.click(offset=(line.rindex("›"), head))
        await settled(pilot)
        line = seen(pilot).splitlines()[head]
        assert "Session " in line and "Last" not in line and "‹" in line, "its own name stays whole"
        await pilot.click(offset=(line.index("‹"), head))
        await settled(pilot)
        assert "Last▼" in seen(pilot).splitlines()[head], "and nothing was sorted by"


@pytest.mark.parametrize("width", [36, 40, 60, 80])
async def test_the_line_above_the_list_breaks_between_its_facts(width: int) -> None:
    source = Moving()
    source.order, source.hidden = [0, 1, 2], 3
    async with listing((width, 40), source) as (pilot, _):
        lines = [line.strip() for line in seen(pilot).splitlines()]
        at = next(n for n, line in enumerate(lines) if line.startswith(("by last call ▼", "last call ▼")))
        told = lines[at : at + 3]
        assert told[0].startswith("by") == (width > 43)
        assert any("3 sessions and 3 hidden" in line for line in told)
        assert not any(line.endswith("·") or line.startswith("·") for line in told)


async def test_why_there_is_nothing_is_told_once_it_is_known() -> None:
    source = Moving(NOTHING)
    source.order = []
    async with listing(source=source) as (pilot, _):
        await press(pilot, "slash", "x", "enter")
        text = re.sub(r"\s+", " ", seen(pilot))
        assert "No sessions yet. Looked in" in text, "a filter is not why"


async def test_the_outline_is_of_the_session_in_sight_only() -> None:
    async with listing((80, 40)) as (pilot, _):
        await press(pilot, "enter")
        assert "Outline" in seen(pilot), "in the footer"
        text = await press(pilot, "escape", "j")
        assert "Outline" not in text and "Outline" not in await press(pilot, "o")
