"""What is sought is found in the lines that an item is drawn in, as it is found in its text."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from tally_tui.library.folding import Text
from tally_tui.library.phrases import sought
from tally_tui.query import LIBRARY, TEXT, parse
from tally_tui.widgets.transcript.layout import wrapped
from tally_tui.widgets.transcript.seeking import Words, around, places, seen_in


def words(query: str) -> Words:
    found = parse(query, now=0, tz=ZoneInfo("UTC"), allow=LIBRARY).of(TEXT)
    return Words(tuple(sought(term) for term in found), query)


def marked(lines: list[str], query: str, width: int) -> list[str]:
    seen = seen_in(lines, words(query), width)
    return [lines[line][start:end] for line, spans in sorted(seen.spans.items()) for start, end in spans]


def test_a_phrase_is_found_over_the_end_of_a_line() -> None:
    lines = ["the very green", "lantern hangs", "on a mast"]
    assert marked(lines, '"green lantern"', 16) == ["green", "lantern"]
    assert seen_in(lines, re.compile(r"green\ lantern"), 16).stops == (0,)
    assert marked(["│ ┊ the very green", "│ ┊ lantern hangs"], '"green lantern"', 20) == ["green", "lantern"]


def test_a_word_of_cjk_is_found_where_the_line_ends_in_it() -> None:
    assert marked(["日本語検", "索は良い"], "検索", 8) == ["検", "索"]


def test_lines_that_end_by_themselves_are_not_joined_for_a_pattern() -> None:
    assert seen_in(["a green", "lantern"], re.compile("green.lantern"), 60).spans == {}
    assert marked(["a green", "lantern"], '"green lantern"', 60) == ["green", "lantern"], "a phrase goes over a break"


def test_words_are_whole_as_in_the_search() -> None:
    lines = ["greenlantern lantern_x lanterns", "LÄNTERN"]
    assert marked(lines, "lantern", 60) == ["lantern", "LÄNTERN"]
    assert marked(lines, "länter*", 60) == ["lanter", "lanter", "LÄNTER"]


def test_of_several_words_one_walks_to_where_they_are_closest() -> None:
    lines = ["green a", "b", "c", "a lantern, green", "lantern"]
    seen = seen_in(lines, words("green lantern"), 60)
    assert seen.stops == (3,) and seen.whole and set(seen.spans) == {0, 3, 4}
    assert not seen_in(lines[:1], words("green lantern"), 60).whole


def test_the_title_is_walked_to_only_where_nothing_below_it_has_it() -> None:
    assert seen_in(["Bash make", "make", "make: done"], words("make"), 60, 0).stops == (1, 2)
    assert seen_in(["Bash make", "nothing"], words("make"), 60, 0).stops == (0,)


def test_what_is_not_drawn_is_told_from_the_text() -> None:
    text = "x" * 500 + " see [notes](http://example.org/n) " + "y" * 500
    piece = around([text], words("example.org"), 60)
    assert piece.startswith("…") and piece.endswith("…") and "(http://example.org/n)" in piece and len(piece) < 70
    assert around(["nothing"], words("example.org"), 60) == ""


def test_nothing_sought_is_found_everywhere() -> None:
    assert seen_in(["a"], words("tool:Bash"), 60).whole


@pytest.mark.parametrize("query", ['"green lantern"', "検索", "lantern", "green*", "->"])
@given(data=st.data(), width=st.integers(12, 60))
def test_wrapping_hides_nothing(query: str, data: st.DataObject, width: int) -> None:
    parts = st.sampled_from(["green", "lantern", "検索", "日本", "a", "->", "greenhouse", "x" * 20, "検"])
    text = " ".join(data.draw(st.lists(parts, min_size=1, max_size=30)))
    lines = [each.plain for each in wrapped(Content(text), width)]
    assert all(cell_len(line) <= width for line in lines)
    there = bool(places(words(query), text))
    assert there == any(term.holds(Text(text)) for term in words(query).terms)
    assert not there or seen_in(lines, words(query), width).spans
