"""What is folded away shows that it is, and how much of it there is; a line's note is never cut."""

from __future__ import annotations

import pytest
from transcript_pages import MadePages, Message, ReaderApp, clock, head

from tally_tui.logs.messages import Item, Mark
from tally_tui.logs.messages import Kind as Said
from tally_tui.reports.transcripts import Entry
from tally_tui.widgets.transcript.drawing import Fold, Page, draw
from tally_tui.widgets.transcript.entries import body_of, head_of, media_labels
from tally_tui.widgets.transcript.pages import Depth, Kind, Label, Prose
from tally_tui.widgets.transcript.reader import Reader

PROMPT = head("p", Kind.PROMPT, "You", (Prose("Why is it\nlost, and\nsince when?", True),), Depth.PROMPTS,
              time_ms=36_000_000, figures="$0.42 · 12.3k")  # fmt: skip
REPLY = head("r", Kind.REPLY, "", (Prose("Since the last release, as far as I see."),))


def folded(message: Message, width: int) -> str:
    (line,) = draw(*message, Fold.FOLDED, Page(width, False, clock), False)
    assert line.cell_length <= width
    return line.plain.rstrip()


@pytest.mark.parametrize("width", [38, 78, 138])
def test_a_folded_prompt_shows_the_sign_its_size_and_how_it_begins(width: int) -> None:
    line = folded(PROMPT, width)
    assert line.startswith("▸ You · 10:00 · 3 lines")
    assert line.endswith("$0.42 · 12.3k")
    assert ("Why is it" in line) == (width > 40)


def test_a_folded_reply_without_a_name_is_told_by_its_words() -> None:
    assert folded(REPLY, 78) == "▸ Since the last release, as far as I see. · 9 words"
    assert folded((REPLY[0], ()), 78) == "▸ reply · 6 words", "its text is not here"


async def test_a_fold_is_opened_by_the_mouse_again() -> None:
    app = ReaderApp(MadePages([PROMPT, REPLY]))
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert app.reader.fold_of(PROMPT[0]) is Fold.FOLDED
        await pilot.click(Reader, offset=(6, 0))
        await pilot.pause()
        assert app.reader.fold_of(PROMPT[0]) is Fold.OPEN


def test_the_note_is_whole_where_the_tools_name_fills_the_line() -> None:
    call = head("t", Kind.TOOL, "mcp__weather__forecast_hourly_and_daily", (Prose("x"),), Depth.TOOLS, note="failed",
                error=True)  # fmt: skip
    for width in range(26, 60):
        assert folded(call, width).endswith("✗ failed"), width


def test_a_command_that_put_nothing_out_says_so() -> None:
    for text in ("", "\x1b[2m\x1b[22m"):
        shown = head_of(Entry(Item(Said.COMMAND, 0, 0, text=text, marks=Mark.OUTPUT)))
        assert shown.title == "└ no output" and shown.hollow


def test_what_the_machinery_told_shows_how_much_it_is() -> None:
    item = Item(Said.SUMMARY, 0, 0, text="It began so.\nThen more.\n\nAnd the end.\n")
    assert head_of(Entry(item, length=len(item.text), breaks=4)).note == "4 lines"


@pytest.mark.parametrize(
    ("name", "detail", "told"),
    [
        ("image/png", {"media_bytes": 34_100}, "▨ image · png · 34.1 kB"),
        ("image", None, "▨ image"),
        ("generated", {}, "▨ image · generated"),
    ],
)
def test_an_image_is_told_once_with_its_kind_and_size(name: str, detail: object, told: str) -> None:
    image = Item(Said.IMAGE, 0, 0, name=name, detail=detail)
    assert head_of(Entry(image)).title == told
    call = Item(Said.TOOL_CALL, 0, 0, name="Read")
    (label,) = media_labels(Entry(call, answers=(image,)))
    assert isinstance(label, Label) and label.text == told
    assert body_of(call, None)
