"""A transcript that grows shows what one that is opened at once shows, and the reader stays where he is."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from transcript_pages import MadePages, ReaderApp, long

from tally_tui.widgets.transcript.heights import Heights
from tally_tui.widgets.transcript.reader import Reader


@given(st.lists(st.integers(1, 40), max_size=40), st.lists(st.one_of(st.integers(1, 40), st.just(None)), max_size=40))
def test_heights_that_grow_and_are_cut(first: list[int], changes: list[int | None]) -> None:
    """None cuts the last third off, a number is one more row."""
    rows, heights = list(first), Heights(first)
    for change in changes:
        if change is None:
            rows = rows[: len(rows) * 2 // 3]
            heights.cut(len(rows))
        else:
            rows.append(change)
            heights.append(change)
    assert (len(heights), heights.total) == (len(rows), sum(rows))
    for row in range(len(rows)):
        assert heights.top(row) == sum(rows[:row])
        assert heights.find(heights.top(row)) == (row, 0)


def page(reader: Reader) -> list[str]:
    return [reader.render_line(y).text.rstrip() for y in range(reader.page_lines)]


@pytest.mark.parametrize("seed", range(6))
async def test_growing_is_opening(seed: int) -> None:
    dice = random.Random(seed)
    messages = long(400, seed)
    grown = ReaderApp(MadePages(messages[:120]))
    async with grown.run_test(size=(70, 30)) as pilot:
        await pilot.pause()
        reader = grown.reader
        for _ in range(dice.randint(0, 5)):
            await pilot.press(dice.choice(["space", "j", "G", "J", "z", "minus", "plus"]))
        count = 120
        while count < 400:
            # As a result that comes: the last head says something else. Some prompts cost more.
            count = min(400, count + dice.randint(1, 90))
            now = list(messages[:count])
            for n in dice.sample(range(100), 3):
                now[n] = (replace(now[n][0], figures=f"${n}"), now[n][1])
            before, unseen, ended = page(reader), reader.unseen, reader._at_end()
            known = len(reader.heads)
            pages = MadePages(now)
            pages.heads = tuple(
                old if old == new else new for old, new in zip(reader.heads, pages.heads, strict=False)
            ) + pages.heads[known:]
            reader.show(pages, same=True)
            await pilot.pause()
            if not ended:
                assert [line.split("$")[0].rstrip() for line in page(reader)] == [
                    line.split("$")[0].rstrip() for line in before
                ], "the page stays"
                assert reader.unseen == unseen + count - known
        whole = ReaderApp(MadePages(now))
        async with whole.run_test(size=(70, 30)) as other:
            await other.pause()
            whole.reader.set_depth(reader.depth)
            assert whole.reader.rows == reader.rows
            assert whole.reader._row_of == reader._row_of
            assert len(reader._heights) == len(reader.rows)
            reader.action_last()
            whole.reader._folds = dict(reader._folds)
            whole.reader.renew((0, 0))
            whole.reader.action_last()
            assert page(whole.reader) == page(reader)


async def test_what_comes_before_the_place_does_not_move_it() -> None:
    messages = long(60)
    app = ReaderApp(MadePages(messages))
    async with app.run_test(size=(70, 20)) as pilot:
        await pilot.pause()
        app.reader.to_item(40)
        before, key = page(app.reader), app.reader.head and app.reader.head.key
        more = [(replace(head, key=f"new{n}"), body) for n, (head, body) in enumerate(long(9, 3))]
        app.reader.show(MadePages([*messages[:10], *more, *messages[10:]]), same=True)
        await pilot.pause()
        assert page(app.reader) == before
        assert app.reader.head is not None and app.reader.head.key == key


async def test_the_rest_of_a_long_log_is_not_news() -> None:
    messages = long(90)
    app = ReaderApp(MadePages(messages[:30]))
    async with app.run_test(size=(70, 20)) as pilot:
        await pilot.pause()
        app.reader.show(MadePages(messages), same=True, counted=False)
        await pilot.pause()
        assert app.reader.unseen == 0


async def test_all_guesses_at_once_are_those_of_each_row() -> None:
    async with ReaderApp(MadePages(long(120))).run_test(size=(60, 20)) as pilot:
        reader = pilot.app.query_one(Reader)
        await pilot.press("J", "J", "J", "enter", "z")
        for first in (0, 1, 57):
            assert list(reader.guesses(first)) == [reader.guess(row) for row in range(first, len(reader.rows))]
        await pilot.press("z", "minus", "minus")
        assert list(reader.guesses()) == [reader.guess(row) for row in range(len(reader.rows))]
