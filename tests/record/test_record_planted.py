"""What agents hand over may hold anything: the status line, `record` and hooks give a terminal no order but colours."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from odd_logs import put, spots
from planted import ACTIVE, PLANTED

NOW_S = 1_772_323_200
PAYLOAD: dict[str, Any] = {
    "hook_event_name": "Status", "session_id": "abc", "transcript_path": "/w/p/abc.jsonl", "cwd": "/work",
    "version": "2.1.9", "model": {"id": "claude-opus-5", "display_name": "Opus 5"},
    "workspace": {"current_dir": "/work", "project_dir": "/work"}, "output_style": {"name": "default"},
    "cost": {"total_cost_usd": 0.0123, "total_duration_ms": 45000},
    "context_window": {"context_window_size": 200_000, "used_percentage": 91},
    "rate_limits": {
        "five_hour": {"used_percentage": 91.5, "resets_at": NOW_S + 7_200},
        "seven_day": {"used_percentage": 41.2, "resets_at": NOW_S + 400_000},
        f"seven_day_{PLANTED}": {"used_percentage": 61.2, "resets_at": NOW_S + 400_000},
        PLANTED: {"used_percentage": 61.2, "resets_at": NOW_S + 400_000},
    },
}  # fmt: skip
COLOURS = re.compile("\x1b\\[(?:31|33|0)m")


def ran(home: Path, payload: dict[str, Any], *words: str) -> str:
    environment = os.environ | {
        "HOME": str(home), "TALLY_DATA_DIR": str(home / "data"), "TALLY_CONFIG_DIR": str(home / "config"),
        "CLAUDE_CONFIG_DIR": str(home / "claude"), "CODEX_HOME": str(home / "codex"), "TALLY_DEBUG": "",
        "TALLY_NOW": "2026-03-01T00:00:00Z",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tally_tui", *words], input=json.dumps(payload).encode(), env=environment,
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    return (done.stdout + done.stderr).decode("utf-8", "surrogateescape")


@pytest.mark.parametrize("command", [("statusline",), ("record",), ("hook", "Stop")], ids=" ".join)
def test_no_text_of_a_payload_reaches_a_terminal_as_an_order(tmp_path: Path, command: tuple[str, ...]) -> None:
    texts = []
    for place in spots(PAYLOAD):
        value: Any = PAYLOAD
        for key in place:
            value = value[key]
        if isinstance(value, str) and (place[-1] in ("display_name", "session_id", "id", "cwd") or command[0] == "statusline"):
            texts.append(put(PAYLOAD, place, value + PLANTED))
    everything: Any = PAYLOAD
    for place in spots(PAYLOAD):
        value = PAYLOAD
        for key in place:
            value = value[key]
        if isinstance(value, str):
            everything = put(everything, place, value + PLANTED)
    for payload in (PAYLOAD, everything, *(texts if command[0] == "statusline" else ())):
        said = COLOURS.sub("", ran(tmp_path, payload, *command))
        found = ACTIVE.search(said)
        assert not found, said
