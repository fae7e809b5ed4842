"""Going on with a session that another process has open is asked about first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conversation_source import ConversationSource
from conversing import conversations
from on_screen import press, seen, settled, toasts

from tally_tui.reports.running import running
from tally_tui.screens.open_elsewhere import OpenElsewhere

SESSION = "00000000-0000-4000-8000-000000000000"


def note(home: Path, pid: int | str, said: Any) -> None:
    folder = home / "sessions"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{pid}.json").write_text(said if isinstance(said, str) else json.dumps(said))


@pytest.fixture
def dead() -> int:
    """The number of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_only_a_living_process_has_a_session_open(tmp_path: Path, dead: int) -> None:
    assert running([tmp_path], SESSION) is None
    note(tmp_path, dead, {"sessionId": SESSION, "status": "idle"})
    for name in ("x", "1", "0", "-5", "99999999999999999999", f"{os.getpid()}.bak"):
        note(tmp_path, name, {"sessionId": SESSION})
    note(tmp_path, os.getpid(), {"sessionId": "another"})
    assert running([tmp_path], SESSION) is None
    note(tmp_path, os.getpid(), {"sessionId": SESSION, "status": "busy\x1b[31m", "tmux": {"pane": "%3"}})
    found = running([tmp_path / "gone", tmp_path], SESSION)
    assert found is not None and (found.pid, found.status, found.pane) == (os.getpid(), "busy[31m", "%3")


@pytest.mark.parametrize("said", ["", "[]", "null", "{", '{"sessionId": 3}', '{"sessionId": "' + "x" * 99_999, "[" * 9_999])
def test_what_is_no_note_is_none(tmp_path: Path, said: str) -> None:
    note(tmp_path, os.getpid(), said)
    assert running([tmp_path], SESSION) is None


async def test_it_asks_and_goes_on_only_when_told_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    async with conversations(source=ConversationSource()) as pilot:
        note(tmp_path / "claude", os.getpid(), {"sessionId": SESSION, "status": "busy", "tmux": "%7"})
        await press(pilot, "r")
        await pilot.app.workers.wait_for_complete()
        await settled(pilot)
        assert isinstance(pilot.app.screen, OpenElsewhere)
        assert "open in another pane" in seen(pilot) and f"pane %7, process {os.getpid()}, busy" in seen(pilot)
        await press(pilot, "n")
        assert not isinstance(pilot.app.screen, OpenElsewhere) and not toasts(pilot)
        await press(pilot, "r")
        await pilot.app.workers.wait_for_complete()
        await settled(pilot)
        await press(pilot, "y")
        assert "claude is not on the PATH" in toasts(pilot)[-1]
