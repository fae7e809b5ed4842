"""Bookmarks, notes and hiding as a person uses them; each run is a program of its own on the same ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import conversing
import pytest
from conversing import press, rest
from made_up import NOW, TITLES
from marking_source import MarkingSource
from on_screen import line_with, running, seen, toasts
from textual.binding import Binding
from textual.pilot import Pilot
from textual.widgets import OptionList, TextArea

from tally_tui.actions import LeavePlace
from tally_tui.answers import Answer
from tally_tui.records import changed as replace
from tally_tui.reports.transcripts import Transcript
from tally_tui.requests import Request, TranscriptRequest
from tally_tui.screens.bookmarks import BookmarksScreen, MarkFilter
from tally_tui.screens.commands import MarkCommands
from tally_tui.screens.conversations import ConversationsScreen
from tally_tui.screens.note_editor import NoteArea, NoteEditor

HOSTILE = "\x1b[31mred\x1b[0m [bold]x[/bold] \u202eesrever\u202c\x07"


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("TALLY_NOW", NOW)
    monkeypatch.setenv("TALLY_DATA_DIR", str(tmp_path))
    return iter(())


def conversations(size: tuple[int, int] = (100, 40), source: MarkingSource | None = None) -> AbstractAsyncContextManager[Pilot[str]]:
    return conversing.conversations(size, source or MarkingSource())


def test_every_key_is_explained_has_its_own_id_and_is_not_dead() -> None:
    ids = []
    for owner, above in ((BookmarksScreen, None), (MarkFilter, BookmarksScreen), (NoteArea, NoteEditor)):
        for binding in owner.__dict__["BINDINGS"]:
            assert isinstance(binding, Binding) and binding.id and (binding.tooltip or binding.description)
            ids.append(binding.id)
            action = binding.action.split("(")[0]
            where = above if action.startswith("screen.") else owner
            assert hasattr(where, f"action_{action.removeprefix('screen.')}"), binding
    assert len(ids) == len(set(ids))


async def test_a_bookmarked_session_has_a_star_after_a_restart_too() -> None:
    async with conversations() as pilot:
        assert "★" not in seen(pilot)
        text = await press(pilot, "j", "m")
        assert text.splitlines()[1].strip() == "Bookmarked. B lists all." and not toasts(pilot)
        assert "★" in line_with(text, TITLES[1][:20]) and text.count("★") == 1
    async with conversations() as pilot:
        assert "★" in line_with(seen(pilot), TITLES[1][:20])
        text = await press(pilot, "j", "m")
        assert "★" not in text and "u brings it back" in text
        assert "★" in line_with(await press(pilot, "u"), TITLES[1][:20])


async def test_the_same_key_twice_at_once_ends_as_it_began() -> None:
    source = MarkingSource()
    async with conversations(source=source) as pilot:
        await pilot.press("m", "m")
        text = await rest(pilot)
        assert "★" not in text and source.kept().rows == ()


async def test_a_message_is_bookmarked_in_the_gutter_the_outline_and_the_list_of_all() -> None:
    async with conversations() as pilot:
        text = await press(pilot, "enter", "J", "J", "m")
        assert "█★Claude" in text
        text = await press(pilot, "K")
        assert "★ Claude" in text
        text = await press(pilot, "o", "tab", "tab", "tab", "tab")
        assert "bookmarks · 1" in text and "★ Claude" in text
        text = await press(pilot, "escape", "escape", "B")
        assert "Bookmarks and notes · 1" in text and "★ The reader stops at the last newline" in text
        assert TITLES[0] in text


async def test_a_bookmark_opens_its_session_at_the_message() -> None:
    async with conversations((100, 20)) as pilot:
        await press(pilot, "enter", "right_curly_bracket", "m")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        here = screen.reader.head
        assert here is not None and "And the docs?" in seen(pilot)
        await press(pilot, "escape", "j", "enter")
        text = await press(pilot, "escape", "B", "enter")
        assert screen.reader.head is here or (screen.reader.head is not None and screen.reader.head.key == here.key)
        assert "And the docs?" in text and TITLES[0][:20] in text


async def test_a_note_stands_under_its_message_and_an_empty_one_deletes_it() -> None:
    async with conversations() as pilot:
        await press(pilot, "enter", "M", *"look again", "ctrl+j", *"twice")
        text = await press(pilot, "enter")
        assert "✎ look again" in text and "  twice" in text and "Noted." in text.splitlines()[-2]
        assert text.index("Why is the last line lost?") < text.index("✎ look again") < text.index("Claude · opus")
    async with conversations() as pilot:
        assert "✎ look again" in await press(pilot, "enter")
        await press(pilot, "M")
        pilot.app.screen.query_one(TextArea).clear()
        assert "✎" not in await press(pilot, "enter")
        assert "✎ look again" in await press(pilot, "u")
        await press(pilot, "M", *" no")
        assert "✎ look again" in await press(pilot, "escape"), "Esc leaves it as it was"


async def test_a_note_about_a_session_is_in_its_title() -> None:
    async with conversations((140, 40)) as pilot:
        text = await press(pilot, "M", *"ask Ada", "enter")
        assert "✎" in line_with(text, TITLES[0][:20])
        assert "✎ ask Ada" in await press(pilot, "enter")


@pytest.mark.parametrize("size", [(40, 30), (80, 30), (140, 40)])
async def test_a_hostile_note_is_only_shown(size: tuple[int, int]) -> None:
    async with conversations(size) as pilot:
        await press(pilot, "enter", "M")
        area = pilot.app.screen.query_one(NoteArea)
        area.insert(HOSTILE)
        harmless(await rest(pilot))
        text = await press(pilot, "enter")
        harmless(text)
        assert "[bold]x[/bold]" in text
        harmless(await press(pilot, "escape", "B"))
        harmless(await press(pilot, "escape", "M", *"x"))


def harmless(text: str) -> None:
    assert not any(sign in text for sign in "\x1b\x07\u202e\u202c")


async def test_a_note_that_is_too_long_stays_in_the_editor() -> None:
    source = MarkingSource()
    async with conversations(source=source) as pilot:
        await press(pilot, "M")
        pilot.app.screen.query_one(TextArea).insert("word " * 1_000)
        text = await press(pilot, "enter")
        assert "A note holds 4,000 characters; this one has 4,999" in text
        assert source.deeds == []


async def test_hiding_says_so_and_comes_back() -> None:
    async with conversations() as pilot:
        text = await press(pilot, "h")
        assert TITLES[0] not in text and "1 hidden  H shows them" in text
        assert "Hidden; it still counts. u undoes it." in text
        text = await press(pilot, "H")
        assert TITLES[0] in text and TITLES[1] not in text
        text = await press(pilot, "H")
        assert TITLES[0] not in text and TITLES[1] in text
        text = await press(pilot, "u")
        assert TITLES[0] in text and "hidden  H" not in text
        assert "Nothing to take back." in await press(pilot, "u")


async def test_what_another_window_marks_appears() -> None:
    one, other = MarkingSource(), MarkingSource()
    async with conversations(source=one) as here:
        async with conversations(source=other) as there:
            await press(there, "m")
        one.look()
        assert "★" in await rest(here)


async def test_the_list_of_all_says_how_to_begin_filters_and_removes() -> None:
    async with conversations() as pilot:
        text = await press(pilot, "B")
        assert "No bookmarks and no notes yet." in text and "m bookmarks the session" in text
        await press(pilot, "escape", "m", "j", "m", "j", "M", *"the big one", "enter")
        text = await press(pilot, "B")
        assert "Bookmarks and notes · 3" in text and "✎ the big one" in text
        text = await press(pilot, "slash", *"BIG")
        assert "· 1 of 3" in text and TITLES[2] in text and TITLES[0] not in text
        text = await press(pilot, "escape", "m")
        assert "No entry has these words" in text
        text = await press(pilot, "u")
        assert "· 1 of 3" in text
        text = await press(pilot, "escape")
        assert "Bookmarks and notes · 3" in text
        text = await press(pilot, "g", "m", "m", "m")
        assert "No bookmarks and no notes yet." in text
        assert "Bookmarks and notes · 3" in await press(pilot, "u", "u", "u")
        assert len(pilot.app.screen.query_one(OptionList).options) == 3


async def test_the_place_is_remembered_when_the_program_ends() -> None:
    source = MarkingSource()
    source.more = 60
    async with conversations((100, 20), source) as pilot:
        await press(pilot, "enter", "G", "K", "K")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        place = screen.reader.place
        await pilot.press("q")
    assert [type(each) for each in source.deeds] == [LeavePlace]
    again = MarkingSource()
    again.more = 60
    async with conversations((100, 20), again) as pilot:
        await press(pilot, "enter")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen) and screen.reader.place == place
        await press(pilot, "escape")
        assert again.deeds == [], "nobody moved"


class Piecemeal(MarkingSource):
    """The beginning of the log is told first."""

    known: int | None = None

    def report(self, request: Request) -> Answer | None:
        answer = super().report(request)
        if isinstance(answer, Transcript) and self.known is not None:
            return replace(answer, entries=answer.entries[: self.known], whole=False)
        return answer


async def test_a_place_near_the_end_of_what_is_read_so_far_is_found_when_there_is_more() -> None:
    source = Piecemeal()
    source.more = 60
    async with conversations((100, 20), source) as pilot:
        await press(pilot, "enter", "G", "K", "K", "K")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        row, line = screen.reader.place
        item = screen.reader.rows[row]
        await pilot.press("q")
    again = Piecemeal()
    again.more, again.known = 60, item + 1
    async with conversations((100, 20), again) as pilot:
        await press(pilot, "enter")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen) and screen.reader.place != (row, line)
        screen.keeping.look()
        screen.keeping.look()
        again.known = None
        for request in list(again.open.values()):
            if isinstance(request, TranscriptRequest):
                again.answer(request)
        await rest(pilot)
        assert screen.reader.place == (row, line)
        await press(pilot, "escape")
        assert again.deeds == [], "nobody moved"


async def test_the_palette_knows_them_from_any_screen() -> None:
    async with running(MarkingSource()) as pilot:
        names = [command.title for command in pilot.app.get_system_commands(pilot.app.screen)]
        assert "screen: Bookmarks" in names
        assert list(MarkCommands(pilot.app.screen).entries()) == []
        app = pilot.app
        app.call_later(app.open_bookmarks)  # type: ignore[attr-defined]
        await rest(pilot)
        assert "No bookmarks and no notes yet." in seen(pilot)
        await press(pilot, "escape")
        entries = {name: run for name, _, run in MarkCommands(app.screen).entries()}
        for name, starred in (("bookmarks: Set or remove one here", True), ("bookmarks: Take back", False)):
            entries[name]()
            assert ("★" in await rest(pilot)) == starred
