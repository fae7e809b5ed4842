"""What a Codex rollout's lines are to a reader, in all of its histories."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from message_lines import Read, log, read

from tally_tui.logs.messages import Facet, Kind, Mark, fields
from tally_tui.model import Provider

Line = dict[str, Any]


def line(kind: str, payload: Line, second: int = 0) -> Line:
    return {"timestamp": f"2026-03-01T08:00:{second:02d}.000Z", "type": kind, "payload": payload}


def event(kind: str, **fields: Any) -> Line:
    return line("event_msg", {"type": kind, **fields})


def response(kind: str, **fields: Any) -> Line:
    return line("response_item", {"type": kind, **fields})


def finished(kind: str, **fields: Any) -> Line:
    return event("item_completed", item={"type": kind, **fields})


def message(role: str, text: str) -> Line:
    part = "output_text" if role == "assistant" else "input_text"
    return response("message", role=role, content=[{"type": part, "text": text}])


@pytest.fixture
def told(tmp_path: Path) -> Any:
    def lines(*records: Line, details: bool = False) -> Read:
        return read(log(tmp_path, records), Provider.CODEX, details=details)

    return lines


def searched(found: Read) -> list[tuple[Facet, str]]:
    return [field for item in found.items for field in fields(item)]


@pytest.mark.parametrize("first", [0, 1])
def test_legacy_words_are_told_once_whichever_record_comes_first(told: Any, first: int) -> None:
    both = [event("user_message", message="Count the apples"), message("user", "Count the apples")]
    answers = [event("agent_message", message="Forty."), message("assistant", "Forty.")]
    found = told(both[first], both[1 - first], answers[first], answers[1 - first])
    assert searched(found) == [(Facet.PROMPT, "Count the apples"), (Facet.REPLY, "Forty.")]


def test_paginated_words_are_told_once(told: Any) -> None:
    found = told(
        finished("UserMessage", id="1", content=[{"type": "text", "text": "Count"}]),
        message("user", "Count"),
        finished("Reasoning", id="2", summary_text=["One, two."], raw_content=[]),
        response("reasoning", summary=[{"type": "summary_text", "text": "One, two."}], encrypted_content="x"),
        finished("AgentMessage", id="3", content=[{"type": "Text", "text": "Two."}]),
        message("assistant", "Two."),
    )
    assert searched(found) == [(Facet.PROMPT, "Count"), (Facet.THINKING, "One, two."), (Facet.REPLY, "Two.")]


def test_equal_prompts_stay_apart(told: Any) -> None:
    pair = [event("user_message", message="continue"), message("user", "continue")]
    assert len(searched(told(*pair, *pair, *pair))) == 3


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("<environment_context>\n<cwd>/x</cwd></environment_context>", ["reminder"]),
        ("# AGENTS.md instructions for /x", ["reminder"]),
        ("<turn_aborted>stopped</turn_aborted>", ["reminder"]),
        ("<user_shell_command><command>ls</command><result>a</result></user_shell_command>", ["bash", "bash"]),
        ("# Context from my IDE setup:\n\n## Open tabs:\n- a\n\n## My request for Codex:\nGo", ["prompt", "reminder"]),
    ],
)
def test_what_stands_in_the_users_name(told: Any, text: str, kinds: list[str]) -> None:
    assert told(message("user", text)).kinds() == kinds


def test_only_the_request_of_an_ide_prompt_is_the_prompt(told: Any) -> None:
    text = "# Context from my IDE setup:\n\n## My request for Codex:\nShow me"
    found = told(event("user_message", message=text), message("user", text))
    assert searched(found) == [(Facet.PROMPT, "Show me")]


def test_hidden_thinking_says_so(told: Any) -> None:
    item = told(response("reasoning", summary=[], encrypted_content="gAAA")).items[0]
    assert item.kind is Kind.THINKING
    assert item.marks & Mark.HIDDEN


@pytest.mark.parametrize(
    ("output", "text", "failed"),
    [
        ("Chunk ID: ab12\nWall time: 0.1 seconds\nProcess exited with code 2\nOutput:\nno", "no", True),
        ("Exit code: 0\nWall time: 0.6 seconds\nOutput:\nyes", "yes", False),
        (json.dumps({"output": "yes", "metadata": {"exit_code": 1}}), "yes", True),
        ([{"text": "Script completed\nOutput:\n"}, {"text": "a"}], "a", False),
        ("plain", "plain", False),
    ],
)
def test_outputs_are_undressed(told: Any, output: Any, text: str, failed: bool) -> None:
    item = told(response("function_call_output", call_id="c", output=output)).items[0]
    assert (item.text, bool(item.marks & Mark.FAILED), item.call) == (text, failed, "c")


def test_a_patch_names_its_files_and_is_told_once(told: Any) -> None:
    patch = "*** Begin Patch\n*** Update File: a.py\n*** Move to: b.py\n@@\n-x\n+y\n*** End Patch"
    found = told(
        response("custom_tool_call", name="apply_patch", call_id="c", input=patch),
        event("patch_apply_end", call_id="c", stdout="ok", changes={"/x/a.py": {"type": "update"}}, success=True),
        response("custom_tool_call_output", call_id="c", output="ok"),
        details=True,
    )
    assert found.items[0].files == ["a.py", "b.py"]
    assert [item.kind.word for item in found.items if not item.marks & Mark.AGAIN] == ["tool_call", "tool_result"]
    assert found.items[2].detail["changes"] == {"/x/a.py": {"type": "update"}}


def test_code_mode_shows_what_the_script_ran(told: Any) -> None:
    ran = {"command": ["/bin/bash", "-lc", "ls"], "aggregated_output": "a", "exit_code": 3}
    found = told(
        response("custom_tool_call", name="exec", call_id="c", input="await tools.exec_command({cmd: 'ls'})"),
        finished("CommandExecution", id="exec-1", **ran),
        response("custom_tool_call_output", call_id="c", output="a"),
    )
    assert found.kinds() == ["tool_call", "tool_call", "tool_result", "tool_result"]
    assert found.items[1].input["command"] == "ls"
    assert found.items[2].marks & Mark.FAILED
    assert not found.items[1].marks & Mark.AGAIN


def test_a_search_is_told_once(told: Any) -> None:
    action = {"type": "search", "query": "moss"}
    found = told(
        event("web_search_end", call_id="ws", query="moss", action=action), response("web_search_call", action=action)
    )
    assert [bool(item.marks & Mark.AGAIN) for item in found.items] == [False, True]


def test_a_tool_of_another_server_has_its_name(told: Any) -> None:
    found = told(response("function_call", name="_find", namespace="mcp__tickets", arguments='{"q": "x"}', call_id="c"))
    assert (found.items[0].name, found.items[0].input) == ("mcp__tickets__find", {"q": "x"})


def test_a_compaction_is_one_whatever_tells_of_it(told: Any) -> None:
    found = told(
        line("compacted", {"message": "We did this.", "replacement_history": []}),
        event("context_compacted"),
        finished("ContextCompaction", id="1"),
    )
    assert [item.kind.word for item in found.items if not item.marks & Mark.AGAIN] == ["compaction", "summary"]


def test_what_happens_between_the_words(told: Any) -> None:
    found = told(
        line("turn_context", {"model": "gpt-5.5"}),
        line("turn_context", {"model": "gpt-5.5-mini"}),
        event("turn_aborted", reason="interrupted"),
        event("thread_rolled_back", num_turns=2),
        event("error", message="You've hit your usage limit."),
        event("error", message="No route"),
        event("entered_review_mode", user_facing_hint="current changes"),
        event("exited_review_mode", review_output={"findings": [{"title": "Off by one", "body": "Here."}]}),
        response("agent_message", author="/root", recipient="/root/a", content=[{"type": "encrypted_content"}]),
    )
    assert found.kinds() == [
        "model_switch", "interruption", "rewind", "limit", "error", "review", "review", "agent",
    ]  # fmt: skip
    assert found.items[0].name == "gpt-5.5 → gpt-5.5-mini"
    assert "Off by one" in found.items[6].text


def test_a_legacy_forks_copied_history_is_marked(told: Any) -> None:
    found = told(
        line("session_meta", {"id": "child", "forked_from_id": "parent"}, 1),
        line("event_msg", {"type": "user_message", "message": "Old"}, 1),
        line("event_msg", {"type": "user_message", "message": "New"}, 9),
    )
    assert [(item.text, bool(item.marks & Mark.COPIED)) for item in found.items] == [
        ("parent", False), ("Old", True), ("New", False),
    ]  # fmt: skip
    assert {item.session for item in found.items} == {"child"}


def test_the_oldest_rollouts_and_headless_runs(told: Any) -> None:
    found = told(
        {"id": "t", "timestamp": "2025-06-01T08:00:00.000Z", "instructions": None},
        {"record_type": "state"},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
        {"type": "item.completed", "item": {"id": "1", "type": "agent_message", "text": "Hello."}},
        {"type": "item.completed", "item": {"id": "2", "type": "command_execution", "command": "ls", "exit_code": 0}},
        {"type": "turn.failed", "error": {"message": "No route"}},
    )
    assert found.kinds() == ["prompt", "reply", "tool_call", "tool_result", "error"]


def test_an_unknown_record_is_shown_as_it_stands(told: Any) -> None:
    found = told(event("party"), response("hologram"), line("holiday", {}), finished("Dance"), details=True)
    assert found.kinds() == ["raw"] * 4
    assert found.items[0].detail == {"type": "party"}
