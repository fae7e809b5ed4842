"""Which budgets a filter lets through: by their words, their provider, their project or model."""

from __future__ import annotations

from collections.abc import Sequence

from tally_tui.query import TEXT, Query, Term
from tally_tui.reports.answers_limits import BudgetRow
from tally_tui.widgets.budgets import words


def filtered(rows: Sequence[BudgetRow], query: Query) -> tuple[BudgetRow, ...]:
    """The budgets for which all terms hold, in their order. A word may stand anywhere on their cards."""
    return tuple(row for row in rows if all(_holds(term, row) for term in query.terms))


def _holds(term: Term, row: BudgetRow) -> bool:
    budget = row.budget
    if term.field == TEXT:
        verdict = words.verdict(row)[1]
        told = (budget.name, words.kind(budget), words.about(row), verdict, row.problem or "")
        return term.told(" ".join(told))
    values = {name: getattr(budget, name) for name in ("provider", "account", "project", "model")}
    return term.matches(values[term.field])
