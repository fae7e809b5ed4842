"""Changing one place of a JSON text: the rest stays as it is written, and it can be taken back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.record.json_text import (
    NoJsonError,
    add_item,
    add_member,
    remove_item,
    remove_member,
    replace,
    scan,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(max_size=5), VALUES, max_size=4)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A JSON object as many hands would write it."""
    text = json.dumps(
        draw(OBJECTS),
        indent=draw(st.sampled_from([None, 1, 2, 4, "\t"])),
        separators=draw(st.sampled_from([None, (",", ":"), (" , ", " : ")])),
        ensure_ascii=draw(st.booleans()),
    )
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    before, behind = st.sampled_from(["", "\ufeff", "\n", " "]), st.sampled_from(["", "\n", "\r\n\r\n", " \t"])
    return draw(before) + text + draw(behind)


def meant(text: str) -> Any:
    return json.loads(text.removeprefix("\ufeff"))


@given(texts())
def test_a_text_is_understood_as_readers_of_json_do(text: str) -> None:
    assert scan(text).value == meant(text)


@given(texts(), VALUES)
def test_a_member_goes_in_and_out_again(text: str, value: Any) -> None:
    before = meant(text)
    name = "ours" * (1 + max(map(len, before), default=0))
    added = add_member(text, scan(text), name, value)
    assert meant(added) == {**before, name: value}
    assert list(meant(added))[-1] == name
    assert remove_member(added, scan(added), name) == text


@given(texts(), st.lists(VALUES, max_size=3), VALUES)
def test_an_item_goes_in_and_out_again(text: str, items: list[Any], value: Any) -> None:
    text = add_member(text, scan(text), "list" * 9, items)
    node = scan(text).member("list" * 9)
    assert node is not None
    added = add_item(text, node, value)
    node = scan(added).member("list" * 9)
    assert node is not None
    assert node.value == [*items, value]
    assert remove_item(added, node, len(items)) == text


@given(texts())
def test_any_member_can_go(text: str) -> None:
    before = meant(text)
    for name in before:
        left = remove_member(text, scan(text), name)
        assert meant(left) == {other: value for other, value in before.items() if other != name}


def test_an_addition_looks_like_its_neighbours() -> None:
    text = '{\n\t"a": 1,\n\t"b": [\n\t\t1\n\t]\n}\n'
    assert add_member(text, scan(text), "c", {"d": [2]}) == (
        '{\n\t"a": 1,\n\t"b": [\n\t\t1\n\t],\n\t"c": {\n\t\t"d": [\n\t\t\t2\n\t\t]\n\t}\n}\n'
    )
    assert add_member('{"a":1}', scan('{"a":1}'), "c", {"d": 2}) == '{"a":1,"c":{"d":2}}'
    assert add_member('{"a": 1}', scan('{"a": 1}'), "c", {"d": 2}) == '{"a": 1, "c": {"d": 2}}'
    assert add_member("{}\n", scan("{}\n"), "c", 1) == '{\n  "c": 1\n}\n'


def test_the_last_of_two_members_of_one_name_is_the_one_that_counts() -> None:
    text = '{"a": 1, "a": 2}'
    node = scan(text).member("a")
    assert node is not None
    assert replace(text, node, "3") == '{"a": 1, "a": 3}'


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", '{"a": 1,}', '{"a": NaN}', "{} {}", "// x\n{}", "[" * 100_000])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(NoJsonError):
        scan(text)
