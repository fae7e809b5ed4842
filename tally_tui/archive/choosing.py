"""Which sessions are archived: those that a person chose, and those that the settings' rules find."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

from tally_tui import paths
from tally_tui.ledger.archived import archived_sessions, choices
from tally_tui.model import Provider
from tally_tui.reports.conversation_files import SessionLog, session_of
from tally_tui.reports.retention import KEPT_DAYS, kept_days

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tally_tui.config import Settings
    from tally_tui.query import Query

DAY_MS: Final = 86_400_000
_BEFORE_DAYS: Final = 3
"""A session is archived at the latest so many days before Claude Code deletes its log."""


class BadRuleError(Exception):
    """A rule of the settings cannot be understood; the message is for people."""


def rested_ms(settings: Settings) -> int:
    """How long a session must have rested before it is archived of its own accord, milliseconds."""
    homes = [root for root in paths.roots(settings.claude_roots) if root.provider is Provider.CLAUDE]
    kept = [days for days in (kept_days(str(root.path)) for root in homes) if days is not None]
    least = max(0, min(kept, default=KEPT_DAYS) - _BEFORE_DAYS)
    return round(min(settings.archive.after_days, least) * DAY_MS)


def due(db: sqlite3.Connection, settings: Settings, tz: ZoneInfo, now_ms: int, *, rested: int = 0) -> list[SessionLog]:
    """The sessions to archive now, each once: what is archived is looked at again, too.

    Args:
        db: the ledger.
        settings: the rules.
        tz: the zone that dates in rules are meant in.
        now_ms: the present.
        rested: only sessions whose last call is so many milliseconds ago.

    Raises:
        BadRuleError: a rule is no query.
    """
    chosen = choices(db)
    wanted = archived_sessions(db) | {session for session, keep in chosen.items() if keep}
    for query in _rules(settings, tz, now_ms):
        wanted |= found_by(db, query, tz)
    wanted -= {session for session, keep in chosen.items() if not keep}
    last = dict(_last_calls(db)) if rested else {}
    found = []
    for provider, name in sorted(wanted):
        log = session_of(db, Provider(provider), name)
        if log is not None and last.get(log.id, 0) <= now_ms - rested:
            found.append(log)
    return found


def found_by(db: sqlite3.Connection, query: Query | None, tz: ZoneInfo) -> set[tuple[int, str]]:
    """(provider, session) of the sessions at the top that a query finds; None finds all, also those without a call."""
    from tally_tui.reports.sessions import sessions

    if query is None:
        rows = db.execute("SELECT provider, name FROM session WHERE parent IS NULL")
        return {(int(provider), str(name)) for provider, name in rows}
    found = sessions(db, tz=tz, query=query).rows
    return {(int(Provider[row.provider.upper()]), row.session) for row in found}


def _rules(settings: Settings, tz: ZoneInfo, now_ms: int) -> list[Query | None]:
    from tally_tui.query import LEDGER, QueryError, parse

    if settings.archive.all:
        return [None]
    found: list[Query | None] = []
    for rule in settings.archive.keep:
        try:
            found.append(parse(rule, now=now_ms, tz=tz, week_start=settings.first_weekday, allow=LEDGER))
        except QueryError as error:
            hint = f" ({error.suggestion})" if error.suggestion else ""
            raise BadRuleError(
                f"[archive] keep has a rule that is no query: {rule!r}: {error.message}{hint}. Nothing was archived."
            ) from error
    return found


def _last_calls(db: sqlite3.Connection) -> sqlite3.Cursor:
    """(session at the top, when a call of its tree was made last, at the latest), by the ledger's numbers."""
    return db.execute(
        "SELECT s.root, max(r.slot) * 900000 FROM rollup r JOIN facet f ON f.id = r.facet "
        "JOIN session s ON s.id = f.session GROUP BY s.root"
    )
