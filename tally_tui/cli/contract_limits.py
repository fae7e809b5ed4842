"""Limits, forecasts, milestones and credits as the JSON contract has them. Every field is described in docs/json.md."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tally_tui.cli.contract import Document, stamp
from tally_tui.rules.figures import usd6
from tally_tui.rules.forecast import projected_percent

if TYPE_CHECKING:
    from tally_tui.ledger.credits import GrantedCredit
    from tally_tui.reports.answers_limits import BlockRow, ForecastRow, Forecasts, Limits, LimitState, Milestones, Trend
    from tally_tui.reports.credits import CreditsRow
    from tally_tui.rules.credits import Credits
    from tally_tui.rules.windows import LimitKey, Window


def limits(answer: Limits) -> Document:
    return {
        "schema": "tally.limits/1",
        "timezone": answer.timezone,
        "time": stamp(answer.at_ms),
        "limits": [_limit(state) for state in answer.limits],
        "blocks": [_block(block) for block in answer.blocks],
        "events": [
            {
                "provider": event.provider,
                "root": event.root or None,
                "time": stamp(event.at),
                "text": event.text,
                "session": event.session,
                "resets_time": None if event.resets_at is None else stamp(event.resets_at),
            }
            for event in answer.events
        ],
    }


def _limit(state: LimitState) -> Document:
    return {
        **_window(state.window),
        "used_percent": state.window.percent,
        "read_time": stamp(state.window.read_ms),
        "segment": state.window.segment,
        "freshness": state.freshness,
        "plan": state.plan,
        "calls": state.figures.calls,
        "total_tokens": state.figures.tokens.total,
        "cost_usd": usd6(state.figures.cost),
        "projected_percent": projected_percent(state.forecast),
    }


def _block(block: BlockRow) -> Document:
    return {
        "provider": block.provider,
        "root": block.root or None,
        "since": stamp(block.start),
        "until": stamp(block.end),
        "heuristic": block.heuristic,
        "active": block.active,
        "used_percent": block.percent,
        "calls": block.figures.calls,
        "total_tokens": block.figures.tokens.total,
        "cost_usd": usd6(block.figures.cost),
        "tokens_per_minute": block.tokens_per_minute,
        "projected_usd": _usd(block.projected_cost),
    }


def forecasts(answer: Forecasts) -> Document:
    return {
        "schema": "tally.forecast/1",
        "timezone": answer.timezone,
        "time": stamp(answer.at_ms),
        "rows": [_forecast(row) for row in answer.rows],
    }


def _forecast(row: ForecastRow) -> Document:
    ahead, quota = row.forecast, row.quota
    return {
        **_window(row.window),
        "used_percent": ahead.percent,
        "freshness": row.freshness,
        "state": ahead.state,
        "text": row.status,
        "average_percent_per_hour": ahead.rate_average,
        "recent_percent_per_hour": ahead.rate_recent,
        "projected_low_percent": ahead.low,
        "projected_percent": projected_percent(ahead),
        "projected_high_percent": ahead.high,
        "cap_time": _stamp(ahead.cap_at),
        "low_confidence": list(ahead.low_confidence),
        "cost_usd": usd6(row.spent),
        "unpriced_calls": row.unpriced_calls,
        "usd_per_percent": usd6(round(row.price.nano)) if row.price else None,
        "usd_per_percent_source": row.price.source if row.price else None,
        "daily_usd": {str(target): _usd(nano) for target, nano in row.daily.items()},
        "quota": {
            "percent_per_hour": quota.rate,
            "projected_percent": quota.projected,
            "confidence": quota.confidence,
            "cap_time": _stamp(quota.cap_at),
        },
    }


def milestones(answer: Milestones, trends: Iterable[Trend]) -> Document:
    return {
        "schema": "tally.milestones/1",
        "timezone": answer.timezone,
        "time": stamp(answer.at_ms),
        "windows": [
            {
                **_window(each.window),
                "void": each.void,
                "cost_usd": usd6(each.cost),
                "milestones": [
                    {
                        "percent": row.percent,
                        "time": stamp(row.at),
                        "segment": row.segment,
                        "cumulative_usd": usd6(row.cumulative),
                        "marginal_usd": _usd(row.marginal),
                        "jump": row.jump,
                        "other_percent": row.other,
                        "written": row.written,
                    }
                    for row in each.rows
                ],
            }
            for each in answer.windows
        ],
        "weeks": [
            {
                "provider": trend.provider,
                "root": trend.root or None,
                "since": stamp(week.start),
                "until": stamp(week.end),
                "known": known,
                "used_percent": week.percent,
                "cost_usd": usd6(week.cost),
                "usd_per_percent": None if week.per_percent is None else usd6(round(week.per_percent)),
                "change": None if week.change is None else round(week.change, 6),
            }
            for trend in trends
            for week, known in zip(trend.weeks, trend.known, strict=True)
        ],
    }


def credits_spent(at_ms: int, timezone: str, rows: Iterable[CreditsRow], card: str) -> Document:
    """`tally.credits/1`."""
    return {
        "schema": "tally.credits/1",
        "timezone": timezone,
        "time": stamp(at_ms),
        "rate_card": card,
        "rows": [
            {
                **_window(row.window),
                "used_percent": row.window.percent,
                **_credits(row.total),
                "models": [{"model": model, **_credits(spent)} for model, spent in row.models.items()],
                "allowance": row.capacity
                and {
                    "total": exactly(row.capacity.total),
                    "left": exactly(row.capacity.left),
                    "confidence": row.capacity.confidence,
                },
            }
            for row in rows
        ],
    }


def _credits(spent: Credits) -> Document:
    return {"credits": exactly(spent.nano), "confidence": spent.confidence}


def exactly(nano: int) -> str:
    """Billionths of a credit as a decimal string of credits, to the last digit: `0.0590625`."""
    return f"{Decimal(nano).scaleb(-9).normalize():f}"


def granted_credits(several: Iterable[GrantedCredit]) -> Document:
    """`tally.granted-credits/1`: percents that a person says were handed back."""
    return {
        "schema": "tally.granted-credits/1",
        "credits": [
            {"id": each.id, **_key(each.key), "time": stamp(each.at), "percent": each.percent} for each in several
        ],
    }


def _key(key: LimitKey) -> Document:
    return {"provider": key.provider, "root": key.root or None, "limit": key.limit, "minutes": key.minutes}


def _window(window: Window) -> Document:
    return {**_key(window.key), "since": stamp(window.start), "resets_time": stamp(window.end)}


def _usd(nano: int | None) -> str | None:
    return None if nano is None else usd6(nano)


def _stamp(instant: int | None) -> Any:
    return None if instant is None else stamp(instant)
