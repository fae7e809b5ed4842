"""The total that explains itself: what it was counted from, what was left out, and what is not known."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from tally_tui.ledger import ask
from tally_tui.ledger.ask import Mode, Sums
from tally_tui.ledger.ask_filter import Exactly, Filter, filtered
from tally_tui.ledger.ask_origins import (
    Lines,
    files,
    lines_behind,
    low_confidence,
    own_totals,
    skipped_lines,
)
from tally_tui.model import TIER_WORDS, PriceStatus, Span
from tally_tui.reports.answers import Explain, UsageRow
from tally_tui.reports.explain_words import Doubts, lower_bound_words, sentences
from tally_tui.reports.figures import figures

if TYPE_CHECKING:
    from tally_tui.query import Query
    from tally_tui.rules.prices import PriceBook


def explain(
    db: sqlite3.Connection,
    *,
    tz: ZoneInfo,
    query: Query | None = None,
    span: Span = Span(),  # noqa: B008
    mode: Mode = "calculate",
    where: Sequence[Exactly] = (),
    book: PriceBook | None = None,
) -> Explain:
    """How the total of a span came about.

    Args:
        db: the ledger.
        tz: the zone that times will be shown in.
        query: which calls, as in `usage`.
        span: which time, in epoch milliseconds.
        mode: which cost, as in `usage`.
        where: exact values, as in `usage`.
        book: the prices in force, for their date; None: the ones that come with the program.

    The `query` of a line is a term to add to the question's own query: the calls it finds are the
    calls behind that line. Lines that could not be read, and files, are counted whatever the span.
    """
    with ask.snapshot(db):
        chosen = filtered(db, query, span, where)
        since, until = ask.within(chosen.span, ask.data_span(db))
        total, behind = Sums(), Lines(0, 0, 0)
        duplicates = {}
        if since < until:
            with ask.choose(db, chosen, keys=("provider",), mode=mode) as choice:
                choice.keep_roots(chosen.sums, since, until)
                total = choice.total(since, until)
                duplicates = choice.duplicates(since, until)
                if total.calls:
                    behind = lines_behind(db, choice, since, until)
        unpriced = _unpriced(db, chosen, since, until, mode) if total.unpriced_calls else ()
        tiers = _tiers(db, chosen, since, until, mode) if total.calls else {}
        known, gone = files(db)
        missing, by = _more_than_logged(db, chosen, total.roots)
        doubts = Doubts(
            lines=behind.lines,
            unreadable=skipped_lines(db, "unreadable"),
            unknown=skipped_lines(db, "unknown"),
            files=known,
            files_gone=gone,
            unpriced_models=tuple(row.label for row in unpriced),
            low_confidence=low_confidence(db, total.roots),
            claude_calls=behind.claude,
            unfinished=behind.unfinished,
            sessions_below_own_total=missing,
            below_own_total=by,
            tiers=tiers,
        )
    why = lower_bound_words(doubts)
    totals = figures(total)
    return Explain(
        timezone=tz.key,
        span=chosen.span,
        totals=totals,
        lines_read=behind.lines,
        duplicates=duplicates,
        unobserved=total.unobserved,
        lower_bound=bool(why),
        lower_bound_why=why,
        unreadable=doubts.unreadable,
        unknown=doubts.unknown,
        unpriced_models=unpriced,
        lines=sentences(totals, duplicates, total.unobserved, doubts),
        prices_at=_book(book).as_of,
        files=known,
        files_gone=gone,
    )


def _unpriced(
    db: sqlite3.Connection, chosen: Filter, since: int, until: int, mode: Mode
) -> tuple[UsageRow, ...]:
    """The models of the unpriced calls, the one with most tokens first."""
    only = chosen
    if mode != "display":  # there, any call may be unpriced
        only = replace(chosen, where=f"({chosen.where}) AND f.status = {PriceStatus.UNPRICED:d}")
    with ask.choose(db, only, keys=("model",), mode=mode) as choice:
        choice.keep_roots(chosen.sums, since, until)
        models = choice.keys(("model",))
        found = [(models[group][0], sums) for group, sums in choice.sums(since, until) if sums.unpriced_calls]
    found.sort(key=lambda each: (-each[1].unpriced_tokens, each[0] or ""))
    return tuple(UsageRow({"model": model}, model or "unknown", figures(sums)) for model, sums in found)


def _tiers(db: sqlite3.Connection, chosen: Filter, since: int, until: int, mode: Mode) -> dict[str, int]:
    """Tier → how many calls were paid as that, of all but the standard one."""
    found = {}
    for (tier,) in db.execute("SELECT DISTINCT tier FROM facet WHERE tier > 0 AND reason = 0 ORDER BY 1").fetchall():
        only = replace(chosen, where=f"({chosen.where}) AND f.tier = {int(tier)}")
        with ask.choose(db, only, mode=mode) as choice:
            choice.keep_roots(chosen.sums, since, until)
            if calls := choice.total(since, until).calls:
                found[TIER_WORDS[tier]] = calls
    return found


def _more_than_logged(db: sqlite3.Connection, chosen: Filter, roots: set[int]) -> tuple[int, int]:
    """How many sessions the agent's own totals put above their logged calls, and by how many nano-dollars.

    A running total is of a whole session, so whole sessions are compared, whatever the question's span.
    """
    stated = own_totals(db, roots)
    held = ask.data_span(db)
    if not stated or held is None:
        return 0, 0
    with ask.choose(db, Filter().of_roots(list(stated), Span()), keys=("session",)) as choice:
        keys = choice.keys(("session",))
        ours = {keys[group][0]: sums.cost for group, sums in choice.sums(*ask.within(Span(), held))}
    # The agent adds floating-point dollars: half a percent and a tenth of a cent are no difference.
    above = [
        cost - ours.get(root, 0)
        for root, cost in stated.items()
        if (cost - 1_000_000) * 1000 > ours.get(root, 0) * 1005
    ]
    return len(above), sum(above)


def _book(book: PriceBook | None) -> PriceBook:
    if book is not None:
        return book
    from tally_tui.rules.prices import PriceBook

    return PriceBook()
