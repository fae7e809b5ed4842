"""One bad line stops nothing: whatever a log holds, all else of both agents is counted, indexed, read and exported."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_sums import Home
from odd_logs import claude_lines, claude_messages, codex_lines, codex_messages, odd_log
from small_logs import answer, count, meta, prompt, turn, write

from tally_tui.cli.main import run as run_command
from tally_tui.config import Settings
from tally_tui.ingest import parsing
from tally_tui.ingest.indexing import index
from tally_tui.library.write import ShardWriter
from tally_tui.model import Provider

THREAD = "01900001-0000-7000-8000-000000000009"
ODD = "01900001-0000-7000-8000-000000000001"


def good_logs(home: Home) -> None:
    write(Path(home.claude) / "projects/-w-good/good-1.jsonl", [prompt("good-1", 1, "zebra"), answer("good-1", "good-m", 2, 7)])
    write(
        Path(home.codex) / f"sessions/2026/03/01/rollout-2026-03-01T00-00-00-{THREAD}.jsonl",
        [meta(THREAD, 1), turn(2, "good-t"), count(3, (100, 0, 5), (100, 0, 5))],
    )


def odd_path(home: Home, provider: Provider) -> Path:
    if provider is Provider.CLAUDE:
        return Path(home.claude) / "projects/-w-lamp/aaaa-1.jsonl"
    return Path(home.codex) / f"sessions/2026/03/01/rollout-2026-03-01T00-00-00-{ODD}.jsonl"


def run(home: Home, *words: str) -> int:
    """A command's exit status; what should not happen raises."""
    with patch.dict(os.environ, home.environment | {"TALLY_DEBUG": "1"}):
        return run_command(words)


def check(raw: bytes, provider: Provider) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(f"{folder}/claude", f"{folder}/codex", Path(folder) / "data")
        good_logs(home)
        path = odd_path(home, provider)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
        result = home.sync()
        assert result.problems == ()
        with patch.dict(os.environ, home.environment):
            indexed = index(Settings())
        assert indexed.problems == ()
        sums = home.sums()
        assert sums.by_session["good-1"][0] == sums.by_session[THREAD][0] == 1
        assert run(home, "search", "zebra", "--json") == 0
        name = "aaaa" if provider is Provider.CLAUDE else ODD
        for face in ("--md", "--html", "--json", "--depth=all"):
            # No session of that name is an answer, too.
            assert run(home, "read", name, face, "--no-sync") in (0, 1, 2)


@pytest.mark.parametrize(
    ("provider", "lines"),
    [(Provider.CLAUDE, claude_lines() + claude_messages()), (Provider.CODEX, codex_lines() + codex_messages())],
)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_line_of_either_agent(
    provider: Provider, lines: list[dict[str, Any]], data: st.DataObject
) -> None:
    check(data.draw(odd_log(lines)), provider)


def test_a_lone_surrogate_is_read_as_a_replacement_character(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = Home(str(tmp_path / "claude"), str(tmp_path / "codex"), tmp_path / "data")
    good_logs(home)
    words = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "half \ud83d lantern"}]}
    lines = [meta(ODD, 1), turn(2, "t"), {"timestamp": "2026-03-01T00:03:00.000Z", "type": "response_item", "payload": words}]
    path = odd_path(home, Provider.CODEX)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert run(home, "search", "lantern") == 0
    assert "half \ufffd lantern" in capsys.readouterr().out


def test_a_file_the_reader_is_not_up_to_is_named_and_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(str(tmp_path / "claude"), str(tmp_path / "codex"), tmp_path / "data")
    good_logs(home)
    path = odd_path(home, Provider.CLAUDE)
    write(path, claude_lines())
    read = parsing.parse

    def refuse(which: str, *rest: Any) -> Any:
        if which == str(path):
            raise OverflowError("too much")
        return read(which, *rest)

    monkeypatch.setattr(parsing, "parse", refuse)
    result = home.sync()
    assert [problem.startswith(f"{path}: not read (OverflowError: too much)") for problem in result.problems] == [True]
    assert home.sums().calls == 2
    monkeypatch.undo()
    home.sync()
    assert home.sums().calls > 2


def test_what_the_ledger_will_not_take_costs_only_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(str(tmp_path / "claude"), str(tmp_path / "codex"), tmp_path / "data")
    good_logs(home)
    path = odd_path(home, Provider.CLAUDE)
    write(path, claude_lines())
    read = parsing.parse

    def too_large(which: str, *rest: Any) -> Any:
        chunk = read(which, *rest)
        if which == str(path):
            chunk.sightings[0].ts = 1 << 70
        return chunk

    monkeypatch.setattr(parsing, "parse", too_large)
    for rebuild in (False, True):
        result = home.sync(rebuild=rebuild)
        assert len(result.problems) == 1
        assert str(path) in result.problems[0]
        assert home.sums().calls == 2
    monkeypatch.undo()
    home.sync()
    assert home.sums().calls > 2


def test_what_the_index_will_not_take_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(str(tmp_path / "claude"), str(tmp_path / "codex"), tmp_path / "data")
    good_logs(home)
    path = odd_path(home, Provider.CLAUDE)
    write(path, [prompt("aaaa-1", minute, f"number {minute}") for minute in range(9)])
    add = ShardWriter._add

    def refuse(writer: ShardWriter, stretches: Any) -> int:
        if any("number 4" in doc.text for stretch in stretches for doc in stretch.docs):
            raise UnicodeEncodeError("utf-8", "x", 0, 1, "no")
        return add(writer, stretches)

    monkeypatch.setattr(ShardWriter, "_add", refuse)
    with patch.dict(os.environ, home.environment):
        result = index(Settings())
    assert len(result.problems) == 1
    assert run(home, "search", "number", "--json") == run(home, "search", "zebra", "--json") == 0
    assert run(home, "search", "number 5") == 0
