"""What is kept of searching: history in order and of bounded length, names that are unique."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

import pytest

from tally_tui.actions import DropSearch, ForgetQuery, RememberQuery, SaveSearch
from tally_tui.ledger import searches
from tally_tui.ledger.open import open_writer
from tally_tui.ledger.searches import SavedSearch
from tally_tui.live.acting import perform


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    monkeypatch.setenv("TALLY_DATA_DIR", str(tmp_path))
    with closing(open_writer(tmp_path / "ledger.db", full=True)) as db:
        yield db


def test_what_was_searched_for_comes_newest_first_and_once(db: Connection) -> None:
    for moment, query in enumerate(["amber", "brook", "amber", "cedar"]):
        searches.remember(db, query, moment)
    assert searches.remembered(db) == ("cedar", "amber", "brook")
    assert searches.forget(db, "amber")
    assert not searches.forget(db, "amber")
    assert searches.remembered(db) == ("cedar", "brook")


def test_the_history_has_an_end(db: Connection) -> None:
    for moment in range(searches.REMEMBERED + 30):
        searches.remember(db, f"query {moment}", moment)
    kept = searches.remembered(db)
    assert len(kept) == searches.REMEMBERED
    assert kept[0] == f"query {searches.REMEMBERED + 29}"
    searches.remember(db, "x" * 100_000, 1 << 40)
    assert len(searches.remembered(db)[0]) == searches.LONGEST


def test_a_name_is_for_one_search_and_every_deed_can_be_taken_back(db: Connection) -> None:
    first = SavedSearch("Builds", "make tool:Bash", ("tools", "prompts"), True)
    done = perform(SaveSearch(first))
    assert searches.saved(db) == (first,)
    other = SavedSearch("Builds", "ninja")
    replaced = perform(SaveSearch(other))
    assert searches.saved(db) == (other,)
    assert replaced.undo == SaveSearch(first)
    assert done.undo == DropSearch("Builds")
    dropped = perform(DropSearch("Builds"))
    assert searches.saved(db) == ()
    assert dropped.undo == SaveSearch(other)
    perform(RememberQuery("ninja"))
    forgotten = perform(ForgetQuery("ninja"))
    assert searches.remembered(db) == ()
    assert forgotten.undo == RememberQuery("ninja")


def test_names_stand_in_order(db: Connection) -> None:
    for name in ("zebra", "Amber", "brook"):
        searches.save(db, SavedSearch(name, name), 0)
    assert [each.name for each in searches.saved(db)] == ["Amber", "brook", "zebra"]
