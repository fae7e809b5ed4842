"""Whatever stands in logs, settings, questions and what agents hand over: no command gives a terminal an order."""

from __future__ import annotations

import ast
import json
import os
import sqlite3
from pathlib import Path
from unittest.mock import patch

import pytest
from ledger_sums import Home
from planted import ACTIVE, PLANTED, SESSION, THREAD, plant

import tally_tui.cli
from tally_tui.cli.main import run

QUERY = PLANTED.replace("\x00", "")
COMMANDS = (
    *(("usage", "--by", by, *form) for by in ("model", "project", "session", "branch", "day", "subagent", "version")
      for form in ((), ("--json",), ("--csv",))),
    *(("sessions", *form) for form in ((), ("--json",), ("--csv",), ("--words",), ("--json", "--words"))),
    *(("calls", *form) for form in ((), ("--json",), ("--csv",))),
    *(("today", *form) for form in ((), ("--json",), ("--csv",))),
    *(("explain", *form) for form in ((), ("--json",), ("--csv",))),
    *(("search", "lamp", *form) for form in ((), ("--json",))),
    *(("limits", *form) for form in ((), ("--json",))),
    *(("forecast", *form) for form in ((), ("--json",))),
    *(("milestones", *form) for form in ((), ("--json",))),
    *(("credits", *form) for form in ((), ("--json",))),
    *(("budget", "list", *form) for form in ((), ("--json",))),
    *(("alerts", "list", *form) for form in ((), ("--json",))),
    ("alerts", "check"), ("alerts", "ack", "all"), ("paths",), ("paths", "--json"), ("config", "list"), ("config", "list", "--json"),
    ("library",), ("library", "--json"), ("archive", "list"), ("archive", "list", "--json"), ("bookmarks",),
    ("bookmarks", "--json"), ("sync",), ("sync", "--verify"), ("setup", "--status"), ("setup", "--status", "--json"),
    ("compare", SESSION, THREAD), ("compare", SESSION, THREAD, "--json"), ("bookmarks", "add", SESSION),
    ("archive", "add", SESSION), ("archive", "list"), ("archive", "remove", SESSION), ("bookmarks",),
    ("bookmarks", "--json"), ("bookmarks", "remove", SESSION), ("credit", "list"), ("help",), ("help", "usage"),
    # What was asked, said again.
    ("usage", QUERY), ("usage", f"model:{QUERY}"), ("search", QUERY), ("search", f"/{QUERY}("), ("sessions", "--sort", QUERY),
    ("read", QUERY), (QUERY,), ("usage", f"--{QUERY}"), ("config", "set", QUERY, "1"), ("config", "set", "theme", QUERY),
    ("budget", "set", QUERY, "1"), ("budget", "remove", QUERY), ("usage", "--tz", QUERY), ("help", QUERY),
    ("compare", QUERY, QUERY), ("alerts", "snooze", QUERY), ("credit", "add", QUERY), ("config", "get", QUERY),
    ("search", "--saved", QUERY), ("usage", f"since:{QUERY}"), ("archive", "add", QUERY), ("bookmarks", "add", QUERY),
)  # fmt: skip
FORMS = ((), ("--md",), ("--html",), ("--json",))
CONFIG = f"""
theme = {json.dumps(PLANTED)}
{json.dumps(PLANTED)} = 1
[[budgets]]
name = {json.dumps(PLANTED)}
amount = 0.000001
period = "month"
[[budgets]]
name = "small"
amount = 0.000001
period = "month"
project = {json.dumps("lamp" + PLANTED)}
[alerts]
costly_call = [0.00001]
costly_session = [0.00001]
command = {json.dumps(["true", PLANTED])}
[[prices]]
model = {json.dumps(PLANTED)}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("planted")
    home = Home(str(folder / "claude"), str(folder / "codex"), folder / "data")
    plant(home)
    return home


def shown(home: Home, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> tuple[int, str]:
    more = {"TALLY_DEBUG": "1", "TALLY_NOW": "2026-03-01T00:30:00Z", "HOME": str(home.data.parent)}
    with patch.dict(os.environ, home.environment | more):
        status = run(words)
    said = capsys.readouterr()
    return status, said.out + said.err


@pytest.mark.parametrize("settings", ["", CONFIG], ids=["plain", "planted"])
def test_no_command_gives_a_terminal_an_order(home: Home, capsys: pytest.CaptureFixture[str], settings: str) -> None:
    (home.data / "config").mkdir(parents=True, exist_ok=True)
    (home.data / "config/config.toml").write_text(settings.replace("\\u0000", "").replace("\\ud", "\\ue"))
    told = 0
    for words in COMMANDS:
        status, said = shown(home, capsys, words)
        assert status in (0, 1, 2), (words, said)
        found = ACTIVE.search(said)
        assert not found, (words, said[max(0, found.start() - 80) : found.end() + 20])
        told += "PWNED" in said
    assert told > 20  # what was planted is there to be seen


@pytest.mark.parametrize("form", FORMS, ids=lambda form: "".join(form) or "text")
def test_no_export_gives_a_terminal_an_order(
    home: Home, capsys: pytest.CaptureFixture[str], form: tuple[str, ...]
) -> None:
    home.sync()
    with sqlite3.connect(home.data / "ledger.db") as db:
        sessions = [name for (name,) in db.execute("SELECT name FROM session")]
    told = 0
    for session in sessions:
        for more in ((), ("--depth", "all"), ("--branches",), ("--named",)):
            _, said = shown(home, capsys, ("read", session, *form, *more, "--no-sync"))
            found = ACTIVE.search(said)
            assert not found, (session, form, more, said[max(0, found.start() - 80) : found.end() + 20])
            told += "PWNED" in said
    assert told > 5


def test_what_is_printed_is_printed_by_one_module() -> None:
    folder = Path(tally_tui.cli.__file__).parent
    for path in folder.glob("*.py"):
        if path.name == "output.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called not in ("print", "sys.stdout.write", "sys.stderr.write", "os.write"), f"{path.name}:{node.lineno}"
