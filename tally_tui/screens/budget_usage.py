"""From a budget to the calls behind it: what the Usage screen is to show."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from tally_tui.config_budgets import Budget, Period
from tally_tui.model import Span
from tally_tui.query import join, quote
from tally_tui.rules.periods import Kind
from tally_tui.screens.view import View

_KINDS: Final[dict[Period, Kind]] = {"day": "day", "calendar-week": "week", "calendar-month": "month"}


def usage_view(view: View, budget: Budget, period: Span) -> View:
    """The period and the query of a budget's calls.

    A subscription week begins at any hour: the query says when, and the chart shows the month that holds it, the year
    where none does, or everything.
    """
    assert period.since is not None and period.until is not None
    query = query_text(budget)
    kind = _KINDS.get(budget.period)
    if kind is not None:
        return replace(view.at(kind, period.since), query=query)
    for field, instant in (("since", period.since), ("until", period.until)):
        query = join(query, field, datetime.fromtimestamp(instant / 1000, UTC).isoformat().replace("+00:00", "Z"))
    wide: tuple[Kind, ...] = ("month", "year", "all")
    several = [view.at(kind, period.since) for kind in wide]
    return replace(next(each for each in several if each.holds(period.until - 1)), query=query)


def query_text(budget: Budget) -> str:
    """A budget's conditions as a query: it finds the same calls."""
    query = budget.query or ""
    if budget.provider:
        query = join(query, "provider", budget.provider)
    if budget.account:
        query = join(query, "account", budget.account)
    for field, text in (("project", budget.project), ("model", budget.model)):
        if text:
            term = f"{field}:{_value(text, exact=field == 'project')}"
            query = f"{query} {term}" if query else term
    return query


def _value(text: str, exact: bool) -> str:
    if "*" in text:
        return "*".join(quote(part) if part else "" for part in text.split("*"))
    return quote(text) if exact else f"*{quote(text)}*"
