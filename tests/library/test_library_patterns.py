"""What a line must have, as it lies on disk, where a pattern matches the text in it."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tally_tui.library.folding import composed
from tally_tui.library.patterns import line_test
from tally_tui.library.phrases import Quick, sought
from tally_tui.query.terms import Term, Value, compiled


def may_say(pattern: str, line: bytes) -> bool:
    return Quick.of([sought(Term("text", (Value(pattern),), "regex"))]).may_say(line)


@pytest.mark.parametrize(
    ("pattern", "needles"),
    [
        ("timeout", ["timeout"]),
        ("time.?out", ["time", "out"]),
        ("Exit code [1-9]", ["exit code "]),
        ("colou?r", ["colo", "r"]),
        ("a|b", []),
        ("(ab)?c", ["c"]),
        (r"\d+ms", ["ms"]),
        ("fo*bar", ["bar", "f"]),
        ("ab+c", ["ab", "bc"]),
        (r"Traceback[\s\S]*Error", ["traceback", "error"]),
        (r"(?:def|class) \w+_test", [" ", "_test"]),
        (r"^\bend\b$", ["end"]),
        (r"(x)\1", ["x"]),
        ("(?=ahead)here(?!not)", ["here"]),
        (".*", []),
    ],
)  # fmt: skip
def test_letters_that_every_match_has(pattern: str, needles: list[str]) -> None:
    assert sorted(needle.decode() for needle in line_test(compiled(pattern)).needles) == sorted(needles)


@pytest.mark.parametrize(
    ("pattern", "line", "may"),
    [
        (r"\d{4}-\d\d", r'{"text": "on 2026-03"}', True),
        (r"\d{4}-\d\d", r'{"text": "on 26-03"}', False),
        ("foo|bar", r'{"text": "a BAR"}', True),
        ("foo|bar", r'{"text": "baz"}', False),
        ('say "hi', r'{"text": "say \"hi"}', True),
        ('say "hi', r'{"arguments": "{\"text\": \"say \\\"hi\"}"}', True),
        ("src/main", r'{"text": "src\/main"}', True),
        (r"one\s+two", r'{"text": "one\n  two"}', True),
        ("caf.!", '{"text": "café!"}', True),
        ("caf.!", r'{"text": "caf\u00e9!"}', True),
        ("caf.!", r'{"text": "caf!"}', False),
    ],
)  # fmt: skip
def test_a_line_is_looked_at_as_it_is_written(pattern: str, line: str, may: bool) -> None:
    assert may_say(pattern, line.encode()) is may


@pytest.mark.parametrize(
    "pattern", ["(?i:a)b", "(?s:.)x", "(a)(?(1)b|c)", r"[^\x00-\x7f]", "a{3}", "(a{40}){40}", r"\x1b", "(?:a{150}b?){1,3}"]
)
def test_what_is_beyond_it_only_asks_for_less(pattern: str) -> None:
    for text in ("ab", "\nx", "aaa", "é", "a" * 1600, "\x1b"):
        if compiled(pattern).search(text):
            assert may_say(pattern, json.dumps({"text": text}, ensure_ascii=False).encode())


_ATOMS = st.sampled_from([
    "a", "B", "k", "S", "é", ".", r"\d", r"\w", r"\s", r"\S", "[a-c]", "[^a]", '"', r"\\", "/", r"\n", r"\t", "-", " ", "東",
    "[é-ü]", r"\b",
])  # fmt: skip
_PATTERNS = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{1,3}", "*?", "{2,}"])).map(
            lambda both: f"(?:{both[0]}){both[1]}"
        ),
        st.tuples(inner, inner).map(lambda both: f"({both[0]}|{both[1]})"),
    ),
    max_leaves=8,
)


@given(
    pattern=_PATTERNS,
    text=st.text(st.sampled_from('aAbBcé東1 _-"\\/\n\t\rüxkKs\u212aſ\u0301'), max_size=14),
    ascii_only=st.booleans(),
    slashes=st.booleans(),
    inside=st.booleans(),
)
def test_a_quick_look_never_misses_a_match(
    pattern: str, text: str, ascii_only: bool, slashes: bool, inside: bool
) -> None:
    try:
        wanted = compiled(pattern)
    except (re.error, OverflowError):
        assume(False)
        raise
    assume(any(found.end() > found.start() for found in wanted.finditer(composed(text))))
    line = json.dumps({"text": text}, ensure_ascii=ascii_only)
    line = json.dumps({"arguments": line}, ensure_ascii=ascii_only) if inside else line
    line = line.replace("/", "\\/") if slashes else line

    assert may_say(pattern, line.encode())
