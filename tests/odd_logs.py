"""Lines as no agent should write them, for tests of reading: good lines with any value put anywhere."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st
from small_logs import answer, count, meta, prompt, record, turn

Line = dict[str, Any]

NUMBERS = st.one_of(
    st.integers(-(10**20), 10**20),
    st.sampled_from([-1, 0, 2**53, 2**63, 10**15, 10**400]),
    st.floats(allow_nan=True, allow_infinity=True),
)
ODD_TEXTS = ["12", "-3", "1e3", " 7 ", "half \ud83d a sign", "\udc00", "a\0b", "\ud83d\ude00", "../\ud800/x"]
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=12), st.sampled_from(ODD_TEXTS))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


def claude_lines() -> list[Line]:
    """One good line of every shape the Claude Code parser looks into."""
    session = "aaaa-1"
    inside = {"type": "agent_progress", "agentId": "a7", "message": answer(session, "msg-3", 4, 9)}
    failed = {
        "type": "assistant", "sessionId": session, "timestamp": "2026-03-01T00:07:00.000Z",
        "isApiErrorMessage": True, "error": "rate_limit",
        "message": {"model": "<synthetic>", "content": [{"type": "text", "text": "You've hit your limit"}]},
    }  # fmt: skip
    return [
        prompt(session, 1, "Make the lamp blink"),
        answer(session, "msg-1", 2, 5, speed="fast"),
        answer(session, "msg-1", 2, 300, block=1, costUSD=0.5),
        answer(session, "msg-2", 3, 7, forkedFrom={"sessionId": "bbbb-2"}, session_id="bbbb-2"),
        {"type": "progress", "sessionId": session, "timestamp": "2026-03-01T00:05:00.000Z", "data": inside},
        failed,
        {"type": "custom-title", "sessionId": session, "customTitle": "The lamp"},
        {"type": "ai-title", "sessionId": session, "aiTitle": "A lamp"},
        {"type": "cost-state", "sessionId": session, "totalCostUSD": 1.25},
        {"type": "system", "sessionId": session, "timestamp": "2026-03-01T00:09:00.000Z"},
    ]


def codex_lines() -> list[Line]:
    """One good line of every shape the Codex parser looks into."""
    thread = "01900001-0000-7000-8000-000000000001"
    spawn = {"subagent": {"thread_spawn": {"parent_thread_id": "p", "agent_role": "r"}}}
    return [
        meta(thread, 1, forked_from_id="p", source=spawn, git={"branch": "main"}),
        count(2, (50, 0, 5), (50, 0, 5)),
        turn(3, "t1"),
        count(4, (1_000, 800, 100), (950, 800, 95)),
        count(4, (1_000, 800, 100), (950, 800, 95), 5),
        record(5, "r1", (300, 100, 30), "t1"),
        count(6, (1_300, 900, 130), (300, 100, 30)),
        {"timestamp": "2026-03-01T00:07:00.000Z", "type": "event_msg", "payload": {"type": "user_message", "message": "Hi"}},
        {"timestamp": "2026-03-01T00:07:00.000Z", "type": "event_msg",
         "payload": {"type": "item_completed", "item": {"type": "UserMessage", "content": [{"text": "Hi"}]}}},
        {"timestamp": "2026-03-01T00:08:00.000Z", "type": "event_msg", "payload": {"type": "task_started", "turn_id": "t2"}},
        {"type": "thread.started", "thread_id": "run"},
        {"type": "turn.completed", "model": "gpt-5.5", "usage": {"input_tokens": 100, "output_tokens": 7}},
        {"id": thread, "timestamp": "2026-03-01T00:00:00.000Z", "instructions": "Be kind"},
    ]  # fmt: skip


def claude_messages() -> list[Line]:
    """Good lines of the shapes that a conversation of Claude Code is read from."""
    about = {"sessionId": "aaaa-1", "cwd": "/w/lamp", "timestamp": "2026-03-01T00:05:00.000Z"}
    blocks = [
        {"type": "thinking", "thinking": "A lamp, then", "signature": "x"},
        {"type": "text", "text": "Here it is"},
        {"type": "tool_use", "id": "t1", "name": "Edit", "input": {"file_path": "/w/a.py", "old_string": "a", "new_string": "b"}},
        {"type": "tool_use", "id": "t2", "name": "TodoWrite", "input": {"todos": [{"content": "Wire", "status": "pending"}]}},
    ]
    result = {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "done"}], "is_error": True}
    patch = {"filePath": "/w/a.py", "structuredPatch": [{"oldStart": 1, "oldLines": 1, "newStart": 1, "newLines": 1, "lines": ["-a", "+b"]}]}
    inside = {"type": "agent_progress", "agentId": "a7", "message": {"type": "user", "uuid": "i", "message": {"content": "Look"}}}
    return [
        {**about, "type": "user", "uuid": "u1", "message": {"role": "user", "content": "Build a lamp"}},
        {**about, "type": "assistant", "uuid": "u2", "parentUuid": "u1", "message": {"id": "m1", "content": blocks}},
        {**about, "type": "user", "uuid": "u3", "parentUuid": "u2", "message": {"content": [result]}, "toolUseResult": patch},
        {**about, "type": "attachment", "uuid": "u4", "attachment": {"type": "queued_command", "prompt": "And then"}},
        {**about, "type": "attachment", "attachment": {"type": "file", "filename": "/w/b", "content": {"text": "x"}}},
        {**about, "type": "system", "subtype": "compact_boundary", "content": "Compacted", "compactMetadata": {"preTokens": 9}},
        {**about, "type": "queue-operation", "operation": "enqueue", "content": "Later"},
        {**about, "type": "progress", "data": inside},
        {**about, "type": "progress", "data": {"type": "hook_progress", "hookName": "h", "command": "ls"}},
        {"type": "summary", "summary": "A lamp", "leafUuid": "u2"},
        {**about, "type": "something-new", "payload": {"text": "words"}},
    ]  # fmt: skip


def codex_messages() -> list[Line]:
    """Good lines of the shapes that a conversation of Codex is read from."""
    words = [{"type": "output_text", "text": "Here it is"}]
    patch = {"type": "patch_apply_end", "call_id": "c3", "success": True, "changes": {"/w/a": {"type": "add", "content": "x"}}}
    payloads = [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Build a lamp"}]},
        {"type": "message", "role": "assistant", "content": words},
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "**Lamp**\n\nThen"}]},
        {"type": "function_call", "name": "shell", "call_id": "c1", "arguments": json.dumps({"command": ["ls", "-l"]})},
        {"type": "function_call_output", "call_id": "c1", "output": json.dumps({"output": "a", "metadata": {"exit_code": 1}})},
        {"type": "custom_tool_call", "name": "apply_patch", "call_id": "c2", "input": "*** Add File: a\n+x"},
        {"type": "web_search_call", "action": {"type": "search", "query": "lamp"}},
    ]
    events = [
        {"type": "user_message", "message": "Build a lamp"},
        {"type": "agent_message", "message": "Here it is"},
        patch,
        {"type": "item_completed", "item": {"type": "AgentMessage", "content": words}},
        {"type": "exec_command_end", "call_id": "c1", "stdout": "a", "exit_code": 0, "command": ["ls"]},
    ]
    ts = "2026-03-01T00:05:00.000Z"
    return [
        *({"timestamp": ts, "type": "response_item", "payload": payload} for payload in payloads),
        *({"timestamp": ts, "type": "event_msg", "payload": event} for event in events),
        {"timestamp": ts, "type": "compacted", "payload": {"message": "So far", "window_number": 2}},
        {"type": "item.completed", "item": {"type": "agent_message", "text": "Done"}},
    ]  # fmt: skip


def spots(value: object) -> list[tuple[Any, ...]]:
    """The path to every value inside a line."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, inner in pairs for place in [(key,), *((key, *rest) for rest in spots(inner))]]


