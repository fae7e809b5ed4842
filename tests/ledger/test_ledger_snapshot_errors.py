"""What is told when a question fails after SQLite itself has ended its transaction."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tally_tui.ledger.ask import snapshot


@pytest.mark.parametrize("ended", [True, False], ids=["ended by SQLite", "still open"])
def test_the_error_of_the_question_is_the_one_that_is_told(ended: bool) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        with pytest.raises(sqlite3.OperationalError, match="interrupted"), snapshot(db):
            if ended:
                db.execute("ROLLBACK")
            raise sqlite3.OperationalError("interrupted")
        assert not db.in_transaction
        with snapshot(db):
            assert db.in_transaction
