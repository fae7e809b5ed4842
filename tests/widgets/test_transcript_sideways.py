"""Lines wider than the page scroll sideways, say that there is more, and keep their numbers in sight."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual import events
from textual.pilot import Pilot
from transcript_pages import MadePages, ReaderApp, head

from tally_tui.widgets.transcript import layout, markdown
from tally_tui.widgets.transcript.pages import Code, Depth, Diff, Hunk, Kind, Prose
from tally_tui.widgets.transcript.reader import Reader

ROW = "| " + " | ".join(f"value{n} and some words" for n in range(9)) + " |"
TABLE = f"| {' | '.join(f'column{n}' for n in range(9))} |\n|{'---|' * 9}\n{ROW}\n{ROW}\n"
LINES = "short\n" + "long " * 60 + "END\n" + "x = 1"


@asynccontextmanager
async def reading(size: tuple[int, int] = (60, 30)) -> AsyncIterator[tuple[Pilot[None], Reader]]:
    messages = [
        head("p", Kind.PROMPT, "You", (Prose("Nothing wide here.", True),), Depth.PROMPTS),
        head("t", Kind.REPLY, "Claude", (Prose(TABLE),)),
        head("c", Kind.TOOL, "Read a.py", (Code(LINES, "python", 10),), Depth.TOOLS),
        head("d", Kind.TOOL, "Edit a.py", (Diff("a.py", (Hunk(7, 7, ("-" + "old " * 40, "+" + "new " * 40, "+y", " z")),)),),
             Depth.TOOLS, edits=True),
        head("b", Kind.TOOL, "Bash", (Code("echo " + "word " * 40, "bash", folds=True),), Depth.TOOLS),
    ]  # fmt: skip
    app = ReaderApp(MadePages(messages))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("z")
        await pilot.pause()
        yield pilot, app.reader


def lines(reader: Reader, key: str) -> list[str]:
    row = next(row for row, item in enumerate(reader.rows) if reader.heads[item].key == key)
    return [strip.text.rstrip() for strip in reader.painted(row)]


async def test_a_wide_table_keeps_its_first_column_and_shows_the_rest_on_the_way() -> None:
    async with reading() as (pilot, reader):
        before = "\n".join(lines(reader, "t"))
        assert "column0" in before and "column8" not in before and "›" in before and "‹" not in before
        assert len(lines(reader, "t")) < 10, "its cells are not towers"
        reader.to_item(1)
        for _ in range(40):
            await pilot.press("l")
        after = "\n".join(lines(reader, "t"))
        assert re.search(r"column0 +│ ‹", after) and "column8" in after and "›" not in after
        for _ in range(40):
            await pilot.press("left")
        assert "\n".join(lines(reader, "t")) == before


async def test_numbers_and_signs_stay_in_sight() -> None:
    async with reading() as (pilot, reader):
        reader.to_item(2)
        await pilot.press("right", "right")
        text = lines(reader, "c")
        assert any(re.search(r"10\s*(‹|$)", line) for line in text), "the short line went off, its number did not"
        assert any(re.search(r"11  ‹.*long.*›$", line) for line in text)
        reader.to_item(3)
        await pilot.press("l")
        assert any(re.search(r"7\s+- ‹.*old", line) for line in lines(reader, "d"))
        assert any(re.search(r"7\s+\+ ‹.*new", line) for line in lines(reader, "d"))


async def test_a_difference_beyond_the_edge_is_folded_into_sight() -> None:
    old, new = "same " * 30 + "OLD", "same " * 30 + "NEW"
    body = (Diff("a.py", (Hunk(7, 7, (f"-{old}", f"+{new}")),)),)
    app = ReaderApp(MadePages([head("d", Kind.TOOL, "Edit a.py", body, Depth.TOOLS)]))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await pilot.press("z")
        text = "\n".join(lines(app.reader, "d"))
        assert "OLD" in text and "NEW" in text


async def test_commands_are_folded_and_w_folds_all_else() -> None:
    async with reading() as (pilot, reader):
        assert "›" not in "\n".join(lines(reader, "b"))
        assert len(lines(reader, "b")) > 4
        await pilot.press("w")
        for key in ("c", "d", "t"):
            assert "›" not in "\n".join(lines(reader, key))
        assert "END" in "\n".join(lines(reader, "c"))
        await pilot.press("w")
        assert "›" in "\n".join(lines(reader, "c"))


async def test_where_nothing_is_wide_the_key_says_so() -> None:
    app = ReaderApp(MadePages([head("p", Kind.PROMPT, "You", (Prose("Short.", True),), Depth.PROMPTS)]))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await pilot.press("l")
        assert app.told == ["Nothing here is wider than the page."]


async def test_the_wheel_with_shift_scrolls_what_is_under_it() -> None:
    async with reading() as (pilot, reader):
        row = next(row for row, item in enumerate(reader.rows) if reader.heads[item].key == "t")
        y = reader._heights.top(row) + 2
        wheel = {"x": 9, "y": y, "delta_x": 0, "delta_y": 1, "button": 0, "meta": False, "ctrl": False}
        place = reader.scroll_y
        for _ in range(3):
            reader.post_message(events.MouseScrollDown(reader, shift=True, **wheel))  # type: ignore[arg-type]
        await pilot.pause()
        assert "‹" in "\n".join(lines(reader, "t")) and reader.scroll_y == place
        for _ in range(3):
            reader.post_message(events.MouseScrollUp(reader, shift=True, **wheel))  # type: ignore[arg-type]
        await pilot.pause()
        assert "‹" not in "\n".join(lines(reader, "t"))


async def test_a_hit_beyond_the_edge_is_scrolled_into_sight() -> None:
    async with reading() as (pilot, reader):
        reader.find(re.compile("END"), [2], 1)
        await pilot.press("n")
        assert any("END" in line for line in lines(reader, "c"))


async def test_a_hit_is_scrolled_to_no_further_than_needed() -> None:
    code = "word " * 10 + "EDGE\n" + "long " * 40 + "\n" + "long " * 8 + "BACK" + " long" * 40
    app = ReaderApp(MadePages([head("c", Kind.TOOL, "Read a.py", (Code(code, "text", 1),), Depth.TOOLS)]))
    async with app.run_test(size=(63, 20)) as pilot:
        await pilot.pause()
        await pilot.press("z")
        await pilot.pause()
        reader = app.reader
        reader.find(re.compile("EDGE"), [0], 0)
        await pilot.press("n")
        assert reader.aside(0) == 0 and any(line.endswith("EDGE") for line in lines(reader, "c"))
        reader.shift(0, 40)
        assert not any("BACK" in line for line in lines(reader, "c")), "it is under what does not scroll"
        reader.find(re.compile("BACK"), [0], 0)
        await pilot.press("n")
        assert any("BACK" in line for line in lines(reader, "c"))


async def test_what_is_selected_is_what_is_seen() -> None:
    async with reading() as (pilot, reader):
        reader.to_item(2)
        await pilot.press("l")
        y = next(y for y in range(reader.page_lines) if "‹" in reader.render_line(y).text and "long" in
                 reader.render_line(y).text)  # fmt: skip
        seen = reader.render_line(y).text
        await pilot.mouse_down(reader, offset=(8, y))
        await pilot.hover(reader, offset=(20, y))
        await pilot.mouse_up(reader, offset=(20, y))
        await pilot.pause()
        chosen = pilot.app.screen.get_selected_text()
        assert chosen and chosen in seen


@pytest.mark.parametrize("width", [20, 40, 80])
def test_tables_are_narrowed_while_their_words_stay_whole(width: int) -> None:
    table = "| a | b |\n|---|---|\n| " + "some words that wrap well " * 3 + "| 12 |\n"
    drawn = layout.lines(markdown.blocks(table), width)
    assert all(line.cell_length <= width for line in drawn) or width < 40
    for word in ("some", "words", "that", "wrap", "well"):
        assert any(word in line.plain for line in drawn)


SOURCE = [f"    value_{n} = compute({n})" for n in range(60)]


def source(*, wide: int, words: str = "NEEDLE") -> str:
    lines = list(SOURCE)
    lines[wide] = "    words = '" + "filler " * 40 + words + " tail" * 40 + "'"
    return "\n".join(lines)


@asynccontextmanager
async def code(text: str, size: tuple[int, int] = (80, 31)) -> AsyncIterator[tuple[Pilot[None], Reader]]:
    app = ReaderApp(MadePages([head("c", Kind.TOOL, "Read a.py", (Code(text, "python", 1),), Depth.TOOLS)]))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("z")
        await pilot.pause()
        yield pilot, app.reader


def page(reader: Reader) -> list[str]:
    return [reader.render_line(y).text.rstrip() for y in range(reader.page_lines)]


async def test_only_the_line_of_a_hit_moves() -> None:
    async with code(source(wide=30)) as (pilot, reader):
        reader.find(re.compile("NEEDLE"), [0], 1)
        await pilot.press("n")
        shown = page(reader)
        (hit,) = [line for line in shown if "NEEDLE" in line]
        assert re.search(r"31\s+‹.*›$", hit)
        assert sum("= compute(" in line for line in shown) >= len(shown) - 3, "the code around it stays in sight"
        await pilot.press("l")
        assert not any("NEEDLE" in line for line in page(reader)), "by hand all lines move, from where they are"
        await pilot.press("n")
        await pilot.press("N")


async def test_the_next_hit_lets_the_line_go_back() -> None:
    text = source(wide=30).replace("value_33 ", "NEEDLE_33 ")
    async with code(text) as (pilot, reader):
        reader.find(re.compile("NEEDLE"), [0], 2)
        await pilot.press("n", "n")
        shown = page(reader)
        assert any("NEEDLE_33" in line for line in shown)
        assert any(re.search(r"31\s+words = 'filler", line) for line in shown)
        await pilot.press("N")
        assert any("NEEDLE tail" in line for line in page(reader))


async def test_folding_lines_keeps_the_hit_and_the_place() -> None:
    text = source(wide=50).replace("value_3 ", "value_3 " + "long " * 200)
    async with code(text) as (pilot, reader):
        reader.find(re.compile("NEEDLE"), [0], 1)
        await pilot.press("n")
        for _ in range(2):
            await pilot.press("w")
            assert any("NEEDLE" in line for line in page(reader))
        reader.find(None)
        reader.go(0, 40)
        top = re.search(r"value_\d+", page(reader)[0])
        assert top
        for _ in range(2):
            await pilot.press("w")
            assert top[0] in page(reader)[0]
