"""A budget in a person's own words, as a form or a command takes them: the budget, or what is wrong with which word."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from tally_tui.config_budgets import (
    FIELDS,
    PERIODS,
    PROVIDERS,
    SMALLEST,
    THRESHOLDS,
    UNITS,
    Budget,
    read_amount,
    read_budget,
    read_name,
    read_thresholds,
)
from tally_tui.config_values import BadSettingError, said
from tally_tui.query import LEDGER, parse


class BadBudgetError(ValueError):
    """A budget that cannot be. `field` is the one of `FIELDS` that is wrong."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


class Words(Struct, frozen=True):
    """What a person says of a budget; an empty word is one not said."""

    name: str = ""
    amount: str = ""
    unit: str = UNITS[0]
    provider: str = ""
    account: str = ""
    project: str = ""
    model: str = ""
    query: str = ""
    period: str = PERIODS[0]
    thresholds: str = ",".join(map(str, THRESHOLDS))
    """Percents with commas between them; none: the budget is silent."""
    projected: bool = False


class Calendar(Struct, frozen=True):
    """What a query's words are understood by."""

    now_ms: int
    tz: ZoneInfo
    week_start: int = 0
    """The weekday a week begins on, Monday being 0."""


def words_of(budget: Budget) -> Words:
    """The words that give this budget again."""
    return Words(
        name=budget.name,
        amount=f"{(Decimal(budget.amount) / SMALLEST[budget.unit]).normalize():f}",
        unit=budget.unit,
        provider=budget.provider or "",
        account=budget.account or "",
        project=budget.project or "",
        model=budget.model or "",
        query=budget.query or "",
        period=budget.period,
        thresholds=", ".join(map(str, budget.thresholds)),
        projected=budget.projected,
    )


def problems(words: Words, calendar: Calendar) -> Mapping[str, str]:
    """What is wrong, by field; nothing where the words make a budget."""
    found: dict[str, str] = {}

    def attempt(field: str, read: Callable[[], object]) -> None:
        try:
            read()
        except (BadSettingError, ValueError) as error:
            found[field] = str(error)

    unit = next((each for each in UNITS if each == words.unit.lower()), UNITS[0])
    attempt("name", lambda: read_name(words.name or None))
    attempt("amount", lambda: read_amount(_number(words.amount), unit))
    for field, known in (("unit", UNITS), ("provider", PROVIDERS), ("period", PERIODS)):
        attempt(field, lambda field=field, known=known: _known(field, getattr(words, field), known))  # type: ignore[misc]
    for field in ("account", "project", "model", "query"):
        attempt(field, lambda field=field: _printable(field, getattr(words, field)))  # type: ignore[misc]
    if words.query and "query" not in found:
        attempt("query", lambda: check_query(words.query, calendar))
    attempt("thresholds", lambda: read_thresholds(_percents(words.thresholds)))
    if "provider" not in found and not words.provider:
        if unit == "percent":
            found["provider"] = f"percent needs a provider ({' or '.join(PROVIDERS)}): whose limit is it?"
        elif words.account:
            found["provider"] = f"account needs a provider ({' or '.join(PROVIDERS)}): whose account is it?"
    return {field: found[field] for field in FIELDS if field in found}


def read_words(words: Words, calendar: Calendar) -> Budget:
    """The budget that the words tell of.

    Raises:
        BadBudgetError: the first field that is wrong.
    """
    for field, message in problems(words, calendar).items():
        raise BadBudgetError(field, message)
    table: dict[str, Any] = {
        field: value for field in FIELDS if (value := getattr(words, field)) and field not in ("amount", "thresholds")
    }
    return read_budget(table | {"amount": _number(words.amount), "thresholds": _percents(words.thresholds)})


def check_query(query: str, calendar: Calendar) -> None:
    """Whether a query can be a budget's.

    Raises:
        ValueError: it is not understood, says nothing about what was spent, or has dates.
    """
    asked = parse(query, now=calendar.now_ms, tz=calendar.tz, week_start=calendar.week_start, allow=LEDGER)
    if asked.dates:
        raise ValueError("a budget's query has no dates: its period tells the time")


_EXAMPLE: Final = "write 300, 12.50 or 2000000"
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}([,_]\d{3})+(\.\d*)?")
"""A number in groups of three. Elsewhere a comma may be a decimal one, and must not make a hundred times as much."""


def _number(text: str) -> Decimal | None:
    text = text.strip().removeprefix("$").strip()
    if not text:
        return None
    try:
        if not _GROUPED.fullmatch(text) and ("," in text or "_" in text):
            raise ArithmeticError
        return Decimal(text.replace(",", "").replace("_", ""))
    except ArithmeticError as error:
        raise BadSettingError(f"amount: {said(text)} is no amount; {_EXAMPLE}") from error


def _percents(text: str) -> list[int | str]:
    parts = [part.strip().removesuffix("%").strip() for part in text.split(",")]
    return [int(part) if part.isascii() and part.isdigit() else part for part in parts if part]


def _known(field: str, value: str, known: tuple[str, ...]) -> None:
    if value.lower() not in (known if field != "provider" else ("", *known)):
        raise BadSettingError(f"{field}: {said(value)} is none of {', '.join(known)}")


def _printable(field: str, value: str) -> None:
    if value and (not value.strip() or not value.isprintable()):
        raise BadSettingError(f"{field}: {said(value)} is no text")
