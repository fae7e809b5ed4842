"""Whatever stands in a log: no line stops the reading, and no line is lost."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from message_lines import read

from tally_tui.logs.message_reading import items_at, parse_items
from tally_tui.logs.messages import Item, fields
from tally_tui.model import Provider

WORDS = st.sampled_from(
    """
    type user assistant system attachment progress queue-operation text thinking tool_use tool_result image
    message content role payload response_item event_msg item_completed item name input id call_id output
    arguments summary compacted session_meta turn_context user_message function_call function_call_output
    custom_tool_call reasoning McpToolCall FileChange CommandExecution changes operation enqueue data
    agent_progress hook_success queued_command subtype compact_boundary api_error error <task-notification>
    """.split()
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | st.text() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=6),
    max_leaves=20,
)
CLAUDE_TYPES = st.sampled_from("user assistant system attachment progress queue-operation summary".split())
CODEX_TYPES = st.sampled_from(
    "response_item event_msg compacted session_meta turn_context item.completed message".split()
)
CODEX_KINDS = st.sampled_from(
    """
    message reasoning function_call function_call_output custom_tool_call web_search_call image_generation_call
    agent_message item_completed user_message agent_reasoning patch_apply_end mcp_tool_call_end exec_command_end
    exited_review_mode thread_rolled_back error web_search_end sub_agent_activity
    """.split()
)

PARTS = """
content item output arguments name changes action result role message summary invocation review_output images tools
""".split()


def check(data: bytes, provider: Provider) -> list[Item]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.jsonl"
        path.write_bytes(data)
        found = read(path, provider, limit=64, details=True)
        whole = read(path, provider, details=False)
        assert [(item.kind, item.offset, item.part) for item in found.items] == [
            (item.kind, item.offset, item.part) for item in whole.items
        ]
        for item in found.items:
            assert all(isinstance(text, str) and text.encode() for _, text in fields(item))
            items_at(str(path), provider, item.offset, item.length)
        assert found.accounted >= found.lines
        return found.items


@pytest.mark.parametrize("provider", list(Provider))
@given(data=st.lists(st.binary(max_size=60) | VALUES.map(lambda value: json.dumps(value).encode()), max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_lines(provider: Provider, data: list[bytes]) -> None:
    check(b"\n".join(data) + b"\n", provider)


@given(
    records=st.lists(
        st.fixed_dictionaries(
            {"type": CLAUDE_TYPES},
            optional={
                "message": st.fixed_dictionaries({"content": VALUES}) | VALUES, "attachment": VALUES, "data": VALUES,
                "content": VALUES, "operation": VALUES, "subtype": VALUES, "uuid": VALUES, "error": VALUES,
                "compactMetadata": VALUES, "hookInfos": VALUES, "timestamp": VALUES, "toolUseResult": VALUES,
            },
        ),
        max_size=5,
    )
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_claude_records_of_any_shape(records: list[dict[str, Any]]) -> None:
    check("".join(json.dumps(record) + "\n" for record in records).encode(), Provider.CLAUDE)


@given(
    records=st.lists(
        st.fixed_dictionaries(
            {"type": CODEX_TYPES},
            optional={
                "payload": VALUES | st.fixed_dictionaries(
                    {"type": CODEX_KINDS},
                    optional=dict.fromkeys(PARTS, VALUES),
                ),
                "item": VALUES, "timestamp": VALUES, "id": VALUES,
            },
        ),
        max_size=5,
    )
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_codex_records_of_any_shape(records: list[dict[str, Any]]) -> None:
    check("".join(json.dumps(record) + "\n" for record in records).encode(), Provider.CODEX)


def test_what_crashes_leave(tmp_path: Path) -> None:
    good = b'{"type":"user","message":{"content":"Hello"}}'
    path = tmp_path / "one.jsonl"
    path.write_bytes(b"\0\0" + good + b"\n\0\0\0\n" + b'{"type":"us\n' + b"\xef\xbb\xbf" + good + b"\n" + good[:-9])
    found = read(path, Provider.CLAUDE)
    assert [item.text for item in found.items] == ["Hello", "Hello"]
    assert found.skipped == {"unreadable:not JSON": 1}


def test_an_unfinished_line_waits_for_its_end(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    good = b'{"type":"user","message":{"content":"Hello"}}\n'
    path.write_bytes(good + good[:20])
    first = parse_items(str(path), Provider.CLAUDE)
    assert (first.cursor, len(first.items)) == (len(good), 1)
    path.write_bytes(good + good)
    second = parse_items(str(path), Provider.CLAUDE, first.cursor, first.state)
    assert [item.text for item in second.items] == ["Hello"]


def test_lone_surrogates_and_deep_nesting_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    deep = "[" * 3000 + "]" * 3000
    path.write_bytes(
        b'{"type":"user","message":{"content":"a\\ud800b"}}\n'
        + b'{"type":"assistant","message":{"content":[{"type":"tool_use","name":"x","input":%s}]}}\n' % deep.encode()
    )
    found = read(path, Provider.CLAUDE)
    assert [item.kind.word for item in found.items] == ["prompt", "tool_call"]
    assert all(text.encode() for item in found.items for _, text in fields(item))
