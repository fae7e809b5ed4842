"""Our additions to the price source (`rules/price_overlay.toml`), worked into a flattened table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tally_tui.ingest.price_source import BadSourceError, period, pico


def add_overlay(table: dict[str, Any], overlay: Mapping[str, Any]) -> tuple[str, ...]:
    """Add what the source does not have; returns a note for each entry that the source has overtaken.

    Raises:
        BadSourceError: an entry builds on a model that is not there, or on a price that cannot be.
    """
    table["search"] = {word: pico(Decimal(dollars) * 1000) for word, dollars in overlay["search"].items()}
    notes = []
    for entry in overlay["model"]:
        if any(_recognises(model, entry["id"]) for model in table["models"]):
            notes.append(f"overlay: {entry['id']} is in the source now")
        else:
            table["models"].append(_model(table, entry))
    for entry in overlay["variant"]:
        model = _named(table, entry["model"])
        if any(each.get("variant") == entry["variant"] for each in model["prices"]):
            notes.append(f"overlay: {entry['model']} {entry['variant']} is in the source now")
        else:
            model["prices"] += list(_variant(model, entry))
    table["multipliers"] = [dict(entry) for entry in overlay["multiplier"]]
    for model in table["models"]:
        for price in model["prices"]:
            if price.get("search") == table["search"][model["provider"]]:
                del price["search"]
    return tuple(notes)


def _recognises(model: Mapping[str, Any], name: str) -> bool:
    return (
        name in model.get("is", ())
        or name.startswith(tuple(model.get("starts", ())))
        or any(part in name for part in model.get("has", ()))
    )


def _named(table: Mapping[str, Any], name: str) -> dict[str, Any]:
    for model in table["models"]:
        if model["id"] == name:
            found: dict[str, Any] = model
            return found
    raise BadSourceError(f"overlay: there is no model {name} to build on")


def _model(table: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    prices = list(_like(table, entry)) if "like" in entry else [_listed(entry)]
    names = [entry["id"], *entry.get("is", ())]
    return {
        "provider": entry["provider"],
        "id": entry["id"],
        "is": names,
        "prices": prices,
        "source": entry["source"],
    }


def _listed(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A price of its own; Anthropic's cache writes are 1.25 × and 2 × the input price."""
    given = Decimal(entry["input"])
    rates = (
        given,
        given * Decimal("1.25"),
        given * 2,
        Decimal(entry["cache_read"]),
        Decimal(entry["output"]),
    )
    return period(None, [(0, rates)])


def _like(table: Mapping[str, Any], entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Other models' prices, each from its day until the next one's."""
    stand_ins = entry["like"]
    for at, stand_in in enumerate(stand_ins):
        begins: date | None = stand_in.get("since")
        ends: date | None = stand_ins[at + 1]["since"] if at + 1 < len(stand_ins) else None
        prices = _named(table, stand_in["model"])["prices"]
        for variant in dict.fromkeys(each.get("variant", "") for each in prices):
            dated = [(_since(each), each) for each in prices if each.get("variant", "") == variant]
            for since, each in dated:
                later = [
                    other for other, _ in dated if other is not None and (since is None or other > since)
                ]
                if (begins and later and min(later) <= begins) or (ends and since and since >= ends):
                    continue
                start = max(filter(None, (begins, since)), default=None)
                yield _copied(each, start, stand_in["model"] if entry.get("estimated") else "")


def _since(price: Mapping[str, Any]) -> date | None:
    return date.fromisoformat(price["since"]) if "since" in price else None


def _copied(price: Mapping[str, Any], start: date | None, stand_in: str) -> dict[str, Any]:
    copied = {key: value for key, value in price.items() if key not in ("since", "estimated")}
    if start is not None:
        copied["since"] = start.isoformat()
    notes = [f"{stand_in} stands in"] if stand_in else []
    notes += [price["estimated"]] if "estimated" in price else []
    if notes:
        copied["estimated"] = "; ".join(notes)
    return copied


def _variant(model: Mapping[str, Any], entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A factor on each of the model's standard prices."""
    factor = Fraction(entry["factor"])
    for price in [each for each in model["prices"] if "variant" not in each]:
        tiers = [[tier[0], *(round(rate * factor) for rate in tier[1:])] for tier in price["tiers"]]
        yield {"variant": entry["variant"], **price, "tiers": tiers}
