"""A hit as lines: what was sought in its surroundings, whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.reports.search_answers import SearchHit
from tally_tui.widgets.hits import CONTEXT, Lead, height_of, lines_of
from tally_tui.widgets.text import clean


def hit(snippet: str, *spans: tuple[int, int], gone: bool = False) -> SearchHit:
    return SearchHit(
        "claude", "s", "s", "t", "p", "assistant", "reply", "", 0, snippet, spans, None, "/f", 0, 1, "", gone=gone
    )


TEXT = st.text(st.sampled_from("ab \t\n\r\x1b\u202e\u2028東`*#/"), max_size=40)


@given(TEXT, st.data(), st.booleans(), st.booleans())
def test_every_span_marks_what_it_marked(snippet: str, data: st.DataObject, brief: bool, narrow: bool) -> None:
    start = data.draw(st.integers(0, len(snippet)))
    end = data.draw(st.integers(start, len(snippet)))
    spans = ((start, end),) if end > start else ()
    lines = lines_of(hit(snippet, *spans), brief, narrow)
    assert 1 <= len(lines) <= (1 if brief else CONTEXT + narrow)
    assert height_of(hit(snippet, *spans), brief, narrow) == len(lines)
    for line in lines:
        assert clean(line.text) == line.text
        for low, high in line.spans:
            assert 0 <= low <= high <= len(line.text)
            assert line.text[low:high] in clean(snippet[start:end])


@pytest.mark.parametrize("narrow", [False, True])
def test_the_lines_around_the_hit_that_say_anything(narrow: bool) -> None:
    text = "one\ntwo\n\n  \nthe amber line\n\nafter\nmore"
    at = text.index("amber")
    lines = lines_of(hit(text, (at, at + 5)), False, narrow)
    said = [line for line in lines if line.lead is not Lead.ALONE]
    assert [line.text for line in said] == ["two", "the amber line", "after"]
    assert [line.spans for line in said] == [(), ((4, 9),), ()]
    (brief,) = lines_of(hit(text, (at, at + 5)), True, narrow)
    assert (brief.text, brief.spans) == ("the amber line", ((4, 9),))


def test_words_are_shown_plain_and_what_was_sought_stays_marked() -> None:
    text = "## Why\nThe **last** line of `tail.py` in src/**/*.py"
    at = text.index("tail")
    lines = lines_of(hit(text, (at, at + 4)), False, False)
    assert [line.text for line in lines] == ["Why", "The last line of tail.py in src/**/*.py"]
    (span,) = lines[1].spans
    assert lines[1].text[slice(*span)] == "tail"
    at = text.index("`tail")
    _, line = lines_of(hit(text, (at, at + 9)), False, False)
    assert "`tail.py`" in line.text and line.text[slice(*line.spans[0])] == "`tail.py`", "signs that were sought stay"
    raw = SearchHit("claude", "s", "s", "t", "p", "tool", "tool_output", "Bash", 0, "a `b`", (), None, "/f", 0, 1, "")
    assert lines_of(raw, True, False)[0].text == "a `b`", "what a program wrote is no Markdown"


def test_a_hit_whose_log_is_gone_says_so() -> None:
    (line,) = lines_of(hit("", gone=True), False, False)
    assert height_of(hit("", gone=True), False, True) == 1
    assert line.text == "(its log is gone)"
