"""Tables as text for other programs: exact numbers, one row a line."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tally_tui.clock import iso
from tally_tui.exports.escaping import escaped
from tally_tui.model import NANO, Tokens
from tally_tui.reports.answers import Calls, Figures, Sessions, Usage
from tally_tui.widgets.text import clean

Table = Sequence[Sequence[str]]
"""A header and rows of clean text."""

_TOKENS = (
    "input_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "cache_read_tokens",
    "output_tokens",
    "reasoning_tokens",
    "total_tokens",
)


def table(answer: Usage | Sessions | Calls) -> Table:
    """Everything an answer holds, with the column names of the JSON contract."""
    if isinstance(answer, Usage):
        head = [*answer.by, "calls", "sessions", *_TOKENS, "cost_usd", "unpriced_calls"]
        return [head] + [
            [*(clean(row.key.get(field) or "") for field in answer.by), *_figures(row.figures)]
            for row in answer.rows
        ]
    if isinstance(answer, Sessions):
        head = [
            "session",
            "title",
            "project",
            "branch",
            "models",
            "last",
            "calls",
            "sessions",
            *_TOKENS,
            "cost_usd",
            "unpriced_calls",
        ]
        return [head] + [
            [
                clean(row.session),
                clean(row.title),
                clean(row.project or ""),
                clean(row.branch or ""),
                clean(" ".join(row.models)),
                iso(row.last_ms),
                *_figures(row.figures),
            ]
            for row in answer.rows
        ]
    head = [
        "time",
        "provider",
        "model",
        "session",
        "project",
        "branch",
        *_TOKENS,
        "cost_usd",
        "status",
        "file",
        "offset",
    ]
    return [head] + [
        [
            iso(row.time_ms),
            row.provider,
            clean(row.model),
            clean(row.session),
            clean(row.project or ""),
            clean(row.branch or ""),
            *_tokens(row.tokens),
            "" if row.cost is None else dollars(row.cost),
            row.status,
            clean(row.file),
            str(row.offset),
        ]
        for row in answer.rows
    ]


def tsv(rows: Table) -> str:
    """Tab-separated, as spreadsheets paste it."""
    return "".join("\t".join(row) + "\n" for row in rows)


def markdown(rows: Table) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(map(escaped, row)) + " |" for row in rows]
    lines.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(lines) + "\n"


def dollars(nano: int) -> str:
    """Nano-dollars as dollars with six places, half-even."""
    return str((Decimal(nano) / NANO).quantize(Decimal("0.000001")))


def _figures(summed: Figures) -> list[str]:
    cost = "" if summed.unpriced_calls and not summed.cost else dollars(summed.cost)
    return [
        str(summed.calls),
        str(summed.sessions),
        *_tokens(summed.tokens),
        cost,
        str(summed.unpriced_calls),
    ]


def _tokens(tokens: Tokens) -> list[str]:
    return [
        str(each)
        for each in (
            tokens.input,
            tokens.write_5m,
            tokens.write_1h,
            tokens.cache_read,
            tokens.output,
            tokens.reasoning,
            tokens.total,
        )
    ]
