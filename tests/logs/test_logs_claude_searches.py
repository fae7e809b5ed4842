"""Web searches that only a tool's result counts: whose they are, and that none is counted twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.logs.claude import ClaudeParser

AT = "2026-11-20T10:00:00.000Z"


def asking(*uses: str, message: str = "msg_1", counted: int = 0, output: int = 5, name: str = "WebSearch") -> dict[str, Any]:
    content = [{"type": "tool_use", "id": each, "name": name, "input": {"query": "q"}} for each in uses]
    usage: dict[str, Any] = {"input_tokens": 3, "output_tokens": output}
    if counted:
        usage["server_tool_use"] = {"web_search_requests": counted}
    said = {"id": message, "model": "claude-opus-5", "role": "assistant", "content": content, "usage": usage}
    return {"type": "assistant", "uuid": f"a{message}{uses}", "timestamp": AT, "sessionId": "s", "message": said}


def result(use: str, count: Any, **more: Any) -> dict[str, Any]:
    content = [{"type": "tool_result", "tool_use_id": use, "content": "found"}]
    told = {"query": "q", "results": [], "durationSeconds": 1.5, "searchCount": count, **more}
    return {
        "type": "user", "uuid": f"u{use}", "timestamp": AT, "sessionId": "s", "message": {"role": "user", "content": content},
        "toolUseResult": {key: value for key, value in told.items() if value is not None},
    }  # fmt: skip


def searches(lines: Sequence[dict[str, Any]], cuts: Sequence[int] = ()) -> tuple[dict[int, int], Any]:
    """Searches by call, the larger of all sightings, with the file read in stretches; and the talk at its end."""
    found: dict[int, int] = {}
    state, talk = b"", None
    bounds = [0, *sorted(cuts), len(lines)]
    for start, end in pairwise(bounds):
        parser = ClaudeParser("/logs/projects/p/s.jsonl", state, 0)
        for at in range(start, end):
            assert parser.feed(at * 1000, json.dumps(lines[at]).encode(), True)
        chunk = parser.finish()
        state, talk = chunk.state, chunk.talk or talk
        for call in chunk.sightings:
            found[call.identity] = max(found.get(call.identity, 0), call.searches)
    return found, talk


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([asking("t1"), result("t1", 2)], [2]),
        ([asking("t1"), result("t1", 2), result("t1", 2)], [2]),
        ([asking("t1"), asking("t2"), result("t2", 1), result("t1", 4)], [5]),
        ([asking("t1", "t2"), result("t1", 1), result("t2", 4)], [5]),
        ([asking("t1", counted=3), result("t1", 2)], [3]),
        ([asking("t1"), asking("t1", counted=3), result("t1", 2)], [3]),
        ([asking("t1"), asking("t2", message="msg_2"), result("t1", 2), result("t2", 1)], [2, 1]),
        ([asking("t1"), result("t9", 2)], [0]),
        ([result("t1", 2), asking("t1")], [0]),
        ([asking("t1", name="Search"), result("t1", 2)], [0]),
        ([asking("t1"), result("t1", None)], [0]),
        ([asking("t1"), result("t1", 2, query=None)], [0]),
        ([asking("t1"), result("t1", 2, results=None)], [0]),
        ([asking("t1"), result("t1", True)], [0]),
        ([asking("t1"), result("t1", -2)], [0]),
        ([asking("t1"), result("t1", 10**9)], [0]),
        ([asking("t1"), result("t1", "2")], [0]),
        ([asking("t1"), {**result("t1", 2), "toolUseResult": {"toolStats": {"searchCount": 7}}}], [0]),
        ([asking("t1"), {**result("t1", 2), "toolUseResult": "Error"}], [0]),
    ],
)
def test_a_result_counts_for_the_call_that_asked(lines: list[dict[str, Any]], told: list[int]) -> None:
    assert list(searches(lines)[0].values()) == told


@given(st.lists(st.integers(0, 9), max_size=5))
def test_stretches_make_no_difference(cuts: list[int]) -> None:
    lines = [
        asking("t1"), asking("t2"), result("t1", 1), result("t2", 4), asking("t3", message="msg_2"),
        asking("t4", message="msg_3"), result("t4", 2), result("t3", 1), asking(message="msg_4"),
    ]  # fmt: skip
    assert searches(lines, cuts) == searches(lines)
    found, talk = searches(lines, cuts)
    assert (sum(found.values()), talk.replies) == (8, 4)
