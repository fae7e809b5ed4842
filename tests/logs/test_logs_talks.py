"""How far a conversation has come, what it is called, and what says nothing of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_logs import Line, answer, at, count, meta, prompt, turn, write

from tally_tui.logs.boilerplate import telling
from tally_tui.logs.identity import identity_of
from tally_tui.logs.parse import parse
from tally_tui.logs.records import Chunk, Talk
from tally_tui.model import Provider

THREAD = "01900001-0000-7000-8000-000000000001"


def claude(folder: Path, lines: list[Line | bytes], name: str = "s1.jsonl") -> Chunk:
    write(folder / name, lines)
    return parse(str(folder / name), Provider.CLAUDE)


def codex(folder: Path, lines: list[Line | bytes]) -> Chunk:
    path = folder / f"rollout-2026-03-01T00-10-00-{THREAD}.jsonl"
    write(path, lines)
    return parse(str(path), Provider.CODEX)


def talk(chunk: Chunk) -> Talk:
    assert chunk.talk is not None
    return chunk.talk


def result(minute: int) -> Line:
    block = {"tool_use_id": "toolu_1", "type": "tool_result", "content": "fine"}
    return prompt("s1", minute, "") | {"message": {"role": "user", "content": [block]}}


def blocks(minute: int, *texts: str) -> Line:
    content = [{"type": "text", "text": text} for text in texts]
    return prompt("s1", minute, "") | {"message": {"role": "user", "content": content}}


def test_turns_and_answers_of_a_claude_session(tmp_path: Path) -> None:
    lines: list[Line | bytes] = [
        prompt("s1", 1, "Make the lamp blink"), answer("s1", "a", 2, 5), answer("s1", "a", 2, 9, block=1), result(3),
        answer("s1", "bb", 4, 5), prompt("s1", 5, "Faster"), blocks(6, "And louder"), answer("s1", "ccc", 7, 5),
        prompt("s1", 8, "<command-name>/clear</command-name>"), prompt("s1", 8, "[Request interrupted by user]"),
        prompt("s1", 9, "What was before") | {"isCompactSummary": True}, prompt("s1", 9, "Told by it") | {"isMeta": True},
        answer("s1", "x", 9, 0, model="<synthetic>"), prompt("s1", 9, ""),
    ]  # fmt: skip
    found = talk(claude(tmp_path, lines))
    assert (found.session, found.turns, found.replies, found.model) == ("s1", 3, 3, "claude-sonnet-4-6")
    assert (found.context, found.peak) == (13 + 1_021 + 120, 13 + 1_021 + 120), "of the newest answer: all it read"
    # A stretch at a time it is the same.
    path, cursor, state = str(tmp_path / "s1.jsonl"), 0, b""
    while not (chunk := parse(path, Provider.CLAUDE, cursor, state, limit=1)).at_end:
        cursor, state = chunk.cursor, chunk.state
    assert talk(chunk) == found


def test_subagents_inside_a_file_are_no_part_of_its_conversation(tmp_path: Path) -> None:
    aside: Line = {"isSidechain": True}
    lines: list[Line | bytes] = [
        prompt("s1", 1, "Look"), answer("s1", "a", 2, 5), prompt("s1", 3, "Subtask") | aside,
        answer("s1", "bbbbbb", 4, 5) | aside,
    ]  # fmt: skip
    found = talk(claude(tmp_path, lines))
    assert (found.turns, found.replies, found.context) == (1, 1, 11 + 1_007 + 120)
    assert found.leaf == identity_of("s1-a-0")
    own = talk(claude(tmp_path / "s1" / "subagents", [line | aside for line in lines[2:] if isinstance(line, dict)],
                      "agent-7.jsonl"))  # fmt: skip
    assert (own.session, own.turns, own.replies) == ("s1/agent-7", 1, 1)


def test_a_subagent_without_a_description_is_called_by_its_prompt(tmp_path: Path) -> None:
    folder = tmp_path / "s1" / "subagents"
    lines: list[Line | bytes] = [prompt("s1", 1, "Count the oars"), answer("s1", "a", 2, 5)]
    (fact,) = claude(folder, lines, "agent-7.jsonl").sessions
    assert (fact.name, fact.title) == ("s1/agent-7", "Count the oars")
    (folder / "agent-8.meta.json").write_text(json.dumps({"agentType": "counter", "description": "Oars"}))
    (fact,) = claude(folder, lines, "agent-8.jsonl").sessions
    assert (fact.title, fact.agent) == ("Oars", "counter")


def test_summaries_are_told_by_the_message_they_end_at(tmp_path: Path) -> None:
    chunk = claude(tmp_path, [{"type": "summary", "summary": "Lamp repaired", "leafUuid": "u9"}])
    assert chunk.summaries == {identity_of("u9"): "Lamp repaired"} and chunk.talk is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Base directory for this skill: /x\n\n# Skill", ""),
        ("This session is being continued from a previous conversation that ran out", ""),
        ("Implement the following plan:\n\n# Blink the lamp\nFirst …", "Blink the lamp\nFirst …"),
        ("[Image #1] [Image #2] Why is this red?", "Why is this red?"),
        ("# AGENTS.md instructions for /x", ""),
        ("Warmup", ""),
        ("Warmup the cache", "Warmup the cache"),
        ("  Just do it ", "Just do it"),
    ],
)
def test_what_a_prompt_tells(text: str, words: str) -> None:
    assert telling(text) == words


def test_boilerplate_gives_no_title(tmp_path: Path) -> None:
    lines: list[Line | bytes] = [prompt("s1", 1, "Base directory for this skill: /x"), prompt("s1", 2, "Blink")]
    (fact,) = claude(tmp_path, lines).sessions
    assert fact.title == "Blink"


def said(minute: int, text: str) -> Line:
    return {"timestamp": at(minute), "type": "event_msg", "payload": {"type": "user_message", "message": text}}


def test_turns_answers_and_the_window_of_a_codex_thread(tmp_path: Path) -> None:
    def sized(line: Line, window: Any) -> Line:
        line["payload"]["info"]["model_context_window"] = window
        return line

    lines: list[Line | bytes] = [
        meta(THREAD, 10), turn(11, "t1"), said(11, "Mend the net"), said(11, "<environment_context>x</environment_context>"),
        sized(count(12, (5_000, 20, 10), (5_000, 20, 10)), 258_400), sized(count(12, (5_000, 20, 10), (5_000, 20, 10), 1), 258_400),
        {"timestamp": at(13), "type": "event_msg", "payload": {"type": "item_completed", "item": {
            "type": "UserMessage", "content": [{"type": "text", "text": "Faster"}]}}},
        sized(count(14, (14_000, 20, 30), (9_000, 0, 20)), "odd"),
    ]  # fmt: skip
    found = talk(codex(tmp_path, lines))
    assert (found.session, found.turns, found.replies, found.context, found.peak, found.model, found.window) == (
        THREAD, 2, 2, 9_000, 9_000, "gpt-5.5", 258_400,
    )  # fmt: skip
    # A compaction leaves the totals as they were and states what is left.
    left = count(15, (14_000, 20, 30), None)
    left["payload"]["info"]["last_token_usage"] = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 1_200}
    found = talk(codex(tmp_path, [*lines, left]))
    assert (found.replies, found.context, found.peak) == (2, 1_200, 9_000)
