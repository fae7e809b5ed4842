"""The JSON contract: answers → plain documents. Every field is described in docs/json.md.

Money is a string with six places (half-even); instants are UTC with a Z. A field once there stays,
with its meaning, for as long as the number after the slash in `schema` does.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from tally_tui.faces.documents import encoder
from tally_tui.reports.answers import SessionRow
from tally_tui.units import utc_text as stamp

__all__ = ["Document", "noted", "session_row", "stamp"]

Document: TypeAlias = dict[str, Any]


def noted(document: Document, note: str) -> Document:
    """The document with a `note` where there is something to say about how fresh it is."""
    return {**document, "note": note} if note else document


def session_row(row: SessionRow) -> Document:
    return encoder(SessionRow)(row)
