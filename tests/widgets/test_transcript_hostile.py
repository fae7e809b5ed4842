"""Whatever a log holds, nothing of it gives the terminal an order, breaks a line's width, or stops the page."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.content import Content
from transcript_pages import MadePages, ReaderApp, head

from tally_tui.widgets.transcript import layout, markdown, safe, terminal
from tally_tui.widgets.transcript.pages import Body, Code, Depth, Diff, Hunk, Kind, Label, Output, Prose, Todos
from tally_tui.widgets.transcript.sideways import still_cells
from tally_tui.widgets.transcript.tool_parts import parts
from tally_tui.widgets.transcript.tool_titles import title

HOSTILE = (
    "AA\x1b]0;PWNED\x07BB\x1b[2JCC\x9b31mDD\x1bPq#0\x1b\\EE\x00FF\x1b[?1049lGG\x85HH\u2028II\rJJ\x08KK"
    "\u202eLL\u2066MM\u200bNN\ufeffOO\U000e0041PP[/]QQ[@click=app.quit]RR[/] e" + "\u0301" * 300 + ""
    " 漢字👩‍👩‍👧‍👦 \udfff SS"
)
FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200d-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e0fff]"
)

MARKDOWN = (
    f"# {HOSTILE}\n\n- {HOSTILE}\n\n> {HOSTILE}\n\n| {HOSTILE} | b |\n|---|---|\n| `{HOSTILE}` | x |\n\n"
    f"```{HOSTILE}\n{HOSTILE}\n```\n\n"
    f"[{HOSTILE}](http://x/{HOSTILE}) ![{HOSTILE}](y) &#27;[31m &#x202e; <b>{HOSTILE}</b>"
)
BODY: Body = (
    Prose(MARKDOWN),
    Code(HOSTILE * 3, "python"),
    Code(HOSTILE, HOSTILE, 3),
    Output(HOSTILE + "\x1b[31mred\x1b[0m" + HOSTILE),
    Diff(HOSTILE, (Hunk(1, 1, ("-" + HOSTILE, "+" + HOSTILE + "!", " " + HOSTILE)),)),
    Todos((("done", HOSTILE), ("no such state", HOSTILE))),
    Label(HOSTILE),
)


@pytest.mark.parametrize("width", [36, 80, 140])
async def test_every_part_of_every_kind(width: int) -> None:
    messages = [
        head(f"k{kind}", kind, HOSTILE, BODY, Depth.PROMPTS, note=HOSTILE, figures="$1", time_ms=1, error=True, level=2)
        for kind in Kind
    ]
    app = ReaderApp(MadePages(messages))
    async with app.run_test(size=(width, 40)) as pilot:
        await pilot.press("z", "T")
        await pilot.pause()
        reader = app.reader
        room = reader.scrollable_content_region.width
        for row in range(len(reader.rows)):
            strips = reader.painted(row)
            assert not any(FORBIDDEN.search(strip.text) for strip in strips)
            assert {strip.cell_length for strip in strips} == {room}
            assert "\n".join(strip.text for strip in reader.strips(row)).count("RR") >= 5, "shown, not dropped"
        await pilot.press("G", "c")
        await pilot.pause()
        assert app.copied, "and what is copied is the text itself"
        assert app.is_running


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(codec=None), max_size=300), st.integers(4, 60))
def test_no_text_survives_unsafe_or_too_wide(text: str, width: int) -> None:
    drawn: list[Content] = [
        *layout.lines(markdown.blocks(text), max(12, width), wraps=True),
        *[piece for line in terminal.output(text) for piece in safe.fold(line, max(12, width))],
        *layout.code(safe.block(text), "", max(12, width), False, folds=True),
    ]
    scrolling = [*layout.lines(markdown.blocks(text), max(12, width)), *layout.code(safe.block(text), "", width, False)]
    for line in [*drawn, *scrolling]:
        assert not FORBIDDEN.search(line.plain), repr(line.plain)
        assert line.cell_length <= max(12, width) or (line in scrolling and still_cells(line) is not None)


@given(st.text(max_size=200), st.integers(2, 20))
def test_folding_loses_nothing(text: str, width: int) -> None:
    line = safe.line(text)
    assert "".join(piece.plain for piece in safe.fold(Content(line), width)) == Content(line).plain


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["command", "cmd", "file_path", "old_string", "edits", "todos", "plan", "questions", "options", "path",
         "content", "structuredPatch", "lines", "changes", "unified_diff", "input", "prompt"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        ["Bash", "Edit", "Write", "MultiEdit", "Read", "TodoWrite", "Task", "apply_patch", "exec", "mcp__a__b", ""]
    ),
    JSON, st.text(max_size=60), st.none() | st.text(max_size=60), st.booleans(), JSON,
)  # fmt: skip
def test_no_shape_of_a_tool_call_is_too_odd(
    tool: str, given: object, text: str, result: str | None, failed: bool, detail: object
) -> None:
    assert isinstance(title(tool, given, text), str)
    for part in parts(tool, given, text, result, failed, detail):
        assert isinstance(part, Prose | Code | Output | Diff | Todos | Label)


def test_huge_lines_and_texts_take_no_time() -> None:
    began = time.process_time()
    huge = "x" * 3_000_000
    assert "more characters" in terminal.output(huge)[0].plain
    assert len(layout.lines(markdown.blocks("word " * 300_000), 80)) > 100
    assert "more characters" in layout.lines(markdown.blocks(huge), 80)[-1].plain
    markdown.blocks("[" * 5_000), markdown.blocks("> " * 3_000), markdown.blocks("*a" * 20_000)
    layout.lines(markdown.blocks("|a" * 3_000 + "\n" + "|-" * 3_000 + "\n"), 40)
    assert time.process_time() - began < 20
