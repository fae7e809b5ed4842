"""The transcript scrolls by exactly what was asked for, whatever was guessed about its heights."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from textual.widget import Widget
from transcript_pages import MadePages, ReaderApp, long

from tally_tui.widgets.transcript.heights import Heights
from tally_tui.widgets.transcript.reader import Reader

GUESSES: dict[str, Callable[[Reader, int], int]] = {
    "fair": Reader.guess,
    "all one": lambda reader, row: 1,
    "all fifty": lambda reader, row: 50,
}


def page(reader: Reader) -> list[str]:
    return [reader.render_line(y).text for y in range(reader.page_lines)]


async def whole(pages: MadePages, size: tuple[int, int]) -> list[list[str]]:
    """The lines of every item."""
    app = ReaderApp(pages)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        reader = app.reader
        reader.cursor = -1
        return [plain([strip.text for strip in reader.strips(row)]) for row in range(len(reader.rows))]


def plain(lines: list[str]) -> list[str]:
    """Lines without the cursor's bar and the prompts' own."""
    return [line[2:].rstrip() for line in lines]


def test_heights_find_what_they_were_told() -> None:
    dice = random.Random(3)
    each = [dice.randint(1, 9) for _ in range(300)]
    heights = Heights(each)
    for _ in range(200):
        row = dice.randrange(300)
        each[row] = dice.randint(1, 40)
        heights.set(row, each[row])
    tops = [sum(each[:row]) for row in range(300)]
    assert heights.total == sum(each)
    assert [heights.top(row) for row in range(300)] == tops
    for line in range(0, heights.total, 7):
        row, inner = heights.find(line)
        assert tops[row] + inner == line and inner < each[row]
    assert heights.find(10**9) == (299, each[299] - 1)
    assert Heights().find(5) == (0, 0)


@pytest.mark.parametrize("guess", GUESSES)
@pytest.mark.parametrize("size", [(100, 30), (40, 24)])
async def test_every_way_of_scrolling_lands_where_it_should(
    guess: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reader, "guess", GUESSES[guess])
    items = await whole(MadePages(long(120)), size)
    lines = [line for item in items for line in item]
    app = ReaderApp(MadePages(long(120), late=True))
    dice = random.Random(5)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        reader = app.reader
        at, last = 0, len(lines) - reader.page_lines
        for _ in range(40):
            way = dice.choice(["by", "by", "page", "wheel", "end", "begin", "item"])
            if way == "by":
                at += (step := dice.choice([1, -1, 5, -7]))
                reader.action_by(step)
            elif way == "page":
                step = dice.choice([1, -1])
                at += step * (reader.page_lines - 1)
                reader.action_page(step)
            elif way == "wheel":
                at += (step := dice.choice([3, -3]))
                reader.scroll_to(y=reader.scroll_y + step)
            elif way == "end":
                at = last
                reader.action_last()
            elif way == "begin":
                at = 0
                reader.action_first()
            else:
                item = dice.randrange(len(reader.heads))
                reader.to_item(item)
                at = sum(len(each) for each in items[:item])
            at = max(0, min(at, last))
            await pilot.pause()
            assert plain(page(reader)) == lines[at : at + reader.page_lines], way


async def test_a_resize_keeps_the_item_at_the_top() -> None:
    app = ReaderApp(MadePages(long(200), late=True))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        app.reader.to_item(90)
        await pilot.pause()
        for size in ((40, 30), (140, 50), (60, 12), (100, 30)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert app.reader.rows[app.reader.place[0]] == 90


async def test_where_nothing_is_shown_yet_keys_and_resizes_do_no_harm() -> None:
    app = ReaderApp(MadePages([]))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("G", "end", "space", "J", "}", "n", "z", "enter", "g")
        for size in ((40, 30), (140, 50)):
            await pilot.resize_terminal(*size)
            await pilot.press("G")
        assert app.is_running and app.reader.rows == []


async def test_a_conversation_that_grows_stays_put_and_says_so() -> None:
    messages = long(60)
    app = ReaderApp(MadePages(messages[:40]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        reader = app.reader
        reader.to_item(20)
        await pilot.pause()
        before = page(reader)
        reader.show(MadePages(messages), same=True)
        await pilot.pause()
        assert page(reader) == before and reader.unseen == 20
        await pilot.press("f")
        await pilot.pause()
        assert reader.following and reader.unseen == 0 and reader.cursor == len(reader.rows) - 1
        reader.show(MadePages(messages + long(9, 3)[:1]), same=True)
        await pilot.pause()
        assert reader._at_end() and reader.cursor == len(reader.rows) - 1
        await pilot.press("k")
        assert not reader.following


async def test_long_and_short_cost_the_same_to_open() -> None:
    pages = MadePages(long(5_000), late=True)
    app = ReaderApp(pages)
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.pause()
        assert len(pages.here) < 200, "only what is in sight, and some more, is read"
        await pilot.press("G")
        await pilot.pause()
        assert len(pages.here) < 400
        assert isinstance(app.reader, Widget) and not app.reader.children
