"""Several records on one line, and torn ones: the same whenever the line was read, for numbers and for text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_logs import answer, count, meta, prompt, turn

from tally_tui.logs.message_reading import items_at, parse_items
from tally_tui.logs.parse import parse
from tally_tui.logs.salvage import salvage
from tally_tui.model import Provider

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(st.sampled_from('ab"\\{}[]:,\n é\0'), max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "a", "{", '"']), inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.builds(lambda kind, more: {"type": kind, "uuid": kind} | more, st.sampled_from("xyz"), st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3))


def dumped(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


@given(objects=st.lists(OBJECTS, max_size=4), gaps=st.lists(st.sampled_from([b"", b"", b" ", b"\0\0", b"\r"]), min_size=5, max_size=5))
def test_object_after_object(objects: list[Any], gaps: list[bytes]) -> None:
    line = gaps[4] + b"".join(dumped(value) + gap for value, gap in zip(objects, gaps, strict=False)) + b"\n"
    found = salvage(line)
    assert ([part.value for part in found.parts], found.broken, found.torn) == (objects, (), False)
    for part in found.parts:
        assert salvage(line[part.start : part.end]).parts[0].value == part.value


@given(torn=OBJECTS, cut=st.integers(1, 400), after=st.lists(OBJECTS, min_size=1, max_size=3), before=st.lists(OBJECTS, max_size=1))
def test_a_torn_beginning_before_a_whole_object(torn: Any, cut: int, after: list[Any], before: list[Any]) -> None:
    """What follows the tear is taken; it cannot always be told from a value that the torn object holds."""
    torn = {"type": "torn", "text": "so far", "more": torn["type"] * 3}
    piece = dumped(torn)
    piece = piece[: 1 + cut % (len(piece) - 1)]
    line = b"".join(map(dumped, before)) + piece + b"".join(map(dumped, after)) + b"\n"
    found = salvage(line)
    assert [part.value for part in found.parts] == before + after
    assert len(found.broken) == 1 and not found.torn


def test_what_is_nested_in_a_torn_record_is_no_record() -> None:
    block = {"type": "text", "text": "hi"}
    whole = dumped({"type": "assistant", "message": {"type": "message", "content": [block, block], "usage": {"type": "u"}}})
    last = {"type": "summary", "summary": "a title", "leafUuid": "u"}
    for cut in range(1, len(whole)):
        found = [part.value for part in salvage(whole[:cut] + dumped(last) + b"\n").parts]
        assert found == [last], whole[:cut]
        assert salvage(whole[:cut] + b"\n").parts == (), "nothing whole follows"
        if whole[cut : cut + 1] != b"{":
            assert salvage(whole[cut:] + b"\n").parts == (), "a lost beginning is no record either"


def test_a_line_of_many_beginnings_takes_no_time_that_grows_with_its_square() -> None:
    line = b'{"type":"x","a":' + b'{"k":[' * 60_000 + b"\n"
    assert salvage(line).parts == ()


CLAUDE = [prompt("s", 1, "first"), answer("s", "m1", 2, 300), {"type": "summary", "summary": "a title", "leafUuid": "s-m1-0"},
          answer("s", "m2", 3, 40), prompt("s", 4, "then { more")]  # fmt: skip
CODEX = [meta("t", 1), turn(2, "t1"), count(3, (100, 0, 10), (100, 0, 10)),
         {"timestamp": "2026-03-01T00:03:30.000Z", "type": "event_msg", "payload": {"type": "user_message", "message": "second"}},
         count(4, (300, 50, 30), (200, 50, 20))]  # fmt: skip


@pytest.mark.parametrize(("provider", "records"), [(Provider.CLAUDE, CLAUDE), (Provider.CODEX, CODEX)], ids=["claude", "codex"])
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_line_read_half_and_later_is_as_if_read_whole(
    provider: Provider, records: list[Any], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    log = b""
    for record in records:
        if data.draw(st.integers(0, 4)) == 0:
            log += dumped(record)[: data.draw(st.integers(1, 40))]  # torn: its writer died
        log += dumped(record) + data.draw(st.sampled_from([b"\n", b"\n", b"", b" ", b"\0\0"]))
    folder = tmp_path_factory.mktemp("grown")
    path, whole = folder / "grown.jsonl", folder / "whole.jsonl"
    whole.write_bytes(log + b"\n")
    path.touch()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(log)), max_size=4)))
    calls: dict[int, tuple[int, int, int]] = {}
    skipped: dict[str, int] = {}
    texts: list[tuple[int, int, str]] = []
    cursor, state, reached, said = 0, b"", 0, b""
    for start, end in zip([0, *cuts], [*cuts, len(log) + 1], strict=True):
        with path.open("ab") as growing:
            growing.write((log + b"\n")[start:end])
        chunk = parse(str(path), provider, cursor, state)
        cursor, state = chunk.cursor, chunk.state
        for seen in chunk.sightings:
            calls.setdefault(seen.identity, (seen.offset, seen.input, seen.output))
        for name, (times, _) in chunk.skipped.items():
            skipped[name] = skipped.get(name, 0) + times
        items = parse_items(str(path), provider, reached, said)
        reached, said = items.cursor, items.state
        texts += [(item.offset, item.part, item.text) for item in items.items]
    clean = parse(str(whole), provider)
    assert calls == {seen.identity: (seen.offset, seen.input, seen.output) for seen in clean.sightings}
    assert skipped == {name: times for name, (times, _) in clean.skipped.items()}
    wanted = parse_items(str(whole), provider).items
    assert texts == [(item.offset, item.part, item.text) for item in wanted]
    for item in wanted:
        again = [each.text for each in items_at(str(whole), provider, item.offset, item.length)]
        assert item.text in again


def test_an_unterminated_last_line_counts_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "rollout.jsonl"
    raw = b"\n".join(map(dumped, CODEX))
    path.write_bytes(raw)
    chunk = parse(str(path), Provider.CODEX)
    assert (len(chunk.sightings), chunk.cursor) == (2, len(raw))
    path.write_bytes(raw[:-1])
    chunk = parse(str(path), Provider.CODEX)
    assert (len(chunk.sightings), chunk.cursor) == (1, raw.rindex(b"\n") + 1)
