"""The price table: what `price_table.json` holds, read into plain rows.

The file is made by `scripts/make_price_table.py` (ours) or `prices update` (a person's own) from
the same source; a copy of one, kept, reproduces an old report. All money in it is integer
pico-dollars (1e-12 USD): per token, or per web search.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from tally_tui.model import Provider

SCHEMA: Final = "tally.prices/1"
SHIPPED: Final = Path(__file__).with_name("price_table.json")
ALWAYS: Final = -(2**63)
"""Start, in epoch milliseconds, of a price without a date."""
FOREVER: Final = 2**63 - 1

PROVIDERS: Final = {provider.word: provider for provider in Provider}


class BadTableError(ValueError):
    """A price table that cannot be used; says which and why."""


class Tier(NamedTuple):
    """Pico-dollars per token for requests whose whole prompt is larger than `above` tokens."""

    above: int
    input: int
    write_5m: int
    write_1h: int
    cache_read: int
    output: int


class Period(NamedTuple):
    """The prices of one model, in one variant, from an instant on."""

    variant: str
    """`` (standard), fast, priority, flex or batch."""
    since: int
    """Epoch milliseconds; ALWAYS when undated."""
    tiers: tuple[Tier, ...]
    """Ascending by `above`; the first one starts at 0."""
    search: int
    """Pico-dollars per web search."""
    estimated: str = ""
    """What stands in for a price that nobody lists; empty when the price is known."""


@dataclass(frozen=True, slots=True)
class Row:
    """One model: how its id is recognised, and its prices."""

    provider: Provider
    id: str
    names: frozenset[str]
    starts: tuple[str, ...]
    parts: tuple[str, ...]
    periods: tuple[Period, ...]
    """Ascending by `since` within each variant."""
    source: str

    def matches(self, name: str) -> bool:
        return name in self.names or name.startswith(self.starts) or any(part in name for part in self.parts)

    def of_variant(self, variant: str) -> tuple[Period, ...]:
        return tuple(period for period in self.periods if period.variant == variant)


@dataclass(frozen=True, slots=True)
class Multiplier:
    """Where a call ran makes its tokens dearer."""

    provider: Provider
    by: str
    """`profile`: a Bedrock id's prefix says so; `geo`: the call's `inference_geo`."""
    regions: frozenset[str]
    factor: Fraction
    excepted: frozenset[str]
    """Ids of the models it does not touch."""


@dataclass(frozen=True, slots=True)
class Table:
    as_of: date
    """The day its prices were last checked."""
    source: str
    rows: tuple[Row, ...]
    """In the order they are tried; the first that matches wins."""
    multipliers: tuple[Multiplier, ...]
    search: Mapping[Provider, int]
    """Pico-dollars per web search where a model lists none."""
    digest: bytes


@lru_cache(maxsize=1)
def shipped() -> Table:
    """The table that comes with this program."""
    return load(SHIPPED)


def load(path: Path) -> Table:
    """A table from its file.

    Raises:
        BadTableError: the file cannot be read, or is no price table of this version.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadTableError(f"the price table {path} cannot be read ({error.strerror})") from error
    return read(data, str(path))


def read(data: bytes, name: str = "price table") -> Table:
    """A table from its JSON text. `name` is what errors call it.

    Raises:
        BadTableError: the text is no price table of this version.
    """
    try:
        found = json.loads(data)
        if not isinstance(found, dict) or found.get("schema") != SCHEMA:
            raise BadTableError(f"{name} is no price table of the kind {SCHEMA}")
        return Table(
            as_of=date.fromisoformat(found["as_of"]),
            source=str(found["source"]),
            rows=tuple(_row(row, found) for row in found["models"]),
            multipliers=tuple(_multiplier(each) for each in found["multipliers"]),
            search={PROVIDERS[word]: _money(pico) for word, pico in found["search"].items()},
            digest=blake2b(data, digest_size=16).digest(),
        )
    except BadTableError as error:
        raise BadTableError(f"{name}: {error}" if name not in str(error) else str(error)) from error
    except (ValueError, LookupError, TypeError, AttributeError, ZeroDivisionError) as error:
        detail = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        raise BadTableError(f"{name} is damaged ({detail})") from error


@lru_cache(maxsize=256)
def instant(day: str | None) -> int:
    """Epoch milliseconds at which a dated price begins: midnight UTC of its day."""
    return ALWAYS if day is None else midnight(date.fromisoformat(day))


def midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def _row(row: Mapping[str, Any], table: Mapping[str, Any]) -> Row:
    search = _money(table["search"][row["provider"]])
    periods = tuple(_period(period, search) for period in row["prices"])
    if not any(not period.variant for period in periods):
        raise BadTableError(f"{row['id']} has no standard price")
    return Row(
        provider=PROVIDERS[row["provider"]],
        id=str(row["id"]),
        names=frozenset(row.get("is", ())),
        starts=tuple(row.get("starts", ())),
        parts=tuple(row.get("has", ())),
        periods=tuple(sorted(periods, key=_start)),
        source=row.get("source", table["source"]),
    )


def _period(period: Mapping[str, Any], search: int) -> Period:
    tiers = tuple([_tier(tier) for tier in period["tiers"]])
    if tiers[0].above != 0 or (len(tiers) > 1 and any(a.above >= b.above for a, b in pairwise(tiers))):
        raise BadTableError("tiers do not ascend from 0")
    own = period.get("search")
    return Period(
        period.get("variant", ""),
        instant(period.get("since")),
        tiers,
        search if own is None else _money(own),
        period.get("estimated", ""),
    )


def _start(period: Period) -> int:
    return period.since


def _tier(tier: list[Any]) -> Tier:
    # A JSON true is an int to Python, and a float would lose the exactness all sums stand on.
    if len(tier) != len(Tier._fields) or set(map(type, tier)) != {int} or min(tier) < 0:
        raise BadTableError(f"{tier!r} is no tier: a threshold, then 5 whole numbers of pico-dollars")
    return Tier._make(tier)


def _multiplier(each: Mapping[str, Any]) -> Multiplier:
    return Multiplier(
        PROVIDERS[each["provider"]],
        str(each["by"]),
        frozenset(each["regions"]),
        Fraction(each["factor"]),
        frozenset(each.get("except", ())),
    )


def _money(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise BadTableError(f"{value!r} is no whole number of pico-dollars")
    return value
