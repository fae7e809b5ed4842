"""Every report, declared once: what it can be asked, what it holds, how people see it. All faces are made from this."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from tally_tui.reports.report_names import REPORTS

Date = Annotated[str, Meta(title="DATE")]
Zone = Annotated[str, Meta(title="ZONE")]
SessionId = Annotated[str, Meta(title="SESSION", extra={"positional": True})]
"""A session by the beginning of its id; in commands a word of its own, not an option."""
RowCount = Annotated[int, Meta(title="N", ge=1, le=999_999_999)]
CostMode = Literal["auto", "calculate", "display"]
GroupField = Literal[
    "provider", "model", "hour", "day", "week", "month", "year", "project", "folder", "session", "branch", "version",
    "subagent", "instance",
]  # fmt: skip


class ReportQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every report can be asked. A field is an option, an argument of a tool, a parameter in Python."""

    tz: Zone | None = None
    """the time zone days are cut in: Europe/Vienna, UTC, local"""
    mode: CostMode | None = None
    """the cost: auto (as logged, else computed), calculate, display"""
    no_sync: bool = False
    """answer from what is kept; read no logs first"""


class FilterQuery(ReportQuery, frozen=True, kw_only=True):
    """What every report about some calls of any time can be asked."""

    query: str = ""
    """which calls, in the query language"""


class SpanQuery(FilterQuery, frozen=True, kw_only=True):
    """What every report about the calls of a span can be asked."""

    since: Date | None = None
    """from this day or time on: 2026-11-01, 7d, today, last-week …"""
    until: Date | None = None
    """up to the end of this day, or up to this time"""


class CallsQuery(SpanQuery, frozen=True, kw_only=True):
    """What every report with rows about some calls can be asked."""

    reverse: bool = False
    """turn the order around"""
    limit: RowCount | None = None
    """at most so many rows"""


class Column(Struct, frozen=True):
    """One column that people see."""

    name: str
    """Its heading; '': the fields that the report is grouped by."""
    value: str | Callable[[Any, bool], str]
    """A public field of the row by its name in documents, or a function of the row and of whether numbers are
    wanted with all their digits."""
    rank: int = 0
    """0 is always there; of the others the highest is left out first where there is little room."""
    wide: bool = False
    """Its text is shortened where there is little room."""
    right: bool = False
    of_totals: bool = False
    """Whether the function can be called with the totals, too."""
    seconds: bool = False
    """Times are written to the second."""
    only_if: Callable[[Any], bool] | None = None
    """Of a report: whether it has this column at all."""


class TableSpec(Struct, frozen=True):
    """How people see one list of a report."""

    rows: str
    columns: tuple[Column, ...]
    total: str = ""
    """The field that holds the figures of all rows."""


class ReportSpec(Struct, frozen=True):
    """One query with its report."""

    name: str
    query: type[ReportQuery]
    report: type
    ask: Callable[[Any, Any, Any], Any]
    """(ledger connection, query, `context.ReportContext`) → report."""
    tables: tuple[TableSpec, ...] = ()
    rows: str = ""
    """The list that CSV holds; '': there is no CSV."""
    empty: str = "No calls match."
    remarks: Callable[[Any, bool], list[str]] | None = None
    """From a report, and whether numbers are wanted with all their digits, to the sentences below its table."""
    schema_name: str = ""
    """What its document is called, where that is not the report's name."""
    needs_logs: bool = True
    """Whether new log lines are read before it is asked."""
    table_limit: int | None = None
    """Rows of a table where no limit is given."""

    @property
    def schema(self) -> str:
        return f"tally.{self.schema_name or self.name}/1"

    @property
    def summary(self) -> str:
        return REPORTS[self.name]


def report_spec(name: str) -> ReportSpec:
    """Return a report's declaration. Raises KeyError: there is no such report."""
    if name not in REPORTS:
        raise KeyError(f"unknown report {name!r}; there are {', '.join(REPORTS)}")
    found: ReportSpec = import_module(f"tally_tui.reports.{name}_report").REPORT
    return found
