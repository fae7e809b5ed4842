"""What readers of settings share: how a wrong value is refused, and how a value is written."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, TypeVar

_T = TypeVar("_T")
_LONGEST: Final = 120


class BadSettingError(ValueError):
    """A setting that cannot be what it was asked to be; says what it can be."""


def attempt(read: Callable[[Any], _T], value: Any) -> _T:
    """What a reader makes of a value of the file, which may be anything that TOML can hold.

    Raises:
        BadSettingError: the reader refuses it, or is not up to it.
    """
    try:
        return read(value)
    except BadSettingError:
        raise
    except Exception as error:
        raise BadSettingError(f"{said(value)} cannot be used") from error


def is_number(value: Any, least: float, most: float) -> bool:
    """Whether a value is a number from `least` to `most`; what is not a number, or infinite, is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    if not isinstance(value, int) and not (value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)):
        return False
    return least <= value <= most


def said(value: Any) -> str:
    """A value as the file would write it, short."""
    if isinstance(value, bool):
        return str(value).lower()
    try:
        if isinstance(value, list | tuple):
            return _short(f"[{', '.join(said(each) for each in value[:_LONGEST])}]", _LONGEST)
        return _short(repr(value) if isinstance(value, str) else str(value), 60)
    except (RecursionError, ValueError):
        return "this value"  # nested too deeply, or a number of thousands of digits


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
