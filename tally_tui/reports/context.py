"""A report's query resolved and answered: the same for commands, tools and Python."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from msgspec import Struct

from tally_tui import clock
from tally_tui.model import Span
from tally_tui.query import LEDGER, Query, QueryError, parse
from tally_tui.reports.registry import CostMode, FilterQuery, ReportQuery, ReportSpec, SpanQuery
from tally_tui.rules.dates import BadDateError, instant
from tally_tui.rules.zones import BadZoneError, zone

if TYPE_CHECKING:
    from tally_tui.config import Settings


class InvalidQueryError(ValueError):
    """A field of a query that is not understood; every face points at it in its own way."""

    def __init__(self, field: str, message: str, hint: str = "", at: tuple[int, int] | None = None) -> None:
        """Describe the problem.

        Args:
            field: the query's field; '' where it is none of them.
            message: what is wrong.
            hint: what to do instead.
            at: start and end of the words within the field's text.
        """
        super().__init__(message)
        self.field, self.hint, self.at = field, hint, at


class ReportContext(Struct, frozen=True):
    """What all reports need to know besides their own fields."""

    settings: Settings
    now: int
    """Epoch milliseconds."""
    tz: ZoneInfo
    week_start: int
    """The weekday a week begins on, Monday being 0."""
    mode: CostMode
    span: Span = Span()
    query: Query | None = None


def resolve(query: ReportQuery, settings: Settings) -> ReportContext:
    """Return what a query's words mean now.

    Raises:
        InvalidQueryError: a zone, a date or a word of the query language is not known, or the span is empty.
    """
    now, week_start = clock.now_ms(), settings.first_weekday
    try:
        tz = zone(query.tz or settings.time_zone)
    except BadZoneError as error:
        raise InvalidQueryError("tz", f"{error.name!r} is no time zone", error.suggestion) from error
    mode = query.mode or cast(CostMode, settings.cost_mode)
    if not isinstance(query, FilterQuery):
        return ReportContext(settings, now, tz, week_start, mode)
    span = _span(query, now, tz, week_start) if isinstance(query, SpanQuery) else Span()
    try:
        parsed = parse(query.query, now=now, tz=tz, week_start=week_start, allow=LEDGER)
    except QueryError as error:
        raise InvalidQueryError("query", error.message, error.suggestion, (error.start, error.end)) from error
    return ReportContext(settings, now, tz, week_start, mode, span, parsed)


def _span(query: SpanQuery, now: int, tz: ZoneInfo, week_start: int) -> Span:
    def bound(field: str, *, end: bool) -> int | None:
        word = getattr(query, field)
        try:
            return None if word is None else instant(word, now=now, tz=tz, week_start=week_start, end=end)
        except BadDateError as error:
            raise InvalidQueryError(field, error.message, error.suggestion) from error

    since, until = bound("since", end=False), bound("until", end=True)
    if since is not None and until is not None and since >= until:
        raise InvalidQueryError(
            "until", f"nothing lies between {query.since} and {query.until}", "Give an end that is after the start."
        )
    return Span(since, until)


def ask(
    spec: ReportSpec,
    query: ReportQuery,
    settings: Settings | None = None,
    sync: Callable[[Settings], str] | None = None,
    opened: Callable[[sqlite3.Connection], None] | None = None,
) -> tuple[Any, str]:
    """Return a report, and a note where it may be behind the logs ('' where it is not).

    Args:
        spec: the report.
        query: what is asked.
        settings: None: those of the settings file.
        sync: reads new log lines first and returns the note. Commands pass one that shows progress and
            stops at Ctrl-C, which only a main thread can; None: quietly.
        opened: called with the ledger before it is asked.

    Raises:
        InvalidQueryError: the query is not understood.
        LedgerError: the ledger cannot be used.
    """
    if settings is None:
        from tally_tui.config import load

        settings = load()
    context = resolve(query, settings)
    note = "" if query.no_sync or not spec.needs_logs else (sync or _sync_quietly)(settings)
    with open_ledger() as db:
        if opened is not None:
            opened(db)
        return spec.ask(db, query, context), note


@contextmanager
def open_ledger() -> Iterator[sqlite3.Connection]:
    """Open the ledger for reading, an empty one in memory where there is none yet.

    Raises:
        LedgerError: it cannot be used.
    """
    from tally_tui.ledger.open import NoLedgerError, open_reader
    from tally_tui.paths import ledger_path

    try:
        db = open_reader(ledger_path())
    except NoLedgerError:
        from tally_tui.ledger.schema import TABLES

        db = sqlite3.connect(":memory:", isolation_level=None)
        db.executescript(TABLES)
    try:
        yield db
    finally:
        db.close()


def _sync_quietly(settings: Settings) -> str:
    from tally_tui.ingest.sync import sync

    return "another process is reading the logs right now" if sync(settings).busy else ""
