"""How a person last had the screens, kept by name."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from tally_tui.ledger.habits import LONGEST, habits, keep
from tally_tui.ledger.open import open_reader, open_writer


def test_two_windows_lose_nothing_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(open_writer(path, full=True)) as one, closing(open_writer(path, full=True)) as other:
        assert habits(one) == {}
        keep(one, {"list.order": "cost", "list.way": "up"}, 1)
        keep(other, {"reader.depth": "5"}, 2)
        keep(other, {"list.way": "down"}, 3)
    with closing(open_reader(path)) as db:
        assert habits(db) == {"list.order": "cost", "list.way": "down", "reader.depth": "5"}


def test_nothing_grows_without_end(tmp_path: Path) -> None:
    with closing(open_writer(tmp_path / "ledger.db", full=True)) as db:
        keep(db, {"list.order": "x" * 10_000}, 1)
        assert habits(db) == {"list.order": "x" * LONGEST}
