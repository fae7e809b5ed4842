"""The report `projects`: which projects the money went to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from tally_tui.model import Span
from tally_tui.reports.answers import Figures
from tally_tui.reports.figure_columns import CALLS, COST, SESSIONS, TOKENS, remarks_of_rows
from tally_tui.reports.registry import CallsQuery, Column, ReportSpec, TableSpec
from tally_tui.units import Count, DocumentName, EntityName, Inline, Label, Ratio

if TYPE_CHECKING:
    import sqlite3

    from tally_tui.reports.context import ReportContext


class ProjectsQuery(CallsQuery, frozen=True, kw_only=True):
    """Which projects the money went to."""

    min_share: Annotated[int, Meta(title="PERCENT", ge=0, le=100)] = 0
    """leave out projects with a smaller share of the cost, in percent"""


class ProjectRow(Struct, frozen=True):
    """One project."""

    project: EntityName | None
    """Its short name; null: calls without a folder."""
    share: Annotated[Ratio, DocumentName("cost_share")]
    """Its part of the whole cost, 0 to 1."""
    figures: Annotated[Figures, Inline()]


class Projects(Struct, frozen=True):
    """Projects with what was spent on them."""

    timezone: Label
    """The time zone that days were cut in."""
    span: Span
    """The time asked for."""
    rows: tuple[ProjectRow, ...]
    """The costliest first."""
    total_rows: Count
    """Projects that match, those left out by a limit included."""
    totals: Figures
    """The sums of all projects, those left out included."""


def ask(db: sqlite3.Connection, query: ProjectsQuery, context: ReportContext) -> Projects:
    """Return the projects of the calls that match, the costliest first."""
    from tally_tui.reports.usage import usage

    found = usage(db, by=("project",), tz=context.tz, query=context.query, span=context.span, mode=context.mode)
    whole = found.totals.cost
    rows = [ProjectRow(row.key["project"], row.figures.cost / whole if whole else 0, row.figures) for row in found.rows]
    rows = [row for row in rows if row.share * 100 >= query.min_share]
    if query.reverse:
        rows.reverse()
    return Projects(found.timezone, found.span, tuple(rows[: query.limit]), len(rows), found.totals)


COLUMNS = (
    Column("project", "project", wide=True), Column("share", "cost_share", 1, right=True), CALLS, SESSIONS, TOKENS, COST
)  # fmt: skip
REPORT = ReportSpec(
    "projects", ProjectsQuery, Projects, ask, tables=(TableSpec("rows", COLUMNS, total="totals"),), rows="rows",
    remarks=remarks_of_rows("projects"),
)  # fmt: skip
