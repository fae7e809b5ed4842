"""What screens ask: each question with the slot its answer goes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from tally_tui.model import Span

ALL_TIME: Final = Span()

Facet: TypeAlias = tuple[str, str | None]
"""One grouped field and the value it must have, as in `UsageRow.key`; None: the logs do not say."""


@dataclass(frozen=True, slots=True)
class NowRequest:
    """The last 10 minutes, hour, today, week, month; limits; live sessions."""

    slot: str
    query: str = ""
    timezone: str = "local"
    """IANA name; `local`: the machine's own zone. Likewise in every request."""


@dataclass(frozen=True, slots=True)
class UsageRequest:
    """Sums of the calls in a span, grouped by the fields of `by`, in that order."""

    slot: str
    by: tuple[str, ...]
    span: Span = ALL_TIME
    query: str = ""
    where: tuple[Facet, ...] = ()
    timezone: str = "local"


@dataclass(frozen=True, slots=True)
class SessionsRequest:
    """The sessions with a call in a span: `limit` of them from `offset` on."""

    slot: str
    span: Span = ALL_TIME
    query: str = ""
    where: tuple[Facet, ...] = ()
    order: str = "cost"
    """`cost`, `tokens`, `calls`, `last` (its latest call) or `title`."""
    descending: bool = True
    offset: int = 0
    limit: int = 400
    timezone: str = "local"


@dataclass(frozen=True, slots=True)
class CallsRequest:
    """The calls in a span: `limit` of them from `offset` on."""

    slot: str
    span: Span = ALL_TIME
    query: str = ""
    where: tuple[Facet, ...] = ()
    order: str = "time"
    """`time`, `cost`, `tokens` or `model`."""
    descending: bool = True
    offset: int = 0
    limit: int = 400
    timezone: str = "local"


@dataclass(frozen=True, slots=True)
class ExplainRequest:
    """How the total of a span came about."""

    slot: str
    span: Span = ALL_TIME
    query: str = ""
    timezone: str = "local"


@dataclass(frozen=True, slots=True)
class TranscriptRequest:
    """A session's conversation: its items in order, followed as its log grows."""

    slot: str
    provider: str
    session: str
    timezone: str = "local"


@dataclass(frozen=True, slots=True)
class TextsRequest:
    """The whole texts of some items of a conversation that a TranscriptRequest stands for."""

    slot: str
    provider: str
    session: str
    first: int
    last: int
    timezone: str = "local"


@dataclass(frozen=True, slots=True)
class FindRequest:
    """Which items of a conversation hold a pattern (a regular expression)."""

    slot: str
    provider: str
    session: str
    pattern: str
    ignore_case: bool = True
    timezone: str = "local"


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """Messages of all conversations that match a query still being typed."""

    slot: str
    query: str
    ranked: bool = False
    limit: int = 200
    timezone: str = "local"


@dataclass(frozen=True, slots=True)
class SearchableRequest:
    """How much of the logs a search can see."""

    slot: str
    timezone: str = "local"


LedgerRequest: TypeAlias = NowRequest | UsageRequest | SessionsRequest | CallsRequest | ExplainRequest
"""What the ledger alone answers."""
ReadingRequest: TypeAlias = TranscriptRequest | TextsRequest | FindRequest
"""What is answered from a session's log."""
Request: TypeAlias = LedgerRequest | ReadingRequest | SearchRequest | SearchableRequest
