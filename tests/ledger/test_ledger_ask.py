from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from ledger_fixtures import MIDNIGHT, Book

from tally_tui.ledger import ask
from tally_tui.ledger.ask_filter import Filter, filtered, overlap
from tally_tui.model import SLOT_MS, Reason, Span


@pytest.fixture
def book(tmp_path: Path) -> Book:
    book = Book(tmp_path / "ledger.db")
    book.session("a")
    book.session("b", parent="a")
    book.session("c")
    return book


def total(db: sqlite3.Connection, since: int, until: int, chosen: Filter | None = None) -> ask.Sums:
    with ask.snapshot(db), ask.choose(db, chosen or Filter()) as choice:
        return choice.total(since, until)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (0, 4 * SLOT_MS),
        (1, 4 * SLOT_MS),
        (0, 4 * SLOT_MS - 1),
        (SLOT_MS, SLOT_MS),
        (SLOT_MS + 5, SLOT_MS + 6),
        (SLOT_MS + 5, SLOT_MS + 5),
        (SLOT_MS // 2, SLOT_MS),
        (SLOT_MS // 2, SLOT_MS + SLOT_MS // 2),
        (SLOT_MS, SLOT_MS + 1),
        (2 * SLOT_MS - 1, 2 * SLOT_MS),
    ],
)
def test_edges_inside_slots_are_exact(book: Book, since: int, until: int) -> None:
    times = [
        each
        for slot in range(4)
        for each in (slot * SLOT_MS, slot * SLOT_MS + 5, slot * SLOT_MS + SLOT_MS - 1)
    ]
    for at, ts in enumerate(times):
        book.call("abc"[at % 3], MIDNIGHT + ts, input=1 << at)
    found = total(book.reader(), MIDNIGHT + since, MIDNIGHT + until)
    inside = [at for at, ts in enumerate(times) if since <= ts < until]
    assert found.calls == len(inside)
    assert found.input == sum(1 << at for at in inside)
    assert len(found.roots) == len({"aac"[at % 3] for at in inside})


def test_a_question_leaves_nothing_behind_and_the_reader_read_only(book: Book) -> None:
    book.call("a", MIDNIGHT)
    db = book.reader()
    assert total(db, MIDNIGHT, MIDNIGHT + 1).calls == 1
    assert not db.in_transaction
    assert db.execute("SELECT count(*) FROM sqlite_temp_schema").fetchone() == (0,)
    assert db.execute("PRAGMA query_only").fetchone() == (1,)


def test_a_question_inside_the_writers_transaction_does_not_end_it(book: Book) -> None:
    book.call("a", MIDNIGHT)
    book.reader()
    book.db.execute("BEGIN IMMEDIATE")
    book.db.execute("DELETE FROM rollup")
    assert total(book.db, MIDNIGHT, MIDNIGHT + SLOT_MS).calls == 0
    assert book.db.in_transaction
    book.db.execute("ROLLBACK")
    assert total(book.db, MIDNIGHT, MIDNIGHT + SLOT_MS).calls == 1


def test_a_snapshot_does_not_move_while_others_write(book: Book) -> None:
    book.call("a", MIDNIGHT)
    db = book.reader()
    with ask.snapshot(db), ask.choose(db, Filter()) as choice:
        assert choice.total(MIDNIGHT, MIDNIGHT + SLOT_MS).calls == 1
        book.call("a", MIDNIGHT + 1)
        book.reader().close()
        assert choice.total(MIDNIGHT, MIDNIGHT + SLOT_MS).calls == 1
    assert total(db, MIDNIGHT, MIDNIGHT + SLOT_MS).calls == 2


def test_a_failing_question_cleans_up(book: Book) -> None:
    book.call("a", MIDNIGHT)
    db = book.reader()
    with (
        pytest.raises(sqlite3.OperationalError),
        ask.snapshot(db),
        ask.choose(db, Filter(where="no such thing")),
    ):
        pass
    assert not db.in_transaction
    assert total(db, MIDNIGHT, MIDNIGHT + SLOT_MS).calls == 1


def test_duplicates_are_counted_beside_and_never_in(book: Book) -> None:
    book.call("a", MIDNIGHT)
    for at, reason in enumerate((Reason.COPY, Reason.COPY, Reason.REPLAY)):
        book.call("c", MIDNIGHT + at * SLOT_MS, reason=reason, cost=0)
    db = book.reader()
    with ask.snapshot(db), ask.choose(db, Filter()) as choice:
        assert choice.total(MIDNIGHT, MIDNIGHT + 9 * SLOT_MS).calls == 1
        whole = ask.within(Span(), ask.data_span(db))
        assert choice.duplicates(*whole) == {Reason.COPY: 2, Reason.REPLAY: 1}
        assert choice.duplicates(MIDNIGHT, MIDNIGHT + SLOT_MS) == {Reason.COPY: 1}
        assert choice.duplicates(MIDNIGHT + 1, MIDNIGHT + SLOT_MS + 1) == {Reason.COPY: 1}


def test_an_empty_ledger_holds_no_time(book: Book) -> None:
    db = book.reader()
    assert ask.data_span(db) is None
    assert ask.within(Span(5, 9), None) == (0, 0)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (Span(), Span(), Span()),
        (Span(1, None), Span(None, 5), Span(1, 5)),
        (Span(1, 9), Span(3, 5), Span(3, 5)),
        (Span(1, 3), Span(5, 9), Span(5, 5)),
    ],
)
def test_spans_overlap(one: Span, other: Span, both: Span) -> None:
    assert overlap(one, other) == both == overlap(other, one)


def test_a_field_that_is_none_is_refused(book: Book) -> None:
    with pytest.raises(ValueError, match="weather"):
        filtered(book.reader(), where=(("weather", "fine"),))
