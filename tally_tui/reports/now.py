"""How it stands: the last minutes, today, this week, this month, the limits, and who is at work."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from tally_tui.ledger import ask
from tally_tui.ledger.ask import Mode, Sums
from tally_tui.ledger.ask_filter import Filter, filtered
from tally_tui.ledger.ask_sessions import first_call, roots_between
from tally_tui.model import Span
from tally_tui.reports.answers import Now, SessionRow, Stretch
from tally_tui.reports.figures import figures
from tally_tui.reports.limits import limits
from tally_tui.reports.sessions import listed
from tally_tui.rules import periods
from tally_tui.rules.periods import Kind

if TYPE_CHECKING:
    from tally_tui.query import Query

_MINUTE_MS: Final = 60_000
LIVE_MS: Final = 10 * _MINUTE_MS
"""How long after its last call a session counts as live."""
_ROLLING: Final = (("last_10_minutes", 10 * _MINUTE_MS), ("last_hour", 60 * _MINUTE_MS))
_PERIODS: Final[tuple[tuple[str, Kind], ...]] = (
    ("today", "day"),
    ("this_week", "week"),
    ("this_month", "month"),
)


def now(
    db: sqlite3.Connection,
    *,
    now_ms: int,
    tz: ZoneInfo,
    week_start: int = 0,
    query: Query | None = None,
    mode: Mode = "calculate",
) -> Now:
    """The stretches up to now, each beside the one before it, to the millisecond.

    The last minutes are compared with as many before them, a day, week or month with the same part of
    the previous one. A query chooses calls and live sessions (its `cost:` and `tokens:` by what a session came to in
    each stretch, as everywhere); its own dates are of no use here and left aside, and limits are the providers'
    whatever the query. Live sessions are told with all they ever came to.
    """
    spans = [
        (name, Span(now_ms - length, now_ms), Span(now_ms - 2 * length, now_ms - length))
        for name, length in _ROLLING
    ]
    for name, kind in _PERIODS:
        start, _ = periods.bounds(kind, now_ms, tz, week_start)
        spans.append((name, Span(start, now_ms), periods.same_part_before(kind, now_ms, tz, week_start)))
    with ask.snapshot(db):
        chosen = filtered(db, query)
        totals = _totals(db, chosen, [span for _, *two in spans for span in two], mode)
        stretches = tuple(
            Stretch(name, span, figures(next(totals)), figures(next(totals))) for name, span, _ in spans
        )
        return Now(
            timezone=tz.key,
            at_ms=now_ms,
            stretches=stretches,
            limits=limits(db, now_ms=now_ms),
            live=_live(db, chosen, now_ms, tz, mode),
        )


def _totals(db: sqlite3.Connection, chosen: Filter, spans: Sequence[Span], mode: Mode) -> Iterator[Sums]:
    """The sums of each span."""
    held = ask.data_span(db)
    if not chosen.sums:
        with ask.choose(db, chosen, mode=mode) as choice:
            return iter([choice.total(*ask.within(span, held)) for span in spans])
    found = []
    for span in spans:
        # Which sessions pass differs from span to span.
        since, until = ask.within(span, held)
        with ask.choose(db, chosen, mode=mode) as choice:
            choice.keep_roots(chosen.sums, since, until)
            found.append(choice.total(since, until))
    return iter(found)


def _live(
    db: sqlite3.Connection, chosen: Filter, now_ms: int, tz: ZoneInfo, mode: Mode
) -> tuple[SessionRow, ...]:
    roots = roots_between(db, now_ms - LIVE_MS, now_ms + 1)
    if not roots:
        return ()
    # Looking from their first call on spares a walk over the years before it.
    span = Span(first_call(db, roots), now_ms + 1)
    return listed(db, chosen.of_roots(roots, span), tz=tz, sort="last", descending=True, mode=mode).rows
