"""`tally-tui archive` and `tally-tui compare`, as a person runs them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from archive_home import MAIN, OTHER, THREAD, Kept
from conversation_logs import FORK

Tally = Callable[..., Any]
JSON_DOCS = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    kept = Kept.made(tmp_path / "home")
    for name, value in kept.home.environment.items():
        monkeypatch.setenv(name, value)
    return kept


def settings(kept: Kept, text: str) -> None:
    folder = kept.home.data / "config"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(text, encoding="utf-8")


def described(value: Any) -> None:
    """Every field of a document stands in docs/json.md."""
    if isinstance(value, dict):
        for name, each in value.items():
            assert re.search(rf"\b{name}\b", JSON_DOCS), name
            described(each)
    elif isinstance(value, list):
        for each in value[:3]:
            described(each)


def test_a_session_is_added_listed_and_removed(tally: Tally, kept: Kept) -> None:
    nothing = tally("archive", "list")
    assert (nothing.status, nothing.err) == (0, "")
    assert "archive add" in nothing.out
    added = tally("archive", "add", MAIN[:12])
    assert (added.status, added.err) == (0, ""), added.err
    assert added.out.startswith("archived 6 files of 1 session")
    assert "has all of it already" in tally("archive", "add", MAIN).out
    assert "Count the boats" in tally("archive", "list").out
    assert tally("archive").out.startswith("1 session with 6 files")
    removed = tally("archive", "remove", MAIN)
    assert (removed.status, removed.err) == (0, "")
    assert "6 copies" in removed.out
    assert tally("archive", "remove", MAIN).status == 1


def test_json_is_described(tally: Tally, kept: Kept) -> None:
    run = tally("archive", "add", "--query", "-session:11111111-bbbb*", "--json")
    assert run.status == 0, run.err
    assert run.json["sessions"] == 3
    document = tally("archive", "list", "--json").json
    assert document["schema"] == "tally.archive/1"
    assert {each["session"] for each in document["sessions"]} == {MAIN, THREAD, FORK}
    for each in (run.json, document, tally("archive", "remove", THREAD, "--json").json):
        assert f"`{each['schema']}`" in JSON_DOCS or f"## {each['schema']}" in JSON_DOCS
        described(each)


def test_a_subagent_is_archived_with_its_session(tally: Tally, kept: Kept) -> None:
    assert tally("archive", "add", "oars").status == 0
    assert [each["session"] for each in tally("archive", "list", "--json").json["sessions"]] == [MAIN]


def test_the_only_copy_is_not_deleted_unasked(tally: Tally, kept: Kept) -> None:
    tally("archive", "add", MAIN)
    kept.log.unlink()
    shutil.rmtree(kept.log.with_name(MAIN))
    refused = tally("archive", "remove", MAIN)
    assert (refused.status, refused.out) == (2, "")
    assert "nowhere but in the archive" in refused.err
    assert "--yes" in refused.err
    read = tally("read", MAIN)
    assert read.status == 0
    assert "- source: from the archive; the log was deleted" in read.out
    assert "5 files of them" not in tally("archive").out
    assert "only here" in tally("archive").out
    assert tally("archive", "remove", MAIN, "--yes").status == 0
    gone = tally("read", MAIN)
    assert gone.status == 1
    assert "is gone" in gone.err


def test_search_finds_what_is_archived_and_says_so(tally: Tally, kept: Kept) -> None:
    tally("sync")
    tally("archive", "add", MAIN)
    kept.log.unlink()
    found = tally("search", '"four oars"')
    assert "(from the archive; the log was deleted)" in found.out
    hits = tally("search", '"four oars"', "--json").json["hits"]
    assert any(hit["from_archive"] and not hit["file_gone"] and "oars" in hit["snippet"] for hit in hits)
    rebuilt = tally("library", "rebuild")
    assert rebuilt.status == 0
    assert tally("search", '"four oars"', "--no-sync", "--json").json["hits"] == hits


def test_run_archives_what_the_rules_find(tally: Tally, kept: Kept) -> None:
    assert "No session is chosen" in tally("archive", "run").out
    settings(kept, '[archive]\nkeep = ["is:bookmarked", "session:11111111-bbbb*"]\n')
    tally("bookmarks", "add", THREAD)
    run = tally("archive", "run", "--json")
    assert (run.status, run.json["sessions"]) == (0, 2), run.err
    assert {each["session"] for each in tally("archive", "list", "--json").json["sessions"]} == {OTHER, THREAD}
    assert "is:bookmarked" in tally("archive").out
    # What a person took out no rule brings back.
    tally("archive", "remove", OTHER)
    assert tally("archive", "run", "--json").json["sessions"] == 0
    settings(kept, "[archive]\nall = true\n")
    assert tally("archive", "run", "--json").json["sessions"] > 1
    names = {each["session"] for each in tally("archive", "list", "--json").json["sessions"]}
    assert MAIN in names
    assert OTHER not in names


def test_a_rule_that_is_no_query_is_told(tally: Tally, kept: Kept) -> None:
    settings(kept, '[archive]\nkeep = ["modle:opus"]\n')
    run = tally("archive", "run")
    assert run.status == 1
    assert "'modle:opus'" in run.err
    assert "Nothing was archived" in run.err


def test_a_rewritten_log_is_told_and_its_copy_kept(tally: Tally, kept: Kept) -> None:
    tally("archive", "add", OTHER)
    log = kept.log.with_name(f"{OTHER}.jsonl")
    log.write_bytes(log.read_bytes()[::-1] + b"\n")
    again = tally("archive", "add", OTHER)
    assert "was rewritten since it was archived" in again.err
    assert kept.copies()[str(log)] != log.read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["archive", "ad", MAIN], "Did you mean add?"),
        (["archive", "add"], "which session?"),
        (["archive", "add", MAIN, "--query", "x"], "which session?"),
        (["archive", "add", MAIN, OTHER], "one word too many"),
        (["archive", "list", "--query", "x"], "--query belongs to archive add"),
        (["archive", "add", "zzz"], "no session has the id 'zzz'"),
        (["archive", "remove"], "which session?"),
        (["archive", "add", "--query", "modle:x"], "modle"),
        (["compare", MAIN], "which two sessions?"),
        (["compare", MAIN, OTHER, THREAD], "one word too many"),
        (["compare", MAIN, "zzz"], "no session has the id 'zzz'"),
    ],
)
def test_what_is_not_understood_is_pointed_at(tally: Tally, kept: Kept, words: list[str], said: str) -> None:
    answered = tally(*words, "--no-sync")
    assert (answered.status, answered.out) == (2, "")
    assert said in answered.err
    assert "^" in answered.err


def test_nothing_matches(tally: Tally, kept: Kept) -> None:
    answered = tally("archive", "add", "--query", "project:nowhere")
    assert (answered.status, answered.out) == (1, "No session matches. Nothing was archived.\n")


# -- compare


def test_two_sessions_side_by_side(tally: Tally, kept: Kept) -> None:
    answered = tally("compare", MAIN, THREAD)
    assert (answered.status, answered.err) == (0, "")
    for words in ("Count the boats", "Mend the net", "cache read", "errors", "Files touched: ", "apply_patch"):
        assert words in answered.out
    document = tally("compare", MAIN[:10], THREAD, "--json").json
    assert document["schema"] == "tally.compare/1"
    assert "## tally.compare/1" in JSON_DOCS
    described(document)
    rows = {row["session"]: row for row in tally("sessions", "--json").json["rows"]}
    for side, name in (("left", MAIN), ("right", THREAD)):
        assert {field: document[side][field] for field in rows[name]} == rows[name]


def test_comparing_a_session_whose_log_is_gone(tally: Tally, kept: Kept) -> None:
    kept.log.with_name(f"{OTHER}.jsonl").unlink()
    answered = tally("compare", OTHER, MAIN)
    assert answered.status == 0
    assert "is gone" in answered.err
    assert "Another day" in answered.out  # its title is known
    assert tally("compare", OTHER, MAIN, "--json").json["left"]["problem"]
