"""`tally-tui bookmarks` as a person or a script runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from tally_tui.ledger import marks
from tally_tui.ledger.open import open_writer
from tally_tui.model import Subject
from tally_tui.paths import ledger_path

Tally = Callable[..., Any]


@pytest.fixture
def rows(month: Any, tally: Tally) -> Iterator[list[dict[str, Any]]]:
    """The month's sessions; what a test keeps is gone after it."""
    yield tally("sessions", "--no-sync", "--json").json["rows"]
    with closing(open_writer(ledger_path())) as db:
        db.execute("DELETE FROM mark")
        db.execute("DELETE FROM hidden_session")


def test_nothing_yet_says_how_to_begin(tally: Tally) -> None:
    answer = tally("bookmarks")
    assert (answer.status, answer.err) == (0, "") and "bookmarks add SESSION" in answer.out
    assert tally("bookmarks", "list", "--json").json == {"schema": "tally.bookmarks/1", "bookmarks": []}


def test_add_list_remove(rows: list[dict[str, Any]], tally: Tally) -> None:
    session = rows[0]
    answer = tally("bookmarks", "add", session["session"], "--note", "ask \x1b[31mAda\nagain", "--no-sync")
    assert (answer.status, answer.err) == (0, "") and answer.out.startswith("bookmarked: ")
    (row,) = tally("bookmarks", "list", "--json").json["bookmarks"]
    assert row["session"] == session["session"] and row["title"] == session["title"]
    assert (row["bookmarked"], row["note"], row["item"], row["excerpt"]) == (True, "ask \x1b[31mAda\nagain", None, None)
    table = tally("bookmarks").out
    assert "★" in table and "ask \\x1b[31mAda again" in table and "\x1b" not in table
    assert "was bookmarked already" in tally("bookmarks", "add", session["session"], "--no-sync").out
    assert tally("bookmarks", "list", "--json").json["bookmarks"][0]["note"], "the note stays"
    found = tally("sessions", "is:bookmarked", "--no-sync", "--json").json["rows"]
    assert [each["session"] for each in found] == [session["session"]]
    answer = tally("bookmarks", "remove", session["session"])
    assert "its note was: ask \\x1b[31mAda again" in answer.out
    answer = tally("bookmarks", "remove", session["session"])
    assert answer.status == 1 and "there is no bookmark" in answer.out


def test_bookmarks_of_messages_are_listed(rows: list[dict[str, Any]], tally: Tally) -> None:
    about = Subject(rows[0]["provider"], rows[0]["session"], "x:1:0:2", "u-1", "Said \x1b]0;once", 1_795_305_600_000)
    with closing(open_writer(ledger_path(), full=True)) as db:
        marks.set_bookmark(db, about, True, 1_795_305_600_000)
    (row,) = tally("bookmarks", "--json").json["bookmarks"]
    assert (row["item"], row["message"], row["excerpt"], row["note"]) == ("x:1:0:2", "u-1", "Said \x1b]0;once", None)
    assert row["time"] == "2026-11-22T00:00:00Z"
    assert "Said \\x1b]0;once" in tally("bookmarks").out
    assert "\x1b" not in tally("bookmarks", "--json").out


def test_hidden_sessions_count_all_the_same(rows: list[dict[str, Any]], tally: Tally) -> None:
    before = tally("usage", "--no-sync", "--json").json["totals"]
    with closing(open_writer(ledger_path(), full=True)) as db:
        marks.hide(db, rows[0]["provider"], rows[0]["session"], True, 1)
    assert tally("usage", "--no-sync", "--json").json["totals"] == before
    assert tally("sessions", "--no-sync", "--json").json["rows"] == [rows[0] | {"hidden": True}, *rows[1:]]
    found = tally("sessions", "is:hidden", "--no-sync", "--json").json["rows"]
    assert [each["session"] for each in found] == [rows[0]["session"]]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["bookmarks", "lsit"], "Did you mean list?"),
        (["bookmarks", "add"], "which session?"),
        (["bookmarks", "add", "one", "two"], "one word too many"),
        (["bookmarks", "list", "--note", "x"], "--note belongs to bookmarks add"),
        (["bookmarks", "add", "no-such-session", "--no-sync"], "no session has the id"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("month")
def test_what_is_not_understood_is_pointed_at(tally: Tally, words: list[str], says: str) -> None:
    answer = tally(*words)
    assert (answer.status, answer.out) == (2, "") and says in answer.err


@pytest.mark.usefixtures("rows")
def test_a_note_too_long_bookmarks_nothing(rows: list[dict[str, Any]], tally: Tally) -> None:
    answer = tally("bookmarks", "add", rows[0]["session"], "--no-sync", "--note", "x" * 4_001)
    assert answer.status == 2 and "4,000 characters" in answer.err
    assert tally("bookmarks", "--json").json["bookmarks"] == []


def test_every_field_is_described(rows: list[dict[str, Any]], tally: Tally) -> None:
    from test_cli_docs import text

    assert tally("bookmarks", "add", rows[0]["session"], "--no-sync").status == 0
    document = tally("bookmarks", "--json").json
    section = text("json.md").partition(f"## {document['schema']}")[2].partition("\n## ")[0]
    assert section and all(f"`{name}`" in section for name in document["bookmarks"][0])
