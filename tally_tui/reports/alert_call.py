"""The line of a log that brought an alert about, and the session it stands in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from tally_tui.ledger import ask
from tally_tui.ledger.alerts import Alert
from tally_tui.ledger.archived import stand_in
from tally_tui.ledger.ask import Mode
from tally_tui.ledger.ask_calls import Call, calls_page
from tally_tui.ledger.ask_filter import Filter, filtered
from tally_tui.model import NANO, PriceStatus, Provider, Reason, Span
from tally_tui.query import Query, Term, Value
from tally_tui.reports.alert_budget import passing_call
from tally_tui.reports.answers import SessionRow
from tally_tui.reports.answers_alerts import Crossed
from tally_tui.reports.windows import home_of
from tally_tui.rules.alerts import root_of

if TYPE_CHECKING:
    from tally_tui.config import Settings

_BITS: Final = 1 << 64
_TO_THE_END: Final = 1 << 40
"""Longer than any log: the last call's answer reaches to wherever it ends."""
_COUNTED: Final = f"f.reason = {Reason.COUNTED:d}"


def crossed(
    db: sqlite3.Connection, alert: Alert, settings: Settings, *, now_ms: int, tz: ZoneInfo, mode: Mode
) -> Crossed | None:
    """What crossed an alert's threshold, inside a snapshot; None where no line of a log did."""
    if alert.axis == "retention":
        return None
    if alert.axis == "limit_hit" and (said := _said(db, alert)):
        return said
    call = _call(db, alert, settings, now_ms, tz, mode)
    if call is None:
        return None
    session = _session(db, Provider(call.provider), call.root, tz)
    if session is None:
        return None
    offset, length = _stretch(db, call)
    cost = None if call.status == PriceStatus.UNPRICED else call.cost
    row = db.execute("SELECT gone_at IS NOT NULL FROM file WHERE path = ? ORDER BY 1", (call.file,)).fetchone()
    gone = not call.file or _gone(db, call.file, bool(row and row[0]))
    late = bool(alert.numbers.get("set_later"))
    return Crossed(session, call.ts, call.file, offset, length, gone, call.model, cost, late)


def _said(db: sqlite3.Connection, alert: Alert) -> Crossed | None:
    """The very line in which an agent said that it was stopped."""
    provider = Provider[(alert.provider or "claude").upper()]
    row = db.execute(
        "SELECT coalesce(t.name, s.name), x.path, e.offset, x.gone_at IS NOT NULL FROM limit_event e "
        "JOIN session s ON s.id = e.session LEFT JOIN session t ON t.id = s.root JOIN file x ON x.id = e.file "
        "WHERE e.provider = ? AND e.ts = ? AND e.offset IS NOT NULL ORDER BY e.text = ? DESC LIMIT 1",
        (int(provider), alert.fired_at, str(alert.numbers.get("text", ""))),
    ).fetchone()
    if row is None:
        return None
    name, path, offset, gone = row
    session = _session(db, provider, name, ZoneInfo("UTC"))
    if session is None:
        return None
    return Crossed(session, alert.fired_at, path, offset, 1, _gone(db, path, bool(gone)), "", None)


def _gone(db: sqlite3.Connection, path: str, gone: bool) -> bool:
    """Whether what a log said can be read nowhere: it is gone, and the archive has no copy."""
    return gone and stand_in(db, path) is None


def _call(
    db: sqlite3.Connection, alert: Alert, settings: Settings, now_ms: int, tz: ZoneInfo, mode: Mode
) -> Call | None:
    """The call at which a sum passed the threshold; else the one with the greatest instant until then, in whatever the
    alert is about."""
    until = alert.fired_at + 1
    if alert.axis in ("budget", "project_budget"):
        passing = passing_call(db, alert, settings, tz=tz, mode=mode)
        if passing is not None:
            return passing
    if alert.axis == "costly_call":
        found = _by_identity(db, alert, mode)
        if found is not None:
            return found
    if alert.axis == "costly_session":
        found_at = _passed(db, alert)
        until = found_at + 1 if found_at is not None else until
    for chosen in _scopes(db, alert, settings, now_ms, tz):
        since = max(0, until - 400 * 24 * 3_600_000)
        held = ask.data_span(db)
        within = ask.within(Span(since, until), held)
        page = calls_page(db, chosen, *within, order="time", mode=mode, descending=True, limit=1, offset=0)
        if page:
            return page[0]
    return None


