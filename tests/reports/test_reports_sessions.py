from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ledger_fixtures import MIDNIGHT, Book

from tally_tui.model import SLOT_MS, Provider, Reason, Span
from tally_tui.query import LEDGER, parse
from tally_tui.reports.answers import Sessions
from tally_tui.reports.sessions import sessions

UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "ledger.db")


@pytest.fixture
def filled(book: Book) -> Book:
    book.session("a", folder="/src/web", title="Beta", branch="main", version="2.1.0")
    book.session("a/agent-1", parent="a", agent="Explore")
    book.session("a/agent-2", parent="a/agent-1", agent="Plan")
    book.session("b", provider=Provider.CODEX, folder="/src/api", title="alpha")
    book.session("c", title="gamma")
    book.call("a", MIDNIGHT + 10, cost=1)
    book.call("a/agent-2", MIDNIGHT + 5000, model="claude-haiku-4-5", cost=8)
    book.call("a/agent-1", MIDNIGHT + 7000, cost=2)
    book.call("b", MIDNIGHT + 3000, model="gpt-5.5", cost=5, input=5000)
    book.call("b", MIDNIGHT + 2 * SLOT_MS, model="gpt-5.5", cost=1)
    book.call("c", MIDNIGHT + 7001, reason=Reason.COPY, cost=0)
    return book


def ask(book: Book, text: str = "", **more: Any) -> Sessions:
    query = parse(text, now=MIDNIGHT, tz=UTC_ZONE, allow=LEDGER) if text else None
    return sessions(book.reader(), query=query, **{"tz": UTC_ZONE, **more})


def names(answer: Sessions) -> list[str]:
    return [row.session for row in answer.rows]


def test_an_empty_ledger_has_no_sessions(book: Book) -> None:
    answer = ask(book)
    assert (answer.rows, answer.total_rows, answer.totals.calls) == ((), 0, 0)


def test_subagents_roll_up(filled: Book) -> None:
    row = next(row for row in ask(filled).rows if row.session == "a")
    assert (row.figures.cost, row.figures.calls, row.figures.sessions) == (11, 3, 1)
    assert (row.own.cost, row.own.calls) == (1, 1)
    assert row.subagents == 2
    assert row.models == ("claude-haiku-4-5", "claude-opus-4-8")
    assert (row.first_ms, row.last_ms) == (MIDNIGHT + 10, MIDNIGHT + 7000)
    assert (row.title, row.project, row.folder, row.branch, row.version, row.parent, row.provider) == (
        "Beta", "web", "/src/web", "main", "2.1.0", None, "claude",
    )  # fmt: skip
    assert (row.file, row.file_gone) == ("/logs/a.jsonl", False)


def test_subagents_are_listed_behind_their_root(filled: Book) -> None:
    answer = ask(filled, include_subagents=True, sort="cost")
    assert names(answer) == ["a", "a/agent-1", "a/agent-2", "b"]
    assert answer.total_rows == 2
    _, first, second, _ = answer.rows
    assert (first.parent, first.figures.cost, first.own.cost, first.subagents, first.title) == (
        "a",
        10,
        2,
        1,
        "Explore",
    )
    assert (second.parent, second.figures.cost, second.own.cost) == ("a/agent-1", 8, 8)


def test_totals_are_of_all_that_match_not_of_the_page(filled: Book) -> None:
    answer = ask(filled, limit=1)
    assert len(answer.rows) == 1
    assert answer.total_rows == answer.totals.sessions == 2
    assert answer.totals.cost == 17


@pytest.mark.parametrize(
    ("sort", "order"), [("last", "ba"), ("cost", "ab"), ("tokens", "ba"), ("calls", "ab"), ("title", "ab")]
)
def test_order(filled: Book, sort: str, order: str) -> None:
    assert names(ask(filled, sort=sort)) == list(order)
    assert names(ask(filled, sort=sort, descending=False)) == list(reversed(order))


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_by_last_call_are_the_whole_cut(book: Book, descending: bool, limit: int) -> None:
    for at in range(12):  # four to a slot, written in another order than they came
        book.session(f"s{at}")
        book.call(f"s{at}", MIDNIGHT + (at % 3) * SLOT_MS + (at * 7 % 12) * 1000)
    whole = names(ask(book, descending=descending))
    ends = {row.session: row.last_ms for row in ask(book).rows}
    assert whole == sorted(whole, key=lambda name: ends[name], reverse=descending)
    paged = [
        name
        for at in range(0, 12, limit)
        for name in names(ask(book, descending=descending, limit=limit, offset=at))
    ]
    assert paged == whole
    assert names(ask(book, limit=5, offset=50)) == []


def test_times_and_figures_are_of_the_span(filled: Book) -> None:
    answer = ask(filled, span=Span(MIDNIGHT + 5000, MIDNIGHT + 7000))
    (row,) = answer.rows
    assert (row.session, row.figures.cost, row.own.calls) == ("a", 8, 0)
    assert row.first_ms == row.last_ms == MIDNIGHT + 5000
    assert row.models == ("claude-haiku-4-5",)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("provider:codex", ["b"]),
        ("cost:>$0.00000001", ["a"]),
        ("tokens:>1k", ["b"]),
        ("model:haiku", ["a"]),
        ("beta", ["a"]),
        ("is:subagent", ["a"]),
        ("session:agent-2", ["a"]),
        ("gamma", []),
        ("reason:copy", ["c"]),
    ],
)
def test_filters(filled: Book, text: str, found: list[str]) -> None:
    assert names(ask(filled, text)) == found


def test_exact_values(filled: Book) -> None:
    assert names(ask(filled, where=(("project", "api"),))) == ["b"]


def test_a_session_whose_file_is_gone_says_so(filled: Book) -> None:
    filled.db.execute("UPDATE file SET gone_at = 1 WHERE path = '/logs/b.jsonl'")
    assert {row.session: row.file_gone for row in ask(filled).rows} == {"a": False, "b": True}


def test_a_session_known_only_by_its_subagent_has_no_file(book: Book) -> None:
    book.session("a")
    book.session("a/agent-1", parent="a")
    book.call("a/agent-1", MIDNIGHT)
    (row,) = ask(book).rows
    assert (row.session, row.file, row.own.calls, row.figures.calls) == ("a", None, 0, 1)
