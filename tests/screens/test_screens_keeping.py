"""What a person chose on the Conversations screen, and where a session was left, is there again; each run is a program
of its own on the same ledger."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from made_up import NOW
from marking_source import MarkingSource
from on_screen import press as quick
from on_screen import running, seen, settled
from textual.pilot import Pilot

from tally_tui import paths
from tally_tui.actions import KeepHabits, LeavePlace
from tally_tui.answers import Answer
from tally_tui.ledger.habits import habits, keep
from tally_tui.ledger.open import open_reader, open_writer
from tally_tui.logs.messages import Kind
from tally_tui.reports.transcripts import Transcript
from tally_tui.requests import Request
from tally_tui.screens.conversations import ConversationsScreen
from tally_tui.screens.keeping import MOST_LOOKS


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("TALLY_NOW", NOW)
    monkeypatch.setenv("TALLY_DATA_DIR", str(tmp_path))
    return iter(())


@asynccontextmanager
async def conversations(source: MarkingSource | None = None) -> AsyncIterator[tuple[Pilot[str], ConversationsScreen]]:
    async with running(source or MarkingSource(), (100, 40)) as pilot:
        await press(pilot, "2")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        yield pilot, screen


async def press(pilot: Pilot[str], *keys: str) -> str:
    for key in keys:
        await quick(pilot, key)
        await pilot.app.workers.wait_for_complete()
        await settled(pilot)
    return seen(pilot)


def written() -> dict[str, str]:
    with closing(open_reader(paths.ledger_path())) as db:
        return habits(db)


async def test_order_lines_depth_focus_and_thinking_are_as_they_were() -> None:
    async with conversations() as (pilot, _):
        await press(pilot, "s", "s", "S", "d", "enter", "plus", "T", "v", "w", "q")
    assert written() == {
        "list.order": "tokens", "list.way": "up", "list.rows": "columns", "reader.depth": "5", "reader.only": "chat",
        "reader.thinking": "open", "reader.lines": "folded",
    }  # fmt: skip
    again = MarkingSource()
    async with conversations(again) as (pilot, screen):
        text = seen(pilot)
        assert "by tokens ▲" in text and "Session" in text and not screen.table.roomy
        assert "only chat" in await press(pilot, "enter")
        assert screen.reader.depth == 5 and screen.reader.wraps
        await press(pilot, "escape", "j", "enter")
        assert screen.reader.focus_name == "chat", "in the next session, too"
        await press(pilot, "v", "v", "v", "v")
        assert screen.reader.focus_name == "" and screen.reader.habits()["reader.thinking"] == "open"
        await press(pilot, "q")
    assert [each for each in again.deeds if isinstance(each, KeepHabits)] == [KeepHabits((("reader.only", ""),))]


async def test_a_session_without_the_kind_does_not_change_what_a_person_reads() -> None:
    class Bare(MarkingSource):
        def report(self, request: Request) -> Answer | None:
            answer = super().report(request)
            if isinstance(answer, Transcript) and answer.session.startswith("00000001"):
                said = tuple(each for each in answer.entries if each.item.kind in (Kind.THINKING, Kind.TOOL_CALL))
                return Transcript(answer.provider, answer.session, said[:2], answer.folder)
            return answer

    async with conversations(Bare()) as (pilot, screen):
        assert "Only chat" in await press(pilot, "enter", "v")
        text = await press(pilot, "escape", "j", "enter")
        assert screen.reader.focus_name == "" and "Thinking" in text, "there is no chat: all is shown"
        assert screen.reader.habits()["reader.only"] == "chat"
        text = await press(pilot, "escape", "k", "enter")
        assert screen.reader.focus_name == "chat" and "Thinking" not in text
        await press(pilot, "q")
    assert written()["reader.only"] == "chat"


async def test_the_key_of_lines_and_columns_gives_the_choice_back_to_the_room() -> None:
    async with conversations() as (pilot, screen):
        assert screen.table.roomy
        assert "One line a session, in columns" in await press(pilot, "d") and not screen.table.roomy
        assert "Three lines a session" in await press(pilot, "d") and screen.table.roomy
        assert screen.list_pane.habits()["list.rows"] == "lines"
        assert "as the room allows" in await press(pilot, "d")
        assert screen.list_pane.habits()["list.rows"] == "" and screen.table.roomy
        await pilot.resize_terminal(100, 20)
        await press(pilot)
        assert not screen.table.roomy


async def test_nothing_is_written_while_nothing_is_chosen() -> None:
    source = MarkingSource()
    async with conversations(source) as (pilot, screen):
        await press(pilot, "j", "enter", "escape")
        for _ in range(3):
            screen.keeping.look()
        await press(pilot, "1", "2", "q")
    assert source.deeds == []


async def test_the_place_is_kept_once_the_reader_stands_still_and_no_key_is_written_by_itself() -> None:
    source = MarkingSource()
    source.more = 60
    async with conversations(source) as (pilot, screen):
        await press(pilot, "enter", "space")
        screen.keeping.look()
        await press(pilot, "space")
        screen.keeping.look()
        assert source.deeds == [], "it moves"
        screen.keeping.look()
        (deed,) = source.deeds
        row, line = screen.reader.place
        assert isinstance(deed, LeavePlace) and (deed.item, deed.line) == (screen.reader.heads[row].key, line)
        for _ in range(2 * MOST_LOOKS):
            screen.keeping.look()
        assert len(source.deeds) == 1, "it stands where it stood"


async def test_what_never_stands_still_is_kept_now_and_then() -> None:
    source = MarkingSource()
    source.more = 60
    async with conversations(source) as (pilot, screen):
        await press(pilot, "enter")
        for _ in range(MOST_LOOKS):
            await quick(pilot, "down")
            screen.keeping.look()
        assert [type(each) for each in source.deeds] == [LeavePlace]


async def test_habits_of_another_version_are_left_alone() -> None:
    path = Path(os.environ["TALLY_DATA_DIR"]) / "ledger.db"
    assert path == paths.ledger_path()
    strange = {"list.order": "moon", "list.rows": "circles", "reader.depth": "99", "reader.only": "x", "new.thing": "1"}
    with closing(open_writer(path, full=True)) as db:
        keep(db, strange, 1)
    async with conversations() as (pilot, screen):
        assert "by last call ▼" in seen(pilot) and screen.table.roomy
        await press(pilot, "enter")
        assert screen.reader.depth == 4 and screen.reader.focus_name == ""


async def test_a_key_pressed_before_the_habits_came_counts() -> None:
    class Late(MarkingSource):
        held_back = True

        def answer(self, request: object) -> None:
            if not (self.held_back and type(request).__name__ == "HabitsRequest"):
                super().answer(request)  # type: ignore[arg-type]

    source = Late()
    with closing(open_writer(paths.ledger_path(), full=True)) as db:
        keep(db, {"list.order": "title", "list.way": "up", "list.rows": "columns"}, 1)
    async with conversations(source) as (pilot, screen):
        await press(pilot, "s")
        source.held_back = False
        source.release()
        await settled(pilot)
        assert screen.list_pane.sort == "cost" and not screen.table.roomy
