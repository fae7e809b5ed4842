"""The price source's lists of other makers' models, flattened: the rows that `rules.other_models` looks in.

A model is found by whole names only, of those that the source itself takes for this model. Prices by the time of day,
which DeepSeek has, are parts of the period they stand behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from tally_tui.ingest.price_source import BadSourceError, clauses, period, priced_parts, tiers_of
from tally_tui.rules.other_models import ROUTER, SOURCES

_AGENTS_OWN: Final = ("anthropic/", "openai/", "~anthropic/", "~openai/")
"""What OpenRouter passes on at the maker's price, which the table has already."""
_FINEST: Final = Decimal("0.000001")
_OPEN: Final = "openai/gpt-oss"
"""OpenAI's models that anyone may serve, at a price of their own."""


def other_models(providers: Iterable[Any]) -> list[dict[str, Any]]:
    """Rows of every text model of a known maker's list and of OpenRouter's; what cannot be told exactly is left out."""
    by_id = {provider.id: provider for provider in providers}
    rows = []
    for by in (*SOURCES, ROUTER):
        provider = by_id.get(by)
        for model in provider.models if provider else ():
            if _wanted(by, model):
                try:
                    rows.append({"by": by, "id": model.id, "is": _names(provider, model), "prices": _prices(model)})
                except BadSourceError:
                    continue  # it has no price then, and says so
    return [row for row in rows if row["is"]]


def _wanted(by: str, model: Any) -> bool:
    if by != ROUTER:
        return "claude" not in model.id
    return (
        "/" in model.id
        and not model.id.endswith(":batch")
        and (not model.id.startswith(_AGENTS_OWN) or model.id.startswith(_OPEN))
    )


def _names(provider: Any, model: Any) -> list[str]:
    """The whole names that the source takes for this model."""
    said = [model.id, *(text for text in _texts(model.match))]
    names = dict.fromkeys(name.lower().rstrip("-@:") for name in said)
    found = []
    for name in names:
        taken = provider.find_model(name)
        if taken is not None and taken.id == model.id:
            found.append(name)
    return found


def _texts(match: Any) -> Iterator[str]:
    for clause in clauses(match):
        inner = getattr(clause, "and_", None)
        if inner is not None:
            for each in inner:
                yield from _texts(each)
            continue
        kind, text = next(iter(vars(clause).items()))
        if kind in ("equals", "starts_with", "ends_with"):
            yield text


def _prices(model: Any) -> list[dict[str, Any]]:
    """The dated prices, oldest first.

    Raises:
        BadSourceError: one is not of text, or depends on something else than the day and its time.
    """
    given = model.prices if isinstance(model.prices, list) else [None]
    periods: list[dict[str, Any]] = []
    for each in given:
        price = model.prices if each is None else each.prices
        constraint = None if each is None else each.constraint
        keys = set(priced_parts(price))
        more = [key for key in keys if key.startswith("output_") and key != "output_mtok"]
        if more or not {"input_mtok", "output_mtok"} <= keys:
            raise BadSourceError(f"{model.id} is no model of text")
        search = getattr(price, "web_searches_kcount", None)
        # Some cache writes are a twelfth of a price: counted to the pico-dollar.
        tiers = [(above, [rate.quantize(_FINEST) for rate in rates]) for above, rates in tiers_of("", price)]
        start = getattr(constraint, "start_date", None)
        if constraint is None or isinstance(start, date):
            periods.append(period(start if periods else None, tiers, search=search))
        elif hasattr(constraint, "start_time") and periods:
            part = {"since": _time(constraint.start_time), "until": _time(constraint.end_time)}
            if part["since"] >= part["until"]:
                raise BadSourceError(f"{model.id}: a price goes over midnight")
            periods[-1].setdefault("hours", []).append({**part, "tiers": period(None, tiers)["tiers"]})
        else:
            raise BadSourceError(f"a price depends on {type(constraint).__name__}")
    if [each.get("since", "") for each in periods] != sorted(each.get("since", "") for each in periods):
        raise BadSourceError(f"{model.id}: its prices are not in the order of their days")
    return periods


def _time(time: Any) -> str:
    if time.utcoffset():
        raise BadSourceError("a time of the day is not UTC")
    return f"{time:%H:%M}"
