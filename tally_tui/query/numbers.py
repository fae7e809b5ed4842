"""Comparisons with numbers: `>1`, `<=100k`, `5..10` → the whole nano-dollars or tokens they mean."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from tally_tui.model import NANO
from tally_tui.query.terms import Op

_OPERATOR: Final = re.compile(r"(>=|<=|=>|=<|≥|≤|>|<|=)?")
_NUMBER: Final = re.compile(r"\$?(\d{1,3}(?:[,_]\d{3})+|\d{1,18})?(?:\.(\d{0,18}))?([kKmMbBgG])?")
_UNITS: Final = {"": 1, "k": 1000, "m": 1_000_000, "b": 1_000_000_000, "g": 1_000_000_000}
_WRITTEN: Final[dict[str, Op]] = {
    ">": ">", ">=": ">=", "=>": ">=", "≥": ">=", "<": "<", "<=": "<=", "=<": "<=", "≤": "<=",
}


class Comparison(Struct, frozen=True):
    """The whole numbers from `low` to `high`, both included; None is open."""

    op: Op
    low: int | None
    high: int | None


def comparison(text: str, *, dollars: bool) -> Comparison | None:
    """What a comparison means, in nano-dollars or tokens; None if it is none.

    A plain number means what is shown as that number: `1.2M` is anything that rounds to 1.2M, but
    0 is nothing at all. A range includes both ends.
    """
    scale = NANO if dollars else 1
    low_text, dots, high_text = text.partition("..")
    if dots:
        low = _whole(low_text, scale) if low_text else None
        high = _whole(high_text, scale) if high_text else None
        if (low_text and low is None) or (high_text and high is None) or (low is None and high is None):
            return None
        return Comparison("..", low.up if low else None, high.down if high else None)
    sign = _OPERATOR.match(text)
    written = (sign[1] if sign else "") or ""
    number = _whole(text[len(written) :], scale)
    if number is None:
        return None
    op = _WRITTEN.get(written, "=")
    if op == ">":
        return Comparison(op, number.down + 1, None)
    if op == ">=":
        return Comparison(op, number.up, None)
    if op == "<":
        return Comparison(op, None, number.up - 1)
    if op == "<=":
        return Comparison(op, None, number.down)
    return Comparison(op, number.first, number.last)


class _Number(Struct, frozen=True):
    down: int
    """The number cut to a whole one, and rounded up to one."""
    up: int
    first: int
    """The first and the last whole number that rounds to what was written."""
    last: int


def _whole(text: str, scale: int) -> _Number | None:
    found = _NUMBER.fullmatch(text)
    if not found or not (found[1] or found[2]):
        return None
    decimals = found[2] or ""
    digits = int(re.sub(r"[,_]", "", found[1] or "") + decimals or "0")
    # The value is digits × unit ÷ tenths, and the last digit written is worth unit ÷ tenths.
    unit, tenths = scale * _UNITS[(found[3] or "").lower()], 10 ** len(decimals)
    down, up = digits * unit // tenths, -(-digits * unit // tenths)
    if digits == 0:
        return _Number(0, 0, 0, 0)
    first, last = -(-(2 * digits - 1) * unit // (2 * tenths)), ((2 * digits + 1) * unit - 1) // (2 * tenths)
    return _Number(down, up, min(first, up), max(last, down))
