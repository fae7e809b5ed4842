"""Alerts as the JSON contract has them. Every field is described in docs/json.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tally_tui.cli.contract import Document, stamp
from tally_tui.config_budgets import SMALLEST
from tally_tui.ledger.alerts import Told
from tally_tui.rules.figures import usd6

if TYPE_CHECKING:
    from tally_tui.ledger.alerts import Alert

_INSTANTS = ("resets_at", "cap_at", "deleted_from")
_AMOUNTS = ("spent", "amount", "projected")


def alerts(found: Iterable[Alert]) -> Document:
    return {"schema": "tally.alerts/1", "alerts": [alert(each) for each in found]}


def alert(each: Alert) -> Document:
    return {
        "id": each.id,
        "axis": each.axis,
        "rule": each.rule,
        "scope": each.scope,
        "provider": each.provider,
        "threshold": each.threshold,
        "severity": each.severity,
        "fired_at": stamp(each.fired_at),
        "window": {
            "kind": each.kind,
            "minutes": each.minutes,
            "resets_at": stamp(each.until) if each.until else None,
        },
        "segment": each.segment,
        "numbers": _numbers(each.numbers),
        "told": each.told is not Told.RECORDED,
        "problems": list(each.problems),
        "acknowledged_at": None if each.acknowledged_at is None else stamp(each.acknowledged_at),
        "void": each.void,
    }


def _numbers(kept: Mapping[str, Any]) -> Document:
    unit = kept.get("unit")
    found: Document = {}
    for name, value in kept.items():
        if name == "set_later":
            found[name] = bool(value)
        elif value is None:
            found[name.replace("_nano", "_usd")] = None
        elif name.endswith("_nano"):
            found[name.removesuffix("_nano") + "_usd"] = usd6(value)
        elif name in _INSTANTS:
            found[name] = stamp(value)
        elif name in _AMOUNTS and unit == "usd":
            found[f"{name}_usd"] = usd6(value)
        elif name in _AMOUNTS and unit in SMALLEST:
            found[name] = value / SMALLEST[unit] if unit == "percent" else value
        else:
            found[name] = value
    return found
