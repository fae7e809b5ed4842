"""What the rules of alerts are called in front of people; settings, queries and commands have a word for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tally_tui.rules.alerts import Axis

RULE_NAMES: Final[Mapping[Axis, str]] = {
    "weekly": "Claude, 7 days",
    "five_hour": "Claude, 5 hours",
    "quota": "Other limits",
    "budget": "Budgets",
    "project_budget": "Project budgets",
    "projected": "Projections",
    "burn_rate": "Spend spikes",
    "costly_call": "Costly calls",
    "costly_session": "Costly sessions",
    "limit_hit": "Limits hit",
    "price_missing": "Missing prices",
    "retention": "Expiring logs",
}
"""At most 15 cells each."""
_OF_ONE: Final[Mapping[str, str]] = {
    "budget": "Budget", "project_budget": "Project budget", "projected": "Projection of",
}  # fmt: skip


def rule_name(rule: str) -> str:
    """A rule as people know it: `Claude, 7 days` of `weekly`, `Budget team` of `budget:team`."""
    axis, colon, budget = rule.partition(":")
    if colon and axis in _OF_ONE:
        return f"{_OF_ONE[axis]} {budget}"
    return next((said for known, said in RULE_NAMES.items() if known == rule), rule)
