"""Budgets as `[[budgets]]` tables of the settings: what each may say, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from tally_tui.config_values import BadSettingError, said

Unit = Literal["usd", "tokens", "percent"]
UNITS: Final[tuple[Unit, ...]] = ("usd", "tokens", "percent")
SMALLEST: Final[Mapping[Unit, int]] = {"usd": 1_000_000_000, "tokens": 1, "percent": 1_000_000}
"""How many of a unit's smallest parts, in which amounts are kept, make one: nano-dollars, tokens, millionths."""
Period = Literal["subscription-week", "day", "calendar-week", "calendar-month"]
PERIODS: Final[tuple[Period, ...]] = ("subscription-week", "day", "calendar-week", "calendar-month")
PROVIDERS: Final = ("claude", "codex")
THRESHOLDS: Final = (90, 100)
FIELDS: Final = (
    "name", "amount", "unit", "provider", "account", "project", "model", "query", "period", "thresholds", "projected",
)  # fmt: skip
_LONGEST_NAME: Final = 80
_MOST: Final = 10**15


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent in a period, and on what. The conditions given must all hold; none: on everything."""

    name: str
    """Unique among the budgets."""
    amount: int
    """In the unit's smallest part: nano-dollars, tokens, or millionths of a percent (`SMALLEST`)."""
    unit: Unit = "usd"
    """`percent` is of the provider's own seven-day limit (its longest where it has no such)."""
    provider: str | None = None
    """`claude` | `codex`; None: both, told apart and labelled. A percentage needs one."""
    account: str | None = None
    """One of the provider's accounts: the name of its home folder, so much of its path that no other ends the same,
    or `usual`; None: all of them."""
    project: str | None = None
    """A project's name or folder; `*` stands for anything."""
    model: str | None = None
    """A part of the model's name (`sonnet`), or a pattern with `*`."""
    query: str | None = None
    """A query of calls, without dates."""
    period: Period = "subscription-week"
    """`subscription-week` goes by the provider's seven-day window, the others by the calendar of the time zone."""
    thresholds: tuple[int, ...] = THRESHOLDS
    """Percents of the amount that fire an alert, rising; none: the budget is silent."""
    projected: bool = False
    """Whether the projection fires alerts too."""


def read_budget(table: Mapping[str, Any]) -> Budget:
    """One `[[budgets]]` table (numbers as int or Decimal).

    Raises:
        BadSettingError: name or amount is missing, or something is not what it must be.
    """
    unknown = [name for name in table if name not in FIELDS]
    if unknown:
        raise BadSettingError(f"{unknown[0]}: no such field ({', '.join(FIELDS)})")
    unit = _one_of("unit", table.get("unit", "usd"), UNITS)
    provider = table.get("provider")
    budget = Budget(
        name=read_name(table.get("name")),
        amount=read_amount(table.get("amount"), unit),
        unit=unit,
        provider=None if provider is None else _one_of("provider", provider, PROVIDERS),
        account=_text(table, "account"),
        project=_text(table, "project"),
        model=_text(table, "model"),
        query=_text(table, "query"),
        period=_one_of("period", table.get("period", "subscription-week"), PERIODS),
        thresholds=read_thresholds(table.get("thresholds", list(THRESHOLDS))),
        projected=_switch(table.get("projected", False)),
    )
    if unit == "percent" and provider is None:
        raise BadSettingError(f"percent needs a provider ({' or '.join(PROVIDERS)}): whose limit is it?")
    if budget.account is not None and provider is None:
        raise BadSettingError(f"account needs a provider ({' or '.join(PROVIDERS)}): whose account is it?")
    return budget


def read_name(value: Any) -> str:
    """A budget's name.

    Raises:
        BadSettingError: it is empty, too long or not printable.
    """
    if value is None:
        raise BadSettingError("name is missing")
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > _LONGEST_NAME:
        raise BadSettingError(f"name: {said(value)} is no name of 1 to {_LONGEST_NAME} letters")
    return value.strip()


def read_amount(value: Any, unit: Unit) -> int:
    """An amount (dollars, tokens or percents) in its unit's smallest part.

    Raises:
        BadSettingError: it is no number above 0, or not one that makes sense for the unit.
    """
    if value is None:
        raise BadSettingError("amount is missing")
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise BadSettingError(f"amount: {said(value)} is no number")
    number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite() or not 0 < number < _MOST:
        raise BadSettingError(f"amount: {value} is no number above 0 that makes sense")
    if unit == "tokens" and number != int(number):
        raise BadSettingError(f"amount: {value} is no whole number of tokens")
    if unit == "percent" and number > 10_000:
        raise BadSettingError(f"amount: {value} % is more than a limit gives")
    smallest = round(number * SMALLEST[unit])
    if not smallest:
        raise BadSettingError(f"amount: {value} is too small")
    return smallest


def read_thresholds(value: Any) -> tuple[int, ...]:
    """Percents from 1 to 1000, sorted, each once; none at all silences a budget.

    Raises:
        BadSettingError: it is no list of such numbers.
    """
    if isinstance(value, list | tuple) and all(type(each) is int and 1 <= each <= 1000 for each in value):
        return tuple(sorted(set(value)))
    raise BadSettingError(f"thresholds: {said(value)} is no list of whole percents from 1 to 1000")


def table_of(budget: Budget) -> dict[str, Any]:
    """A budget as its table, fields at their defaults left out; `read_budget` reads it back the same."""
    number = Decimal(budget.amount) / SMALLEST[budget.unit]
    whole = number == int(number)
    table: dict[str, Any] = {"name": budget.name, "amount": int(number) if whole else number.normalize()}
    for name in FIELDS[2:]:
        value = getattr(budget, name)
        if value != Budget.__dataclass_fields__[name].default:
            table[name] = list(value) if isinstance(value, tuple) else value
    return table


def _one_of(name: str, value: Any, words: tuple[Any, ...]) -> Any:
    if isinstance(value, str) and value.lower() in words:
        return value.lower()
    raise BadSettingError(f"{name}: {said(value)} is none of {', '.join(words)}")


def _text(table: Mapping[str, Any], name: str) -> str | None:
    value = table.get(name)
    if value is None:
        return None
    if isinstance(value, str) and value.strip() and value.isprintable():
        return value.strip()
    raise BadSettingError(f"{name}: {said(value)} is no text")


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise BadSettingError(f"projected: {said(value)} is neither true nor false")
