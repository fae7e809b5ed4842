"""Claude Code's rarer tools and its results out of the ordinary: plans, questions, teams, spilled output."""

from __future__ import annotations

from tally_tui.demo.claude_tools import ToolUse
from tally_tui.demo.story import Story


def question(story: Story) -> ToolUse:
    asked = f"Shall the {story.noun()} be sorted by name or by age?"
    questions = [
        {
            "question": asked,
            "header": "Order",
            "multiSelect": False,
            "options": [
                {"label": "Name", "description": "A to Z"},
                {"label": "Age", "description": "New first"},
            ],
        }
    ]
    return ToolUse(
        "AskUserQuestion",
        {"questions": questions},
        f'User has answered your questions: "{asked}"="Age".',
        {
            "questions": questions,
            "answers": {asked: "Age"},
            "annotations": {asked: {"notes": "newest on top"}},
        },
        20.0,
    )


def plan(story: Story) -> ToolUse:
    words = f"1. Measure the {story.noun()}\n2. Change one thing\n3. Measure again"
    return ToolUse(
        "ExitPlanMode",
        {"plan": words},
        "User has approved your plan. You can now start coding.",
        {"plan": words, "isAgent": False, "filePath": "/home/dev/.claude/plans/calm-river.md"},
        30.0,
    )


def skill(story: Story) -> ToolUse:
    return ToolUse(
        "Skill",
        {"skill": "changelog"},
        "Launching skill: changelog",
        {"success": True, "commandName": "changelog", "allowedTools": ["Read", "Edit"]},
        0.2,
    )


def task_output(story: Story) -> ToolUse:
    return ToolUse(
        "TaskOutput",
        {"task_id": "b1"},
        f"All {story.noun()}s accounted for.",
        {
            "retrieval_status": "success",
            "task": {"task_id": "b1", "task_type": "local_bash", "status": "completed", "exitCode": 0},
        },
    )


def tool_search(story: Story) -> ToolUse:
    return ToolUse(
        "ToolSearch",
        {"query": "select:WebFetch"},
        [{"type": "tool_reference", "tool_name": "WebFetch"}],
        {"matches": ["WebFetch"], "query": "select:WebFetch", "total_deferred_tools": 17},
        0.1,
    )


def send_message(story: Story) -> ToolUse:
    words = f"Please count the {story.noun()}s once more."
    return ToolUse(
        "SendMessage",
        {"to": "counter", "message": words},
        "Message delivered.",
        {"success": True, "message": words, "routing": {"sender": "lead", "target": "@counter"}},
        0.1,
    )


def team_agent(story: Story) -> ToolUse:
    return ToolUse(
        "Agent",
        {"description": "Count", "prompt": f"Count the {story.noun()}s.", "name": "counter"},
        "Spawned successfully.",
        {
            "status": "teammate_spawned",
            "teammate_id": "counter@calm-river",
            "team_name": "calm-river",
            "name": "counter",
            "color": "green",
            "model": "claude-haiku-4-5-20251001",
        },
    )


def workflow(story: Story, run: str) -> ToolUse:
    return ToolUse(
        "Workflow",
        {"name": "audit"},
        f"Workflow started for every {story.noun()}.",
        {"taskType": "local_workflow", "runId": run, "status": "async_launched"},
        0.5,
    )


def mcp(story: Story) -> ToolUse:
    """A tool of another server: its result is a list of blocks."""
    said = [{"type": "text", "text": f"3 tickets mention the {story.noun()}."}]
    return ToolUse("mcp__tickets__search", {"query": story.noun()}, said, said, 1.5)


def failed(story: Story, cwd: str) -> ToolUse:
    """A tool that failed: the result is a bare string."""
    words = f"Error: File does not exist: {cwd}/{story.file()}"
    return ToolUse("Read", {"file_path": f"{cwd}/{story.file()}"}, words, words, 0.2, failed=True)


def declined(story: Story) -> ToolUse:
    words = "The user doesn't want to proceed with this tool use."
    return ToolUse("Bash", {"command": f"rm {story.noun()}.lock"}, words, f"Error: {words}", 8.0, failed=True)


def spilled(story: Story, path: str) -> ToolUse:
    """Output too big for the transcript: the log keeps the beginning and the place of the rest."""
    head = story.listing(1_200)
    shown = (
        f"<persisted-output>\nOutput too large (64.2KB). Full output saved to: {path}\n\n"
        f"Preview (first 2KB):\n{head}\n...\n</persisted-output>"
    )
    return ToolUse(
        "Bash",
        {"command": "git log --stat", "description": "Show the history"},
        shown,
        {
            "stdout": head,
            "stderr": "",
            "interrupted": False,
            "isImage": False,
            "persistedOutputPath": path,
            "persistedOutputSize": 65_741,
        },
        2.0,
    )


def notebook(story: Story, cwd: str) -> ToolUse:
    path = f"{cwd}/notes/{story.noun()}.ipynb"
    cells = [{"cellType": "code", "source": story.snippet(), "cell_id": "c1", "outputs": [{"text": "42"}]}]
    return ToolUse(
        "Read",
        {"file_path": path},
        '<cell id="c1">42</cell>',
        {"type": "notebook", "file": {"filePath": path, "cells": cells}},
        0.3,
    )


def document(story: Story, cwd: str) -> ToolUse:
    path = f"{cwd}/docs/{story.noun()}.pdf"
    return ToolUse(
        "Read",
        {"file_path": path},
        f"PDF file read: {path} (12 KB)",
        {
            "type": "pdf",
            "file": {"filePath": path, "base64": story.dice.base64(1200), "originalSize": 12_000},
        },
        0.5,
        beside=(
            {
                "type": "document",
                "source": {
                    "type": "base64",
                    "media_type": "application/pdf",
                    "data": story.dice.base64(1200),
                },
            },
        ),
    )
