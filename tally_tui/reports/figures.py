"""From the ledger's sums to the figures that answers show."""

from __future__ import annotations

from tally_tui.ledger.ask import Sums
from tally_tui.reports.answers import Figures


def figures(sums: Sums) -> Figures:
    """Sums as an answer's figures; `sessions` counts root sessions."""
    return Figures(
        calls=sums.calls,
        sessions=len(sums.roots),
        tokens=sums.tokens,
        cost=sums.cost,
        unpriced_calls=sums.unpriced_calls,
        unpriced_tokens=sums.unpriced_tokens,
        estimated_calls=sums.estimated_calls,
        inferred_calls=sums.inferred_calls,
    )