def put(line: Line, place: tuple[Any, ...], value: object) -> Line:
    changed: Any = copy.deepcopy(line)
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return dict(changed)


@st.composite
def odd_line(draw: st.DrawFn, lines: list[Line]) -> bytes:
    """A good line in which up to three values are others, written with or without spaces, broken or not."""
    line = draw(st.sampled_from(lines))
    for _ in range(draw(st.integers(0, 3))):
        line = put(line, draw(st.sampled_from(spots(line))), draw(VALUES))
    keys = draw(st.permutations(sorted(line))) if draw(st.booleans()) else list(line)
    apart = draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    text = json.dumps({key: line[key] for key in keys}, separators=apart, ensure_ascii=draw(st.booleans()))
    raw = text.encode("utf-8", "surrogatepass")
    hurt = draw(st.sampled_from(["no"] * 6 + ["cut", "padded", "byte", "bom", "return"]))
    if hurt == "cut":
        return raw[: draw(st.integers(0, len(raw)))]
    if hurt == "padded":
        return b"\0" * 5 + raw + b"\0" * 3
    if hurt == "byte":
        at = draw(st.integers(0, len(raw) - 1))
        return raw[:at] + draw(st.binary(min_size=1, max_size=3)).replace(b"\n", b"") + raw[at:]
    return b"\xef\xbb\xbf" + raw if hurt == "bom" else raw + b"\r" if hurt == "return" else raw


def odd_log(lines: list[Line]) -> st.SearchStrategy[bytes]:
    """A whole log of such lines, good lines and anything at all."""
    anything = st.one_of(
        st.binary(max_size=60).map(lambda raw: raw.replace(b"\n", b" ")),
        VALUES.map(lambda value: json.dumps(value).encode()),
        odd_line(lines),
        odd_line(lines),
        st.sampled_from(lines).map(lambda line: json.dumps(line).encode()),
    )
    return st.builds(
        lambda found, end: b"\n".join(found) + end, st.lists(anything, min_size=1, max_size=12), st.sampled_from([b"\n", b""])
    )
