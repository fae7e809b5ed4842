"""A home folder with a few sessions whose conversations have every turn in them; small, and ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ledger_sums import Home

Line = dict[str, Any]
MAIN = "11111111-aaaa-4000-8000-000000000001"
OTHER = "11111111-bbbb-4000-8000-000000000002"
THREAD = "01900000-0000-7000-8000-00000000000a"
CHILD = "01900000-0000-7000-8000-00000000000b"
FORK = "01900000-0000-7000-8000-00000000000c"
HOSTILE = "Look: \x1b[31mred\x1b[0m \u202egnp.exe <script>alert(1)</script> ![x](http://evil.example/x.png)"


def at(minute: int) -> str:
    return f"2026-03-01T{8 + minute // 60:02d}:{minute % 60:02d}:00.000Z"


class Transcript:
    """Claude lines that hang below one another."""

    def __init__(self, session: str, agent: str = "") -> None:
        self.lines: list[Line] = []
        self.session, self.agent = session, agent
        self.last: str | None = None

    def add(self, kind: str, message: Line | None = None, parent: str | None = "", **more: Any) -> str:
        uuid = f"{self.agent or 'm'}-{len(self.lines)}"
        line: Line = {
            "type": kind, "uuid": uuid, "parentUuid": self.last if parent == "" else parent, "sessionId": self.session,
            "timestamp": at(len(self.lines)), "cwd": "/home/mira/harbour", "version": "2.1.300", **more,
        }  # fmt: skip
        if message:
            line["message"] = message
        if self.agent:
            line |= {"isSidechain": True, "agentId": self.agent}
        self.lines.append(line)
        self.last = uuid
        return uuid

    def user(self, content: Any, **more: Any) -> str:
        return self.add("user", {"role": "user", "content": content}, **more)

    def said(self, *blocks: Line, **more: Any) -> str:
        usage = {"input_tokens": 1000, "output_tokens": 100}
        identity = f"msg_{self.agent or self.session}_{len(self.lines)}"
        message = {"id": identity, "role": "assistant", "model": "claude-sonnet-4-6", "content": list(blocks),
                   "usage": usage, "stop_reason": "end_turn"}  # fmt: skip
        return self.add("assistant", message, **more)

    def note(self, **fields: Any) -> None:
        self.lines.append({"timestamp": at(len(self.lines)), "sessionId": self.session, **fields})

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(line) + "\n" for line in self.lines), encoding="utf-8")


def text(words: str) -> Line:
    return {"type": "text", "text": words}


def use(call: str, name: str, **given: Any) -> Line:
    return {"type": "tool_use", "id": call, "name": name, "input": given}


def result(call: str, words: str, failed: bool = False) -> list[Line]:
    return [{"type": "tool_result", "tool_use_id": call, "content": words, "is_error": failed}]


def main_session(projects: Path) -> None:
    log = Transcript(MAIN)
    log.user("Count the boats")
    log.said({"type": "thinking", "thinking": "Boats float."})
    log.said(text("I will look."))
    log.said(use("A", "Bash", command="ls boats"))
    first = log.last
    log.said(use("B", "Read", file_path="/home/mira/harbour/boats.txt"))
    log.user(result("B", "one\ntwo"), parent=log.last)
    log.user(result("A", "\x1b[32mok\x1b[0m"), parent=first)
    log.note(type="queue-operation", operation="enqueue", content="And the oars")
    log.said(use("C", "Edit", file_path="a.py", old_string="x = 1", new_string="x = 2"))
    patch = [{"oldStart": 1, "oldLines": 1, "newStart": 1, "newLines": 1, "lines": ["-x = 1", "+x = 2"]}]
    log.user(result("C", "done"), toolUseResult={"filePath": "a.py", "structuredPatch": patch})
    log.user("And the oars")
    fork = log.said(use("D", "Agent", description="Count oars", prompt="Count them"))
    log.user(result("D", "Four oars."))
    log.said(text("Two boats, four oars. " + HOSTILE))
    log.add("system", subtype="turn_duration", durationMs=5)
    left = log.last
    log.user("Wrong turn: paint them")
    log.said(text("Painting."))
    log.user("Password is DB_PASSWORD=Tr0ub4dor&3", parent=left)
    log.said(text("Noted."))
    log.add("system", subtype="compact_boundary", parent=None, logicalParentUuid=log.last, content="Compacted",
            compactMetadata={"trigger": "auto", "preTokens": 167_000, "postTokens": 3_000})  # fmt: skip
    log.user("What was before", isCompactSummary=True)
    log.user("[Request interrupted by user]")
    log.said(use("E", "Bash", command="make"))
    log.user(result("E", "no rule", failed=True))
    log.note(type="holiday", where="sea")
    folder = projects / "-home-mira-harbour"
    log.save(folder / f"{MAIN}.jsonl")
    agents = folder / MAIN / "subagents"
    oars = Transcript(MAIN, "oars")
    oars.user("Count them")
    oars.said(use("N", "Agent", description="Look closer", prompt="Look"))
    oars.user(result("N", "Found."))
    oars.said(text("Four oars."))
    oars.save(agents / "agent-oars.jsonl")
    meta = {"agentType": "counter", "description": "Count oars", "toolUseId": "D", "spawnDepth": 1}
    (agents / "agent-oars.meta.json").write_text(json.dumps(meta))
    deep = Transcript(MAIN, "deep")
    deep.user("Look")
    deep.said(text("Found."))
    deep.save(agents / "agent-deep.jsonl")
    meta = {"agentType": "looker", "description": "Look closer", "toolUseId": "N", "spawnDepth": 2}
    (agents / "agent-deep.meta.json").write_text(json.dumps(meta))
    other = Transcript(OTHER)
    other.user("Another day")
    other.said(text("Yes."))
    other.save(folder / f"{OTHER}.jsonl")
    assert fork


def codex_line(kind: str, payload: Line, minute: int) -> Line:
    return {"timestamp": at(minute), "type": kind, "payload": payload}


def event(minute: int, kind: str, **fields: Any) -> Line:
    return codex_line("event_msg", {"type": kind, **fields}, minute)


def response(minute: int, kind: str, **fields: Any) -> Line:
    return codex_line("response_item", {"type": kind, **fields}, minute)


def count(minute: int, total: int) -> Line:
    usage = {"input_tokens": total, "cached_input_tokens": 0, "output_tokens": 10, "total_tokens": total + 10}
    return event(minute, "token_count", info={"total_token_usage": usage, "last_token_usage": usage})


def rollout(folder: Path, thread: str, lines: list[Line]) -> int:
    path = folder / "sessions/2026/03/01" / f"rollout-2026-03-01T08-00-00-{thread}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    data = "".join(json.dumps(line) + "\n" for line in lines)
    path.write_text(data, encoding="utf-8")
    return len(data.encode())


def codex_sessions(home: Path) -> None:
    patch = "*** Begin Patch\n*** Update File: a.py\n@@\n-x\n+y\n*** End Patch"
    change = {"/home/mira/a.py": {"type": "update", "unified_diff": "@@ -1 +1 @@\n-x\n+y\n"}}
    lines = [
        codex_line("session_meta", {"id": THREAD, "cwd": "/home/mira/harbour", "history_mode": "paginated"}, 0),
        codex_line("turn_context", {"model": "gpt-5.5", "turn_id": "1"}, 0),
        event(1, "user_message", message="Mend the net"),
        response(1, "message", role="user", content=[{"type": "input_text", "text": "Mend the net"}]),
        response(2, "custom_tool_call", name="exec", call_id="X", input="await tools.exec_command({cmd: 'ls'})"),
        event(2, "item_completed", item={"type": "CommandExecution", "id": "exec-1", "command": ["sh", "-c", "ls"],
                                         "aggregated_output": "net.py", "exit_code": 0}),
        response(2, "custom_tool_call_output", call_id="X", output="net.py"),
        response(3, "custom_tool_call", name="apply_patch", call_id="P", input=patch),
        event(3, "patch_apply_end", call_id="P", stdout="ok", success=True, changes=change),
        response(3, "custom_tool_call_output", call_id="P", output="ok"),
        response(4, "function_call", name="spawn_agent", call_id="S", arguments="{\"message\": \"Help\"}"),
        event(4, "item_completed", item={"type": "SubAgentActivity", "id": "S", "kind": "started",
                                         "agent_thread_id": CHILD}),
        response(4, "function_call_output", call_id="S", output="{}"),
        response(5, "message", role="assistant", content=[{"type": "output_text", "text": "Mended."}]),
        count(5, 1000),
        event(6, "user_message", message="Oh no"),
        response(6, "message", role="assistant", content=[{"type": "output_text", "text": "Oops."}]),
        count(6, 2500),
        event(7, "thread_rolled_back", num_turns=1),
        event(8, "user_message", message="Good"),
    ]  # fmt: skip
    size = rollout(home, THREAD, lines)
    source = {"subagent": {"thread_spawn": {"parent_thread_id": THREAD, "depth": 1, "agent_role": "helper"}}}
    born = {"id": CHILD, "session_id": THREAD, "parent_thread_id": THREAD, "source": source}
    child = [codex_line("session_meta", born, 4), event(5, "agent_message", message="Helping.")]
    rollout(home, CHILD, child)
    base = {"thread_id": THREAD, "end_ordinal_exclusive": len(lines), "end_byte_offset": size}
    meta = {"id": FORK, "forked_from_id": THREAD, "history_mode": "paginated", "history_base": base}
    rollout(home, FORK, [codex_line("session_meta", meta, 20), event(21, "user_message", message="Go on from here")])


def write_home(folder: Path) -> Home:
    """The sessions, read into a ledger."""
    main_session(folder / "claude" / "projects")
    codex_sessions(folder / "codex")
    home = Home(str(folder / "claude"), str(folder / "codex"), folder / "data")
    home.sync()
    return home