def _scopes(
    db: sqlite3.Connection, alert: Alert, settings: Settings, now_ms: int, tz: ZoneInfo
) -> Iterator[Filter]:
    """What the alert is about as filters of calls, the narrowest first."""
    session = alert.numbers.get("session")
    if isinstance(session, str) and alert.provider:
        provider = int(Provider[alert.provider.upper()])
        row = db.execute("SELECT root FROM session WHERE provider = ? AND name = ?", (provider, session)).fetchone()
        if row:
            yield filtered(db, calls=True).of_roots([row[0]], Span())
        if alert.axis in ("costly_call", "costly_session"):
            return
    if alert.axis == "price_missing":
        query = Query((Term("model", (Value(alert.scope, "exact"),)),))
        yield filtered(db, query, where=_of_provider(alert), calls=True)
        return
    if "spent" in alert.numbers:
        from tally_tui.reports.budget_spend import budget_query

        budget = next((each for each in settings.budgets if each.name == alert.scope), None)
        try:
            if budget is not None:
                query = budget_query(budget, now_ms=now_ms, tz=tz, week_start=settings.first_weekday)
                # What sums choose sessions by is no condition on a call.
                terms = tuple(term for term in query.terms if term.field not in ("cost", "tokens"))
                yield filtered(db, Query(terms), calls=True)
                return
        except ValueError:
            pass  # its query is not understood any more: what is left is its provider
    where = _of_provider(alert)
    if alert.axis == "burn_rate" and alert.provider:
        where.append(("home", home_of(db, alert.provider, root_of(alert.axis, alert.kind, alert.scope))))
    yield filtered(db, where=[(field, value) for field, value in where if value is not None], calls=True)


def _of_provider(alert: Alert) -> list[tuple[str, str | None]]:
    return [("provider", alert.provider)] if alert.provider else []


def _by_identity(db: sqlite3.Connection, alert: Alert, mode: Mode) -> Call | None:
    """The call that a costly call's alert is named after."""
    try:
        bits = int(alert.scope.partition("-")[0], 16)
    except ValueError:
        return None
    identity = bits - _BITS if bits >= _BITS >> 1 else bits
    chosen = filtered(db, calls=True)
    exact = Filter(chosen.span, f"({chosen.where}) AND c.identity = ?", (*chosen.values, identity))
    page = calls_page(
        db, exact, alert.fired_at, alert.fired_at + 1, order="time", mode=mode, descending=True, limit=1, offset=0
    )
    return page[0] if page else None


def _passed(db: sqlite3.Connection, alert: Alert) -> int | None:
    """The instant of the call with which a session passed its threshold."""
    session = alert.numbers.get("session")
    if not isinstance(session, str) or alert.provider is None:
        return None
    total, threshold = 0, round(alert.threshold * NANO)
    for ts, cost in db.execute(
        "SELECT c.ts, c.cost FROM session own JOIN session s ON s.root = own.root JOIN facet f ON f.session = s.id "
        f"JOIN call c ON c.facet = f.id WHERE own.provider = ? AND own.name = ? AND {_COUNTED} AND c.ts <= ? "
        "ORDER BY c.ts, c.id",
        (int(Provider[alert.provider.upper()]), session, alert.fired_at),
    ):
        total += cost
        if total >= threshold:
            return int(ts)
    return None


def _stretch(db: sqlite3.Connection, call: Call) -> tuple[int, int]:
    """Where the answer of a call stands in its log: Claude writes its cost on its first line, Codex after it."""
    if call.provider == Provider.CODEX:
        row = db.execute(
            "SELECT max(c.offset) FROM call c JOIN file x ON x.id = c.file WHERE x.path = ? AND c.offset < ?",
            (call.file, call.offset),
        ).fetchone()
        start = 0 if row[0] is None else int(row[0]) + 1
        return start, call.offset - start + 1
    row = db.execute(
        "SELECT min(c.offset) FROM call c JOIN file x ON x.id = c.file WHERE x.path = ? AND c.offset > ?",
        (call.file, call.offset),
    ).fetchone()
    return call.offset, _TO_THE_END if row[0] is None else int(row[0]) - call.offset


def _session(db: sqlite3.Connection, provider: Provider, name: str, tz: ZoneInfo) -> SessionRow | None:
    """The session as the list of conversations has it."""
    from tally_tui.reports.sessions import listed

    where = [("provider", provider.word), ("session", name)]
    found = listed(db, filtered(db, where=where), tz=tz, sort="last", descending=True, limit=1)
    return found.rows[0] if found.rows else None


