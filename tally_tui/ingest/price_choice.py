"""Which price table is in force: a pinned one, a person's own newer one, or the one that comes with us."""

from __future__ import annotations

import os
from pathlib import Path

from tally_tui import paths
from tally_tui.config import Settings
from tally_tui.rules import price_table
from tally_tui.rules.price_table import BadTableError, Table
from tally_tui.rules.prices import PriceBook


def own_table() -> Path:
    """The table that `prices update` writes; it need not exist."""
    return paths.data_dir() / "prices.json"


def open_book(settings: Settings) -> tuple[PriceBook, str]:
    """The prices in force with the person's own before them, and what could not be used ("" when all could).

    `TALLY_PRICES`, else the setting `price_table`, pins a table: a report made with it can be made again.

    Raises:
        BadTableError: the pinned table cannot be used; another one would give another report.
    """
    pinned = os.environ.get("TALLY_PRICES") or settings.price_table
    if pinned:
        return PriceBook(settings.prices, price_table.load(Path(pinned).expanduser())), ""
    table, problem = _newest()
    return PriceBook(settings.prices, table), problem


def _newest() -> tuple[Table, str]:
    """An update made before this program was brings older prices than the program has."""
    shipped = price_table.shipped()
    path = own_table()
    if not path.exists():
        return shipped, ""
    try:
        own = price_table.load(path)
    except BadTableError as error:
        return shipped, f"{error}; the prices of {shipped.as_of} that come with the program are used"
    return (own if own.as_of >= shipped.as_of else shipped), ""
