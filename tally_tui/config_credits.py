"""Settings about Codex's credits: a plan's whole allowance, and rates of one's own, as words of a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from tally_tui.config_values import BadSettingError, said

_WINDOW: Final = re.compile(r"(\d{1,5})\s?([mhd])", re.IGNORECASE)
_UNITS: Final = {"m": 1, "h": 60, "d": 1440}
_MOST: Final = Decimal(10**9)


def read_window(text: str) -> int:
    """Minutes of `5h`, `7d`, `90m`.

    Raises:
        BadSettingError: it is no such length, or none at all.
    """
    found = _WINDOW.fullmatch(text.strip())
    minutes = int(found[1]) * _UNITS[found[2].lower()] if found else 0
    if not 0 < minutes < 10**7:
        raise BadSettingError(f"{said(text)} is no length of a window such as 5h or 7d")
    return minutes


def window_word(minutes: int) -> str:
    """`7d` of 10,080; `read_window` reads it back."""
    if minutes % 1440 == 0:
        return f"{minutes // 1440}d"
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


def read_allowances(value: Any) -> tuple[str, ...]:
    """`["7d=1000"]`: a window and the credits it gives in all. Raises BadSettingError."""
    return tuple(f"{window_word(minutes)}={count:f}" for minutes, count in _allowances(_words(value)).items())


def read_rates(value: Any) -> tuple[str, ...]:
    """`["gpt-5.5=125/12.5/750"]`: a model and its credits per million tokens (input, cached, output).

    Raises BadSettingError.
    """
    words = _words(value)
    rates_of(words)
    return words


def allowances_of(words: Iterable[str]) -> dict[int, Decimal]:
    """Window minutes → credits, of what `read_allowances` let through."""
    return _allowances(tuple(words))


def rates_of(words: Iterable[str]) -> Mapping[str, tuple[Decimal, Decimal, Decimal]]:
    """Model → credits per million tokens: input, cached input, output. Raises BadSettingError."""
    found = {}
    for word in words:
        model, equals, rates = word.rpartition("=")
        parts = rates.split("/")
        if not equals or not model.strip() or len(parts) != 3:
            raise BadSettingError(f"{said(word)} is no MODEL=INPUT/CACHED/OUTPUT such as gpt-5.5=125/12.5/750")
        given, cached, output = (_number(part, word) for part in parts)
        found[model.strip()] = (given, cached, output)
    return found


def _allowances(words: tuple[str, ...]) -> dict[int, Decimal]:
    found = {}
    for word in words:
        window, equals, count = word.partition("=")
        if not equals:
            raise BadSettingError(f"{said(word)} is no WINDOW=CREDITS such as 7d=1000")
        number = _number(count, word)
        if not number:
            raise BadSettingError(f"{said(word)}: an allowance is more than nothing")
        found[read_window(window)] = number
    return found


def _number(text: str, word: str) -> Decimal:
    try:
        number = Decimal(text.strip().replace(",", "").replace("_", ""))
    except InvalidOperation:
        raise BadSettingError(f"{said(word)}: {said(text)} is no number of credits") from None
    if not number.is_finite() or not 0 <= number <= _MOST:
        raise BadSettingError(f"{said(word)}: {text} is no number of credits that makes sense")
    return number


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) and each.isprintable() for each in value):
        raise BadSettingError(f"{said(value)} is no list of words")
    return tuple(value)
