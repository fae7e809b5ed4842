"""The JSON contract: answers → plain documents. Every field is described in docs/json.md.

Money is a string with six places (half-even); instants are UTC with a Z. A field once there stays,
with its meaning, for as long as the number after the slash in `schema` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from tally_tui.faces.documents import encoder
from tally_tui.model import Reason, Span
from tally_tui.reports.answers import (
    Explain,
    Figures,
    LimitGauge,
    Now,
    SessionRow,
    Stretch,
    UsageRow,
)

if TYPE_CHECKING:
    pass

Document: TypeAlias = dict[str, Any]


def stamp(instant_ms: int) -> str:
    """`2026-11-22T08:15:00Z`, with milliseconds where they are not zero."""
    whole = datetime.fromtimestamp(instant_ms // 1000, UTC).isoformat()[:-6]
    rest = instant_ms % 1000
    return f"{whole}.{rest:03d}Z" if rest else f"{whole}Z"


def noted(document: Document, note: str) -> Document:
    """The document with a `note` where there is something to say about how fresh it is."""
    return {**document, "note": note} if note else document


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
    return encoder(Span)(asked)


def figures(sums: Figures) -> Document:
    return encoder(Figures)(sums)


def usage_row(row: UsageRow) -> Document:
    return encoder(UsageRow)(row)


def session_row(row: SessionRow) -> Document:
    return encoder(SessionRow)(row)


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
        "projected_percent": gauge.projected,
        "read_time": stamp(gauge.read_ms),
        "resets_time": None if gauge.resets_ms is None else stamp(gauge.resets_ms),
        "plan": gauge.plan,
    }


def _duplicates(counts: Mapping[Reason, int]) -> dict[str, int]:
    return {reason.word: counts.get(reason, 0) for reason in Reason if reason is not Reason.COUNTED}
