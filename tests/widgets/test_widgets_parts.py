"""Keys and facts side by side: on narrow screens none is torn from its word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from tally_tui.widgets.parts import keys, lines_of

WORDS = st.text(alphabet="abc ·^", min_size=0, max_size=12).map(lambda text: " ".join(text.split()))


@given(st.lists(WORDS, max_size=12), st.integers(12, 60), st.sampled_from(["  ", " · "]))
def test_no_part_is_broken_or_lost_and_no_line_begins_or_ends_between(
    words: list[str], width: int, between: str
) -> None:
    lines = [line.plain for line in lines_of(map(Content, words), width, between)]
    shown = [word for word in words if word]
    rest = list(shown)
    for line in lines:
        assert len(line) <= width
        taken = []
        while rest and len(between.join([*taken, rest[0]])) <= len(line):
            taken.append(rest.pop(0))
        assert between.join(taken) == line
    assert not rest


def test_what_is_longer_than_a_line_is_broken_at_its_spaces() -> None:
    lines = [line.plain.rstrip() for line in lines_of([Content("a"), Content("one two three four")], 10, " · ")]
    assert lines == ["a", "one two", "three four"]


def test_as_few_lines_as_there_is_room_for() -> None:
    parts = keys((("↵", "opens"), ("^r", "best first"), ("Esc", "back")))
    assert [line.plain for line in lines_of(parts, 80, "  ")] == ["↵ opens  ^r best first  Esc back"]
    assert [line.plain for line in lines_of(parts, 22, "  ")] == ["↵ opens  ^r best first", "Esc back"]
    assert [line.plain for line in lines_of(parts, 20, "  ")] == ["↵ opens", "^r best first", "Esc back"]
