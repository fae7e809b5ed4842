"""The JSON contract: answers → plain documents. Every field is described in docs/json.md.

Money is a string with six places (half-even); instants are UTC with a Z. A field once there stays,
with its meaning, for as long as the number after the slash in `schema` does.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from tally_tui.faces.documents import encoder
from tally_tui.model import Span
from tally_tui.reports.answers import (
    Figures,
    SessionRow,
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


def span(asked: Span) -> Document:
    return encoder(Span)(asked)


def figures(sums: Figures) -> Document:
    return encoder(Figures)(sums)


def usage_row(row: UsageRow) -> Document:
    return encoder(UsageRow)(row)


def session_row(row: SessionRow) -> Document:
    return encoder(SessionRow)(row)
