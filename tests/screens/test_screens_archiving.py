"""Archiving from the Conversations screen, and what it says of where words are kept."""

from __future__ import annotations

import pytest
from keeping_source import KeepingSource, listed
from made_up import NOW
from on_screen import line_with, press, running, seen, settled, toasts

from tally_tui.actions import Action, SetArchived, StopArchiving

SIZES = [(40, 30), (80, 30), (140, 40)]
FIRST = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", NOW)


def deeds(source: KeepingSource) -> list[Action]:
    return [each for each in source.deeds if isinstance(each, SetArchived | StopArchiving)]


async def test_the_key_archives_the_session_under_the_cursor_or_the_one_that_is_read() -> None:
    source = KeepingSource()
    async with running(source, (80, 24)) as pilot:
        await listed(pilot, "A", "enter", "A")
        assert deeds(source) == [SetArchived("claude", FIRST, True)] * 2


async def test_on_an_archived_session_it_takes_it_out() -> None:
    source = KeepingSource()
    source.archived = frozenset({0})
    async with running(source, (80, 30)) as pilot:
        text = await listed(pilot)
        assert text.count("▣") == 1
        await press(pilot, "A")
        assert deeds(source) == [SetArchived("claude", FIRST, False)]


async def test_the_only_copy_is_deleted_by_a_second_press_and_only_there() -> None:
    source = KeepingSource()
    source.archived, source.only_copy = frozenset({0, 1}), True
    async with running(source, (80, 30)) as pilot:
        await listed(pilot, "A")
        assert "nowhere but in the archive" in toasts(pilot)[-1]
        await press(pilot, "j", "A")
        await press(pilot, "A")
        assert [(each.session[:8], each.sure) for each in deeds(source) if isinstance(each, SetArchived)] == [
            ("00000000", False), ("00000001", False), ("00000001", True),
        ]  # fmt: skip


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_what_is_read_from_the_archive_says_so(size: tuple[int, int]) -> None:
    source = KeepingSource()
    source.kept_from = "from the archive; the log was deleted"
    async with running(source, size) as pilot:
        text = await listed(pilot, "enter")
        await pilot.app.workers.wait_for_complete()
        await settled(pilot)
        line = line_with(seen(pilot), "the log was deleted")
        assert "▣" in line
        assert "archive" in line
        assert text


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_log_that_will_be_deleted_soon_says_so(size: tuple[int, int]) -> None:
    source = KeepingSource()
    source.soon = frozenset({0})
    async with running(source, size) as pilot:
        await listed(pilot, "enter")
        assert "log deleted in 3d  A keeps it" in seen(pilot)


async def test_a_copy_under_way_is_told_and_the_key_stops_it() -> None:
    source = KeepingSource()
    async with running(source, (80, 30)) as pilot:
        await listed(pilot, "enter")
        source.copying()
        await settled(pilot)
        assert "archiving · 34.0 MB of 120 MB  A stops" in seen(pilot)
        await press(pilot, "A")
        assert deeds(source) == [StopArchiving()]


async def test_a_subagent_is_archived_with_its_session() -> None:
    source = KeepingSource()
    async with running(source, (80, 30)) as pilot:
        text = await listed(pilot, "j", "right", "j")
        assert "Look into part 1" in text
        assert "A subagent is archived with its session." in await press(pilot, "A")
        assert "A subagent is compared with its session." in await press(pilot, "x")
        assert deeds(source) == []


async def test_nothing_under_the_cursor() -> None:
    source = KeepingSource(sessions=0)
    async with running(source, (80, 30)) as pilot:
        assert "There is no session under the cursor." in await listed(pilot, "A")
        assert "There is no session under the cursor." in await press(pilot, "x")
