"""The reports in Python: one function each, typed by what it returns.

Every function takes the fields of the report's query as keyword arguments; `tally-tui help REPORT`
and `docs/json.md` describe them. New log lines are read first, unless `no_sync=True`.

    from tally_tui import api

    for row in api.projects(since="2026-11-01").rows:
        print(row.project, row.figures.cost / 1e9)

Raises everywhere: `InvalidQueryError` for a query that is not understood, `LedgerError` where the
ledger cannot be used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tally_tui.ledger.open import LedgerError
from tally_tui.reports.context import InvalidQueryError, ask
from tally_tui.reports.registry import report_spec

if TYPE_CHECKING:
    from tally_tui.reports.answers import Calls, Explain, Now, Sessions, Usage
    from tally_tui.reports.projects_report import Projects

__all__ = ["InvalidQueryError", "LedgerError", "calls", "explain", "projects", "sessions", "today", "usage"]


def _report(name: str, fields: dict[str, Any]) -> Any:
    import msgspec

    spec = report_spec(name)
    try:
        query = msgspec.convert(fields, spec.query)
    except msgspec.ValidationError as error:
        field = str(error).partition(" - at `$.")[2].rstrip("`")
        raise InvalidQueryError(field, str(error)) from error
    return ask(spec, query)[0]


def usage(**fields: Any) -> Usage:
    """Return what was spent, grouped."""
    return _report("usage", fields)  # type: ignore[no-any-return]


def projects(**fields: Any) -> Projects:
    """Return which projects the money went to."""
    return _report("projects", fields)  # type: ignore[no-any-return]


def sessions(**fields: Any) -> Sessions:
    """Return sessions with what they cost, their subagents' cost included."""
    return _report("sessions", fields)  # type: ignore[no-any-return]


def calls(**fields: Any) -> Calls:
    """Return single calls, and the lines they came from."""
    return _report("calls", fields)  # type: ignore[no-any-return]


def explain(**fields: Any) -> Explain:
    """Return how a total came about: what was counted, what was left out and why."""
    return _report("explain", fields)  # type: ignore[no-any-return]


def today(**fields: Any) -> Now:
    """Return how it stands: the last minutes, today, this week, this month, the limits, and live sessions."""
    return _report("today", fields)  # type: ignore[no-any-return]
