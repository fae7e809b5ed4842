"""The status line of one account of several: today is everybody's, a block its own."""

from __future__ import annotations

from pathlib import Path

from ledger_fixtures import MIDNIGHT, Book

from tally_tui.config import Settings
from tally_tui.model import NANO
from tally_tui.record.figures import figures
from tally_tui.record.line import View
from tally_tui.record.view import view

HOUR = 3_600_000
NOW = MIDNIGHT + 14 * HOUR
WORK = "/home/ada/work"


def shown(book: Book, root: str, limits: dict[str, list[object]] | None = None) -> View:
    known = {"figures": figures(book.reader(), NOW, Settings(time_zone="UTC")), "limits": limits or {}}
    return view(None, known, {}, root, NOW)


def test_a_block_is_the_account_s_own(tmp_path: Path) -> None:
    book = Book(tmp_path / "ledger.db")
    for session, home, ago, cost in (("mine", "", 2, 2), ("works", WORK, 3, 5)):
        book.session(session, home=home)
        book.call(session, NOW - ago * HOUR, cost=cost * NANO)
    mine, works, third = (shown(book, root) for root in ("", WORK, "/srv/new"))
    assert mine.today == works.today == (7 * NANO, 0)
    assert (mine.block, mine.block_end, mine.block_guessed) == ((2 * NANO, 0), NOW + 3 * HOUR, True)
    assert (works.block, works.block_end, works.block_guessed) == ((5 * NANO, 0), NOW + 2 * HOUR, True)
    assert (third.block, third.block_end) == (None, 0)
    # What was read of the one's limit says nothing of the other's.
    read: dict[str, list[object]] = {f"300 claude {WORK}": [40.0, NOW + HOUR, NOW - 1000, "s"]}
    assert (shown(book, WORK, read).block_end, shown(book, "", read).block_end) == (NOW + HOUR, NOW + 3 * HOUR)
    book.db.close()


def test_of_one_account_nothing_is_told_apart(tmp_path: Path) -> None:
    book = Book(tmp_path / "ledger.db")
    book.session("s", home="/mnt/copy")
    book.call("s", NOW - HOUR, cost=NANO)
    assert figures(book.reader(), NOW, Settings(time_zone="UTC"))["accounts"] == {}
    assert shown(book, "").block == (NANO, 0)
    book.db.close()
