"""No text of a record that nobody knows is lost: it stands in an item, or in its raw fold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tally_tui.logs.message_reading import parse_items
from tally_tui.logs.messages import Item, Kind, Mark, strings
from tally_tui.model import Provider

TIME = "2026-03-01T08:00:00.000Z"
words = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=20).filter(str.strip)
names = st.sampled_from(["content", "text", "files", "path", "title", "reason", "note", "items", "why", "prompt", "message"])
values = st.recursive(
    words | st.none() | st.booleans() | st.integers(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
records = st.dictionaries(names, values, max_size=5)


def items(folder: Path, line: dict[str, Any], provider: Provider = Provider.CLAUDE) -> list[Item]:
    path = folder / "rollout-x.jsonl"
    path.write_text(json.dumps(line) + "\n", encoding="utf-8")
    return parse_items(str(path), provider, details=True).items


def told(found: list[Item]) -> str:
    held = [part for item in found for part in (item.text, item.name, *item.files)]
    held += [text for item in found if item.kind is Kind.RAW for text in strings(item.detail)]
    return "\n".join(held)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(record=records, kind=st.sampled_from(["instructions", "something_new", "hook_success", "task_status", "plan_mode"]))
def test_every_text_of_an_attachment_is_told(tmp_path: Path, record: dict[str, Any], kind: str) -> None:
    line = {"type": "attachment", "uuid": "x", "sessionId": "s", "timestamp": TIME, "attachment": {**record, "type": kind}}
    shown = told(items(tmp_path, line))
    for text in strings(record):
        assert text in shown or text.strip() in shown


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(record=records, kind=st.sampled_from(["system", "holiday"]))
def test_every_text_of_an_unknown_line_is_told(tmp_path: Path, record: dict[str, Any], kind: str) -> None:
    line = {**record, "type": kind, "subtype": "something_new", "uuid": "x", "sessionId": "s", "timestamp": TIME}
    shown = told(items(tmp_path, line))
    for text in strings(record):
        assert text in shown


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    record=records,
    kind=st.sampled_from(["guardian_assessment", "collab_agent_spawn_end", "collab_waiting_begin", "something_new"]),
    as_item=st.booleans(),
)
def test_every_text_of_an_unknown_event_is_told(tmp_path: Path, record: dict[str, Any], kind: str, as_item: bool) -> None:
    payload = {"type": "item_completed", "item": {**record, "type": kind}} if as_item else {**record, "type": kind}
    shown = told(items(tmp_path, {"timestamp": TIME, "type": "event_msg", "payload": payload}, Provider.CODEX))
    for text in strings(record):
        assert text in shown


def test_instructions_are_read_with_their_files(tmp_path: Path) -> None:
    held = {"type": "instructions", "files": [{"path": "/x/CLAUDE.md", "content": "Mind the gap"}, {"path": "/y.md", "content": "And the step"}]}
    (item,) = items(tmp_path, {"type": "attachment", "uuid": "x", "timestamp": TIME, "attachment": held})
    assert item.files == ["/x/CLAUDE.md", "/y.md"]
    assert item.text.splitlines() == ["Mind the gap", "And the step"]


@pytest.mark.parametrize("kind", ["file", "queued_command"])
def test_nothing_is_added_to_what_a_person_gave(tmp_path: Path, kind: str) -> None:
    held = {"type": kind, "prompt": "Go on", "content": "Go on", "commandMode": "prompt", "origin": {"kind": "human"}}
    (item,) = items(tmp_path, {"type": "attachment", "uuid": "x", "timestamp": TIME, "attachment": held})
    assert item.text == "Go on" and not item.marks & Mark.META
