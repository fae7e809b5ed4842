"""The price source (genai-prices) → the flat table that `rules.price_table` reads.

Pure: the library's objects come in, JSON-able data goes out. The library takes 200 ms and 35 MB to
import and 90 µs for a look-up, which is why only `prices update` and the table's script use it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, Final

from msgspec import Struct

from tally_tui.rules.price_table import SCHEMA

PROVIDERS: Final = {"anthropic": "claude", "openai": "codex"}
KNOWN_VARIANTS: Final = frozenset({"fast", "priority", "flex", "batch"})

Rates = tuple[Decimal, Decimal, Decimal, Decimal, Decimal]
"""Dollars per million tokens: input, 5-minute write, 1-hour write, cache read, output."""
Tiers = tuple[tuple[int, Rates], ...]
"""The rates of prompts larger than so many tokens, ascending from 0."""


class BadSourceError(ValueError):
    """The price source says something in a way this program does not know."""


class Flat(Struct, frozen=True):
    """A flattened source."""

    table: dict[str, Any]
    notes: tuple[str, ...]
    """What was left out and why."""


def flatten(providers: Iterable[Any], *, source: str, as_of: date) -> Flat:
    """The table of the providers we know; a model that cannot be read is left out, with a note.

    Raises:
        BadSourceError: nothing is left of a provider.
    """
    notes: list[str] = []
    models: list[dict[str, Any]] = []
    for provider in providers:
        if provider.id in PROVIDERS:
            models += _models(provider, PROVIDERS[provider.id], notes)
    missing = set(PROVIDERS.values()) - {model["provider"] for model in models}
    if missing:
        raise BadSourceError(f"no prices for {', '.join(sorted(missing))}")
    table = {"schema": SCHEMA, "as_of": as_of.isoformat(), "source": source, "models": models}
    return Flat(table, tuple(notes))


def checked_on(providers: Iterable[Any]) -> date | None:
    """The newest day the source says it compared its prices with the providers' own pages."""
    found = [
        date.fromisoformat(day)
        for provider in providers
        if provider.id in PROVIDERS
        for comment in (provider.price_comments, *(model.price_comments for model in provider.models))
        for day in re.findall(r"(?:verified on|as of) (\d{4}-\d\d-\d\d)", comment or "")
    ]
    return max(found, default=None)


def pico(dollars: Decimal) -> int:
    """Pico-dollars per token of dollars per million tokens.

    Raises:
        BadSourceError: the price is negative or finer than a pico-dollar.
    """
    exact = dollars * 1_000_000
    if exact < 0 or exact != int(exact):
        raise BadSourceError(f"{dollars} dollars per million tokens is no whole number of pico-dollars")
    return int(exact)


def _models(provider: Any, word: str, notes: list[str]) -> Iterator[dict[str, Any]]:
    for model in provider.models:
        try:
            standard = list(_standard(model))
            if _is_text(standard):
                prices = [*_periods(word, standard), *_variants(word, model, standard, notes)]
                yield {"provider": word, "id": model.id, **_rules(model), "prices": prices}
        except BadSourceError as error:
            notes.append(f"{model.id} is left out: {error}")


def _is_text(standard: Sequence[tuple[date | None, Any]]) -> bool:
    """Whether all its tokens are alike: speech, images and embeddings are in no agent's log."""
    keys = {key for _, price in standard for key in priced_parts(price)}
    return {"input_mtok", "output_mtok"} <= keys and not any("image" in key or "audio" in key for key in keys)


def _standard(model: Any) -> Iterator[tuple[date | None, Any]]:
    """The dated standard prices, oldest first; the first one holds from always."""
    if not isinstance(model.prices, list):
        yield None, model.prices
        return
    dated = [(_start(each.constraint), each.prices) for each in model.prices]
    yield from sorted(((since if at else None, price) for at, (since, price) in enumerate(dated)), key=_order)


def _start(constraint: Any) -> date | None:
    if constraint is None:
        return None
    start = getattr(constraint, "start_date", None)
    if not isinstance(start, date):
        raise BadSourceError(f"a price depends on {type(constraint).__name__}")
    return start


def _order(dated: tuple[date | None, Any]) -> date:
    return dated[0] or date.min


def priced_parts(price: Any) -> dict[str, Any]:
    return {key: value for key, value in vars(price).items() if value is not None and not key.startswith("_")}


def _rules(model: Any) -> dict[str, list[str]]:
    """How the model's id is recognised: whole names, beginnings, parts."""
    rules: dict[str, list[str]] = {"is": [], "starts": [], "has": []}
    patterns = []
    for clause in clauses(model.match):
        kind, text = next(iter(vars(clause).items()))
        if kind in ("equals", "starts_with", "contains"):
            rules[{"equals": "is", "starts_with": "starts", "contains": "has"}[kind]].append(text.lower())
        elif kind == "regex":
            patterns.append(text)
        else:
            raise BadSourceError(f"its ids are matched by {kind}")
    for pattern in patterns:
        # A pattern only ever adds a snapshot's date to a whole name, and dates are taken off before.
        dated = re.fullmatch(r"\^(.+?)(?:-|\[-@\])\\d\{[48]\}(?:-\\d\{2\}-\\d\{2\})?\$", pattern)
        if dated is None or dated[1].replace("\\.", ".") not in rules["is"]:
            raise BadSourceError(f"its ids are matched by the pattern {pattern}")
    return {kind: texts for kind, texts in rules.items() if texts}


