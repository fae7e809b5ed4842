"""The JSON contract: answers → plain documents. Every field is described in docs/json.md.

Money is a string with six places (half-even); instants are UTC with a Z. A field once there stays,
with its meaning, for as long as the number after the slash in `schema` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from tally_tui.model import Reason, Span, Tokens
from tally_tui.reports.answers import (
    CallRow,
    Calls,
    Explain,
    Figures,
    LimitGauge,
    Now,
    SessionRow,
    Sessions,
    Stretch,
    Usage,
    UsageRow,
)
from tally_tui.rules.figures import usd6

if TYPE_CHECKING:
    from tally_tui.reports.excerpts import Excerpt

Document: TypeAlias = dict[str, Any]


def stamp(instant_ms: int) -> str:
    """`2026-11-22T08:15:00Z`, with milliseconds where they are not zero."""
    whole = datetime.fromtimestamp(instant_ms // 1000, UTC).isoformat()[:-6]
    rest = instant_ms % 1000
    return f"{whole}.{rest:03d}Z" if rest else f"{whole}Z"


def noted(document: Document, note: str) -> Document:
    """The document with a `note` where there is something to say about how fresh it is."""
    return {**document, "note": note} if note else document


def usage(answer: Usage) -> Document:
    return {
        "schema": "tally.usage/1",
        "timezone": answer.timezone,
        "span": span(answer.span),
        "rows": [usage_row(row) for row in answer.rows],
        "totals": figures(answer.totals),
        "duplicates": _duplicates(answer.duplicates),
        "unobserved_tokens": answer.unobserved,
    }


def sessions(answer: Sessions, words: Mapping[str, Excerpt]) -> Document:
    """`words`: session → how it begins and ends, of those that were read."""
    return {
        "schema": "tally.sessions/1",
        "timezone": answer.timezone,
        "span": span(answer.span),
        "rows": [session_row(row, words.get(row.session)) for row in answer.rows],
        "total_rows": answer.total_rows,
        "totals": figures(answer.totals),
    }


def calls(answer: Calls) -> Document:
    return {
        "schema": "tally.calls/1",
        "timezone": answer.timezone,
        "span": span(answer.span),
        "rows": [call_row(row) for row in answer.rows],
        "total_rows": answer.total_rows,
        "totals": figures(answer.totals),
    }


def explain(answer: Explain) -> Document:
    return {
        "schema": "tally.explain/1",
        "timezone": answer.timezone,
        "span": span(answer.span),
        "rows": [
            {"kind": line.kind, "count": line.count, "text": line.text, "query": line.query}
            for line in answer.lines
        ],
        "totals": figures(answer.totals),
        "lines_read": answer.lines_read,
        "files": answer.files,
        "files_gone": answer.files_gone,
        "duplicates": _duplicates(answer.duplicates),
        "unobserved_tokens": answer.unobserved,
        "lower_bound": answer.lower_bound,
        "lower_bound_why": list(answer.lower_bound_why),
        "unreadable_lines": dict(answer.unreadable),
        "unknown_records": dict(answer.unknown),
        "unpriced_models": [usage_row(row) for row in answer.unpriced_models],
        "prices_at": answer.prices_at,
    }


def now(answer: Now) -> Document:
    return {
        "schema": "tally.now/1",
        "timezone": answer.timezone,
        "time": stamp(answer.at_ms),
        "rows": [stretch(each) for each in answer.stretches],
        "limits": [limit(each) for each in answer.limits],
        "live_sessions": [session_row(each) for each in answer.live],
    }


def span(asked: Span) -> Document:
    return {
        "since": None if asked.since is None else stamp(asked.since),
        "until": None if asked.until is None else stamp(asked.until),
    }


def figures(sums: Figures) -> Document:
    return {
        "calls": sums.calls,
        "sessions": sums.sessions,
        **tokens(sums.tokens),
        "cost_usd": usd6(sums.cost),
        "unpriced_calls": sums.unpriced_calls,
        "unpriced_tokens": sums.unpriced_tokens,
        "estimated_calls": sums.estimated_calls,
        "inferred_calls": sums.inferred_calls,
    }


def tokens(each: Tokens) -> Document:
    return {
        "input_tokens": each.input,
        "cache_write_5m_tokens": each.write_5m,
        "cache_write_1h_tokens": each.write_1h,
        "cache_read_tokens": each.cache_read,
        "output_tokens": each.output,
        "reasoning_tokens": each.reasoning,
        "total_tokens": each.total,
    }


def usage_row(row: UsageRow) -> Document:
    return {"key": dict(row.key), **figures(row.figures)}


def session_row(row: SessionRow, words: Excerpt | None = None) -> Document:
    """`words`: how it begins and ends, where that was read."""
    return {
        "provider": row.provider,
        "session": row.session,
        "parent": row.parent,
        "title": row.title,
        "project": row.project,
        "folder": row.folder,
        "branch": row.branch,
        "version": row.version,
        "models": list(row.models),
        "first_time": stamp(row.first_ms),
        "last_time": stamp(row.last_ms),
        **figures(row.figures),
        "subagents": row.subagents,
        "own": figures(row.own),
        "file": row.file,
        "file_gone": row.file_gone,
        "turns": row.turns,
        "replies": row.replies,
        "context_tokens": row.context,
        "context_window_tokens": row.window,
        "context_fill": None if row.fill is None else round(row.fill, 4),
        "bookmarked": row.bookmarked,
        "note": row.note or None,
        "hidden": row.hidden,
        "archived": row.archived,
        "deletion_time": None if row.deleted_ms is None else stamp(row.deleted_ms),
        "first_prompt": words.prompt if words else None,
        "last_reply": words.reply if words else None,
    }


def call_row(row: CallRow) -> Document:
    return {
        "time": stamp(row.time_ms),
        "provider": row.provider,
        "model": row.model,
        "session": row.session,
        "root_session": row.root_session,
        "project": row.project,
        "branch": row.branch,
        **tokens(row.tokens),
        "web_searches": row.searches,
        "cost_usd": None if row.cost is None else usd6(row.cost),
        "recorded_cost_usd": None if row.recorded is None else usd6(row.recorded),
        "price_status": row.status,
        "rate": row.rate,
        "tier": row.tier,
        "inferred": row.inferred,
        "duplicate": None if row.reason is Reason.COUNTED else row.reason.word,
        "file": row.file,
        "offset": row.offset,
        "lines": row.lines,
    }


def stretch(each: Stretch) -> Document:
    change = each.change
    return {
        "name": each.name,
        "span": span(each.span),
        **figures(each.figures),
        "cost_change": None if change is None else round(change, 6),
        "before": figures(each.before),
    }


def limit(gauge: LimitGauge) -> Document:
    return {
        "provider": gauge.provider,
        "root": gauge.root or None,
        "limit": gauge.limit,
        "minutes": gauge.minutes,
        "used_percent": gauge.percent,
        "projected_percent": None if gauge.projected is None else round(gauge.projected, 1),
        "read_time": stamp(gauge.read_ms),
        "resets_time": None if gauge.resets_ms is None else stamp(gauge.resets_ms),
        "plan": gauge.plan,
    }


def _duplicates(counts: Mapping[Reason, int]) -> dict[str, int]:
    return {reason.word: counts.get(reason, 0) for reason in Reason if reason is not Reason.COUNTED}
