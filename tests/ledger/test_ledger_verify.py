from __future__ import annotations

from pathlib import Path

import pytest
from ledger_fixtures import MIDNIGHT, Book

from tally_tui.ledger.verify import dangling, differences, rebuild


@pytest.fixture
def book(tmp_path: Path) -> Book:
    book = Book(tmp_path / "ledger.db")
    book.session("a")
    book.session("b", parent="a")
    for at in range(10):
        book.call("a", MIDNIGHT + at * 300_000, input=at, cost=at * 1000, recorded=at)
        book.call("b", MIDNIGHT + at * 300_000, unobserved=at)
    rebuild(book.db)
    return book


def test_rollups_in_step_have_no_differences(book: Book) -> None:
    assert differences(book.db) == []
    assert dangling(book.db) == {}


def test_every_wrong_sum_is_told(book: Book) -> None:
    slot, facet = book.db.execute("SELECT slot, facet FROM rollup ORDER BY slot, facet LIMIT 1").fetchone()
    book.db.execute(
        "UPDATE rollup SET cost = cost + 5, calls = 9 WHERE slot = ? AND facet = ?", (slot, facet)
    )
    found = differences(book.db)
    assert [(each.slot, each.facet, each.name, each.held, each.counted) for each in found] == [
        (slot, facet, "calls", 9, 3),
        (slot, facet, "cost", 3000 + 5, 3000),
    ]
    assert str(found[0]) == f"slot {slot}, facet {facet}: calls is 9, its calls say 3"


def test_a_missing_and_a_needless_rollup_are_told(book: Book) -> None:
    book.db.execute("DELETE FROM rollup WHERE slot = (SELECT max(slot) FROM rollup)")
    book.db.execute("INSERT INTO rollup VALUES (7, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0)")
    found = differences(book.db)
    assert {(each.name, each.held, each.counted) for each in found if each.slot == 7} == {
        ("calls", 1, 0),
        ("input", 2, 0),
    }
    assert all(each.held == 0 for each in found if each.slot != 7)
    assert len(found) > 2


def test_rebuilding_sets_everything_right(book: Book) -> None:
    before = book.db.execute("SELECT * FROM rollup ORDER BY slot, facet").fetchall()
    book.db.execute("DELETE FROM rollup WHERE facet = 1")
    book.db.execute("UPDATE rollup SET cost = 1")
    assert rebuild(book.db) == len(before)
    assert book.db.execute("SELECT * FROM rollup ORDER BY slot, facet").fetchall() == before


def test_a_rebuild_inside_a_transaction_is_the_callers_to_commit(book: Book) -> None:
    book.db.execute("UPDATE rollup SET cost = 1")
    book.db.execute("BEGIN IMMEDIATE")
    rebuild(book.db)
    book.db.execute("ROLLBACK")
    assert differences(book.db)


def test_rows_that_point_nowhere_are_told(book: Book) -> None:
    book.db.execute("DELETE FROM session WHERE name = 'a'")
    found = dangling(book.db)
    assert found["sessions without their root"] == 1
    assert found["facets without a session"] == 1
