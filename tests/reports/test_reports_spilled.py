"""Outputs that Claude Code wrote into files of their own: found beside the log, bounded, and nothing else is opened."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tally_tui.logs.messages import Item, Kind
from tally_tui.reports import spilled as module
from tally_tui.reports.spilled import spilled

SESSION = "11111111-aaaa-4000-8000-000000000001"


def result(path: str, text: str = "preview", **detail: object) -> Item:
    return Item(Kind.TOOL_RESULT, 0, 1, text=text, name=path, detail=detail or None)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "projects" / "-p"
    (folder / SESSION / "tool-results").mkdir(parents=True)
    (folder / SESSION / "tool-results" / "abc.txt").write_text("all of it\n")
    return folder / f"{SESSION}.jsonl"


@pytest.mark.parametrize(
    "told",
    [
        "C:\\Users\\ada\\.claude\\projects\\-p\\" + SESSION + "\\tool-results\\abc.txt",
        f"/home/ada/.claude/projects/-p/{SESSION}/tool-results/abc.txt",
    ],
)
def test_it_is_found_beside_the_log_wherever_that_was_moved(log: Path, told: str) -> None:
    found = spilled(str(log), result(told))
    assert found is not None and (found.text, found.problem) == ("all of it\n", "")
    below = log.parent / SESSION / "subagents" / "agent-a.jsonl"
    found = spilled(str(below), result(told))
    assert found is not None and found.text == "all of it\n"


def test_it_is_found_where_the_log_says(log: Path, tmp_path: Path) -> None:
    place = log.parent / SESSION / "tool-results" / "abc.txt"
    found = spilled(str(tmp_path / "elsewhere" / "x.jsonl"), result(str(place)))
    assert found is not None and found.text == "all of it\n"


def test_a_file_that_is_gone_is_said_with_what_the_log_kept(log: Path) -> None:
    told = f"/home/ada/.claude/projects/-p/{SESSION}/tool-results/gone.txt"
    found = spilled(str(log), result(told, stdout="more than the preview"))
    assert found is not None and found.text == "more than the preview"
    assert "is gone" in found.problem and "what the log kept" in found.problem
    found = spilled(str(log), result(told))
    assert found is not None and found.text == "" and told in found.problem


@pytest.mark.parametrize("told", ["/etc/passwd", "/tmp/x/tool-results/..", "../../tool-results/../../secret", "a\0b"])
def test_nothing_else_is_opened(log: Path, told: str) -> None:
    found = spilled(str(log), result(told))
    assert found is not None and not found.text and "is gone" in found.problem


def test_a_pipe_or_a_folder_is_no_output(log: Path) -> None:
    folder = log.parent / SESSION / "tool-results"
    os.mkfifo(folder / "pipe.txt")
    (folder / "folder.txt").mkdir()
    for name in ("pipe.txt", "folder.txt"):
        found = spilled(str(log), result(f"/x/{SESSION}/tool-results/{name}"))
        assert found is not None and not found.text


def test_of_a_huge_one_the_beginning_is_read(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 4)
    found = spilled(str(log), result(f"/x/{SESSION}/tool-results/abc.txt"))
    assert found is not None and found.text == "all " and "first 4 of 10 bytes" in found.problem
