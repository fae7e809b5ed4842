"""Two sessions marked, compared, walked through and opened."""

from __future__ import annotations

import pytest
from keeping_source import KeepingSource, listed
from made_up import NOW, TITLES
from on_screen import line_with, press, running, toasts

from tally_tui.requests import CompareRequest
from tally_tui.screens.comparing import ComparisonScreen
from tally_tui.screens.conversations import ConversationsScreen
from tally_tui.widgets.comparison import ComparisonView

SIZES = [(40, 30), (80, 30), (140, 40)]


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", NOW)


async def test_x_on_two_sessions_shows_both_side_by_side() -> None:
    source = KeepingSource()
    async with running(source, (140, 44)) as pilot:
        assert "Marked. x on another one compares them." in await listed(pilot, "x")
        assert not toasts(pilot), "nothing lies over the screen"
        text = await press(pilot, "j", "x")
        asked = [each for each in source.asked if isinstance(each, CompareRequest)]
        assert [each.left[:8] for each in asked] == ["00000000"]
        assert [each.right[:8] for each in asked] == ["00000001"]
        assert TITLES[0][:20] in text
        assert TITLES[1][:20] in text
        assert line_with(text, "tool calls").split() == ["tool", "calls", "41", ">", "29"]
        assert "Prompts · 2 the same, 1 alike" in text
        both = line_with(text, "Fix it")
        assert "≈ Fix it with a test, please" in both
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ConversationsScreen)


async def test_x_on_the_marked_session_takes_the_mark_off() -> None:
    async with running(KeepingSource(), (80, 24)) as pilot:
        assert "No longer marked for comparing." in await listed(pilot, "x", "x")
        assert "Marked." in await press(pilot, "j", "x")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_all_of_it_can_be_reached_at_every_width(size: tuple[int, int]) -> None:
    async with running(KeepingSource(), size) as pilot:
        await listed(pilot, "x", "j", "x")
        whole = ""
        for key in ("g", "tab", "tab", "tab", "G"):
            whole += await press(pilot, key)
        for words in ("cost", "errors", "Prompts", "And the docs?", "Tools", "Bash", "Files", "follow.py", "test_tail.py"):
            assert words in whole, words


async def test_enter_reads_the_prompt_under_the_cursor_on_its_side() -> None:
    async with running(KeepingSource(), (140, 44)) as pilot:
        await listed(pilot, "x", "j", "x", "j", "l", "enter")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        assert screen.pane.session is not None
        assert screen.pane.session.session.startswith("00000001")
        assert screen.reader.item == 10  # the prompt at the line that the comparison named
        assert screen.has_class("-reading")


@pytest.mark.parametrize("size", [(80, 30), (140, 44)], ids=str)
async def test_escape_leads_back_to_where_one_was_and_then_to_the_list(size: tuple[int, int]) -> None:
    async with running(KeepingSource(), size) as pilot:
        await listed(pilot, "x", "j", "x", "j", "l")
        screen = pilot.app.screen
        assert isinstance(screen, ComparisonScreen)
        left = screen.query_one(ComparisonView).place
        assert left[1] == "right" and left[0] > 0
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ConversationsScreen)
        text = await press(pilot, "escape")
        again = pilot.app.screen
        assert isinstance(again, ComparisonScreen) and "Two sessions side by side" in text
        assert again.query_one(ComparisonView).place == left
        await press(pilot, "question_mark", "escape")
        assert again.query_one(ComparisonView).place == left, "asked again after the help page"
        await press(pilot, "escape")
        last = pilot.app.screen
        assert isinstance(last, ConversationsScreen) and last.table.has_focus
        await press(pilot, "enter", "escape")
        assert pilot.app.screen is last, "a session from the list leads back to the list"


async def test_where_a_side_has_no_prompt_the_other_is_meant() -> None:
    async with running(KeepingSource(), (140, 44)) as pilot:
        await listed(pilot, "x", "j", "x", "j", "j", "l", "enter")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        assert screen.pane.session is not None
        assert screen.pane.session.session.startswith("00000000")


async def test_enter_on_a_tool_stays() -> None:
    async with running(KeepingSource(), (140, 44)) as pilot:
        await listed(pilot, "x", "j", "x", "tab", "enter")
        assert isinstance(pilot.app.screen, ComparisonScreen)


async def test_a_click_chooses_the_side_and_a_second_opens_it() -> None:
    async with running(KeepingSource(), (140, 44)) as pilot:
        text = await listed(pilot, "x", "j", "x")
        lines = text.splitlines()
        row = next(n for n, line in enumerate(lines) if "Fix it with" in line)
        column = lines[row].index("Fix it with")
        await pilot.click(offset=(column + 2, row), times=2)
        await press(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        assert screen.pane.session is not None
        assert screen.pane.session.session.startswith("00000001")


async def test_s_puts_the_second_first() -> None:
    source = KeepingSource()
    async with running(source, (140, 44)) as pilot:
        await listed(pilot, "x", "j", "x", "s")
        asked = [each for each in source.asked if isinstance(each, CompareRequest)]
        assert (asked[-1].left[:8], asked[-1].right[:8]) == ("00000001", "00000000")


async def test_a_session_that_cannot_be_read_says_so_and_keeps_its_figures() -> None:
    source = KeepingSource()
    source.unreadable = "the log of 'x' is gone: what it cost is kept, its words are not."
    source.kept_from = "from the archive; the log was deleted"
    async with running(source, (100, 44)) as pilot:
        text = await listed(pilot, "x", "j", "x")
        assert "✗ B: the log of 'x' is gone" in text
        assert "▣ A: from the archive; the log was deleted" in text
        assert "And the docs?" in text


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_hostile_words_are_shown_and_not_obeyed(size: tuple[int, int]) -> None:
    async with running(KeepingSource(hostile="\x1b[31m\u202e[b]evil[/b]\x07 "), size) as pilot:
        text = await listed(pilot, "x", "j", "x", "tab", "tab")
        assert not set("\x1b\u202e\x07") & set(text)
        assert "[b]evil" in text