def clauses(match: Any) -> Iterator[Any]:
    inner = getattr(match, "or_", None)
    if inner is None:
        yield match
    else:
        for clause in inner:
            yield from clauses(clause)


def tiers_of(word: str, price: Any) -> Tiers:
    """A price in all its parts; what the source leaves out follows from the input price.

    Anthropic writes the cache at 1.25 × (5 minutes) and 2 × (1 hour); where OpenAI lists no price
    for cached tokens they are billed as input.
    """
    claude = word == "claude"

    def at(above: int, *keys: str) -> Decimal | None:
        value = next((value for key in keys if (value := getattr(price, key, None)) is not None), None)
        if value is None or isinstance(value, Decimal):
            return value
        tier: Decimal = next(
            (tier.price for tier in reversed(value.tiers) if tier.start <= above), value.base
        )
        return tier

    steps = {0} | {tier.start for value in priced_parts(price).values() for tier in getattr(value, "tiers", ())}
    found = []
    for above in sorted(steps):
        given = at(above, "input_mtok")
        output = at(above, "output_mtok")
        if given is None or output is None:
            raise BadSourceError(f"a price lists no input or no output: {price!r}")
        write = at(above, "cache_write_5m_mtok", "cache_write_mtok")
        if write is None:
            write = given * Decimal("1.25") if claude else given
        hour = at(above, "cache_write_1h_mtok")
        if hour is None:
            hour = given * 2 if claude else write
        read = at(above, "cache_read_mtok")
        found.append((above, (given, write, hour, given if read is None else read, output)))
    return tuple(found)


def _periods(word: str, standard: Sequence[tuple[date | None, Any]]) -> Iterator[dict[str, Any]]:
    for since, price in standard:
        yield period(since, tiers_of(word, price), search=getattr(price, "web_searches_kcount", None))


def _variants(
    word: str, model: Any, standard: Sequence[tuple[date | None, Any]], notes: list[str]
) -> Iterator[dict[str, Any]]:
    by_name: dict[str, list[tuple[date | None, Any]]] = {}
    for each in model.price_variants or ():
        name = next(iter(each.when.values()))
        if len(each.when) > 1 or name not in KNOWN_VARIANTS | {"default"}:
            notes.append(f"{model.id}: the variant {dict(each.when)} is left out")
        elif name != "default":
            by_name.setdefault(name, []).append((_start(each.constraint), each.prices))
    for name, given in by_name.items():
        given.sort(key=_order)
        last: dict[str, Any] = {}
        for day in sorted(
            {since for since, _ in (*standard, *given)} | {None}, key=lambda day: day or date.min
        ):
            found = _variant(word, name, standard, given, day)
            # A date on which this variant did not change is the standard price's.
            if {**found, "since": ""} != {**last, "since": ""}:
                yield found
            last = found


def _variant(
    word: str,
    name: str,
    standard: Sequence[tuple[date | None, Any]],
    given: Sequence[tuple[date | None, Any]],
    day: date | None,
) -> dict[str, Any]:
    plain, first = _newest(standard, day), given[0][0]
    search = getattr(plain, "web_searches_kcount", None)
    if first is None or (day is not None and day >= first):
        return period(day, tiers_of(word, _merged(plain, _newest(given, day))), variant=name, search=search)
    # The source lists a variant from the day it looked. What it cost before is the standard price of
    # that time, in the proportion of that day.
    then = _newest(standard, first)
    known = tiers_of(word, _merged(then, given[0][1]))
    tiers: Iterable[tuple[int, Sequence[Decimal]]] = known
    if plain is not then:
        wanted, usual = known[0][1], tiers_of(word, then)[0][1]
        tiers = [
            (above, [_scaled(*each) for each in zip(rates, wanted, usual, strict=True)])
            for above, rates in tiers_of(word, plain)
        ]
    return period(day, tiers, variant=name, search=search, estimated=f"{name} prices are known since {first}")


def _scaled(rate: Decimal, wanted: Decimal, usual: Decimal) -> Decimal:
    return (rate * wanted / usual).quantize(Decimal("0.000001")) if usual else rate


def _newest(dated: Sequence[tuple[date | None, Any]], day: date | None) -> Any:
    return [price for since, price in dated if since is None or (day is not None and since <= day)][-1]


def _merged(standard: Any, variant: Any) -> Any:
    """A price with a variant's own parts before the standard ones."""
    return SimpleNamespace(**(priced_parts(standard) | priced_parts(variant)))


def period(
    since: date | None,
    tiers: Iterable[tuple[int, Sequence[Decimal]]],
    *,
    variant: str = "",
    search: Decimal | None = None,
    estimated: str = "",
) -> dict[str, Any]:
    """One price of one model as the table has it; `search` is in dollars per 1,000."""
    found: dict[str, Any] = {}
    if variant:
        found["variant"] = variant
    if since is not None:
        found["since"] = since.isoformat()
    found["tiers"] = [[above, *map(pico, rates)] for above, rates in tiers]
    if search is not None:
        found["search"] = pico(search * 1000)
    if estimated:
        found["estimated"] = estimated
    return found
