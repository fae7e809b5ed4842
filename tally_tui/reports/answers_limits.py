"""What the reports on limits, forecasts, milestones and budgets answer with.

Windows, forecasts and standings are the rules' own (`rules.windows`, `rules.forecast`, `rules.budgets`): their units
are told there. Money is nano-dollars, instants are epoch ms, percents floats of 0–100.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from tally_tui.config_budgets import Budget
from tally_tui.model import Span
from tally_tui.reports.answers import Figures
from tally_tui.rules.budgets import Standing
from tally_tui.rules.forecast import Forecast, PercentPrice, QuotaForecast
from tally_tui.rules.milestones import WeekPrice
from tally_tui.rules.windows import Freshness, LimitKey, Window


class LimitState(Struct, frozen=True):
    """One limit as it stands: its newest window. Limits are never added or averaged."""

    window: Window
    freshness: Freshness
    plan: str | None
    figures: Figures
    """What was spent in the window so far."""
    forecast: Forecast | None
    """None past the window's reset."""

    @property
    def key(self) -> LimitKey:
        return self.window.key


class BlockRow(Struct, frozen=True):
    """A five-hour block of one account, or a gap between two."""

    provider: str
    start: int
    end: int
    heuristic: bool
    """No reading tells of it, only calls: shown with `~`."""
    gap: bool
    percent: float | None
    figures: Figures
    active: bool
    """Whether it holds the present instant."""
    tokens_per_minute: float | None
    """Of an active block, since it began."""
    projected_cost: int | None
    """Of an active block: what it comes to at its end at this rate."""
    root: str = ""
    """The agent's home folder, one account each; '' for its usual one."""


class LimitEvent(Struct, frozen=True):
    """An agent said that a limit stopped it."""

    provider: str
    at: int
    text: str
    session: str | None
    root: str = ""
    """The agent's home folder, one account each; '' for its usual one."""
    resets_at: int | None = None
    """Epoch milliseconds, where its words say when."""


class Limits(Struct, frozen=True):
    """The answer of `reports.limits.standing`."""

    timezone: str
    at_ms: int
    limits: tuple[LimitState, ...]
    blocks: tuple[BlockRow, ...]
    """Newest first."""
    events: tuple[LimitEvent, ...]
    """Newest first."""


class ForecastRow(Struct, frozen=True):
    """Where one limit will stand at its reset."""

    window: Window
    freshness: Freshness
    spent: int
    """Nano-dollars in the window's newest segment so far."""
    unpriced_calls: int
    forecast: Forecast
    quota: QuotaForecast
    """The same by recent readings (neighbouring ones that rose), with its confidence: a second opinion."""
    price: PercentPrice | None
    """Dollars per percent."""
    daily: Mapping[int, int | None]
    """Target percentage (100, 90) → nano-dollars a day that lead there."""
    status: str
    """In a few words: `⚠ proj 122–179% $2.71/d`."""

    @property
    def key(self) -> LimitKey:
        return self.window.key


class Forecasts(Struct, frozen=True):
    """The answer of `reports.forecast.forecasts`: windows that are not past their reset."""

    timezone: str
    at_ms: int
    rows: tuple[ForecastRow, ...]


class MilestoneRow(Struct, frozen=True):
    """A whole percent of a window."""

    percent: int
    at: int
    segment: int
    cumulative: int
    """Nano-dollars since the window (or its segment) began."""
    marginal: int | None
    """Nano-dollars since the percent before; None for the first one seen. Where `jump` percents were passed at
    once the first of them carries it all."""
    jump: int
    other: float | None
    """What the plan's other window (five hours, seven days) stood at then, percent."""
    written: bool
    """Whether it stands in the ledger; if not it was worked out just now."""


class WindowMilestones(Struct, frozen=True):
    """The milestones of one window, by time."""

    window: Window
    rows: tuple[MilestoneRow, ...]
    cost: int
    """Nano-dollars in the window so far."""
    void: bool = False
    """It turned out to be no window: an earlier reset was told again."""


class Milestones(Struct, frozen=True):
    """The answer of `reports.milestones.milestones`: windows, the newest first within each limit, then the void."""

    timezone: str
    at_ms: int
    windows: tuple[WindowMilestones, ...]


class Trend(Struct, frozen=True):
    """The answer of `reports.milestones.percent_trend`: subscription weeks, oldest first."""

    timezone: str
    at_ms: int
    provider: str
    weeks: tuple[WeekPrice, ...]
    known: tuple[bool, ...]
    """Whether each week's bounds were read; others are extrapolated, shown with `~`."""
    root: str = ""
    """The agent's home folder, one account each; '' for its usual one."""


class BudgetPoint(Struct, frozen=True):
    """The running spend of a period at an instant, in the unit's smallest part."""

    at: int
    spent: int


class BudgetRow(Struct, frozen=True):
    """One budget in its present period. Amounts in the unit's smallest part (`config_budgets.SMALLEST`)."""

    budget: Budget
    period: Span
    """Both ends given."""
    period_known: bool
    """False for a subscription week that no reading tells of: shown with `~`."""
    standing: Standing | None
    """None where `problem` says why it cannot be told."""
    by_provider: Mapping[str, int]
    """What each provider's calls came to: never one sum without its labels."""
    money: str
    """What the dollars are: `equivalent` (Claude: what its calls would cost by key), `plan` (the same of Codex),
    `actual` (Codex by key), `mixed` (both providers: see `by_provider`); '' for other units."""
    unpriced_calls: int
    points: tuple[BudgetPoint, ...] = ()
    """For the burn-up chart: rising, from the period's start to now."""
    problem: str | None = None
    known_by: int | None = None
    """The end that alerts know a subscription week by, where its provider may move it: the one told first."""


class Budgets(Struct, frozen=True):
    """The answer of `reports.budgets.budgets`, in the order of the settings."""

    timezone: str
    at_ms: int
    rows: tuple[BudgetRow, ...]
    problems: tuple[str, ...] = ()
    """What of the settings could not be used, in words; filled in where the settings are read."""
    unreadable: bool = False
    """Whether the settings' file as a whole could not be used, so that no budget is known."""


class Suggestion(Struct, frozen=True):
    """A budget that past spend speaks for."""

    budget: Budget
    spent: tuple[int, ...]
    """What such periods came to, nano-dollars, the newest first."""


class Suggestions(Struct, frozen=True):
    """The answer of `reports.budget_suggestions.suggestions`: the one that most was spent on first."""

    timezone: str
    rows: tuple[Suggestion, ...]


class PastPeriod(Struct, frozen=True):
    """What a budget's thresholds would have done in one past (or the present) period."""

    period: Span
    known: bool
    spent: int
    used_percent: float
    fired: Mapping[float, int]
    """Threshold → the instant it would have fired (within a quarter of an hour)."""


class Preview(Struct, frozen=True):
    """The answer of `reports.budgets.preview`: the newest period first."""

    timezone: str
    budget: Budget
    periods: tuple[PastPeriod, ...]
    problem: str | None = None
