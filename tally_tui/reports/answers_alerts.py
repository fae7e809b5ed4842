"""What the reports on alerts answer with. Money is nano-dollars, instants are epoch ms, percents floats of 0–100."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from tally_tui.ledger.alerts import Alert
from tally_tui.model import Span
from tally_tui.reports.answers import SessionRow
from tally_tui.reports.answers_limits import Milestones, Trend
from tally_tui.rules.alerts import Axis

Unit = Literal["percent", "usd", "tokens", "calls"]
Shape = Literal["level", "amount"]
"""`level`: a value holds until the next one. `amount`: each is its own, of its instant."""


class AlertRow(Struct, frozen=True):
    """An alert in words."""

    alert: Alert
    title: str
    text: str
    """The figures of the moment it was noticed."""
    project: str | None
    """Of the session it is about, where it is about one."""


class AlertFeed(Struct, frozen=True):
    """The answer of `reports.alerts.feed`: some alerts, newest first."""

    rows: tuple[AlertRow, ...]
    total_rows: int
    """How many match, of which `rows` are those asked for."""
    all_rows: int
    """How many there are whatever was asked."""


class RuleRow(Struct, frozen=True):
    """One axis as the settings have it."""

    axis: Axis
    on: bool
    thresholds: tuple[float, ...]
    usual: tuple[float, ...]
    """The thresholds where settings say nothing."""
    windows: tuple[str, ...]
    """Of `projected` only."""
    last_fired: int | None
    fired: int
    """How many alerts it made so far."""


class ChannelRow(Struct, frozen=True):
    """A way to tell people, as the settings have it."""

    name: str
    """`app`, `terminal`, `desktop`, `apprise` or `command`."""
    on: bool
    what: str
    """What it is, without what is secret."""
    failing: str = ""
    """What went wrong when it was last used."""


class AlertRules(Struct, frozen=True):
    """The answer of `reports.alerts.rules_standing`."""

    on: bool
    """Whether anything is looked at."""
    quiet: tuple[int, int] | None
    """Minutes of the day from which to which nobody is told."""
    bell: bool
    notification: str
    rules: tuple[RuleRow, ...]
    channels: tuple[ChannelRow, ...]
    snoozes: Mapping[str, int]
    """Rule ('' for all) → until when it is only recorded."""
    budgets: tuple[str, ...]
    """Names of the budgets of the settings."""
    readings: bool
    """Whether any limit was ever read."""
    problems: tuple[str, ...]
    """What of the settings could not be used."""
    unreadable: bool = False
    """Whether that is the whole file."""


class Series(Struct, frozen=True):
    """What a chart around an alert shows."""

    title: str
    unit: Unit
    shape: Shape
    span: Span
    """Both ends given."""
    points: tuple[tuple[int, float], ...]
    """(instant, value), by time: percents, dollars, tokens or calls."""
    level: float | None
    """The threshold, in the same unit."""


class Crossed(Struct, frozen=True):
    """The line of a log that brought an alert about."""

    session: SessionRow
    """The session to open: of a subagent's call the one that started it."""
    at: int
    file: str
    offset: int
    length: int
    gone: bool
    """Whether the log is no longer there, nor a copy in the archive."""
    model: str
    cost: int | None
    """None: the call has no price, or it is no call."""
    set_later: bool = False
    """Whether the budget was set when its spend was already past the threshold."""


class Step(Struct, frozen=True):
    """Something to do next."""

    text: str
    key: str = ""
    """The key that does it here; '' where it is done elsewhere."""


class AlertDetail(Struct, frozen=True):
    """The answer of `reports.alert_detail.detail`; `row` is None where there is no such alert."""

    row: AlertRow | None
    numbers: tuple[tuple[str, str], ...] = ()
    """The figures at that moment: what, and how much."""
    series: Series | None = None
    crossed: Crossed | None = None
    steps: tuple[Step, ...] = ()


class Progress(Struct, frozen=True):
    """The answer of `reports.alerts.progress`: how far the limits came, percent by percent."""

    milestones: Milestones
    """The newest two windows of each limit."""
    trends: tuple[Trend, ...]
    """Dollars per percent over weeks, one a provider that has any."""
