"""The table of prices: what ships, how old it is, and what a damaged one says."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tally_tui.model import Provider
from tally_tui.rules import price_table
from tally_tui.rules.price_table import BadTableError
from tally_tui.rules.prices import PriceBook

ROOT = Path(__file__).parents[2]


def small() -> dict[str, Any]:
    return {
        "schema": "tally.prices/1",
        "as_of": "2026-01-02",
        "source": "a test",
        "search": {"claude": 0, "codex": 0},
        "models": [
            {
                "provider": "claude",
                "id": "m",
                "is": ["m"],
                "prices": [{"tiers": [[0, 1_000_000, 2, 3, 4, 5]]}],
            }
        ],
        "multipliers": [],
    }


def test_the_shipped_table_has_a_date_that_the_document_shows() -> None:
    book = PriceBook()
    assert book.table.as_of >= date(2026, 10, 26)
    assert f"prices as of {book.as_of}" in (ROOT / "docs" / "prices.md").read_text(encoding="utf-8")


def test_both_providers_are_there_with_each_id_once() -> None:
    rows = price_table.shipped().rows
    assert {row.provider for row in rows} == set(Provider)
    assert len({(row.provider, row.id) for row in rows}) == len(rows)


def test_the_licence_of_the_source_ships_with_its_prices() -> None:
    notice = price_table.SHIPPED.with_name("NOTICE").read_text(encoding="utf-8")
    assert "genai-prices" in notice
    assert "MIT License" in notice


def test_a_pinned_table_prices_as_it_did(tmp_path: Path) -> None:
    path = tmp_path / "pinned.json"
    path.write_text(json.dumps(small()))
    book = PriceBook(table=price_table.load(path))
    assert book.vector(Provider.CLAUDE, "m", 0).cost(1_000, 0, 0, 0, 0) == 1_000_000
    assert book.as_of == "2026-01-02"
    assert book.fingerprint != PriceBook().fingerprint


def test_a_table_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadTableError, match=r"nothing\.json cannot be read"):
        price_table.load(tmp_path / "nothing.json")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": "tally.prices/9"}, "no price table of the kind"),
        ({"as_of": "yesterday"}, "damaged"),
        ({"models": [{"provider": "claude"}]}, "damaged"),
        ({"models": 5}, "damaged"),
        ({"search": {}}, "damaged"),
        (
            {"multipliers": [{"provider": "claude", "by": "geo", "regions": ["us"], "factor": "1/0"}]},
            "damaged",
        ),
    ],
)
def test_a_damaged_table_says_so(change: dict[str, Any], words: str) -> None:
    with pytest.raises(BadTableError, match=words) as caught:
        price_table.read(json.dumps({**small(), **change}).encode(), "mine.json")
    assert str(caught.value).startswith("mine.json")


@pytest.mark.parametrize(
    "tiers",
    [
        [],
        [[0, 1, 2, 3, 4]],
        [[0, 1.5, 2, 3, 4, 5]],
        [[0, True, 2, 3, 4, 5]],
        [[0, -1, 2, 3, 4, 5]],
        [[10, 1, 2, 3, 4, 5]],
        [[0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5]],
        [[0, "1", 2, 3, 4, 5]],
        ["012345"],
    ],
)
def test_tiers_that_cannot_be_are_refused(tiers: list[Any]) -> None:
    table = small()
    table["models"][0]["prices"][0]["tiers"] = tiers
    with pytest.raises(BadTableError):
        price_table.read(json.dumps(table).encode())


@pytest.mark.parametrize("text", [b"", b"[]", b"null", b"\xff", b"{", b'{"schema": "tally.prices/1"}'])
def test_what_is_no_table_at_all_is_refused(text: bytes) -> None:
    with pytest.raises(BadTableError):
        price_table.read(text)
