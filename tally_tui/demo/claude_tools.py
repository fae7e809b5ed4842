"""Claude Code's tools as the log shows them: the input asked for, the text given back, the result object."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tally_tui.demo.story import Story

Record = dict[str, Any]


@dataclass(slots=True)
class ToolUse:
    """One use of a tool. `content` goes to the model, `result` is what the agent's own screen draws."""

    name: str
    input: Record
    content: str | list[Record]
    result: Any
    seconds: float = 1.0
    failed: bool = False
    beside: tuple[Record, ...] = field(default=())
    """Further blocks of the result line (pictures)."""


def bash(story: Story, cwd: str, size: int) -> ToolUse:
    out = story.test_run(size)
    command = {"python": "pytest -q", "typescript": "npm test", "rust": "cargo test"}[story.project.language]
    return ToolUse(
        "Bash",
        {"command": f"cd {cwd} && {command} 2>&1 | tail -{size // 60 + 5}", "description": "Run the tests"},
        out,
        {"stdout": out, "stderr": "", "interrupted": False, "isImage": False, "noOutputExpected": False},
        4.0,
    )


def commit(story: Story) -> ToolUse:
    head = f"[{story.project.branches[0]} {story.dice.hexes(7)}]"
    out = f"{head} {story.noun().title()}: say why\n 2 files changed"
    return ToolUse(
        "Bash",
        {"command": 'git commit -am "Say why"', "description": "Commit"},
        out,
        {
            "stdout": out,
            "stderr": "",
            "interrupted": False,
            "isImage": False,
            "gitOperation": {"commit": {"sha": story.dice.hexes(40), "kind": "committed"}},
        },
    )


def background(story: Story) -> ToolUse:
    task = story.dice.hexes(7)
    out = f"Command running in background with ID: {task}"
    return ToolUse(
        "Bash",
        {"command": "npm run dev", "run_in_background": True},
        out,
        {
            "stdout": "",
            "stderr": "",
            "interrupted": False,
            "isImage": False,
            "backgroundTaskId": task,
            "returnCodeInterpretation": "Still running",
        },
    )


def read(story: Story, cwd: str, size: int) -> ToolUse:
    path, source = f"{cwd}/{story.file()}", story.source(size)
    lines = source.count("\n") + 1
    shown = "\n".join(f"{number:6d}→{line}" for number, line in enumerate(source.splitlines(), 1))
    return ToolUse(
        "Read",
        {"file_path": path},
        shown,
        {
            "type": "text",
            "file": {
                "filePath": path,
                "content": source,
                "numLines": lines,
                "startLine": 1,
                "totalLines": lines,
            },
        },
        0.3,
    )


