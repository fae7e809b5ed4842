"""Single calls, or single duplicates: what each came to, at which price, and where it stands in the logs."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from tally_tui.ledger import ask
from tally_tui.ledger.ask import Mode, Sums
from tally_tui.ledger.ask_calls import Call, calls_page, calls_sums, part_with
from tally_tui.ledger.ask_filter import Exactly, filtered
from tally_tui.ledger.ask_names import project_names
from tally_tui.model import SLOT_MS, PriceStatus, Provider, Reason, Span, tier_word
from tally_tui.reports.answers import CallRow, Calls
from tally_tui.reports.figures import figures

if TYPE_CHECKING:
    from tally_tui.ledger.pricing import Pricing
    from tally_tui.query import Query
    from tally_tui.rules.prices import PriceBook

Sort = Literal["time", "cost", "tokens", "model"]

_FOR_EACH_CALL = frozenset({"cost", "tokens"})
_FILE_FLAGS = frozenset({"gone", "archived"})


def calls(
    db: sqlite3.Connection,
    *,
    tz: ZoneInfo,
    query: Query | None = None,
    span: Span = Span(),  # noqa: B008
    sort: Sort = "time",
    descending: bool = True,
    limit: int | None = None,
    offset: int = 0,
    where: Sequence[Exactly] = (),
    mode: Mode = "calculate",
    book: PriceBook | None = None,
) -> Calls:
    """The calls of a span; with `is:duplicate` or `reason:` in the query, the duplicates.

    Args:
        db: the ledger.
        tz: the zone that times will be shown in.
        query: which calls; its own span narrows `span`. `cost:` and `tokens:` are each call's own.
        span: which time, in epoch milliseconds.
        sort: by time, cost, tokens or model; equals by time.
        limit: how many to answer with, from the `offset`th on; None: all. By time any page is equally
            quick, unless the query looks at calls one by one (`cost:`, `tokens:`, `is:gone`).
        where: exact values, as in `usage`.
        mode: which cost: ours, the logs' own, or the logs' own where they state one.
        book: the prices in force, to say which one was used; None: the ones that come with the program.
    """
    with ask.snapshot(db):
        chosen = filtered(db, query, span, where, calls=True)
        since, until = ask.within(chosen.span, ask.data_span(db))
        passed = offset
        if query and any(
            term.field in _FOR_EACH_CALL or (term.field == "is" and not _FILE_FLAGS.isdisjoint(term.words))
            for term in query.terms
        ):
            total = calls_sums(db, chosen, since, until, mode)
        else:
            with ask.choose(db, filtered(db, query, span, where), mode=mode) as choice:
                total = Sums()
                for _, sums, first, last in choice.sums_and_slots(since, until):  # one group: everything
                    total = sums
                    since, until = max(since, first * SLOT_MS), min(until, (last + 1) * SLOT_MS)
                if sort == "time":
                    since, until, passed = part_with(
                        choice, since, until, limit=limit, offset=offset, descending=descending
                    )
        found = calls_page(
            db, chosen, since, until, order=sort, mode=mode, descending=descending, limit=limit, offset=passed
        )
        projects = project_names(db) if found else {}
    pricing = _pricing(book) if found else None
    return Calls(
        timezone=tz.key,
        span=chosen.span,
        rows=tuple(_row(call, projects, pricing, mode) for call in found),
        total_rows=total.calls,
        totals=figures(total),
    )


def _pricing(book: PriceBook | None) -> Pricing:
    from tally_tui.ledger.pricing import Pricing
    from tally_tui.rules.prices import PriceBook

    return Pricing(book or PriceBook())


def _row(call: Call, projects: dict[str, str], pricing: Pricing | None, mode: Mode) -> CallRow:
    rate = ""
    if pricing:
        rates = pricing.rates(call.provider, call.model, call.flags, call.ts)
        rate = rates.for_prompt(call.tokens.prompt).rate
    computed = None if call.status == PriceStatus.UNPRICED else call.cost
    recorded = call.recorded if call.is_recorded else None
    return CallRow(
        time_ms=call.ts,
        provider=Provider(call.provider).word,
        model=call.model or "unknown",
        session=call.session,
        root_session=call.root,
        project=projects.get(call.root_folder or ""),
        branch=call.branch,
        tokens=call.tokens,
        cost=recorded if mode == "display" or (mode == "auto" and call.is_recorded) else computed,
        recorded=recorded,
        status=PriceStatus(call.status).word,
        rate=rate,
        inferred=bool(call.inferred),
        reason=Reason(call.reason),
        searches=call.searches,
        file=call.file,
        offset=call.offset,
        lines=call.lines,
        tier=tier_word(call.flags),
    )
