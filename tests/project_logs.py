"""Sessions that work in several folders, spelled in several ways: what is told of projects."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

Line = dict[str, Any]


def mangled(folder: str) -> str:
    """The name of the folder that Claude Code keeps a folder's logs in."""
    return re.sub("[^A-Za-z0-9]", "-", folder)


def lines(session: str, *folders: str, first: int = 0, chain: str = "", **more: Any) -> list[Line]:
    """A prompt and an answer in each folder, a minute each; `chain` is the line that the first hangs below."""
    found: list[Line] = []
    above: str | None = chain or None
    for number, folder in enumerate(folders, first):
        for kind in ("user", "assistant"):
            uuid = f"{session}-{more.get('agentId', 'main')}-{more.get('mark', '')}{number}-{kind}"
            message: Line = {"role": kind, "content": [{"type": "text", "text": f"{kind} {number} in {folder}"}]}
            if kind == "assistant":
                message |= {"id": f"msg-{uuid}", "model": "claude-sonnet-4-6", "stop_reason": "end_turn",
                            "usage": {"input_tokens": 100, "output_tokens": 50}}  # fmt: skip
            found.append({
                "type": kind, "uuid": uuid, "parentUuid": above, "sessionId": session, "cwd": folder, "version": "2.1.9",
                "timestamp": f"2026-03-01T{8 + number // 60:02d}:{number % 60:02d}:{30 * (kind == 'assistant'):02d}.000Z",
                "message": message, "isSidechain": "agentId" in more,
                **{key: value for key, value in more.items() if key != "mark"},
            })  # fmt: skip
            above = uuid
    return found


def save(path: Path, written: list[Line]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in written))
    return path


def session(claude: Path, name: str, *folders: str, start: str | None = None, **more: Any) -> Path:
    """The log of a session that began in the first folder (or lies as if in `start`) and went through the others."""
    where = claude / "projects" / mangled(start or folders[0])
    return save(where / f"{name}.jsonl", lines(name, *folders, **more))


def subagent(claude: Path, parent: str, agent: str, *folders: str, start: str) -> Path:
    where = claude / "projects" / mangled(start) / parent / "subagents"
    return save(where / f"agent-{agent}.jsonl", lines(parent, *folders, agentId=agent))


def thread(codex: Path, name: str, *folders: str) -> Path:
    """A Codex rollout that began in the first folder and went through the others."""
    told: list[Line] = [
        {"timestamp": "2026-03-01T09:00:00.000Z", "type": "session_meta", "payload": {"id": name, "cwd": folders[0]}}
    ]
    for number, folder in enumerate(folders, 1):
        total = {"input_tokens": 100 * number, "cached_input_tokens": 0, "output_tokens": 10 * number}
        last = {"input_tokens": 100, "cached_input_tokens": 0, "output_tokens": 10}
        at = f"2026-03-01T09:{number:02d}:00.000Z"
        told.append({"timestamp": at, "type": "turn_context",
                     "payload": {"turn_id": f"t{number}", "model": "gpt-5.5", "cwd": folder}})  # fmt: skip
        told.append({"timestamp": at, "type": "event_msg", "payload": {
            "type": "token_count", "info": {"total_token_usage": total, "last_token_usage": last}}})  # fmt: skip
    return save(codex / "sessions/2026/03/01" / f"rollout-2026-03-01T09-00-00-{name}.jsonl", told)
