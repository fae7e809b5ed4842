"""Make a price table from the price source: the shipped one (by script) and a person's own.

The only code that may use the network, and only when a person asks for it (`prices update`).
"""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tally_tui import clock, paths
from tally_tui.ingest.price_choice import own_table
from tally_tui.ingest.price_others import other_models
from tally_tui.ingest.price_overlay import add_overlay
from tally_tui.ingest.price_source import BadSourceError, Flat, checked_on, flatten
from tally_tui.rules import price_table

OVERLAY = price_table.SHIPPED.with_name("price_overlay.toml")


class UpdateError(RuntimeError):
    """The prices could not be updated; says why, and that those in force stay."""


def update(fetch: bool) -> Path:
    """Write the newest prices to `own_table()`, whole or not at all; returns its path.

    With `fetch` they are what the source publishes now; without, what the installed library has.

    Raises:
        UpdateError: they could not be had, understood or written; the table in force is untouched.
    """
    path = own_table()
    try:
        text = as_json(build(fetch).table)
        price_table.read(text, "the new price table")
        paths.private_dir(path.parent)
        write_whole(path, text)
    except (BadSourceError, price_table.BadTableError) as error:
        raise UpdateError(f"the new prices are not understood ({error}); those in force stay") from error
    except OSError as error:
        raise UpdateError(f"{path} cannot be written ({error.strerror}); the prices in force stay") from error
    return path


def build(fetch: bool = False) -> Flat:
    """The flattened source with our overlay.

    Raises:
        UpdateError: the source could not be reached, or the library is not installed.
        BadSourceError: what it says is of a kind this program does not know.
    """
    import tomllib

    providers, version = _fetched() if fetch else _installed()
    today = datetime.fromtimestamp(clock.now_ms() / 1000, UTC).date()
    as_of = today if fetch else checked_on(providers)
    source = f"genai-prices {version}" + (", fetched" if fetch else "")
    flat = flatten(providers, source=source, as_of=as_of or date(1970, 1, 1))
    flat.table["others"] = other_models(providers)
    notes = add_overlay(flat.table, tomllib.loads(OVERLAY.read_text(encoding="utf-8")))
    return Flat(flat.table, flat.notes + notes)


def as_json(table: dict[str, Any]) -> bytes:
    """A table's text: one model a line, so that a change of prices reads as one."""

    def text(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    lists = {key: value for key, value in table.items() if isinstance(value, list)}
    parts = [f'"{key}":{text(value)}' for key, value in table.items() if key not in lists]
    parts += [f'"{key}":[\n' + ",\n".join(map(text, value)) + "\n]" for key, value in lists.items()]
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file of ours (0600) in one step: a reader sees the old text or the new."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, paths.PRIVATE_FILE)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _installed() -> tuple[Any, str]:
    try:
        from genai_prices.data import providers
    except ImportError as error:
        raise UpdateError(f"genai-prices cannot be imported ({error}); the prices in force stay") from error
    return providers, _version()


def _fetched() -> tuple[Any, str]:
    try:
        from genai_prices import UpdatePrices

        snapshot = UpdatePrices().fetch()
    # The library's HTTP client, its JSON and its validation each raise errors of their own.
    except Exception as error:
        raise UpdateError(f"the prices could not be fetched ({error}); those in force stay") from error
    if snapshot is None:
        raise UpdateError("the price source sent nothing; the prices in force stay")
    return snapshot.providers, _version()


def _version() -> str:
    from importlib.metadata import version

    return version("genai-prices")
