"""What is typed → what the index is asked, and what is verified in the text."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.library.folding import Text
from tally_tui.library.phrases import Quick, Sought, sought
from tally_tui.logs.messages import Item, Kind, fields
from tally_tui.query import LIBRARY, parse


def term(text: str, typing: bool = False) -> Sought:
    return sought(parse(text, now=0, tz=ZoneInfo("UTC"), allow=LIBRARY).terms[0], typing=typing)


@pytest.mark.parametrize(
    ("query", "text", "holds"),
    [
        ('"exit code 1"', "got Exit  Code\n1 here", True),
        ('"exit code 1"', "exit code 12", False),
        ('"exit code 1"', "code 1 exit", False),
        ('"src/main.py"', "see src/main.py:12", True),
        ('"src/main.py"', "src main py", False),
        ("foo_bar", "a.foo_bar()", True),
        ("foo_bar", "foo bar", False),
        ("it's", "It's fine", True),
        ("->", "x->y", True),
        ("caf\u00e9-bar", "the Cafe-Bar", True),
        ("東京都庁", "これは東京都庁です", True),
        ("東京都庁", "東京 京都 都庁", False),
        ("re:time.?out", "Time-Out", True),
        ("re:^end$", "start\nend\nmore", True),
    ],
)  # fmt: skip
def test_what_a_text_must_be_like(query: str, text: str, holds: bool) -> None:
    wanted = term(query)
    assert wanted.verified
    assert wanted.holds(Text(text)) is holds


@pytest.mark.parametrize("query", ["timeout", "time*", "東京", "日", "Überall"])
def test_plain_words_need_no_look_at_the_text(query: str) -> None:
    assert not term(query).verified


@pytest.mark.parametrize(
    ("query", "typing", "expression"),
    [
        ("timeout", False, '"timeout"'),
        ("timeout", True, '"timeout"*'),
        ("t", True, '"t"'),
        ("time*", False, '"time"*'),
        ("foo-bar", True, '"foo" AND "bar"*'),
        ("foo-b", True, '"foo"'),
        ("foo-", True, '"foo"'),
        ("日", False, '"日"*'),
        ("日本語", False, '"日本" AND "本語"'),
        ("->", False, ""),
        ('"*" OR words', False, ""),
        ('"say ""hi"', False, '"say"'),
    ],
)  # fmt: skip
def test_what_the_index_is_asked(query: str, typing: bool, expression: str) -> None:
    assert term(query, typing).expression() == expression


_PIECES = st.sampled_from(["exit", "Exit", "code", "c\u00f6de", " ", "  ", "\n", "\t", "\u00a0", "/", "-", '"', "\\", "1", "x", "\u00c9xit"])


@given(
    said=st.lists(_PIECES, max_size=12).map("".join), query=st.sampled_from(['"exit code"', '"exit/code"', "exit-code", '"code 1"', "->"]),
    ascii_only=st.booleans(), slashes=st.booleans(), typing=st.booleans(),
)  # fmt: skip
def test_a_quick_look_at_a_line_never_misses_what_its_text_has(
    said: str, query: str, ascii_only: bool, slashes: bool, typing: bool
) -> None:
    line = json.dumps({"text": said}, ensure_ascii=ascii_only)
    line = line.replace("/", "\\/") if slashes else line
    wanted = term(query, typing)

    if wanted.holds(Text(said)):
        assert Quick.of([wanted]).may_say(line.encode())


_COLOURS = st.sampled_from(["\x1b[31m", "\x1b[0m", "\x1b[1;38:5:9m", "\x1b[K", "\x1b[?25l", "\x1b(B", "\x1b[ q"])


@given(
    said=st.lists(_PIECES | _COLOURS, max_size=12).map("".join),
    query=st.sampled_from(['"exit code"', "exit-code", "->", "re:exit.code", "re:e?xit-1", r"re:code\s+1", "re:31mexit"]),
    deep=st.booleans(),
)
def test_nor_where_a_terminals_colours_stand_between(said: str, query: str, deep: bool) -> None:
    line = json.dumps({"text": json.dumps({"output": said}) if deep else said})
    wanted = term(query)
    plain = next(text for _, text in fields(Item(Kind.TOOL_RESULT, 0, 0, text=said))) if said else ""

    if wanted.holds(Text(plain)):
        assert Quick.of([wanted]).may_say(line.encode())


def test_a_quick_look_spares_most_lines() -> None:
    wanted = term('"exit code"')

    assert not Quick.of([wanted]).may_say(b'{"text": "the code to exit"}')
    assert not Quick.of([wanted]).may_say(b'{"text": "\\u001b[31mthe\\u001b[0m code to exit"}')
    assert Quick.of([wanted]).may_say(b'{"text": "\\u001b[31mexit\\u001b[0m code"}')
    assert Quick.of([wanted]).may_say(b'{"text": "Exit\\ncode"}')
