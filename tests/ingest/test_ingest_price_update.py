"""The table is the source's: what `prices update` and the script write prices as the source does."""

from __future__ import annotations

import json
import random
import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tally_tui.config import PriceOverride, Settings
from tally_tui.ingest import price_update
from tally_tui.ingest.price_choice import open_book, own_table
from tally_tui.ingest.price_source import BadSourceError, flatten, pico
from tally_tui.model import PriceStatus, Provider, Tokens
from tally_tui.rules import price_table
from tally_tui.rules.price_table import BadTableError
from tally_tui.rules.prices import PriceBook

BOOK = PriceBook()
WORDS = {"anthropic": Provider.CLAUDE, "openai": Provider.CODEX}
DAYS = ("2025-06-01", "2026-02-01", "2026-07-15", "2026-08-25", "2026-10-13", "2026-11-15")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TALLY_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("TALLY_PRICES", raising=False)
    return tmp_path


@pytest.fixture(scope="module")
def source() -> Any:
    genai = pytest.importorskip("genai_prices")
    from genai_prices.data import providers

    return genai, [provider for provider in providers if provider.id in WORDS]


def test_the_shipped_table_is_what_the_source_and_the_overlay_make() -> None:
    flat = price_update.build()
    if flat.table["source"] != BOOK.table.source:
        pytest.skip("another version of genai-prices is installed than the table was made from")
    assert price_update.as_json(flat.table) == price_table.SHIPPED.read_bytes()
    assert flat.notes == ()


def test_every_overlay_entry_names_its_source() -> None:
    overlay = tomllib.loads(price_update.OVERLAY.read_text(encoding="utf-8"))
    for kind in ("model", "variant", "multiplier"):
        assert overlay[kind]
        assert all(entry["source"] for entry in overlay[kind])


def test_ids_find_the_model_the_source_finds(source: Any) -> None:
    _, providers = source
    shipped = {(row.provider, row.id) for row in BOOK.table.rows}
    for provider in providers:
        word = WORDS[provider.id]
        for row in BOOK.table.rows:
            if row.provider is word:
                for name in (
                    *row.names,
                    *(start + suffix for start in row.starts for suffix in ("", "-20260101")),
                ):
                    theirs, ours = provider.find_model(name), BOOK.find(word, name)
                    assert ours is not None
                    if theirs is not None and (word, theirs.id) in shipped:
                        assert ours.id == theirs.id, name


@pytest.mark.parametrize("day", DAYS)
def test_calls_cost_what_the_source_says(source: Any, day: str) -> None:
    genai, providers = source
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC, hour=12)
    dice = random.Random(day)
    contexts: list[tuple[dict[str, str], dict[str, str]]] = [
        ({}, {}),
        ({"speed": "fast"}, {"speed": "fast", "service_tier": "fast"}),
        ({"tier": "batch"}, {"processing": "batch"}),
        ({"tier": "flex"}, {"service_tier": "flex"}),
        ({"tier": "priority"}, {"service_tier": "priority"}),
    ]
    models = {
        (WORDS[provider.id], model.id): (provider, model)
        for provider in providers
        for model in provider.models
    }
    compared = 0
    for row in BOOK.table.rows:
        if (row.provider, row.id) not in models:
            continue
        provider, model = models[row.provider, row.id]
        logged = (*sorted(row.names), *row.starts)[0]
        assert BOOK.find(row.provider, logged) is row
        writes = model.get_prices(moment).cache_write_mtok is not None
        for how, context in contexts:
            if how == {"speed": "fast"} and row.id in ("claude-opus-4-6", "claude-opus-4-7"):
                continue  # the overlay's
            for size in (1_000, 90_000):
                given = [dice.randrange(size) for _ in range(5)]
                # OpenAI has one kind of cache write; where none is priced, the source knows none.
                given[1] *= writes
                given[2] *= writes and row.provider is Provider.CLAUDE
                tokens = Tokens(*given)
                found = BOOK.price(row.provider, logged, tokens, at=int(moment.timestamp() * 1000), **how)
                if found.status is not PriceStatus.PRICED:
                    assert context, row.id
                    continue
                usage = genai.Usage(
                    input_tokens=tokens.prompt,
                    cache_read_tokens=tokens.cache_read,
                    cache_write_tokens=tokens.write_5m + tokens.write_1h,
                    cache_write_1h_tokens=tokens.write_1h,
                    output_tokens=tokens.output,
                )
                theirs = model.calc_price(
                    usage, provider, genai_request_timestamp=moment, price_context=context
                )
                assert found.cost == int((theirs.total_price * 10**9).quantize(Decimal(1))), (
                    row.id,
                    how,
                    tokens,
                )
                compared += 1
    assert compared > 200


def test_update_writes_a_table_that_only_its_owner_can_read() -> None:
    path = price_update.update(fetch=False)
    assert path == own_table()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["prices.json"]
    assert (
        price_table.load(path).rows == price_table.shipped().rows or BOOK.table.source not in path.read_text()
    )
    assert price_update.update(fetch=False) == path


def test_an_update_that_cannot_be_written_says_so(own_folder: Path) -> None:
    (own_folder / "data").write_text("a file where the folder should be")
    with pytest.raises(price_update.UpdateError, match="cannot be written"):
        price_update.update(fetch=False)


def test_no_network_is_an_error_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("genai_prices")
    for variable in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(price_update.UpdateError, match=r"could not be fetched .* those in force stay"):
        price_update.update(fetch=True)
    assert not own_table().exists()


def test_prices_finer_than_we_can_count_are_refused() -> None:
    assert pico(Decimal("0.0175")) == 17_500
    with pytest.raises(BadSourceError):
        pico(Decimal("0.0000001"))
    with pytest.raises(BadSourceError):
        pico(Decimal("-1"))
    with pytest.raises(BadSourceError, match="no prices for claude, codex"):
        flatten([], source="none", as_of=BOOK.table.as_of)


def write_table(path: Path, as_of: str) -> str:
    table = json.loads(price_table.SHIPPED.read_bytes())
    table["as_of"] = as_of
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(table))
    return str(path)


def test_a_pinned_table_is_the_one_in_force(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_table(own_table(), "2030-01-01")
    by_setting = write_table(own_folder / "set.json", "2026-01-01")
    by_variable = write_table(own_folder / "variable.json", "2026-02-02")
    assert open_book(Settings(price_table=by_setting))[0].as_of == "2026-01-01"
    monkeypatch.setenv("TALLY_PRICES", by_variable)
    assert open_book(Settings(price_table=by_setting))[0].as_of == "2026-02-02"
    monkeypatch.setenv("TALLY_PRICES", str(own_folder / "gone.json"))
    with pytest.raises(BadTableError, match=r"gone\.json"):
        open_book(Settings())


def test_the_newer_of_the_persons_table_and_ours_is_in_force() -> None:
    assert open_book(Settings())[0].as_of == BOOK.as_of
    write_table(own_table(), "2030-01-01")
    assert open_book(Settings())[0].as_of == "2030-01-01"
    write_table(own_table(), "2020-01-01")
    assert open_book(Settings())[0].as_of == BOOK.as_of


def test_a_damaged_table_of_the_person_is_told_and_ours_used() -> None:
    own_table().parent.mkdir(parents=True)
    own_table().write_text("{")
    book, problem = open_book(Settings(prices=(PriceOverride("m", None, 1_000, 1_000),)))
    assert book.as_of == BOOK.as_of
    assert "prices.json" in problem
    assert "come with the program are used" in problem
    assert book.price(Provider.CLAUDE, "m", Tokens(input=1), at=0).cost == 1_000
