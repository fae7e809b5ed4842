"""Limits, forecasts and milestones as lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from tally_tui.cli.contract import stamp
from tally_tui.cli.output import say
from tally_tui.cli.text import shown
from tally_tui.config_credits import window_word
from tally_tui.rules import figures
from tally_tui.rules.accounts import account_names
from tally_tui.rules.forecast import projected_percent

if TYPE_CHECKING:
    from tally_tui.reports.answers_limits import Forecasts, Limits, Milestones, Trend
    from tally_tui.rules.forecast import Forecast
    from tally_tui.rules.windows import LimitKey

NONE_YET: Final = (
    "No limit is known yet. Codex writes its limits into its logs; for Claude Code `tally-tui setup` adds a status "
    "line that hears them."
)
_DOUBTS: Final = {
    "young": "less than a seventh of the window is over",
    "little": "less than 2 % is used",
    "few": "fewer than 3 different readings",
    "no_day_old": "no reading is as old as a seventh of the window",
}
_SOURCES: Final = {"window": "", "trailing": ", by the windows before", "sparse": ", from little"}


class Names:
    """What to call limits that are shown together: accounts are named where there are several."""

    def __init__(self, accounts: Iterable[tuple[str, str]]) -> None:
        """`accounts` are (provider, home folder) of all that is shown."""
        self._accounts = account_names(accounts)

    def __call__(self, key: LimitKey) -> str:
        """`claude 7d`, `codex (work) 5h`, `claude seven_day_opus 7d`."""
        own = "" if key.limit == key.provider else f" {shown(key.limit)}"
        return f"{self.whose(key.provider, key.root)}{own} {window_word(key.minutes)}"

    def whose(self, provider: str, root: str) -> str:
        """`claude`, `codex (work)`."""
        account = self._accounts.get((provider, root), "")
        return f"{provider} ({shown(account)})" if account else provider


def print_limits(answer: Limits) -> None:
    if not answer.limits:
        say(NONE_YET)
    told = [(state.key.provider, state.key.root) for state in answer.limits]
    told += [(block.provider, block.root) for block in answer.blocks]
    told += [(event.provider, event.root) for event in answer.events]
    name = Names(told)
    for state in answer.limits:
        heading = _heading(state.forecast)
        left = state.window.end - answer.at_ms
        resets = f"resets in {figures.duration(left)}" if left > 0 else "it has reset"
        say(
            f"{name(state.key)}: {figures.whole_percent(state.window.percent)} % used{heading}, {resets}, "
            f"{figures.money(state.figures.cost)} so far ({state.freshness})"
        )
    for block in answer.blocks:
        if block.active:
            mark, until = "~" if block.heuristic else "", figures.duration(block.end - answer.at_ms)
            ahead = "" if block.projected_cost is None else f", heading for {figures.money(block.projected_cost)}"
            whose, cost = name.whose(block.provider, block.root), figures.money(block.figures.cost)
            say(f"{mark}{whose} block: {cost} so far{ahead}, {until} left")
    for event in answer.events:
        whose = name.whose(event.provider, event.root)
        say(f"{whose} was stopped {figures.ago(answer.at_ms - event.at)}: {shown(event.text)}")


def _heading(forecast: Forecast | None) -> str:
    projected = projected_percent(forecast)
    return "" if projected is None else f", heading for {figures.projected(projected)}"


def print_forecasts(answer: Forecasts) -> None:
    if not answer.rows:
        say(NONE_YET)
    name = Names((row.key.provider, row.key.root) for row in answer.rows)
    for row in answer.rows:
        heading = _heading(row.forecast)
        say(f"{name(row.key)}: {figures.whole_percent(row.forecast.percent)} % used{heading}, {row.status}")
        if row.forecast.cap_at is not None and not row.forecast.low_confidence:
            left = figures.duration(row.forecast.cap_at - answer.at_ms)
            say(f"  used up {stamp(row.forecast.cap_at)[:16]}Z, in {left}")
        if row.price:
            per = f"{figures.money(round(row.price.nano))} per 1 %{_SOURCES[row.price.source]}"
            days = [
                f"{figures.money(nano)} a day to {target} %" for target, nano in row.daily.items() if nano is not None
            ]
            say("  " + "; ".join([per, *days]))
        if row.key.provider == "codex" and row.quota.projected is not None:
            recent = figures.projected(row.quota.projected)
            say(f"  by recent readings {recent} at the reset ({row.quota.confidence} confidence)")
        for doubt in row.forecast.low_confidence:
            say(f"  low confidence: {_DOUBTS[doubt]}")


def print_milestones(answer: Milestones, trends: Sequence[Trend]) -> None:
    if not any(each.rows for each in answer.windows):
        say(NONE_YET)
    told = [(each.window.key.provider, each.window.key.root) for each in answer.windows]
    name = Names([*told, *((trend.provider, trend.root) for trend in trends)])
    for each in answer.windows:
        if each.rows:
            ended = "" if each.window.end > answer.at_ms else f", until {stamp(each.window.end)}"
            if each.void:
                ended = f", void: its reset at {stamp(each.window.reset_at)} was taken back"
            say(f"{name(each.window.key)}: {figures.money(each.cost)} so far{ended}")
        for row in each.rows:
            more = "" if row.marginal is None else f", {figures.money(row.marginal)} more"
            jumped = f" ({row.jump} at once)" if row.jump > 1 and row.marginal else ""
            other = "" if row.other is None else f", the other window at {figures.whole_percent(row.other)} %"
            say(f"  {row.percent:>3} %  {stamp(row.at)}  {figures.money(row.cumulative)}{more}{jumped}{other}")
    for trend in trends:
        if any(week.per_percent is not None for week in trend.weeks):
            say(f"{name.whose(trend.provider, trend.root)}, per 1 % of a week:")
        for week, known in zip(trend.weeks, trend.known, strict=True):
            if week.per_percent is not None:
                change = "" if week.change is None else f" ({week.change:+.0%})"
                cost = f"{figures.money(week.cost)} for {figures.whole_percent(week.percent or 0)} %"
                mark = " " if known else "~"
                say(f" {mark}{stamp(week.start)[:10]}  {figures.money(round(week.per_percent))}{change}  {cost}")
