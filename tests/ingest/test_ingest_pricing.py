"""Prices that change: every call and every sum follows at the next sync, however often that is killed."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from ledger_content import content, differing
from ledger_sums import Home
from small_logs import write_small_logs

from tally_tui.config import PriceOverride, Settings
from tally_tui.ingest import repricing
from tally_tui.ingest.sync import Ingestor, SyncResult, sync
from tally_tui.ledger.open import open_reader
from tally_tui.ledger.write import Writer
from tally_tui.records import changed as replace
from tally_tui.reports.usage import usage
from tally_tui.rules import price_table

NOBODYS = PriceOverride("some-unheard-of-model", None, 1_000, 2_000)
DEARER = PriceOverride("claude-sonnet-4-6", date(2026, 3, 2), 30_000, 150_000)
"""From 2 March on; the logs go from the first to the second."""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    write_small_logs(tmp_path)
    home = Home(str(tmp_path / "claude"), str(tmp_path / "codex"), tmp_path / "data")
    with patch.dict(os.environ, home.environment):
        os.environ.pop("TALLY_PRICES", None)
        yield home


def read(*prices: PriceOverride, **more: Any) -> SyncResult:
    return sync(replace(Settings(), prices=prices, **more))


def costs(home: Home, by: str = "model") -> dict[str | None, tuple[int, int]]:
    """What a report says, from its rollups: cost and unpriced calls."""
    with closing(open_reader(home.data / "ledger.db")) as db:
        answer = usage(db, by=(by,), tz=ZoneInfo("UTC"))
    return {row.key[by]: (row.figures.cost, row.figures.unpriced_calls) for row in answer.rows}


def test_an_own_price_holds_from_its_day_on(home: Home) -> None:
    read()
    days, models = costs(home, "day"), costs(home)
    assert models["some-unheard-of-model"] == (0, 1)
    assert read(DEARER, NOBODYS).changed
    dearer = costs(home, "day")
    assert dearer["2026-03-02"][0] > days["2026-03-02"][0]
    assert costs(home)["some-unheard-of-model"][1] == 0
    # As if it had been read with these prices in the first place, and back again.
    fresh = Home(home.claude, home.codex, home.data.parent / "fresh")
    with patch.dict(os.environ, fresh.environment):
        read(DEARER, NOBODYS)
    assert not differing(content(home.data), content(fresh.data))
    read()
    assert (costs(home, "day"), costs(home)) == (days, models)


def test_nothing_changes_while_prices_do_not(home: Home) -> None:
    read(DEARER)
    before = (home.data / "ledger.db").read_bytes()
    assert not read(DEARER).changed
    assert (home.data / "ledger.db").read_bytes() == before


class KilledError(Exception):
    """The process ends here."""


@pytest.mark.parametrize("after", [0, 1, 3])
@pytest.mark.parametrize("then", [(DEARER, NOBODYS), ()], ids=["goes on", "prices change back"])
def test_killed_while_pricing(
    home: Home, after: int, then: tuple[PriceOverride, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some calls have the new prices, some the old: the next pass ends it, whichever prices are then in force."""
    read()
    monkeypatch.setattr(repricing, "STEP", 7)
    step, left = Writer.reprice, after

    def dies(self: Writer, *arguments: int) -> tuple[int, int] | None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KilledError
        return step(self, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "reprice", dies)
        with pytest.raises(KilledError):
            read(DEARER, NOBODYS)
    read(*then)
    fresh = Home(home.claude, home.codex, home.data.parent / "fresh")
    with patch.dict(os.environ, fresh.environment):
        read(*then)
    assert not differing(content(home.data), content(fresh.data))


def test_stopped_while_pricing_it_goes_on(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    read()
    monkeypatch.setattr(repricing, "STEP", 5)
    settings = replace(Settings(), prices=(DEARER,))
    asked = iter([False, True])
    with Ingestor(settings) as ingestor:
        ingestor.run(cancelled=lambda: next(asked, True))
        assert not ingestor.priced
        ingestor.run()
        assert ingestor.priced
    fresh = Home(home.claude, home.codex, home.data.parent / "fresh")
    with patch.dict(os.environ, fresh.environment):
        read(DEARER)
    assert not differing(content(home.data), content(fresh.data))


def test_a_pinned_table_gives_the_report_again(home: Home, tmp_path: Path) -> None:
    """The table kept beside a report makes the same costs when the program's own has long become another."""
    read()
    report = costs(home, "day")
    pinned = tmp_path / "prices-then.json"
    shipped = Path(price_table.__file__).with_name("price_table.json").read_bytes()
    pinned.write_bytes(shipped)
    later = json.loads(shipped)
    for model in later["models"]:
        for period in model["prices"]:
            period["tiers"] = [[tier[0], *(rate and rate * 2 for rate in tier[1:])] for tier in period["tiers"]]
    dearer = tmp_path / "prices-later.json"
    dearer.write_text(json.dumps(later))
    read(price_table=str(dearer))
    doubled = costs(home, "day")
    assert all(doubled[day][0] > cost for day, (cost, _) in report.items() if cost)
    read(price_table=str(pinned))
    assert costs(home, "day") == report


def test_a_price_of_nobodys_is_no_zero(home: Home) -> None:
    """A model without a price is listed with its tokens."""
    read()
    with closing(sqlite3.connect(home.data / "ledger.db")) as db:
        query = "SELECT sum(cost), sum(output) FROM call JOIN facet ON facet.id = call.facet WHERE model = 'some-unheard-of-model'"
        assert db.execute(query).fetchone() == (0, 3)
    assert costs(home)["some-unheard-of-model"] == (0, 1)
