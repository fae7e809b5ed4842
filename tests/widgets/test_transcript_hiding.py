"""Whatever hides a hit is opened for it; and whatever is shown or hidden, the cursor's item stays where it is."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from transcript_pages import MadePages, Message, ReaderApp, head, long, sample

from tally_tui.widgets.transcript.pages import Code, Depth, Kind, Output, Prose
from tally_tui.widgets.transcript.reader import Reader


@asynccontextmanager
async def reading(messages: list[Message], size: tuple[int, int]) -> AsyncIterator[tuple[Pilot[None], ReaderApp]]:
    app = ReaderApp(MadePages(messages, late=True))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot, app


async def press(pilot: Pilot[None], *keys: str) -> str:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
    await pilot.pause()
    return seen(pilot.app.query_one(Reader))


def seen(reader: Reader) -> str:
    return "\n".join(reader.render_line(y).text.rstrip() for y in range(reader.page_lines))


def rewound() -> list[Message]:
    tools = Depth.TOOLS
    return [
        head("p1", Kind.PROMPT, "You", (Prose("Where is it?"),), Depth.PROMPTS),
        head("rule", Kind.RULE, "taken back", (Prose(""),), holds=True, note="3 messages left out"),
        head("p2", Kind.PROMPT, "You", (Prose("Wrong turn: the crimson lantern"),), Depth.PROMPTS, branch="rule"),
        head("t2", Kind.THINKING, "Thinking", (Prose("About the crimson one."),), tools, branch="rule"),
        head("b2", Kind.TOOL, "Bash ls", (Code("ls", "bash"), Output("row\n" * 60 + "crimson at the end")), tools,
             branch="rule"),
        head("p3", Kind.PROMPT, "You", (Prose("Right turn"),), Depth.PROMPTS),
        head("w1", Kind.REPLY, "Claude", (Prose("See [the notes](https://example.org/crimson) " + "word " * 60),)),
        head("o1", Kind.NOTE, "hook PostToolUse", (Output("formatted, crimson"),), Depth.EVERYTHING),
    ]  # fmt: skip


SOUGHT = re.compile("crimson")
HITS = [2, 3, 4, 6, 7]


@pytest.mark.parametrize("width", [40, 80, 140])
@pytest.mark.parametrize("before", [(), ("minus", "minus", "minus"), ("v",), ("v", "v"), ("v", "v", "v", "v")])
async def test_every_hit_is_shown_whatever_hides_it(width: int, before: tuple[str, ...]) -> None:
    async with reading(rewound(), (width, 30)) as (pilot, app):
        reader = app.reader
        await press(pilot, *before)
        assert "crimson" not in "\n".join(strip.text for row in range(len(reader.rows)) for strip in reader.strips(row)
                                          if reader.heads[reader.rows[row]].branch)  # fmt: skip
        reader.find(SOUGHT, HITS, 5)
        for item in HITS:
            text = await press(pilot, "n")
            assert reader.item == item
            assert "crimson" in text
            line = reader._hit_lines(reader.cursor)[0]
            top = reader._heights.top(reader.cursor) + line - round(reader.scroll_y)
            assert 0 <= top < reader.page_lines and "crimson" in text.splitlines()[top]
        assert "formatted, crimson" in text, "a hook of the fifth depth"
        for item in reversed(HITS[:-1]):
            await press(pilot, "N")
            assert reader.item == item


async def test_a_hit_past_the_twenty_lines_of_an_output_unfolds_all_of_it() -> None:
    messages = [head("b", Kind.TOOL, "Bash ls crimson", (Code("ls crimson", "bash"), Output("row\n" * 60 + "crimson")),
                     Depth.TOOLS)]  # fmt: skip
    for width in (40, 100):
        async with reading(messages, (width, 20)) as (pilot, app):
            app.reader.find(SOUGHT, [0], 2)
            text = await press(pilot, "n")
            assert "ls crimson" in text and "Enter shows all" not in text
            assert "crimson" in (await press(pilot, "n")).splitlines()[-1:][0] or "crimson" in seen(app.reader)
            assert app.reader._hit_now == ("b", 1)
            app.reader.to_hit(0, near="row\nrow crimson")
            assert app.reader._hit_now == ("b", 1), "the one that is meant"


async def test_a_line_too_long_to_be_shown_is_told_from_the_log() -> None:
    messages = [head("o", Kind.TOOL, "Bash cat", (Output("x " * 4_000 + "crimson " + "y" * 4_000),), Depth.TOOLS)]
    async with reading(messages, (60, 30)) as (pilot, app):
        app.reader.find(SOUGHT, [0], 1)
        text = await press(pilot, "n")
        assert "⌕ in the log: …" in text and "crimson" in text


async def test_what_was_taken_back_opens_and_closes_by_its_rule_and_nothing_leads_into_it() -> None:
    async with reading(rewound(), (80, 30)) as (pilot, app):
        text = await press(pilot, "right_curly_bracket")
        assert app.reader.head is not None and app.reader.head.key == "p3", "a jump passes it by"
        assert "▸ taken back · 3 messages left out" in text and "Wrong turn" not in text
        text = await press(pilot, "K", "enter")
        assert "▾ taken back" in text and "┊ Wrong turn: the crimson lantern" in text and "┊ ▸ Bash ls" in text
        assert app.reader.head.key == "rule"
        await press(pilot, "g", "right_curly_bracket")
        assert app.reader.head.key == "p2", "an open one is walked through"
        await press(pilot, "g", "J", "enter")
        assert "Wrong turn" not in seen(app.reader)
        await press(pilot, "z")
        assert "Wrong turn" not in seen(app.reader), "unfolding all is not taking it up again"


# -- the place


def stands(reader: Reader) -> tuple[str, int]:
    """The key of the item under the cursor, and the line of the page on which it begins."""
    item, line = reader._stand()
    return reader.heads[item].key, line


@pytest.mark.parametrize("width", [40, 80, 140])
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_other_depths_and_focus_modes_keep_the_cursor_on_its_line(width: int, seed: int) -> None:
    dice = random.Random(seed)
    async with reading(long(300, seed), (width, 24)) as (pilot, app):
        reader = app.reader
        reader.to_item(dice.randrange(120, 180))
        await press(pilot, *["j"] * dice.randrange(3), *["J"] * dice.randrange(6))
        item, line = reader._stand()
        for key in dice.choices(["v", "plus", "minus"], k=8):
            await press(pilot, key)
            before = max((n for n in reader.rows if n < item), default=reader.rows[0])
            assert reader._stand() == ((item, line) if item in reader.rows else (before, max(0, line)))


async def test_going_round_the_focus_modes_comes_back_to_the_same_place() -> None:
    async with reading(long(200), (80, 24)) as (pilot, app):
        app.reader.to_item(103)
        await press(pilot, "k", "k", "J", "J")
        before, text = stands(app.reader), seen(app.reader)
        await press(pilot, "v", "v", "v", "v", "v")
        assert app.reader.focus_name == "" and stands(app.reader) == before and seen(app.reader) == text
        await press(pilot, "minus", "minus", "plus", "plus")
        assert stands(app.reader) == before and seen(app.reader) == text


async def test_a_focus_mode_with_little_to_show_shows_it() -> None:
    async with reading(sample(), (80, 20)) as (pilot, app):
        await press(pilot, "G")
        text = await press(pilot, "v", "v")
        assert app.reader.focus_name == "edits" and "Edit src/tail.py" in text
