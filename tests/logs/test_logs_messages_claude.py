"""What a Claude Code transcript's lines are to a reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from message_lines import Read, log, read

from tally_tui.logs.messages import Facet, Item, Kind, Mark, fields
from tally_tui.model import Provider

Line = dict[str, Any]
TIME = "2026-03-01T08:00:00.000Z"


def user(content: Any, **more: Any) -> Line:
    return {"type": "user", "uuid": "u1", "parentUuid": "u0", "sessionId": "one", "timestamp": TIME,
            "message": {"role": "user", "content": content}, **more}  # fmt: skip


def assistant(*blocks: Line, **more: Any) -> Line:
    message = {"role": "assistant", "id": "m1", "model": "claude-fable-5", "content": list(blocks)}
    return {"type": "assistant", "uuid": "a1", "sessionId": "one", "timestamp": TIME, "message": message, **more}


def attachment(kind: str, **fields: Any) -> Line:
    held = {"type": kind, **fields}
    return {"type": "attachment", "uuid": "x1", "sessionId": "one", "timestamp": TIME, "attachment": held}


@pytest.fixture
def told(tmp_path: Path) -> Any:
    def lines(*records: Line, details: bool = False) -> Read:
        return read(log(tmp_path, records), Provider.CLAUDE, details=details)

    return lines


def test_a_prompt_keeps_its_words_and_its_place(told: Any) -> None:
    item: Item = told(user("Mind the gap <b>now</b>")).items[0]
    assert (item.kind, item.text, item.role, item.session) == (Kind.PROMPT, "Mind the gap <b>now</b>", "user", "one")
    assert (item.uuid, item.parent, item.ts) == ("u1", "u0", 1_772_352_000_000)


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("<command-name>/model</command-name>\n<command-args>opus</command-args>", "command", "/model opus"),
        ("<local-command-stdout>Set \x1b[1mmodel\x1b[0m</local-command-stdout>", "command", "Set \x1b[1mmodel\x1b[0m"),
        ("<bash-input>ls -la</bash-input>", "bash", "ls -la"),
        ("<bash-stdout>a.txt</bash-stdout><bash-stderr></bash-stderr>", "bash", "a.txt"),
        ("[Request interrupted by user for tool use]", "interruption", "[Request interrupted by user for tool use]"),
        ("<task-notification><task-id>1</task-id><summary>Done</summary></task-notification>", "agent", "Done"),
        ('<teammate-message teammate_id="alice">Hi</teammate-message>', "agent", "Hi"),
        ("<system-reminder>Mind it</system-reminder>", "reminder", "Mind it"),
        ("Caveat: The messages below", "reminder", "Caveat: The messages below"),
        ("<ide_opened_file>a.py</ide_opened_file>", "reminder", "a.py"),
        ("< 5 means few", "prompt", "< 5 means few"),
    ],
)
def test_what_stands_in_the_users_name(told: Any, text: str, kind: str, shown: str) -> None:
    item = told(user(text)).items[0]
    assert (item.kind.word, item.text) == (kind, shown)


def test_a_person_may_type_tags(told: Any) -> None:
    assert told(user("<div> is not centred", origin={"kind": "human"})).kinds() == ["prompt"]


def test_a_reminder_inside_a_prompt_is_told_apart(told: Any) -> None:
    found = told(user("Fix it\n<system-reminder>Be kind</system-reminder>"))
    assert [(item.kind, item.text) for item in found.items] == [(Kind.PROMPT, "Fix it"), (Kind.REMINDER, "Be kind")]


def test_a_queued_prompt_is_found_once_when_it_comes_as_a_message(told: Any) -> None:
    queued = {"type": "queue-operation", "operation": "enqueue", "content": "And the docs", "timestamp": TIME}
    taken = {"type": "queue-operation", "operation": "dequeue", "timestamp": TIME}
    found = told(queued, taken, user("And the docs"))
    assert [text for item in found.items for _, text in fields(item)] == ["And the docs"]
    assert [bool(item.marks & Mark.QUEUED) for item in found.items] == [True, False]


@pytest.mark.parametrize(
    "line",
    [
        {"type": "queue-operation", "operation": "enqueue", "content": "And the docs", "timestamp": TIME},
        attachment("queued_command", prompt="And the docs", commandMode="prompt"),
        attachment("queued_command", prompt=[{"type": "text", "text": "And the docs"}]),
    ],
)
def test_a_prompt_may_live_in_the_queue_only(told: Any, line: Line) -> None:
    item = told(line).items[0]
    assert (item.kind, list(fields(item))) == (Kind.PROMPT, [(Facet.PROMPT, "And the docs")])


def test_the_same_prompt_twice_is_two_prompts(told: Any) -> None:
    found = told(user("continue"), user("continue", uuid="u2"))
    assert [item.marks & Mark.AGAIN for item in found.items] == [0, 0]


def test_the_blocks_of_an_answer(told: Any) -> None:
    found = told(
        assistant({"type": "thinking", "thinking": "", "signature": "x"}),
        assistant({"type": "thinking", "thinking": "Hm."}),
        assistant({"type": "redacted_thinking", "data": "x"}),
        assistant({"type": "text", "text": "Yes."}),
        assistant({"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}}),
        assistant({"type": "hologram", "depth": 3}),
    )
    assert found.kinds() == ["thinking", "thinking", "thinking", "reply", "model_switch", "raw"]
    assert [bool(item.marks & Mark.HIDDEN) for item in found.items[:3]] == [True, False, True]
    assert (found.items[3].model, found.items[3].message) == ("claude-fable-5", "m1")
    assert found.items[4].name == "a → b"


def test_calls_and_results_pair_by_id_though_they_interleave(told: Any) -> None:
    found = told(
        assistant({"type": "tool_use", "id": "A", "name": "Read", "input": {"file_path": "/x/a.py"}}),
        assistant({"type": "tool_use", "id": "B", "name": "Bash", "input": {"command": "make"}}),
        user([{"type": "tool_result", "tool_use_id": "B", "is_error": True, "content": "no rule"}]),
        user([{"type": "tool_result", "tool_use_id": "A", "content": [{"type": "text", "text": "x = 1"}]}]),
    )
    assert [(item.kind.word, item.call) for item in found.items] == [
        ("tool_call", "A"), ("tool_call", "B"), ("tool_result", "B"), ("tool_result", "A"),
    ]  # fmt: skip
    assert found.items[0].files == ["/x/a.py"]
    assert dict(fields(found.items[1])) == {Facet.TOOL_INPUT: "make"}
    assert found.items[2].marks & Mark.FAILED


@pytest.mark.parametrize(
    ("tool", "kind"), [("TodoWrite", "todo"), ("AskUserQuestion", "question"), ("ExitPlanMode", "plan")]
)
def test_calls_with_a_meaning_of_their_own(told: Any, tool: str, kind: str) -> None:
    assert told(assistant({"type": "tool_use", "id": "A", "name": tool, "input": {}})).kinds() == [kind]


def test_an_image_keeps_its_bytes_in_the_log(told: Any) -> None:
    source = {"type": "base64", "media_type": "image/png", "data": "AAAA"}
    line = user([{"type": "tool_result", "tool_use_id": "A", "content": [{"type": "image", "source": source}]}])
    found = told(line)
    assert found.kinds() == ["tool_result", "image"]
    assert (found.items[1].name, found.items[1].call, found.items[1].detail) == ("image/png", "A", None)
    assert told(line, details=True).items[1].detail == source


def test_a_spilled_output_says_where_it_lies(told: Any) -> None:
    text = "<persisted-output>\nOutput too large. Full output saved to: /t/out.txt\n\nPreview:\nabc</persisted-output>"
    item = told(user([{"type": "tool_result", "tool_use_id": "A", "content": text}])).items[0]
    assert item.marks & Mark.LOADED
    assert item.name == "/t/out.txt"


def test_what_a_tool_changed_comes_with_details_only(told: Any) -> None:
    line = user([{"type": "tool_result", "tool_use_id": "A", "content": "ok"}], toolUseResult={"structuredPatch": []})
    assert told(line).items[0].detail is None
    assert told(line, details=True).items[0].detail == {"structuredPatch": []}


def test_limits_and_errors(told: Any) -> None:
    text = {"type": "text", "text": "You've hit your limit · resets 8pm"}
    found = told(
        assistant(text, isApiErrorMessage=True, error="rate_limit"),
        assistant(text, isApiErrorMessage=True, error="server_error"),
        {"type": "system", "subtype": "api_error", "error": {"formatted": "Unable to connect"}, "retryAttempt": 1},
    )
    assert found.kinds() == ["limit", "error", "error"]
    assert found.items[2].text == "Unable to connect"


def test_a_compaction_tells_its_sizes_and_leaves_a_summary(told: Any) -> None:
    found = told(
        {"type": "system", "subtype": "compact_boundary", "content": "Compacted", "logicalParentUuid": "u9",
         "compactMetadata": {"trigger": "auto", "preTokens": 167_000, "postTokens": 3_000}},
        user("We did this.", isCompactSummary=True),
    )  # fmt: skip
    assert found.kinds() == ["compaction", "summary"]
    assert found.items[0].detail["preTokens"] == 167_000
    assert found.items[0].parent == "u9"


def test_a_title_is_told_when_it_changes(told: Any) -> None:
    def title(words: str) -> Line:
        return {"type": "custom-title", "customTitle": words, "sessionId": "one"}

    found = told(title("Moss"), title("Moss"), title("Ferns"), title("Moss"))
    assert [item.text for item in found.items] == ["Moss", "Ferns", "Moss"]
    assert found.paired == {"custom-title": 1}


def test_an_unknown_record_is_shown_as_it_stands(told: Any) -> None:
    record = {"type": "holiday", "where": "sea", "uuid": "h"}
    item = told(record, details=True).items[0]
    assert (item.kind, item.name, item.detail) == (Kind.RAW, "holiday", record)
    assert told(record).items[0].detail is None, "what is only listed holds no bulk"


def test_a_subagents_words_in_its_parents_log_count_where_it_has_no_own(tmp_path: Path) -> None:
    said = assistant({"type": "text", "text": "Found it."})
    data = {"type": "agent_progress", "agentId": "7f", "message": said}
    line = {"type": "progress", "sessionId": "one", "timestamp": TIME, "data": data}
    path = log(tmp_path, [line])
    item = read(path, Provider.CLAUDE).items[0]
    assert (item.session, item.text) == ("one/agent-7f", "Found it.")
    own = tmp_path / "one" / "subagents"
    own.mkdir(parents=True)
    log(own, [line], "agent-7f.jsonl")
    assert read(path, Provider.CLAUDE).paired == {"progress/agent_progress": 1}
