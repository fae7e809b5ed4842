"""The price table: what `price_table.json` holds, read into plain rows.

The file is made by `scripts/make_price_table.py` (ours) or `prices update` (a person's own) from
the same source; a copy of one, kept, reproduces an old report. All money in it is integer
pico-dollars (1e-12 USD): per token, or per web search.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from msgspec import Struct

from tally_tui.model import Provider
from tally_tui.rules.other_models import OtherModels

SCHEMA: Final = "tally.prices/1"
SHIPPED: Final = Path(__file__).with_name("price_table.json")
ALWAYS: Final = -(2**63)
"""Start, in epoch milliseconds, of a price without a date."""
FOREVER: Final = 2**63 - 1

_SNAPSHOT: Final = re.compile(
    r"(?:(?:[-@:.]?(?:20\d{2}-?[01]\d-?[0-3]\d|20\d{2}|\d{4}|\d{2}-20\d{2}))|[-@:.]?(?:v\d+(?::\d+)*|00\d|\d+k|latest|"
    r"preview|exp|beta|default|thinking))*-?"
)
"""What may stand behind the beginning of a model's name without making another model of it."""
_TUNED: Final = ("ft:", "gpt-4o-mini-2024-07-18.ft-")
"""Names of fine-tuned models: what a person calls them stands behind."""

_OTHERS: Final = b'\n"others":['

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


class Hours(NamedTuple):
    """Other tiers of a period, from one time of the day (UTC, milliseconds since midnight) until another."""

    since: int
    until: int
    tiers: tuple[Tier, ...]


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
    hours: tuple[Hours, ...] = ()
    """The parts of a day that cost something else, in their order."""


class Row(Struct, frozen=True):
    """One model: how its id is recognised, and its prices."""

    provider: Provider | None
    """None: neither agent's own (`Table.others`)."""
    id: str
    names: frozenset[str]
    starts: tuple[str, ...]
    parts: tuple[str, ...]
    periods: tuple[Period, ...]
    """Ascending by `since` within each variant."""
    source: str

    def matches(self, name: str) -> bool:
        """Whether it is this model's name, or begins like one and says no more of it than which snapshot it is."""
        if name in self.names:
            return True
        begun = next((each for each in (*self.starts, *self.parts) if name.startswith(each)), None)
        return begun is not None and (begun.startswith(_TUNED) or _SNAPSHOT.fullmatch(name, len(begun)) is not None)

    def of_variant(self, variant: str) -> tuple[Period, ...]:
        return tuple(period for period in self.periods if period.variant == variant)


class Multiplier(Struct, frozen=True):
    """Where a call ran makes its tokens dearer."""

    provider: Provider
    by: str
    """`profile`: a Bedrock id's prefix says so; `geo`: the call's `inference_geo`."""
    regions: frozenset[str]
    factor: Fraction
    excepted: frozenset[str]
    """Ids of the models it does not touch."""


class Table(Struct, frozen=True):
    as_of: date
    """The day its prices were last checked."""
    source: str
    rows: tuple[Row, ...]
    """In the order they are tried; the first that matches wins."""
    multipliers: tuple[Multiplier, ...]
    search: Mapping[Provider, int]
    """Pico-dollars per web search where a model lists none."""
    others: OtherModels[Row]
    """Models of other makers, read when one is asked for."""
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
        data_of_agents, others = _apart(data)
        found = json.loads(data_of_agents)
        if not isinstance(found, dict) or found.get("schema") != SCHEMA:
            raise BadTableError(f"{name} is no price table of the kind {SCHEMA}")
        return Table(
            as_of=date.fromisoformat(found["as_of"]),
            source=str(found["source"]),
            rows=tuple(_row(row, found) for row in found["models"]),
            multipliers=tuple(_multiplier(each) for each in found["multipliers"]),
            search={PROVIDERS[word]: _money(pico) for word, pico in found["search"].items()},
            others=OtherModels(others or (lambda: _others(found)), lambda each: _row(each, found)),
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


def _apart(data: bytes) -> tuple[bytes, Callable[[], list[dict[str, Any]]] | None]:
    """A table's text without other makers' models, and what reads those: most people never need the longer part.

    Only a text laid out as `price_update.as_json` does it is cut; any other one is read whole.
    """
    start = data.find(_OTHERS)
    end = data.find(b"\n]", start)
    if start < 0 or end < 0:
        return data, None

    def rows() -> list[dict[str, Any]]:
        try:
            return _others({"others": json.loads(data[start + len(_OTHERS) - 1 : end + 2])})
        except ValueError:
            return []

    return data[: start + len(_OTHERS)] + data[end + 1 :], rows


def _others(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of other makers' models that can be found; a model of one that cannot has no price."""
    rows = table.get("others")
    return [
        row
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, dict) and isinstance(row.get("by"), str) and isinstance(row.get("is"), list)
        and all(isinstance(name, str) for name in row["is"])
    ]  # fmt: skip


def _row(row: Mapping[str, Any], table: Mapping[str, Any]) -> Row:
    word = row.get("provider")
    search = 0 if word is None else _money(table["search"][word])
    periods = tuple(_period(period, search) for period in row["prices"])
    if not any(not period.variant for period in periods):
        raise BadTableError(f"{row['id']} has no standard price")
    return Row(
        provider=None if word is None else PROVIDERS[word],
        id=str(row["id"]),
        names=frozenset(row.get("is", ())),
        starts=tuple(row.get("starts", ())),
        parts=tuple(row.get("has", ())),
        periods=tuple(sorted(periods, key=_start)),
        source=row.get("source", table["source"]),
    )


def _period(period: Mapping[str, Any], search: int) -> Period:
    tiers = _tiers(period["tiers"])
    own = period.get("search")
    return Period(
        period.get("variant", ""),
        instant(period.get("since")),
        tiers,
        search if own is None else _money(own),
        period.get("estimated", ""),
        tuple([_hours(each) for each in period.get("hours", ())]),
    )


def _hours(part: Mapping[str, Any]) -> Hours:
    since, until = (_minutes(part[end]) * 60_000 for end in ("since", "until"))
    if since >= until:
        raise BadTableError(f"{part['since']} to {part['until']} is no part of a day")
    return Hours(since, until, _tiers(part["tiers"]))


def _minutes(text: str) -> int:
    hour, _, minute = text.partition(":")
    found = int(hour) * 60 + int(minute)
    if not 0 <= found <= 1440:
        raise BadTableError(f"{text} is no time of a day")
    return found


def _tiers(several: list[Any]) -> tuple[Tier, ...]:
    tiers = tuple([_tier(tier) for tier in several])
    if tiers[0].above != 0 or (len(tiers) > 1 and any(a.above >= b.above for a, b in pairwise(tiers))):
        raise BadTableError("tiers do not ascend from 0")
    return tiers


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
