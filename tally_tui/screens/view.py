"""What the Usage screen looks at: a period, a filter, and the levels of its table."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from tally_tui.model import Span
from tally_tui.requests import CallsRequest, Facet, SessionsRequest, UsageRequest
from tally_tui.rules import periods
from tally_tui.rules.zones import local

FACETS: Final = ("model", "project", "session", "branch", "provider", "subagent", "version", "folder", "day")
"""What the breakdown is by, in the order that `b` walks."""

PERIODS: Final[dict[str, str]] = {
    "day": "Day",
    "week": "Week",
    "month": "Month",
    "year": "Year",
    "all": "All time",
}

_UNITS: Final[dict[periods.Kind, tuple[periods.Kind, ...]]] = {
    "day": ("hour",),
    "week": ("day", "hour"),
    "month": ("day", "week"),
    "year": ("month", "week", "day"),
    "all": ("month", "year", "week"),
}
"""What a chart of each period may be cut into; the first unless asked."""

Metric: TypeAlias = Literal["cost", "tokens"]


class View(Struct, frozen=True):
    """A period of a time zone, how its chart is cut, what is counted, and the filter in force."""

    zone: ZoneInfo
    week_start: int = 0
    kind: periods.Kind = "month"
    start: int = 0
    """First instant of the period, epoch milliseconds."""
    unit: periods.Kind = "day"
    metric: Metric = "cost"
    query: str = ""
    timezone: str = "local"
    """The zone as requests name it."""

    def at(self, kind: periods.Kind, instant: int) -> View:
        """The period of this kind that holds an instant."""
        start = periods.bounds(kind, instant, self.zone, self.week_start)[0]
        unit = self.unit if kind == self.kind else _UNITS[kind][0]
        return replace(self, kind=kind, start=start, unit=unit)

    def walk(self, periods_on: int) -> View:
        """As many periods later (earlier, if negative)."""
        if self.kind == "all":
            return self
        return replace(
            self, start=periods.step(self.kind, self.start, periods_on, self.zone, self.week_start)
        )

    def next_unit(self) -> View:
        """Wider or narrower columns."""
        units = _UNITS[self.kind]
        return replace(self, unit=units[(units.index(self.unit) + 1) % len(units)])

    @property
    def span(self) -> Span:
        if self.kind == "all":
            return Span()
        return Span(self.start, periods.bounds(self.kind, self.start, self.zone, self.week_start)[1])

    def holds(self, instant: int) -> bool:
        return instant in self.span

    def title(self, now: int) -> str:
        """The period for people: `This month · Nov 2026`, `Yesterday · Sat 21 Nov`, `All time`."""
        if self.kind == "all":
            return PERIODS["all"]
        name = periods.label(self.kind, self.start, self.zone)
        if self.kind in ("day", "week") and local(self.start, self.zone).year != local(now, self.zone).year:
            name += f" {local(self.start, self.zone).year}"
        today = periods.bounds(self.kind, now, self.zone, self.week_start)[0]
        if self.start == today:
            return ("Today" if self.kind == "day" else f"This {self.kind}") + f" · {name}"
        if self.start == periods.step(self.kind, today, -1, self.zone, self.week_start):
            return ("Yesterday" if self.kind == "day" else f"Last {self.kind}") + f" · {name}"
        return name


class Level(Struct, frozen=True):
    """One table of the drill-down: groups, the sessions behind one, the calls behind those."""

    kind: Literal["groups", "sessions", "calls"]
    title: str
    """What the breadcrumbs call it."""
    facet: str = "model"
    where: tuple[Facet, ...] = ()
    query: str | None = None
    """Instead of the screen's filter, where the total that explains itself opened it."""
    span: Span | None = None
    """Instead of the screen's period."""
    sort: str = "cost"
    descending: bool = True
    cursor: int = 0

    def request(
        self, view: View, offset: int = 0, limit: int = 400
    ) -> UsageRequest | SessionsRequest | CallsRequest:
        """The question that fills this table."""
        span = view.span if self.span is None else self.span
        query = view.query if self.query is None else self.query
        if self.kind == "groups":
            return UsageRequest("table", (self.facet,), span, query, self.where, view.timezone)
        kind = SessionsRequest if self.kind == "sessions" else CallsRequest
        return kind(
            "table", span, query, self.where, self.sort, self.descending, offset, limit, view.timezone
        )

    def chart(self, view: View) -> UsageRequest:
        """The question behind the chart: of the same calls as the table, by what the table is by."""
        facet = {"groups": self.facet, "sessions": "session"}.get(self.kind, "model")
        query = view.query if self.query is None else self.query
        by = (view.unit, "model" if facet == "day" else facet)
        return UsageRequest("chart", by, view.span, query, self.where, view.timezone)

    def sorted_by(self, column: str) -> Level:
        """By another column, largest first; by the same one, the other way round."""
        if column == self.sort:
            return replace(self, descending=not self.descending, cursor=0)
        return replace(self, sort=column, descending=column not in ("label", "title", "model"), cursor=0)


def ground(facet: str) -> Level:
    """The table that a breakdown starts with."""
    if facet == "session":
        return Level("sessions", "by session", facet)
    if facet == "day":
        return Level("groups", "by day", facet, sort="label")
    return Level("groups", f"by {facet}", facet)
