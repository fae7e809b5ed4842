"""What the list of sessions asks: their length, context and order, their subagents."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ledger_fixtures import MIDNIGHT, Book
from ledger_sums import Home
from small_logs import answer, prompt, write

from tally_tui.ledger.open import open_reader
from tally_tui.model import Provider
from tally_tui.query import LEDGER, QueryError, parse
from tally_tui.reports.answers import SessionRow, Sessions
from tally_tui.reports.sessions import sessions
from tally_tui.reports.subagents import subagents

UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture
def book(tmp_path: Path) -> Book:
    book = Book(tmp_path / "ledger.db")
    book.session("a", folder="/src/web", title="Beta", branch="main")
    book.session("a/agent-1", parent="a", agent="Explore", title="Who calls it")
    book.session("a/agent-2", parent="a/agent-1", agent="Plan")
    book.session("a/agent-3", parent="a", agent="Late")
    book.session("b", provider=Provider.CODEX, folder="/src/api", title="alpha")
    book.session("c", title="gamma", branch="dev")
    book.session("d")
    book.call("a", MIDNIGHT + 10, cost=1)
    book.call("a/agent-1", MIDNIGHT + 20, cost=2)
    book.call("a/agent-3", MIDNIGHT + 25, model="claude-haiku-4-5", cost=9)
    book.call("a/agent-2", MIDNIGHT + 30, cost=8)
    book.call("b", MIDNIGHT + 5, model="gpt-5.5", cost=6)
    book.call("c", MIDNIGHT + 40, cost=3)
    book.call("d", MIDNIGHT + 1, model="", cost=4)
    talk(book, "a", 3, 9, 50_000)
    talk(book, "b", 9, 30, 60_000, model="gpt-5.5", window=100_000)
    talk(book, "c", 1, 1, 90_000, model="some-model")
    return book


def talk(
    book: Book, session: str, turns: int, replies: int, context: int, *, model: str = "claude-opus-4-5",
    window: int | None = None, file: str = "",
) -> None:  # fmt: skip
    number = book.db.execute("SELECT id FROM session WHERE name = ?", (session,)).fetchone()[0]
    values = (book.file(file or f"/logs/{session}.jsonl"), number, turns, replies, context, context, model, window)
    book.db.execute(f"INSERT INTO talk VALUES ({', '.join('?' * 8)}, NULL)", values)


def ask(book: Book, **more: Any) -> Sessions:
    return sessions(book.reader(), **{"tz": UTC_ZONE, **more})


def row(book: Book, name: str) -> SessionRow:
    return next(row for row in ask(book).rows if row.session == name)


def test_length_and_context(book: Book) -> None:
    a, b, c, d = (row(book, name) for name in "abcd")
    assert (a.turns, a.replies, a.messages, a.context, a.window, a.fill) == (3, 9, 12, 50_000, 200_000, 0.25)
    assert (b.messages, b.fill) == (39, 0.6)
    assert (c.context, c.window, c.fill) == (90_000, None, None), "nobody knows how much fits: no percentage"
    assert (d.turns, d.messages, d.context, d.fill) == (None, None, None, None)


def test_of_several_files_the_longest_tells(book: Book) -> None:
    talk(book, "a", 4, 20, 70_000, file="/logs/elsewhere/a.jsonl")
    assert (row(book, "a").messages, row(book, "a").context) == (24, 70_000)


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("last", "cabd"), ("started", "cabd"), ("cost", "abdc"), ("length", "bacd"), ("context", "bacd"),
        ("title", "abcd"), ("project", "abcd"), ("branch", "acbd"), ("model", "bacd"),
    ],
)  # fmt: skip
def test_every_order_and_its_reverse(book: Book, sort: Any, names: str) -> None:
    by_name = sort in ("title", "project", "branch", "model")
    expected = {"title": "bacd", "project": "badc", "branch": "cadb", "model": "cabd"}.get(sort, names)
    answer = ask(book, sort=sort, descending=not by_name)
    assert "".join(row.session for row in answer.rows) == expected
    pages = [ask(book, sort=sort, descending=not by_name, limit=1, offset=n).rows[0].session for n in range(4)]
    assert "".join(pages) == expected, "a page at a time it is the same"
    turned = "".join(row.session for row in ask(book, sort=sort, descending=by_name).rows)
    told = {"title": 3, "project": 2, "branch": 2, "model": 3, "length": 3, "context": 3}.get(sort, 4)
    assert set(turned[told:]) == set(expected[told:]), "what the logs do not say comes last, whichever way"


def test_of_equals_the_latest_comes_first_whichever_way(tmp_path: Path) -> None:
    book = Book(tmp_path / "ledger.db")
    for name, hours in (("a", 3), ("b", 9), ("c", 1), ("d", 5)):
        book.session(name, folder="/src/web", title="The same", branch="main")
        book.call(name, MIDNIGHT + hours * 3_600_000, cost=1)
    for sort in ("title", "project", "branch", "model", "length", "context"):
        for descending in (False, True):
            assert "".join(row.session for row in ask(book, sort=sort, descending=descending).rows) == "bdac"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("length:>11", "ab"), ("length:2..12", "ac"), ("-length:>11", "cd"), ("context:>=60k", "bc"),
        ("context:>60k", "c"), ("length:<5 model:some", ""),
        # a is a quarter full, b is at 60 percent; of c and d nobody knows how much fits.
        ("context:>25%", "b"), ("context:>=25%", "ab"), ("context:<30%", "a"), ("context:25%", "a"),
        ("context:20..70%", "ab"), ("context:20%..70%", "ab"), ("context:60%", "b"), ("-context:>50%", "acd"),
    ],
)  # fmt: skip
def test_filters_by_length_and_context(book: Book, text: str, names: str) -> None:
    query = parse(text, now=MIDNIGHT, tz=UTC_ZONE, allow=LEDGER)
    assert "".join(row.session for row in ask(book, query=query, sort="title", descending=False).rows) in (
        names, names[::-1],
    )  # fmt: skip
    found = ask(book, query=query)
    assert sum(row.figures.cost for row in found.rows) == found.totals.cost, "subagents go with their session"


def test_subagents_nest_below_those_that_started_them(book: Book) -> None:
    found = subagents(book.reader(), ["a", "b"], tz=UTC_ZONE)
    assert [(each.session, each.parent, each.agent) for each in found.of["a"]] == [
        ("a/agent-1", "a", "Explore"), ("a/agent-2", "a/agent-1", "Plan"), ("a/agent-3", "a", "Late"),
    ]  # fmt: skip
    assert found.of["b"] == ()
    assert row(book, "a").subagents == 3
    query = parse("model:haiku", now=MIDNIGHT, tz=UTC_ZONE, allow=LEDGER)
    few = subagents(book.reader(), ["a"], tz=UTC_ZONE, query=query)
    assert [each.session for each in few.of["a"]] == ["a/agent-3"], "those that the list's own count is of"
    (shown,) = sessions(book.reader(), tz=UTC_ZONE, query=query).rows
    assert shown.subagents == 1


def test_logs_tell_titles_lengths_and_summaries(tmp_path: Path) -> None:
    project = tmp_path / "claude" / "projects" / "p"
    write(project / "s1.jsonl", [prompt("s1", 1, "[Image #1] Fix the lamp"), answer("s1", "a", 2, 5)])
    write(project / "s2.jsonl", [prompt("s2", 1, "Hello"), answer("s2", "b", 2, 5)])
    # Claude Code sums a session up in the file of a later one.
    summaries = [{"type": "summary", "summary": "Greetings", "leafUuid": "s2-b-0"}]
    named = [{"type": "summary", "summary": "Named", "leafUuid": "s4-d-0"}]
    write(project / "s3.jsonl", [*summaries, *named, prompt("s3", 9, "Third"), answer("s3", "c", 10, 5)])
    custom = {"type": "custom-title", "sessionId": "s4", "customTitle": "Mine"}
    write(project / "s4.jsonl", [prompt("s4", 1, "Fourth"), answer("s4", "d", 2, 5), custom])
    home = Home(str(tmp_path / "claude"), str(tmp_path / "codex"), tmp_path / "data")
    home.sync()
    rows = {row.session: row for row in sessions(open_reader(tmp_path / "data" / "ledger.db"), tz=UTC_ZONE).rows}
    assert {name: row.title for name, row in rows.items()} == {
        "s1": "Fix the lamp", "s2": "Greetings", "s3": "Third", "s4": "Mine",
    }  # fmt: skip
    assert (rows["s1"].turns, rows["s1"].replies, rows["s1"].context) == (1, 1, 11 + 1_007 + 120)
    # What is written later is added to it.
    log = project / "s1.jsonl"
    more = tmp_path / "more.jsonl"
    write(more, [prompt("s1", 20, "Again"), answer("s1", "eeee", 21, 5)])
    log.write_bytes(log.read_bytes() + more.read_bytes())
    home.sync()
    rows = {row.session: row for row in sessions(open_reader(tmp_path / "data" / "ledger.db"), tz=UTC_ZONE).rows}
    assert (rows["s1"].turns, rows["s1"].replies, rows["s1"].context) == (2, 2, 14 + 1_028 + 120)


@pytest.mark.parametrize("text", ["context:%", "context:>80%k", "length:>80%", "tokens:5%", "context:70%..20%"])
def test_what_is_no_percentage_is_told(text: str) -> None:
    with pytest.raises(QueryError) as told:
        parse(text, now=MIDNIGHT, tz=UTC_ZONE, allow=LEDGER)
    assert "no number" in told.value.message or "range" in told.value.message
