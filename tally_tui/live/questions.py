"""A screen's request → the report that answers it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, cast

from tally_tui import clock
from tally_tui.query import LEDGER, QueryError, parse
from tally_tui.requests import (
    AlertRequest,
    BudgetRequest,
    CallsRequest,
    HabitsRequest,
    LedgerRequest,
    MarksRequest,
    NowRequest,
    SearchesRequest,
    SessionsRequest,
    SubagentsRequest,
    UsageRequest,
)
from tally_tui.rules.zones import zone
from tally_tui.store import QueryProblem

if TYPE_CHECKING:
    from tally_tui.answers import Answer
    from tally_tui.config import Settings
    from tally_tui.ledger.ask import Mode


def answer(db: sqlite3.Connection, request: LedgerRequest, settings: Settings) -> Answer:
    """Answer a request from the ledger. The report modules are imported when they are first asked for.

    Raises:
        QueryError: the request's query is not understood.
        sqlite3.Error: the ledger cannot be read.
    """
    now = clock.now_ms()
    tz = zone(None if request.timezone == "local" else request.timezone)
    if isinstance(request, AlertRequest):
        from tally_tui.live import alert_questions

        return alert_questions.answer(db, request, settings, tz)
    if isinstance(request, BudgetRequest):
        from tally_tui.live import budgeting

        return budgeting.answer(db, request, settings, tz)
    if isinstance(request, MarksRequest):
        from tally_tui.reports.marks import marks

        return marks(db)
    if isinstance(request, HabitsRequest):
        from tally_tui.reports.habits import habits

        return habits(db)
    if isinstance(request, SearchesRequest):
        from tally_tui.reports.searches import searches

        return searches(db)
    week_start = settings.first_weekday
    query = parse(request.query, now=now, tz=tz, week_start=week_start, allow=LEDGER) if request.query else None
    common: dict[str, Any] = {"query": query, "tz": tz}
    mode = cast("Mode", settings.cost_mode)
    if isinstance(request, NowRequest):
        from tally_tui.reports.now import now as ask_now

        return ask_now(db, now_ms=now, week_start=week_start, mode=mode, **common)
    if isinstance(request, SubagentsRequest):
        from tally_tui.reports.subagents import subagents

        return subagents(db, request.roots, mode=mode, **common)
    common["span"] = request.span
    if isinstance(request, UsageRequest):
        from tally_tui.reports.usage import usage

        return usage(db, by=request.by, week_start=week_start, mode=mode, where=request.where, **common)
    if isinstance(request, SessionsRequest):
        from tally_tui.reports.sessions import sessions

        return sessions(
            db, sort=cast(Any, request.order), descending=request.descending,
            limit=request.limit, offset=request.offset, mode=mode, where=request.where,
            without_hidden=request.without_hidden, **common,
        )  # fmt: skip
    if isinstance(request, CallsRequest):
        from tally_tui.reports.calls import calls

        return calls(
            db, sort=cast(Any, request.order), descending=request.descending,
            limit=request.limit, offset=request.offset, mode=mode, where=request.where, **common,
        )  # fmt: skip
    from tally_tui.reports.explain import explain

    return explain(db, **common)


def problem_of(query: str, settings: Settings) -> QueryProblem | None:
    """What is wrong with a query, if anything; touches no file."""
    try:
        parse(query, now=clock.now_ms(), tz=zone("UTC"), week_start=settings.first_weekday, allow=LEDGER)
    except QueryError as error:
        suggestion = f"; {error.suggestion}" if error.suggestion else ""
        return QueryProblem(f"{error.message}{suggestion}", error.start, error.end)
    return None
