"""Conversations without a call of their own: interrupted ones, those of before calls were logged, mere copies."""

from __future__ import annotations

import sqlite3

from tally_tui.ledger import ask
from tally_tui.ledger.ask_filter import Filter
from tally_tui.model import Reason

_NOTHING = """(SELECT NULL AS id, s0.id AS session, s0.provider, '' AS model, NULL AS folder, s0.branch, s0.version,
    -1 AS status, 0 AS reason, 0 AS inferred, 0 AS recorded, '' AS home, 0 AS tier, 0 AS attribution, NULL AS project
    FROM main.session s0 WHERE s0.parent IS NULL AND s0.id IN (SELECT session FROM main.talk))"""
"""What stands for the facet of a session that has none."""


def without_calls(db: sqlite3.Connection, chosen: Filter) -> dict[int, int]:
    """Root session's row → when it began (ms), of the conversations without counted calls that a filter lets through.

    What a filter asks of calls holds for none of them; sums of theirs are 0. Inside a `snapshot`.
    """
    if chosen.duplicates or not all(_holds_for_nothing(test.low, test.high, test.negated) for test in chosen.sums):
        return {}
    source = ask.FROM.replace("main.facet f", f"{_NOTHING} f", 1)
    rows = db.execute(
        f"SELECT s.id, coalesce(s.first_ts, (SELECT min(x.first_ts) FROM main.talk k JOIN main.file x "
        f"ON x.id = k.file WHERE k.session = s.id)) FROM {source} WHERE ({chosen.where}) AND s.id NOT IN ("
        "SELECT s1.root FROM main.facet f1 JOIN main.session s1 ON s1.id = f1.session "
        f"WHERE f1.reason = {Reason.COUNTED:d} AND EXISTS (SELECT 1 FROM main.call c1 WHERE c1.facet = f1.id))",
        chosen.values,
    )
    since, until = chosen.span.since, chosen.span.until
    return {
        session: began
        for session, began in rows
        if began is not None and (since is None or began >= since) and (until is None or began < until)
    }


def _holds_for_nothing(low: int | None, high: int | None, negated: bool) -> bool:
    """Whether a test of a sum holds for a sum of nothing."""
    return ((low is None or low <= 0) and (high is None or high >= 0)) != negated