def picture(story: Story, cwd: str, size: int) -> ToolUse:
    """A picture that was read: the block is base64, as everything binary in the logs is."""
    path, data = f"{cwd}/shots/{story.noun()}.png", story.dice.base64(size // 4 * 4)
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    return ToolUse(
        "Read",
        {"file_path": path},
        [image],
        {"type": "image", "file": {"base64": data, "type": "image/png", "originalSize": size}},
    )


def edit(story: Story, cwd: str, size: int) -> ToolUse:
    """An edit with its structured patch; the whole original file rides along, as it does in real logs."""
    path, before = f"{cwd}/{story.file()}", story.snippet()
    after = before.replace("limit", "most").replace("weight", "burden")
    original = f"{story.source(size)}\n{before}"
    return ToolUse(
        "Edit",
        {"file_path": path, "old_string": before, "new_string": after, "replace_all": False},
        f"The file {path} has been updated.",
        {
            "filePath": path,
            "oldString": before,
            "newString": after,
            "originalFile": original,
            "structuredPatch": [hunk(before, after, original.count("\n") - 6)],
            "userModified": False,
            "replaceAll": False,
        },
        0.4,
    )


def multi_edit(story: Story, cwd: str) -> ToolUse:
    path, before, other = f"{cwd}/{story.file()}", story.snippet(), story.snippet()
    edits = [
        {"old_string": part, "new_string": part.replace("limit", "most"), "replace_all": False}
        for part in (before, other)
    ]
    return ToolUse(
        "MultiEdit",
        {"file_path": path, "edits": edits},
        f"Applied 2 edits to {path}",
        {
            "filePath": path,
            "edits": edits,
            "originalFileContents": f"{before}\n{other}",
            "structuredPatch": [hunk(str(part["old_string"]), str(part["new_string"]), 1) for part in edits],
        },
    )


def write(story: Story, cwd: str, size: int) -> ToolUse:
    path, source = f"{cwd}/{story.file()}", story.source(size)
    return ToolUse(
        "Write",
        {"file_path": path, "content": source},
        f"File created successfully at: {path}",
        {"type": "create", "filePath": path, "content": source, "structuredPatch": [], "originalFile": None},
        0.3,
    )


def grep(story: Story, cwd: str, size: int) -> ToolUse:
    found = story.listing(size)
    return ToolUse(
        "Grep",
        {"pattern": story.noun(), "path": cwd, "output_mode": "content"},
        found,
        {
            "mode": "content",
            "numFiles": 0,
            "filenames": [],
            "content": found,
            "numLines": found.count("\n") + 1,
            "appliedLimit": 250,
        },
        0.2,
    )


def glob(story: Story, cwd: str) -> ToolUse:
    names = [f"{cwd}/{story.file()}" for _ in range(8)]
    return ToolUse(
        "Glob",
        {"pattern": "**/*"},
        "\n".join(names),
        {"filenames": names, "durationMs": 12, "numFiles": len(names), "truncated": False},
        0.2,
    )


def fetch(story: Story, size: int) -> ToolUse:
    page = story.prose(size)
    url = f"https://docs.example.com/{story.noun()}/{story.noun()}"
    return ToolUse(
        "WebFetch",
        {"url": url, "prompt": "How is this meant to be used?"},
        page,
        {"bytes": len(page), "code": 200, "codeText": "OK", "result": page, "durationMs": 1800, "url": url},
        2.0,
    )


def web_search(story: Story) -> ToolUse:
    query = f"{story.noun()} {story.noun()} best practice"
    links = [
        {"title": f"About the {story.noun()}", "url": f"https://example.org/{story.noun()}"} for _ in range(3)
    ]
    return ToolUse(
        "WebSearch",
        {"query": query},
        f"Web search results for query: {query}\n{links}",
        {
            "query": query,
            "results": [{"tool_use_id": "srvtoolu_01", "content": links}],
            "durationSeconds": 5.1,
        },
        5.0,
    )


def todos(story: Story) -> ToolUse:
    old = [
        {"content": f"Look at the {story.noun()}", "status": "in_progress", "activeForm": "Looking"},
        {"content": f"Test the {story.noun()}", "status": "pending", "activeForm": "Testing"},
    ]
    new = [{**old[0], "status": "completed"}, {**old[1], "status": "in_progress"}]
    return ToolUse(
        "TodoWrite",
        {"todos": new},
        "Todos have been modified successfully.",
        {"oldTodos": old, "newTodos": new},
        0.1,
    )


def task_create(story: Story) -> ToolUse:
    subject = f"Check the {story.noun()}"
    return ToolUse(
        "TaskCreate",
        {"subject": subject},
        f"Task #1 created: {subject}",
        {"task": {"id": "1", "subject": subject}},
        0.1,
    )


def task_update(story: Story) -> ToolUse:
    return ToolUse(
        "TaskUpdate",
        {"taskId": "1", "status": "completed"},
        f"Updated task #1, the {story.noun()}",
        {
            "success": True,
            "taskId": "1",
            "updatedFields": ["status"],
            "statusChange": {"from": "in_progress", "to": "completed"},
        },
        0.1,
    )


def agent(prompt: str, identity: str, words: str, usage: Record, calls: int) -> ToolUse:
    """A subagent that was waited for. Its totals are informational: the calls are in its own file."""
    return ToolUse(
        "Agent",
        {"description": "Explore the code", "prompt": prompt, "subagent_type": "Explore"},
        [{"type": "text", "text": words}],
        {
            "status": "completed",
            "prompt": prompt,
            "agentId": identity,
            "agentType": "Explore",
            "content": [{"type": "text", "text": words}],
            "totalDurationMs": 41_000,
            "totalTokens": 31_000,
            "totalToolUseCount": calls,
            "usage": usage,
        },
        40.0,
    )


def agent_async(prompt: str, identity: str) -> ToolUse:
    return ToolUse(
        "Agent",
        {"description": "Look around", "prompt": prompt, "run_in_background": True},
        f"Async agent launched successfully. agentId: {identity}",
        {
            "isAsync": True,
            "status": "async_launched",
            "agentId": identity,
            "description": "Look around",
            "outputFile": f"/tmp/claude/tasks/{identity}.output",
            "resolvedModel": "claude-haiku-4-5-20251001",
            "canReadOutputFile": True,
        },
        0.5,
    )


def hunk(before: str, after: str, start: int) -> Record:
    """One hunk of a structured patch that replaces `before` by `after`."""
    old, new = before.splitlines(), after.splitlines()
    lines: list[str] = []
    for one, other in zip(old, new, strict=False):
        lines += [f" {one}"] if one == other else [f"-{one}", f"+{other}"]
    return {
        "oldStart": max(1, start),
        "oldLines": len(old),
        "newStart": max(1, start),
        "newLines": len(new),
        "lines": lines,
    }
