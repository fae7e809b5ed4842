"""What is measured of conversations: one very long session, written once and kept in a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.bench.corpora import Corpus

MESSAGES = 50_000
SESSION = "50000000-0000-4000-8000-000000000001"
SHORT = "50000000-0000-4000-8000-000000000002"
_FOLDER = "/work/longest"
_REPLY = """The parser keeps **its place**, so the next stretch goes on there.

- `feed` takes one line
- `finish` gives the records

```python
def feed(self, offset: int, line: bytes) -> bool:
    return self._take(offset, decode(line))
```

| stretch | lines |
|---|---|
| first | 1,200 |
| second | 340 |
"""


def long_session(keep: Path) -> Corpus:
    """A machine with one session of `MESSAGES` messages: prompts, replies, tool calls and their results."""
    folder = keep / f"logs-session-{MESSAGES}"
    log = folder / "claude" / "projects" / "-work-longest" / f"{SESSION}.jsonl"
    (folder / "codex" / "sessions").mkdir(parents=True, exist_ok=True)
    if not log.exists():
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("".join(json.dumps(_line(number)) + "\n" for number in range(MESSAGES)))
    _short(log.with_name(f"{SHORT}.jsonl"))
    return Corpus(folder)


def _short(log: Path) -> None:
    """A later session of two messages: the list shows what is under its cursor, and that shall not be the long one."""
    later = {"sessionId": SHORT, "timestamp": "2026-11-20T12:00:00.000Z"}
    log.write_text("".join(json.dumps({**_line(number), **later}) + "\n" for number in (MESSAGES, MESSAGES + 9)))


def _line(number: int) -> dict[str, Any]:
    """Of ten messages one is a prompt, five are replies and tool calls, four are results."""
    minute, second = divmod(number, 60)
    record: dict[str, Any] = {
        "sessionId": SESSION,
        "cwd": _FOLDER,
        "version": "2.1.0",
        "gitBranch": "main",
        "timestamp": f"2026-10-{1 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:{second:02}.000Z",
        "uuid": f"u{number}",
        "parentUuid": f"u{number - 1}" if number else None,
        "isSidechain": False,
    }
    place = number % 10
    if place == 0:
        return {**record, "type": "user", "message": {"role": "user", "content": f"Step {number}: go on with the parser"}}
    if place % 2 == 1:
        content: list[dict[str, Any]] = [{"type": "text", "text": f"{_REPLY}\nThat was message {number}."}]
        if place < 9:
            command = f"pytest tests/part_{number}.py -q"
            content = [{"type": "tool_use", "id": f"t{number}", "name": "Bash", "input": {"command": command}}]
        usage = {"input_tokens": 4, "output_tokens": 200, "cache_read_input_tokens": 60_000 + number}
        message = {"id": f"msg_{number}", "role": "assistant", "model": "claude-opus-4-8", "content": content, "usage": usage}
        return {**record, "type": "assistant", "message": message}
    output = "\n".join(f"tests/part_{number}.py::test_{case} PASSED" for case in range(12))
    result = {"type": "tool_result", "tool_use_id": f"t{number - 1}", "content": output}
    return {**record, "type": "user", "message": {"role": "user", "content": [result]}}
