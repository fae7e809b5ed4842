"""Claude Code's lines → calls and session facts, line by line; what several files say is the ledger's to decide."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_logs import Line, answer, at, prompt, write

from tally_tui.logs.identity import short_of
from tally_tui.logs.parse import parse
from tally_tui.logs.records import Chunk, Sighting
from tally_tui.model import Flag, Provider


def read(folder: Path, lines: list[Line | bytes], name: str = "s1.jsonl") -> Chunk:
    write(folder / name, lines)
    return parse(str(folder / name), Provider.CLAUDE, changed_ms=1_772_000_000_000)


def usage(**counts: Any) -> Line:
    return answer("s1", "m", 1, 0) | {"message": {"id": "m", "model": "claude-opus-4-8", "usage": counts}}


def only(chunk: Chunk) -> Sighting:
    (seen,) = chunk.sightings
    return seen


def test_the_larger_of_every_count_whatever_the_order(tmp_path: Path) -> None:
    lines = [answer("s1", "m", 2, 40, block=2), answer("s1", "m", 1, 300, block=1), answer("s1", "m", 3, 7)]
    seen = only(read(tmp_path, [*lines]))
    assert (seen.output, seen.lines, seen.offset) == (300, 3, 0)
    assert seen.ts == 1_772_323_261_000, "its earliest line's"
    assert only(read(tmp_path, lines[::-1])).output == 300


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ({"input_tokens": "12", "output_tokens": " 7 "}, (12, 7)),
        ({"input_tokens": 12.0, "output_tokens": 7}, (12, 7)),
        ({"input_tokens": None, "output_tokens": 7}, (0, 7)),
        ({"output_tokens": 7}, (0, 7)),
        ({"input_tokens": 12, "output_tokens": 7, "server_tool_use": "none", "cache_creation": [], "speed": 3}, (12, 7)),
    ],
)
def test_counts_as_they_are_met(tmp_path: Path, given: Line, taken: tuple[int, int]) -> None:
    seen = only(read(tmp_path, [usage(**given)]))
    assert (seen.input, seen.output) == taken


@pytest.mark.parametrize(
    "given",
    [
        {"output_tokens": -1}, {"output_tokens": 1.5}, {"output_tokens": True}, {"output_tokens": "many"},
        {"output_tokens": 10**30}, {"output_tokens": [1]}, {"cache_creation_input_tokens": -5},
        {"input_tokens": "-5"}, {"output_tokens": "9" * 5_000},
    ],
)  # fmt: skip
def test_what_is_no_count_is_counted_as_unreadable(tmp_path: Path, given: Line) -> None:
    chunk = read(tmp_path, [usage(**given), answer("s1", "good", 2, 5)])
    assert [seen.output for seen in chunk.sightings] == [5]
    assert chunk.skipped == {"unreadable:bad usage": [1, 0]}


@pytest.mark.parametrize("message", ["a text", 3, [], {"usage": "much"}, {"usage": []}, {"content": None}, None])
def test_messages_without_usage_are_no_calls(tmp_path: Path, message: object) -> None:
    chunk = read(tmp_path, [answer("s1", "m", 1, 5) | {"message": message}])
    assert (chunk.sightings, chunk.skipped) == ([], {})


def test_depth_duplicate_keys_and_names_of_others_inside_change_nothing(tmp_path: Path) -> None:
    deep = b"[" * 3_000 + b'{"usage":{"output_tokens":9}}' + b"]" * 3_000
    content = b'"content":[{"type":"tool_use","id":null,"input":{"id":null,"usage":{"output_tokens":99},"deep":%s}}]' % deep
    line = (
        b'{ "message" : { "usage" : {"output_tokens":1,"output_tokens":5} , %s , "model":"claude-opus-4-8","id":"m" } ,'
        b' "timestamp":"2026-03-01T00:01:00.000Z", "sessionId":"s1" , "type" : "assistant" }'
    ) % content
    chunk = read(tmp_path, [line])
    assert (only(chunk).output, chunk.skipped) == (5, {})


@pytest.mark.parametrize("odd", [b"\\ud83d", b"\\ud83d and more", b"\xff\xfe", b"\x01\x02"])
def test_texts_that_are_none(tmp_path: Path, odd: bytes) -> None:
    """Half an emoji, bytes that are no UTF-8, bare control characters."""
    raw = json.dumps(answer("s1", "m", 1, 5) | {"gitBranch": "BRANCH", "slug": "BRANCH"}).encode().replace(b"BRANCH", odd)
    seen = only(read(tmp_path, [raw]))
    assert seen.output == 5
    assert (seen.branch or "").encode() is not None


def test_not_a_number(tmp_path: Path) -> None:
    raw = json.dumps(answer("s1", "m", 1, 5) | {"costUSD": float("nan"), "took": float("inf")}).encode()
    seen = only(read(tmp_path, [raw, b'{"type":"cost-state","sessionId":"s1","totalCostUSD":1e300}']))
    assert (seen.output, seen.recorded, seen.flags & Flag.RECORDED) == (5, 0, 0)


def test_synthetic_answers_and_errors_are_no_calls_but_a_limit_is_an_event(tmp_path: Path) -> None:
    made = answer("s1", "m", 1, 0, model="<synthetic>")
    text = {"content": [{"type": "text", "text": "You've hit your limit · resets 8pm"}], "model": "<synthetic>"}
    limit = made | {"isApiErrorMessage": True, "error": "rate_limit", "message": text}
    chunk = read(tmp_path, [made, limit, limit | {"error": "overloaded"}])
    assert chunk.sightings == []
    assert [event.text for event in chunk.events] == ["You've hit your limit · resets 8pm"]


@pytest.mark.parametrize(
    ("line", "session", "named", "copied"),
    [
        ({}, "s1", None, False),
        ({"sessionId": "other"}, "other", None, False),
        ({"session_id": "s1"}, "s1", None, False),
        ({"session_id": "stale"}, "s1", "stale", False),
        ({"session_id": "stale", "forkedFrom": {"sessionId": "origin"}}, "s1", "origin", True),
        ({"sessionId": None}, "s1", None, False),
    ],
)
def test_whose_a_line_is(tmp_path: Path, line: Line, session: str, named: str | None, copied: bool) -> None:
    """The session it says it is in; what it names besides counts only beside other files."""
    seen = only(read(tmp_path, [answer("s1", "m", 1, 5) | line]))
    assert (seen.session, bool(seen.flags & Flag.COPIED)) == (session, copied)
    assert seen.named == (None if named is None else short_of(named))


def test_subagents_files(tmp_path: Path) -> None:
    inside = tmp_path / "s1" / "subagents" / "workflows" / "wf_1"
    line = answer("s1", "m", 1, 5) | {"isSidechain": True, "agentId": "a1"}
    seen = only(read(inside, [line], "agent-a1.jsonl"))
    assert (seen.session, bool(seen.flags & Flag.AGENT)) == ("s1/agent-a1", True)
    assert only(read(tmp_path, [line], "agent-a1.jsonl")).session == "s1/agent-a1"


def test_a_session_whose_lines_do_not_name_it_is_known_by_its_file(tmp_path: Path) -> None:
    chunk = read(tmp_path, [prompt("s1", 1, "Hello") | {"sessionId": None}, answer("s1", "m", 2, 5) | {"sessionId": None}])
    (fact,) = chunk.sessions
    assert (fact.name, fact.title, fact.folder, fact.first_ts) == ("s1", "Hello", "/home/dev/harbour", 1_772_323_260_000)


def test_titles_by_rank(tmp_path: Path) -> None:
    named = {"type": "custom-title", "sessionId": "s1", "customTitle": "Mine"}
    chunk = read(tmp_path, [named, prompt("s1", 1, "Make the lamp blink"), {"type": "ai-title", "sessionId": "s1", "aiTitle": "Its"}])
    (fact,) = chunk.sessions
    assert (fact.title, fact.title_rank) == ("Mine", 4)
    (fact,) = read(tmp_path, [prompt("s1", 1, "<command-name>/clear</command-name>"), prompt("s1", 2, "Make it blink")]).sessions
    assert fact.title == "Make it blink"


@pytest.mark.parametrize(
    ("stamp", "ms"),
    [
        (at(1), 1_772_323_260_000), ("2026-03-01T01:01:00+01:00", 1_772_323_260_000), (1_772_323_260, 1_772_323_260_000),
        (1_772_323_260_000, 1_772_323_260_000), ("0001-01-01T00:00:00.000Z", 1_772_000_000_000),
        ("yesterday", 1_772_000_000_000), (None, 1_772_000_000_000), ([], 1_772_000_000_000),
    ],
)  # fmt: skip
def test_times_as_they_are_met(tmp_path: Path, stamp: object, ms: int) -> None:
    assert only(read(tmp_path, [answer("s1", "m", 1, 5) | {"timestamp": stamp}])).ts == ms
