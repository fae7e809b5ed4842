"""`tally-tui limits`, `forecast` and `milestones`: where the agents' limits stand, and where they are going."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tally_tui.cli import grammar
from tally_tui.cli.asking import ledger, question
from tally_tui.cli.contract import noted
from tally_tui.cli.contract import stamp as time
from tally_tui.cli.output import print_json
from tally_tui.cli.text import shown
from tally_tui.rules import figures
from tally_tui.rules.figures import usd6 as usd

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request
    from tally_tui.reports.answers_limits import Forecasts, Limits, Milestones
    from tally_tui.rules.windows import Window

NONE_YET = (
    "No limit is known yet. Codex writes its limits into its logs; for Claude Code `tally-tui setup` adds a status "
    "line that hears them."
)


def limits(request: Request) -> int:
    """The command."""
    from tally_tui.reports.limits import standing

    asked = question(request)
    with ledger(request, asked) as (db, note):
        answer = standing(db, now_ms=asked.now, tz=asked.tz, mode=asked.mode)
    if request.on(grammar.JSON):
        print_json(noted(limits_document(answer), note))
    else:
        _print_limits(answer)
    return 0


def forecast(request: Request) -> int:
    """The command."""
    from tally_tui.reports.forecast import forecasts

    asked = question(request)
    with ledger(request, asked) as (db, note):
        answer = forecasts(db, now_ms=asked.now, tz=asked.tz, mode=asked.mode)
    if request.on(grammar.JSON):
        print_json(noted(forecast_document(answer), note))
    else:
        _print_forecasts(answer)
    return 0


def milestones(request: Request) -> int:
    """The command."""
    from tally_tui.reports.milestones import milestones as report

    asked = question(request)
    with ledger(request, asked) as (db, note):
        answer = report(db, now_ms=asked.now, tz=asked.tz, mode=asked.mode)
    if request.on(grammar.JSON):
        print_json(noted(milestones_document(answer), note))
    else:
        _print_milestones(answer)
    return 0


def limits_document(answer: Limits) -> dict[str, Any]:
    """`tally.limits/1`."""
    return {
        "schema": "tally.limits/1",
        "timezone": answer.timezone,
        "time": time(answer.at_ms),
        "limits": [
            {
                **_window(state.window),
                "used_percent": state.window.percent,
                "freshness": state.freshness,
                "plan": state.plan,
                "calls": state.figures.calls,
                "total_tokens": state.figures.tokens.total,
                "cost_usd": usd(state.figures.cost),
                "projected_percent": state.forecast.average if state.forecast else None,
            }
            for state in answer.limits
        ],
    }


def forecast_document(answer: Forecasts) -> dict[str, Any]:
    """`tally.forecast/1`."""
    return {
        "schema": "tally.forecast/1",
        "timezone": answer.timezone,
        "time": time(answer.at_ms),
        "rows": [
            {
                **_window(row.window),
                "used_percent": row.forecast.percent,
                "freshness": row.freshness,
                "state": row.forecast.state,
                "projected_low_percent": row.forecast.low,
                "projected_percent": row.forecast.average,
                "projected_high_percent": row.forecast.high,
                "cap_time": None if row.forecast.cap_at is None else time(row.forecast.cap_at),
                "low_confidence": list(row.forecast.low_confidence),
                "cost_usd": usd(row.spent),
                "daily_usd": {
                    str(target): None if nano is None else usd(nano) for target, nano in row.daily.items()
                },
            }
            for row in answer.rows
        ],
    }


def milestones_document(answer: Milestones) -> dict[str, Any]:
    """`tally.milestones/1`."""
    return {
        "schema": "tally.milestones/1",
        "timezone": answer.timezone,
        "time": time(answer.at_ms),
        "windows": [
            {
                **_window(each.window),
                "cost_usd": usd(each.cost),
                "milestones": [
                    {
                        "percent": row.percent,
                        "time": time(row.at),
                        "segment": row.segment,
                        "cumulative_usd": usd(row.cumulative),
                        "marginal_usd": None if row.marginal is None else usd(row.marginal),
                    }
                    for row in each.rows
                ],
            }
            for each in answer.windows
        ],
    }


def _window(window: Window) -> dict[str, Any]:
    return {
        "provider": window.key.provider,
        "limit": window.key.limit,
        "minutes": window.key.minutes,
        "since": time(window.start),
        "resets_time": time(window.end),
    }


def _name(window: Window) -> str:
    length = figures.duration(window.key.minutes * 60_000)
    named = "" if window.key.limit == window.key.provider else f" {shown(window.key.limit)}"
    return f"{window.key.provider}{named} {length}"


def _print_limits(answer: Limits) -> None:
    if not answer.limits:
        print(NONE_YET)
    for state in answer.limits:
        heading = f", heading for {state.forecast.average:.0f} %" if state.forecast else ""
        print(
            f"{_name(state.window)}: {state.window.percent:.0f} % used{heading}, "
            f"resets in {figures.duration(max(0, state.window.end - answer.at_ms))}, "
            f"{figures.money(state.figures.cost)} so far ({state.freshness})"
        )


def _print_forecasts(answer: Forecasts) -> None:
    if not answer.rows:
        print(NONE_YET)
    for row in answer.rows:
        print(f"{_name(row.window)}: {row.forecast.percent:.0f} % used, {row.status}")
        for doubt in row.forecast.low_confidence:
            print(f"  low confidence: {doubt}")


def _print_milestones(answer: Milestones) -> None:
    if not any(each.rows for each in answer.windows):
        print(NONE_YET)
    for each in answer.windows:
        if each.rows:
            print(f"{_name(each.window)}: {figures.money(each.cost)} so far")
        for row in each.rows:
            more = "" if row.marginal is None else f", {figures.money(row.marginal)} more"
            print(f"  {row.percent:>3} %  {time(row.at)}  {figures.money(row.cumulative)}{more}")
