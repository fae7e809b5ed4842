"""What Codex does between its answers: commands, patches, searches, tools of others, in both histories."""

from __future__ import annotations

import json

from tally_tui.demo.codex_log import CodexLog
from tally_tui.demo.story import Story


def step(log: CodexLog, story: Story, size: int) -> None:
    """One ordinary tool of a rollout, asked for and answered."""
    roll = log.dice.random()
    if log.paginated:
        command(log, story, size) if roll < 0.75 else code_patch(log, story)
    elif roll < 0.72:
        command(log, story, size)
    elif roll < 0.92:
        patch(log, story)
    elif roll < 0.96:
        plan(log, story)
    else:
        web_search(log, story)


def command(log: CodexLog, story: Story, size: int) -> None:
    """A shell command and its output, in one of the dresses that output comes in."""
    dice = log.dice
    out = (
        story.test_run(size)
        if dice.chance(0.4)
        else story.source(size)
        if dice.chance(0.6)
        else story.listing(size)
    )
    words = f"sed -n 1,200p {story.file()}"
    log.pending += len(out) // 4 + 60
    identity = f"call_{dice.base62(24)}"
    if log.paginated:
        source = f'const r = await tools.exec_command({{cmd: "{words}"}});\ntext(r.output);'
        log.response(
            "custom_tool_call",
            id=f"ctc_{dice.hexes(12)}",
            status="completed",
            call_id=identity,
            name="exec",
            namespace="functions",
            input=source,
        )
        log.wait(2)
        log.item(
            "CommandExecution",
            id=f"exec-{dice.uuid4()}",
            command=["/bin/bash", "-lc", words],
            cwd=f"file://{log.place.cwd}",
            parsed_cmd=[{"type": "read", "cmd": words}],
            status="completed",
            source="unified_exec_startup",
            aggregated_output=out,
            exit_code=0,
            duration={"secs": 0, "nanos": 51_000_000},
        )
        log.response(
            "custom_tool_call_output",
            call_id=identity,
            output=[
                {"type": "input_text", "text": "Script completed\nWall time 0.1 seconds\nOutput:\n"},
                {"type": "input_text", "text": out},
            ],
        )
        return
    name = "exec_command" if log.version >= "0.1" and log.version[:4] != "0.42" else "shell"
    arguments = (
        {"cmd": words}
        if name == "exec_command"
        else {"command": ["bash", "-lc", words], "workdir": log.place.cwd}
    )
    log.response("function_call", name=name, arguments=json.dumps(arguments), call_id=identity)
    log.wait(2)
    dress = dice.randrange(4)
    shown = (
        f"Chunk ID: {dice.hexes(6)}\nWall time: 0.62 seconds\nProcess exited with code 0\nOutput:\n{out}",
        f"Exit code: 0\nWall time: 0.6 seconds\nOutput:\n{out}",
        json.dumps({"output": out, "metadata": {"exit_code": 0, "duration_seconds": 0.6}}),
        f"Command: {words}\n{out}",
    )[dress]
    log.response("function_call_output", call_id=identity, output=shown)
    if dice.chance(0.05):
        log.event(
            "exec_command_end", call_id=identity, exit_code=0, duration={"secs": 0, "nanos": 620_000_000}
        )


def patch(log: CodexLog, story: Story) -> None:
    """A legacy patch: the text of it, the event that it was applied, the output."""
    before, path = story.snippet(), story.file()
    after = before.replace("limit", "most")
    removed = "".join(f"-{line}\n" for line in before.splitlines())
    added = "".join(f"+{line}\n" for line in after.splitlines())
    identity = f"call_{log.dice.base62(24)}"
    log.response(
        "custom_tool_call",
        status="completed",
        call_id=identity,
        name="apply_patch",
        input=f"*** Begin Patch\n*** Update File: {path}\n@@\n{removed}{added}*** End Patch",
    )
    log.wait(1)
    log.event(
        "patch_apply_end",
        call_id=identity,
        turn_id=log.turn_id,
        success=True,
        stderr="",
        status="completed",
        stdout=f"Success. Updated the following files:\nM {path}\n",
        changes={
            f"{log.place.cwd}/{path}": {
                "type": "update",
                "move_path": None,
                "unified_diff": f"@@ -1 +1 @@\n{removed}{added}",
            }
        },
    )
    log.response(
        "custom_tool_call_output",
        call_id=identity,
        output=f"Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess. Updated the files:\nM {path}\n",
    )
    log.pending += len(before) // 2


def code_patch(log: CodexLog, story: Story) -> None:
    """A patch in code mode: script, finished item, script output."""
    before, path = story.snippet(), story.file()
    identity = f"call_{log.dice.base62(24)}"
    body = f"*** Begin Patch\n*** Add File: {path}\n" + "".join(f"+{line}\n" for line in before.splitlines())
    log.response(
        "custom_tool_call",
        status="completed",
        call_id=identity,
        name="exec",
        namespace="functions",
        input=f"text(await tools.apply_patch({json.dumps(body + '*** End Patch')}));",
    )
    log.wait(1)
    log.item(
        "FileChange",
        id=f"exec-{log.dice.uuid4()}",
        status="completed",
        stdout=f"A {path}\n",
        stderr="",
        changes={
            f"{log.place.cwd}/{path}": {"type": "add", "content": before},
            f"{log.place.cwd}/README.md": {
                "type": "update",
                "unified_diff": "@@ -1 +1 @@\n-old\n+new\n",
                "move_path": None,
            },
            f"{log.place.cwd}/old.txt": {"type": "delete", "content": "gone\n"},
        },
    )
    log.response("custom_tool_call_output", call_id=identity, output=[{"type": "input_text", "text": "{}"}])
    log.pending += len(before) // 2


def plan(log: CodexLog, story: Story) -> None:
    steps = [
        {"step": f"Look at the {story.noun()}", "status": "completed"},
        {"step": f"Test the {story.noun()}", "status": "in_progress"},
    ]
    identity = f"call_{log.dice.base62(24)}"
    log.response("function_call", name="update_plan", arguments=json.dumps({"plan": steps}), call_id=identity)
    log.response("function_call_output", call_id=identity, output="Plan updated")


def web_search(log: CodexLog, story: Story) -> None:
    query = f"{story.noun()} {story.noun()}"
    action = {"type": "search", "query": query}
    identity = f"ws_{log.dice.hexes(32)}"
    if log.paginated:
        log.item("WebSearch", id=identity, query=query, action=action)
    else:
        log.event("web_search_end", call_id=identity, query=query, action=action)
    log.response("web_search_call", status="completed", action=action)


def mcp(log: CodexLog, story: Story) -> None:
    """A tool of another server."""
    identity = f"call_{log.dice.base62(24)}"
    arguments = {"query": story.noun()}
    result = {"content": [{"type": "text", "text": f"3 tickets mention the {story.noun()}."}]}
    log.response(
        "function_call",
        name="search",
        namespace="mcp__tickets",
        arguments=json.dumps(arguments),
        call_id=identity,
    )
    if log.paginated:
        log.item(
            "McpToolCall",
            id=identity,
            server="tickets",
            tool="search",
            arguments=arguments,
            result=result,
            status="completed",
        )
    else:
        log.event(
            "mcp_tool_call_end",
            call_id=identity,
            duration={"secs": 1, "nanos": 0},
            result={"Ok": result},
            invocation={"server": "tickets", "tool": "search", "arguments": arguments},
        )
    log.response(
        "function_call_output", call_id=identity, output=[{"type": "input_text", "text": json.dumps(result)}]
    )
