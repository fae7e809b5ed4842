from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ledger_fixtures import MIDNIGHT, Book

from tally_tui.ledger.ask_origins import own_totals
from tally_tui.model import Flag, PriceStatus, Provider, Reason, Span
from tally_tui.query import LEDGER, parse
from tally_tui.reports.answers import Explain
from tally_tui.reports.calls import calls
from tally_tui.reports.explain import explain
from tally_tui.reports.usage import usage

UTC_ZONE = ZoneInfo("UTC")
DAY = 86_400_000


@pytest.fixture
def book(tmp_path: Path) -> Book:
    book = Book(tmp_path / "ledger.db")
    book.session("claude")
    book.session("codex", provider=Provider.CODEX)
    return book


def ask(book: Book, text: str = "", **more: Any) -> Explain:
    query = parse(text, now=MIDNIGHT, tz=UTC_ZONE, allow=LEDGER) if text else None
    return explain(book.reader(), query=query, **{"tz": UTC_ZONE, **more})


def said(answer: Explain) -> dict[str, str]:
    return {line.kind: line.text for line in answer.lines}


def test_an_empty_ledger_explains_nothing(book: Book) -> None:
    answer = ask(book)
    assert said(answer) == {"calls": "0 calls from 0 lines"}
    assert (answer.lower_bound, answer.files, answer.unpriced_models) == (False, 0, ())
    assert answer.prices_at


@pytest.fixture
def filled(book: Book) -> Book:
    done = Flag.STOPPED
    book.call("claude", MIDNIGHT, lines=3, flags=done)
    book.call("claude", MIDNIGHT, lines=2, flags=done, inferred=True)
    book.call("codex", MIDNIGHT, lines=1, unobserved=1200)
    book.call("codex", MIDNIGHT, model="gpt-9", status=PriceStatus.UNPRICED, input=1000, output=500)
    book.call("codex", MIDNIGHT, model="", status=PriceStatus.UNPRICED, input=10, output=5)
    book.call("codex", MIDNIGHT, model="codex-auto", status=PriceStatus.ESTIMATED)
    for reason in (Reason.COPY, Reason.COPY, Reason.REPLAY, Reason.REPEAT, Reason.RECORD, Reason.ARCHIVE):
        book.call("codex", MIDNIGHT + reason, reason=reason, cost=0, lines=9)
    return book


def test_every_sentence(filled: Book) -> None:
    filled.db.executemany(
        "INSERT INTO skipped VALUES (?, ?, ?, ?, 0)",
        [(1, "unreadable", "not JSON", 2), (2, "unreadable", "not JSON", 1), (1, "unknown", "new-thing", 4)],
    )
    filled.db.execute("UPDATE file SET gone_at = 1 WHERE path = '/logs/codex.jsonl'")
    filled.db.execute("UPDATE session SET low_confidence = 1 WHERE name = 'codex'")
    answer = ask(filled)
    assert said(answer) == {
        "calls": "6 calls from 9 lines",
        "copy": "2 copies in other sessions' files left out",
        "replay": "1 replay of a parent's call left out",
        "repeat": "1 repeat of a token count that did not change left out",
        "record": "1 usage record beside its token count left out",
        "archive": "1 call of a thread that is logged elsewhere too left out",
        "unpriced": "2 calls without a known price (gpt-9, unknown): 1,515 tokens counted, their cost is not",
        "estimated": "1 call with an estimated price, which the cost includes",
        "inferred": "1 call whose model was told from a later record",
        "unobserved": "1,200 tokens that a Codex total shows and no record explains, in no sum",
        "low_confidence": "1 fork without its parent's log: replays told by timing",
        "unreadable": "3 lines could not be read: not JSON 3",
        "unknown": "4 lines of a type not known here, not counted: new-thing 4",
        "gone": "1 of 2 log files gone, their calls are kept",
    }
    assert answer.unreadable == {"not JSON": 3}
    assert answer.unknown == {"new-thing": 4}
    assert (answer.files, answer.files_gone, answer.lines_read, answer.unobserved) == (2, 1, 9, 1200)
    assert [(row.label, row.figures.calls, row.key) for row in answer.unpriced_models] == [
        ("gpt-9", 1, {"model": "gpt-9"}),
        ("unknown", 1, {"model": None}),
    ]


def test_each_lines_query_finds_as_many_calls(filled: Book) -> None:
    for line in ask(filled).lines:
        if line.query:
            query = parse(line.query, now=MIDNIGHT, tz=UTC_ZONE, allow=LEDGER)
            assert calls(filled.reader(), query=query, tz=UTC_ZONE).total_rows == line.count, line


def test_totals_are_those_of_usage(filled: Book) -> None:
    whole = usage(filled.reader(), by=(), tz=UTC_ZONE)
    answer = ask(filled)
    assert answer.totals == whole.totals
    assert answer.duplicates == whole.duplicates


def test_a_query_and_a_span_narrow_it(filled: Book) -> None:
    filled.call("claude", MIDNIGHT + DAY, lines=50)
    answer = ask(filled, "provider:claude", span=Span(MIDNIGHT, MIDNIGHT + DAY))
    assert said(answer)["calls"] == "2 calls from 5 lines"
    assert "copy" not in said(answer)


class TestLowerBound:
    def test_codex_alone_is_none(self, filled: Book) -> None:
        answer = ask(filled, "provider:codex")
        assert (answer.lower_bound, answer.lower_bound_why) == (False, ())

    def test_claude_does_not_log_everything(self, filled: Book) -> None:
        answer = ask(filled)
        assert answer.lower_bound
        assert len(answer.lower_bound_why) == 1
        assert "does not log all" in answer.lower_bound_why[0]

    def test_calls_that_never_stopped(self, filled: Book) -> None:
        filled.call("claude", MIDNIGHT, flags=0)
        assert "1 Claude call never logged as finished" in ask(filled).lower_bound_why[1]

    def test_the_agents_own_total_is_larger(self, filled: Book) -> None:
        ours = 2_000_000
        filled.db.execute(
            "INSERT INTO cost_state (session, cost) SELECT id, ? FROM session WHERE name = 'claude'", (ours + 500_000_000,)
        )
        assert ask(filled).lower_bound_why[1] == "Claude Code's own totals of 1 session are $0.50 higher"
        assert len(ask(filled, "provider:codex").lower_bound_why) == 0
        filled.db.execute("UPDATE cost_state SET cost = ?", (ours + 1000,))
        assert len(ask(filled).lower_bound_why) == 1

    def test_a_fork_answers_only_for_what_it_has_more_than_its_origin(self, filled: Book) -> None:
        for number, began, cost, started in ((901, 5, 300, 77), (902, 6, 450, 77), (903, 7, 450, 77), (904, 8, 99, None)):
            columns = "INSERT INTO session (id, provider, name, root, first_ts) VALUES (?, 1, ?, ?, ?)"
            filled.db.execute(columns, (number, f"s{number}", number, began))
            filled.db.execute("INSERT INTO cost_state (session, cost, started) VALUES (?, ?, ?)", (number, cost, started))
        assert own_totals(filled.db, [901, 902, 903, 904]) == {901: 300, 902: 150, 904: 99}
        assert own_totals(filled.db, [902]) == {902: 150}
