"""A home in which every text of every record holds what a terminal would act on, for tests of what is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ledger_sums import Home
from odd_logs import Line, claude_lines, claude_messages, codex_lines, codex_messages, put, spots

PLANTED = (
    "lamp\x1b]0;PWNED\x07\x1b[2J\x9b31m\x1bPq\x1b\\\x00\x08\r\u202eA\u2066B\u200bC\xadD\u180eE\u3164F\uffa0G\u115fH\u1160I"
    "\u2028J\ufeffK\U000e0041L\u034fM\u061cNe" + "\u0301" * 60 + "O\x1b]8;;http://x\x07P"
)
ACTIVE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]|[\u0300-\u036f]{6}"
)
"""What must not reach a terminal."""
SESSION = "aaaa-1"
THREAD = "01900001-0000-7000-8000-000000000001"


def variants(lines: list[Line]) -> Iterator[Line]:
    """Every line as it is, then with each of its texts planted, then with a planted field more."""
    for line in lines:
        yield line
        for place in spots(line):
            value: Any = line
            for key in place:
                value = value[key]
            if isinstance(value, str):
                yield put(line, place, value + PLANTED)
        yield {**line, PLANTED: PLANTED}


def plant(home: Home) -> None:
    """Write the logs of both agents."""
    claude = Path(home.claude) / "projects/-w-lamp"
    claude.mkdir(parents=True)
    for name, lines in ((SESSION, claude_lines()), (SESSION, claude_messages())):
        with (claude / f"{name}.jsonl").open("a") as log:
            for line in variants(lines):
                log.write(json.dumps(line) + "\n")
    codex = Path(home.codex) / "sessions/2026/03/01"
    codex.mkdir(parents=True)
    first, *rest = codex_lines()
    limits = {
        "limit_id": "codex", "plan_type": "pro",
        "primary": {"used_percent": 91.0, "window_minutes": 300, "resets_at": 1772330000},
    }  # fmt: skip
    for line in rest:
        info = line.get("payload", {}).get("info") if isinstance(line.get("payload"), dict) else None
        if info is not None:
            line["payload"]["rate_limits"] = limits
    with (codex / f"rollout-2026-03-01T00-00-00-{THREAD}.jsonl").open("w") as log:
        for line in (first, *variants([*rest, *codex_messages()])):
            log.write(json.dumps(line) + "\n")
    # The first line decides whose a rollout is: each of its texts in a rollout of its own.
    for number, line in enumerate(variants([first])):
        path = codex / f"rollout-2026-03-01T00-00-00-{number + 2:08d}-0000-7000-8000-000000000001.jsonl"
        path.write_text("".join(json.dumps(each) + "\n" for each in (line, *rest)))
