"""No command shows a secret, however its text is cut; `--raw` does."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from ledger_sums import Home
from small_logs import answer, count, meta, prompt, turn, write

from tally_tui.cli.main import run

TOKEN = "npm_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dF3hJ5"
THREAD = "01900001-0000-7000-8000-000000000009"
CUTS = (*range(60, 160, 20), *range(260, 340, 10), 380, 396, 590)
"""Where in its text the secret begins: around every length that a title, a snippet or a list is cut at."""
FACES = (
    ("sessions",), ("sessions", "--json"), ("sessions", "--json", "--words"), ("sessions", "--csv"), ("sessions", "--words"),
    ("usage", "--by", "session"), ("usage", "--by", "session", "--json"), ("today", "--json"), ("today",),
    ("explain",), ("alerts", "check"), ("calls", "--json"),
    ("search", "lamp"), ("search", "lamp", "--json"), ("search", "npm_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dF3hJ5", "--json"),
)  # fmt: skip


def talk(home: Home, number: int, cut: int) -> str:
    """A session with the secret in its prompt, reply, tool call, result, `!` line and title; its id."""
    session = f"{number:08x}-0000-4000-8000-000000000001"
    words = ("lamp " * 200)[: cut - 1] + " " + TOKEN + " and more lamp words"
    about = {"sessionId": session, "cwd": "/w/lamp", "timestamp": "2026-03-01T00:02:00.000Z"}
    result = {"type": "tool_result", "tool_use_id": "t", "content": words}
    call = {"type": "tool_use", "id": "t", "name": "Bash", "input": {"command": words, "description": words}}
    lines: list[dict[str, Any]] = [
        prompt(session, 1, words),
        answer(session, f"m{number}", 2, 5),
        {**about, "type": "assistant", "uuid": "a", "message": {"id": "x", "content": [{"type": "text", "text": words}, call]}},
        {**about, "type": "user", "uuid": "b", "message": {"content": [result]}},
        {**about, "type": "user", "uuid": "c", "message": {"content": f"<bash-input>{words}</bash-input>"}},
    ]
    if number % 2:
        lines.append({"type": "custom-title", "sessionId": session, "customTitle": words})
    write(Path(home.claude) / f"projects/-w-lamp/{session}.jsonl", lines)
    return session


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("secrets")
    home = Home(str(folder / "claude"), str(folder / "codex"), folder / "data")
    for number, cut in enumerate(CUTS):
        talk(home, number, cut)
    said = {"type": "user_message", "message": ("x" * 280) + " " + TOKEN}
    path = Path(home.codex) / f"sessions/2026/03/01/rollout-2026-03-01T00-00-00-{THREAD}.jsonl"
    event = {"timestamp": "2026-03-01T00:02:00.000Z", "type": "event_msg", "payload": said}
    write(path, [meta(THREAD, 1), turn(2, "t"), event, count(3, (100, 0, 5), (100, 0, 5))])
    return home


def shown(home: Home, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with patch.dict(os.environ, home.environment | {"TALLY_DEBUG": "1", "TALLY_NOW": "2026-03-01T12:00:00Z"}):
        assert run(words) == 0
    return capsys.readouterr().out


def leaks(text: str) -> list[str]:
    """Parts of the secret of eight characters."""
    return [TOKEN[at : at + 8] for at in range(4, len(TOKEN) - 8) if TOKEN[at : at + 8] in text]


@pytest.mark.parametrize("words", FACES, ids=" ".join)
def test_no_face_shows_a_part_of_a_secret(home: Home, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    said = shown(home, capsys, *words, *(("--limit", "500") if words[0] in ("sessions", "search", "calls") else ()))
    if "npm_" in words[1:]:
        said = said.replace(words[1], "")
    document = json.loads(said) if "--json" in words and "search" in words else None
    if document is not None:
        said = json.dumps(document.get("hits"))
    assert not leaks(said)


@pytest.mark.parametrize("form", ["--md", "--html", "--json", "--depth=all"])
def test_no_export_shows_a_part_of_a_secret(home: Home, capsys: pytest.CaptureFixture[str], form: str) -> None:
    for number in range(len(CUTS)):
        said = shown(home, capsys, "read", f"{number:08x}", form, "--no-sync")
        assert "lamp" in said
        assert not leaks(said)
    assert not leaks(shown(home, capsys, "read", THREAD, form, "--no-sync"))


def test_what_is_asked_for_as_it_stands_has_it(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert TOKEN in shown(home, capsys, "read", "00000000", "--raw", "--no-sync")
    both = shown(home, capsys, "compare", "00000000", "00000001", "--no-sync")
    assert not leaks(both)
