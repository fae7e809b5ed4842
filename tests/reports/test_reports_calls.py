from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ledger_fixtures import MIDNIGHT, Book

from tally_tui.model import SLOT_MS, Flag, PriceStatus, Provider, Reason, Span
from tally_tui.query import LEDGER, parse
from tally_tui.reports.answers import Calls
from tally_tui.reports.calls import calls
from tally_tui.reports.usage import usage

UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "ledger.db")


def ask(book: Book, text: str = "", **more: Any) -> Calls:
    query = parse(text, now=MIDNIGHT, tz=UTC_ZONE, allow=LEDGER) if text else None
    return calls(book.reader(), query=query, **{"tz": UTC_ZONE, **more})


def test_an_empty_ledger_has_no_calls(book: Book) -> None:
    answer = ask(book)
    assert (answer.rows, answer.total_rows, answer.totals.calls) == ((), 0, 0)


def test_a_call_says_where_it_came_from_and_how_it_was_priced(book: Book) -> None:
    book.session("a", folder="/src/web")
    book.session("a/agent-1", parent="a", folder="/src/web")
    book.call(
        "a/agent-1", MIDNIGHT + 5, branch="dev", file="/logs/a/agent-1.jsonl", offset=4711, lines=3,
        input=1, write_5m=2, write_1h=3, cache_read=4, output=5, reasoning=1, searches=2, cost=99,
        recorded=98, flags=Flag.SPEED_FAST,
    )  # fmt: skip
    (row,) = ask(book).rows
    assert (row.file, row.offset, row.lines) == ("/logs/a/agent-1.jsonl", 4711, 3)
    assert (row.session, row.root_session, row.project, row.branch) == ("a/agent-1", "a", "web", "dev")
    assert (row.cost, row.recorded, row.status, row.searches, row.time_ms) == (
        99,
        98,
        "priced",
        2,
        MIDNIGHT + 5,
    )
    assert (row.tokens.total, row.tokens.reasoning) == (15, 1)
    assert "claude-opus-4-8" in row.rate
    assert "fast" in row.rate


def test_what_is_not_known_is_not_zero(book: Book) -> None:
    book.session("a", provider=Provider.CODEX)
    book.call("a", MIDNIGHT, model="", status=PriceStatus.UNPRICED)
    (row,) = ask(book).rows
    assert (row.cost, row.recorded, row.status, row.model, row.project) == (
        None,
        None,
        "unpriced",
        "unknown",
        None,
    )


@pytest.fixture
def many(book: Book) -> Book:
    for session in "abc":
        book.session(session)
    for at in range(40):
        book.call(
            "abc"[at % 3], MIDNIGHT + (at * 11 % 40) // 4 * (SLOT_MS // 2) + at % 2,
            cost=at * 37 % 41, input=at * 17 % 43,
            model="opus" if at % 5 else "haiku", reason=Reason.COPY if at % 8 == 7 else Reason.COUNTED,
            file="/gone.jsonl" if at % 4 == 0 else None,
        )  # fmt: skip
    book.db.execute("UPDATE file SET gone_at = 1 WHERE path = '/gone.jsonl'")
    return book


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("sort", ["time", "cost", "tokens", "model"])
@pytest.mark.parametrize(
    "text", ["", "model:opus", "session:b", "cost:>$0.00000001", "is:gone", "is:duplicate"]
)
def test_pages_are_the_whole_cut(many: Book, text: str, sort: str, descending: bool) -> None:
    whole = ask(many, text, sort=sort, descending=descending)
    keys = {
        "time": lambda row: row.time_ms,
        "cost": lambda row: row.cost,
        "tokens": lambda row: row.tokens.total,
        "model": lambda row: row.model,
    }
    told = [keys[sort](row) for row in whole.rows]
    assert told == sorted(told, reverse=descending)
    assert len(whole.rows) == whole.total_rows == whole.totals.calls > 0
    for limit in (1, 7):
        pages = [
            ask(many, text, sort=sort, descending=descending, limit=limit, offset=at)
            for at in range(0, whole.total_rows + limit, limit)
        ]
        assert [row for page in pages for row in page.rows] == list(whole.rows)
        assert {page.total_rows for page in pages} == {whole.total_rows}


@pytest.mark.parametrize(
    "text", ["", "model:opus", "session:b", "provider:codex", "is:duplicate", "-session:a"]
)
@pytest.mark.parametrize(
    "span", [Span(), Span(MIDNIGHT + 1, MIDNIGHT + SLOT_MS + 1), Span(None, MIDNIGHT + 2 * SLOT_MS)]
)
def test_the_list_and_its_totals_agree_with_usage(many: Book, text: str, span: Span) -> None:
    answer = ask(many, text, span=span)
    query = parse(text, now=MIDNIGHT, tz=UTC_ZONE, allow=LEDGER)
    assert answer.totals == usage(many.reader(), query=query, by=(), span=span, tz=UTC_ZONE).totals
    assert answer.totals.cost == sum(row.cost or 0 for row in answer.rows)
    assert answer.totals.calls == len(answer.rows)


def test_totals_of_a_look_at_single_calls(many: Book) -> None:
    answer = ask(many, "cost:>$0.00000002 is:gone", limit=2)
    everything = ask(many, "cost:>$0.00000002 is:gone")
    assert answer.totals == everything.totals
    assert answer.totals.cost == sum(row.cost or 0 for row in everything.rows)
    assert all((row.cost or 0) > 20 and row.file == "/gone.jsonl" for row in everything.rows)


def test_duplicates_are_listed_only_when_asked_for(many: Book) -> None:
    assert {row.reason for row in ask(many).rows} == {Reason.COUNTED}
    assert {row.reason for row in ask(many, "reason:copy").rows} == {Reason.COPY}
    assert ask(many, "reason:replay").rows == ()


def test_exact_values(many: Book) -> None:
    answer = ask(many, where=(("session", "b"), ("model", "haiku")))
    assert {(row.session, row.model) for row in answer.rows} == {("b", "haiku")}


@pytest.mark.parametrize("mode", ["calculate", "auto", "display"])
def test_calls_and_usage_agree_on_the_cost_in_every_mode(mode: Any, tmp_path: Path) -> None:
    from contextlib import closing

    from ledger_sums import Home
    from small_logs import write_small_logs

    from tally_tui.ledger.open import open_reader
    from tally_tui.reports.usage import usage

    write_small_logs(tmp_path)
    Home(str(tmp_path / "claude"), str(tmp_path / "codex"), tmp_path / "data").sync()
    with closing(open_reader(tmp_path / "data" / "ledger.db")) as db:
        total = usage(db, by=(), tz=ZoneInfo("UTC"), mode=mode).totals
        listed = calls(db, tz=ZoneInfo("UTC"), mode=mode)
    assert listed.totals == total
    assert sum(row.cost or 0 for row in listed.rows) == total.cost
    assert sum(row.cost is None for row in listed.rows) == total.unpriced_calls
