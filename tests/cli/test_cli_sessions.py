"""`sessions`: what is told of each beside its figures, and its words where they are asked for."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Tally = Callable[..., Any]

FIELDS = [
    "file", "file_gone", "turns", "replies", "context_tokens", "context_window_tokens", "context_fill", "bookmarked",
    "note", "hidden", "archived", "deletion_time", "first_prompt", "last_reply",
]  # fmt: skip


@pytest.fixture
def own(month: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The month's ledger in a folder of its own, to be written to."""
    shutil.copytree(month / "data", tmp_path / "data", dirs_exist_ok=True)
    monkeypatch.setenv("TALLY_DATA_DIR", str(tmp_path / "data"))
    return month


@pytest.mark.usefixtures("month")
def test_each_row_tells_how_long_and_how_full_it_is(tally: Tally) -> None:
    rows = tally("sessions", "--json").json["rows"]
    assert rows
    for row in rows:
        assert list(row)[-len(FIELDS) :] == FIELDS
        assert (row["bookmarked"], row["note"], row["hidden"], row["archived"]) == (False, None, False, False)
        assert row["first_prompt"] is None and row["last_reply"] is None, "nobody asked for them"
        if row["context_fill"] is not None:
            assert row["context_fill"] == round(row["context_tokens"] / row["context_window_tokens"], 4)
    assert {"claude", "codex"} == {row["provider"] for row in rows if row["turns"] and row["replies"]}
    by_context = tally("sessions", "--sort", "context", "--json").json["rows"]
    fills = [row["context_fill"] for row in by_context if row["context_fill"] is not None]
    assert fills == sorted(fills, reverse=True) and len(set(fills)) > 3


@pytest.mark.usefixtures("month")
def test_words_are_read_where_they_are_asked_for(tally: Tally) -> None:
    rows = tally("sessions", "--words", "--json", "--no-sync").json["rows"]
    assert sum(bool(row["first_prompt"]) for row in rows) > len(rows) / 2
    assert sum(bool(row["last_reply"]) for row in rows) > len(rows) / 2
    for row in rows:
        assert (row["first_prompt"] is None) == (row["file"] is None or row["file_gone"])
        assert "\n" not in (row["first_prompt"] or "") + (row["last_reply"] or "")
    told = list(csv.DictReader(io.StringIO(tally("sessions", "--words", "--csv", "--no-sync").out)))
    assert [row["first_prompt"] for row in told] == [row["first_prompt"] or "" for row in rows]
    table = tally("sessions", "--words", "--no-sync").out
    assert "first prompt" in table and rows[0]["last_reply"] in table
    assert "first prompt" not in tally("sessions", "--no-sync").out


@pytest.mark.usefixtures("own")
def test_what_a_person_marked_is_told(tally: Tally) -> None:
    first, second, *_ = tally("sessions", "--json").json["rows"]
    assert tally("bookmarks", "add", first["session"], "--note", "look again").status == 0
    again = {row["session"]: row for row in tally("sessions", "--json", "--no-sync").json["rows"]}
    assert (again[first["session"]]["bookmarked"], again[first["session"]]["note"]) == (True, "look again")
    assert (again[second["session"]]["bookmarked"], again[second["session"]]["note"]) == (False, None)
    assert "★✎ " in tally("sessions", "--no-sync").out
