"""Keys, sizes, rows and signals that come while the screen is at something else."""

from __future__ import annotations

import asyncio

import pytest
from conversation_source import ConversationSource
from conversing import press, rest
from made_up import NOW
from on_screen import running, seen
from textual.events import Key
from textual.pilot import Pilot
from textual.screen import ModalScreen

from tally_tui.app import TallyApp
from tally_tui.records import changed as replace
from tally_tui.reports.answers import Usage
from tally_tui.screens.breakdown import GroupRows
from tally_tui.screens.conversations import ConversationsScreen
from tally_tui.screens.drill import Drill
from tally_tui.screens.export import ExportScreen
from tally_tui.screens.usage import UsageScreen
from tally_tui.widgets.columns import Columns
from tally_tui.widgets.table import VirtualTable


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", NOW)


async def at_once(pilot: Pilot[str], *keys: str) -> None:
    """Press keys before any of them has had an effect."""
    for key in keys:
        pilot.app.post_message(Key(key, "\r" if key == "enter" else None))
    await rest(pilot)


async def test_enter_twice_in_the_palette_runs_one_command_once() -> None:
    async with running() as pilot:
        shown: list[str] = []
        pilot.app.theme_changed_signal.subscribe(pilot.app, lambda theme: shown.append(theme.name), immediate=True)
        await press(pilot, "ctrl+p", *"nord")
        await at_once(pilot, "enter", "enter", "enter")
        assert isinstance(pilot.app.screen, UsageScreen) and shown == ["nord"]


async def test_a_dialog_that_is_left_twice_leaves_what_is_below_it() -> None:
    async with running(ConversationSource()) as pilot:
        await press(pilot, "2", "enter", "e")
        assert isinstance(pilot.app.screen, ExportScreen)
        await at_once(pilot, "escape", "escape")
        assert isinstance(pilot.app.screen, ConversationsScreen)


@pytest.mark.parametrize("key", ["question_mark", "x"])
async def test_a_page_left_twice_at_once_closes_no_other(key: str) -> None:
    async with running() as pilot:
        await press(pilot, key)
        page = pilot.app.screen
        assert isinstance(page, ModalScreen)
        page.dismiss(None)
        page.dismiss(None)
        await rest(pilot)
        assert isinstance(pilot.app.screen, UsageScreen)


@pytest.mark.parametrize("size", [(80, 24), (36, 40), (5, 40), (1, 1)])
async def test_a_window_shrinks_while_a_bar_is_chosen(size: tuple[int, int]) -> None:
    async with running(size=(140, 40)) as pilot:
        columns = pilot.app.screen.query_one(Columns)
        columns.focus()
        await press(pilot, "left", "left")
        assert columns.chosen is not None
        bar = columns.groups[columns.chosen].first
        await pilot.resize_terminal(*size)
        await rest(pilot)
        if columns.chosen is not None:
            assert columns.groups[columns.chosen].first <= bar <= columns.groups[columns.chosen].last
        await pilot.resize_terminal(140, 40)
        await rest(pilot)


async def test_what_is_opened_is_the_row_that_was_seen_though_the_rows_are_fewer_by_now() -> None:
    async with running() as pilot:
        drill = pilot.app.screen.query_one(Drill)
        rows, answer = drill.table.rows, drill.answer
        assert isinstance(rows, GroupRows) and isinstance(answer, Usage) and len(rows) > 1
        last, name = len(rows) - 1, rows.label(len(rows) - 1)
        drill.table.post_message(VirtualTable.Opened(last, rows))
        drill.table.rows = GroupRows(replace(answer, rows=answer.rows[:1]), drill.level)
        await rest(pilot)
        assert drill.level.kind == "sessions" and drill.level.title == name


async def test_a_page_key_in_a_list_without_room_is_harmless() -> None:
    async with running(ConversationSource(), size=(20, 2)) as pilot:
        await press(pilot, "2", "enter", "o", "pagedown", "pageup", "escape", "B", "pagedown", "ctrl+p", "pagedown")
        assert pilot.app.is_running


async def test_a_signal_while_a_screen_is_built_ends_the_app_with_its_status() -> None:
    async with running(ConversationSource()) as pilot:
        app = pilot.app
        assert isinstance(app, TallyApp)
        app.post_message(Key("2", "2"))
        app.call_later(app.end_by_signal, 15)
        while app.is_running:
            await asyncio.sleep(0)
    assert app.return_code == 143


async def test_where_there_is_room_for_a_session_it_is_shown_without_a_key() -> None:
    async with running(ConversationSource(), size=(100, 40)) as pilot:
        assert "Bash pytest -q tests" not in await press(pilot, "2")
        await pilot.resize_terminal(150, 40)
        for _ in range(20):
            if "Bash pytest -q tests" in await rest(pilot):
                break
        assert "Bash pytest -q tests" in seen(pilot)
