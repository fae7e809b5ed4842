"""Reading a transcript: depth, folds, jumps, hits, copying, at three widths."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from transcript_pages import MadePages, ReaderApp, sample

from tally_tui.widgets.transcript.pages import Depth
from tally_tui.widgets.transcript.reader import Reader


@asynccontextmanager
async def reading(size: tuple[int, int] = (80, 60), late: bool = True) -> AsyncIterator[tuple[Pilot[None], ReaderApp]]:
    app = ReaderApp(MadePages(sample(), late))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot, app


def seen(reader: Reader) -> str:
    return "\n".join(reader.render_line(y).text.rstrip() for y in range(reader.page_lines))


async def press(pilot: Pilot[None], *keys: str) -> str:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
    app = pilot.app
    assert isinstance(app, ReaderApp)
    return seen(app.reader)


def at(reader: Reader) -> str:
    head = reader.head
    assert head is not None
    return head.key


async def test_depth_shows_less_and_more() -> None:
    async with reading() as (pilot, app):
        shown = {}
        app.reader.set_depth(Depth.EVERYTHING)
        for depth in reversed(Depth):
            shown[depth] = {app.reader.heads[item].key for item in app.reader.rows}
            await press(pilot, "minus")
        assert shown[Depth.PROMPTS] == {"p1", "p2"}
        assert shown[Depth.REPLIES] - shown[Depth.PROMPTS] == {"r1", "c1", "x1", "r2"}
        assert shown[Depth.SUBAGENTS] - shown[Depth.REPLIES] == {"a1"}
        assert "b1" in shown[Depth.TOOLS] and "n1" not in shown[Depth.TOOLS]
        assert len(shown[Depth.EVERYTHING]) == len(app.reader.heads)
        await press(pilot, "plus", "plus")
        assert app.reader.depth is Depth.SUBAGENTS and "subagents" in app.told[-1]


async def test_a_tool_call_is_one_line_and_unfolds_then_all_of_it_then_folds() -> None:
    async with reading() as (pilot, app):
        app.reader.to_item(3)
        await pilot.pause()
        text = await press(pilot)
        assert "▸ Bash pytest -q tests/test_tail.py  42 lines" in text and "PASSED" not in text
        text = await press(pilot, "enter")
        assert "test_18 PASSED" in text and "test_19 PASSED" not in text and "21 more lines" in text
        text = await press(pilot, "enter")
        assert "test_39 PASSED" in text and "more lines" not in text
        text = await press(pilot, "enter")
        assert "PASSED" not in text and at(app.reader) == "b1"


async def test_jumps_go_to_prompts_errors_and_edits_even_hidden_ones() -> None:
    async with reading((80, 20)) as (pilot, app):
        await press(pilot, "right_curly_bracket")
        assert at(app.reader) == "p2"
        await press(pilot, "left_square_bracket")
        assert at(app.reader) == "x1"
        app.reader.set_depth(Depth.PROMPTS)
        text = await press(pilot, "left_parenthesis")
        assert at(app.reader) == "p1", "an edit before the place of the reader, none there"
        assert app.told[-1].startswith("No change")
        text = await press(pilot, "right_parenthesis")
        assert at(app.reader) == "e1" and "Edit src/tail.py" in text
        await press(pilot, "right_curly_bracket", "right_curly_bracket")
        assert app.told[-1] == "No prompt further down."


async def test_next_and_before_walk_over_messages() -> None:
    async with reading((80, 20)) as (pilot, app):
        await press(pilot, "J", "J", "J", "K")
        assert at(app.reader) == "r1"
        await press(pilot, "G")
        assert at(app.reader) == "r2"
        await press(pilot, "g")
        assert at(app.reader) == "p1"


async def test_hits_are_walked_and_what_hides_them_is_unfolded() -> None:
    async with reading((80, 24)) as (pilot, app):
        app.reader.find(re.compile("last line", re.IGNORECASE), [0, 2, 4, 13], 5)
        text = await press(pilot, "n")
        assert at(app.reader) == "p1" and "The last line is lost" in text
        await press(pilot, "n")
        assert at(app.reader) == "r1"
        text = await press(pilot, "n")
        assert at(app.reader) == "e1" and 'last line is "lost"' in text
        await press(pilot, "n")
        assert at(app.reader) == "e1", "a second line of the same change"
        await press(pilot, "n")
        assert at(app.reader) == "r2"
        await press(pilot, "N", "N")
        assert at(app.reader) == "e1"
        app.reader.find(re.compile("formatted"), [6], 1)
        text = await press(pilot, "n")
        assert "formatted" in text, "a hook of the fifth depth is shown for its hit"


async def test_without_a_search_the_keys_say_so() -> None:
    async with reading() as (pilot, app):
        await press(pilot, "n")
        assert app.told == ["Nothing is searched for: / searches."]


async def test_copying_a_message_and_its_code() -> None:
    async with reading((80, 30)) as (pilot, app):
        await press(pilot, "c")
        assert app.copied[-1] == "The last line is lost.\nPlease find out why, and fix it."
        await press(pilot, "J", "J", "C")
        assert app.copied[-1].startswith("def tail(path: Path") and "```" not in app.copied[-1]
        await press(pilot, "J", "J", "c")
        assert app.copied[-1].startswith("--- src/tail.py\n") and '+    # the last line is "kept"' in app.copied[-1]


async def test_a_line_is_selected_and_copied_without_the_gutter() -> None:
    async with reading((80, 30)) as (pilot, app):
        await pilot.mouse_down(app.reader, offset=(2, 1))
        await pilot.hover(app.reader, offset=(10, 2))
        await pilot.mouse_up(app.reader, offset=(10, 2))
        await pilot.pause()
        assert app.screen.get_selected_text() == "The last line is lost.\nPlease fi"


async def test_focus_modes_keep_the_prompts() -> None:
    async with reading() as (pilot, app):
        await press(pilot, "v", "v")
        assert {app.reader.heads[item].key for item in app.reader.rows} == {"p1", "e1", "p2"}
        await press(pilot, "v", "v")
        assert {app.reader.heads[item].key for item in app.reader.rows} == {"p1", "b2", "x1", "p2"}
        await press(pilot, "v")
        assert app.reader.focus_name == ""


@pytest.mark.parametrize("width", [40, 80, 140])
async def test_everything_unfolded_fits_its_width(width: int) -> None:
    async with reading((width, 50), late=False) as (pilot, app):
        app.reader.set_depth(Depth.EVERYTHING)
        await press(pilot, "z", "T")
        room = app.reader.scrollable_content_region.width
        for row in range(len(app.reader.rows)):
            assert all(strip.cell_length == room for strip in app.reader.painted(row))
        whole = "\n".join(strip.text for row in range(len(app.reader.rows)) for strip in app.reader.strips(row))
        words = ("The reader stops", "2,041", "☑ find the line", "compacted by itself", "overloaded", "Two modules")
        for each in words:
            assert each in whole
