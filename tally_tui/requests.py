"""What screens ask: each question with the slot its answer goes to."""

from __future__ import annotations

from typing import Final, TypeAlias

from msgspec import Struct

from tally_tui.config_budgets import Budget
from tally_tui.model import Span

ALL_TIME: Final = Span()

Facet: TypeAlias = tuple[str, str | None]
"""One grouped field and the value it must have, as in `UsageRow.key`; None: the logs do not say."""


class NowRequest(Struct, frozen=True):
    """The last 10 minutes, hour, today, week, month; limits; live sessions."""

    slot: str
    query: str = ""
    timezone: str = "local"
    """IANA name; `local`: the machine's own zone. Likewise in every request."""


class UsageRequest(Struct, frozen=True):
    """Sums of the calls in a span, grouped by the fields of `by`, in that order."""

    slot: str
    by: tuple[str, ...]
    span: Span = ALL_TIME
    query: str = ""
    where: tuple[Facet, ...] = ()
    timezone: str = "local"


class SessionsRequest(Struct, frozen=True):
    """The sessions with a call in a span: `limit` of them from `offset` on."""

    slot: str
    span: Span = ALL_TIME
    query: str = ""
    where: tuple[Facet, ...] = ()
    order: str = "cost"
    """`last` or `started` (its latest or first call), `cost`, `tokens`, `calls`, `length` (prompts and answers),
    `context` (how full it is), `title`, `project`, `branch` or `model`."""
    descending: bool = True
    offset: int = 0
    limit: int = 400
    timezone: str = "local"
    without_hidden: bool = False
    """Leave out what a person hid, unless the query asks for it; sums are of all."""


class SubagentsRequest(Struct, frozen=True):
    """The subagents of some sessions (by their ids) that have calls which a query lets through."""

    slot: str
    roots: tuple[str, ...]
    query: str = ""
    timezone: str = "local"


class ExcerptsRequest(Struct, frozen=True):
    """How the sessions of some logs began, and what was said in them last."""

    slot: str
    logs: tuple[tuple[str, str], ...]
    """Provider and path of each."""
    timezone: str = "local"


class MarksRequest(Struct, frozen=True):
    """Every bookmark and note, and where sessions were left."""

    slot: str
    timezone: str = "local"


class HabitsRequest(Struct, frozen=True):
    """How the person last had the screens: orders, depths and the like."""

    slot: str
    timezone: str = "local"


class CallsRequest(Struct, frozen=True):
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


class ExplainRequest(Struct, frozen=True):
    """How the total of a span came about."""

    slot: str
    span: Span = ALL_TIME
    query: str = ""
    timezone: str = "local"


class BudgetsRequest(Struct, frozen=True):
    """How each budget of the settings stands in its present period."""

    slot: str
    timezone: str = "local"


class BudgetPeriodRequest(Struct, frozen=True):
    """How one budget stood in a period, with the points of its burn-up."""

    slot: str
    name: str
    back: int = 0
    """So many periods before the present one."""
    timezone: str = "local"


class BudgetPreviewRequest(Struct, frozen=True):
    """What a budget's thresholds would have done in the present period and `count` before it."""

    slot: str
    budget: Budget
    count: int = 6
    timezone: str = "local"


class BudgetSuggestionsRequest(Struct, frozen=True):
    """Budgets that the spend of the last weeks speaks for."""

    slot: str
    timezone: str = "local"


class TranscriptRequest(Struct, frozen=True):
    """A session's conversation: its items in order, followed as its log grows."""

    slot: str
    provider: str
    session: str
    timezone: str = "local"


class TextsRequest(Struct, frozen=True):
    """The whole texts of some items of a conversation that a TranscriptRequest stands for."""

    slot: str
    provider: str
    session: str
    first: int
    last: int
    timezone: str = "local"


class SpilledRequest(Struct, frozen=True):
    """The whole output of one item of a conversation that stands in a file of its own."""

    slot: str
    provider: str
    session: str
    key: str
    """The item's."""
    timezone: str = "local"


class FindRequest(Struct, frozen=True):
    """Which items of a conversation hold a pattern (a regular expression)."""

    slot: str
    provider: str
    session: str
    pattern: str
    ignore_case: bool = True
    start: int = 0
    """The item from which on it is looked for first."""
    timezone: str = "local"


class SearchRequest(Struct, frozen=True):
    """Messages of all conversations that match a query still being typed."""

    slot: str
    query: str
    ranked: bool = False
    facets: tuple[str, ...] = ()
    """Which kinds of text to look in, by the words of `library.facets.GROUPS`; none: all."""
    limit: int = 200
    timezone: str = "local"


class PlacesRequest(Struct, frozen=True):
    """Where in one session (the one at the top) all that a search finds stands."""

    slot: str
    provider: str
    session: str
    query: str
    facets: tuple[str, ...] = ()
    """As in a SearchRequest."""
    timezone: str = "local"


class SearchesRequest(Struct, frozen=True):
    """What was searched for before, and the searches that were saved."""

    slot: str
    timezone: str = "local"


class SearchableRequest(Struct, frozen=True):
    """How much of the logs a search can see."""

    slot: str
    timezone: str = "local"


class CompareRequest(Struct, frozen=True):
    """Two sessions side by side, by their ids."""

    slot: str
    left: str
    right: str
    timezone: str = "local"


class ArchivingRequest(Struct, frozen=True):
    """What the archiving is at."""

    slot: str
    timezone: str = "local"


class AlertsRequest(Struct, frozen=True):
    """The alerts, newest first: `limit` of them from `offset` on."""

    slot: str
    query: str = ""
    offset: int = 0
    limit: int = 400
    timezone: str = "local"


class AlertDetailRequest(Struct, frozen=True):
    """Everything about one alert: a chart around it, the call that crossed it, what to do next."""

    slot: str
    alert: int
    timezone: str = "local"


class AlertRulesRequest(Struct, frozen=True):
    """Every rule as the settings have it, when it last fired, and the channels."""

    slot: str
    timezone: str = "local"


class UnreadRequest(Struct, frozen=True):
    """How many alerts nobody has seen."""

    slot: str
    timezone: str = "local"


class MilestonesRequest(Struct, frozen=True):
    """The whole percents of the newest windows with their costs, and dollars per percent over weeks."""

    slot: str
    timezone: str = "local"


class ChannelTestRequest(Struct, frozen=True):
    """Send an example of every rule through every channel; dropping the slot ends it."""

    slot: str
    run: int
    """Another number is another test."""
    timezone: str = "local"


AlertRequest: TypeAlias = (
    AlertsRequest | AlertDetailRequest | AlertRulesRequest | UnreadRequest | MilestonesRequest
)
"""Likewise what is asked about alerts."""
BudgetRequest: TypeAlias = BudgetsRequest | BudgetPeriodRequest | BudgetPreviewRequest | BudgetSuggestionsRequest
"""What is answered from the ledger by the settings as they stand in the file now."""
LedgerRequest: TypeAlias = (
    NowRequest | UsageRequest | SessionsRequest | SubagentsRequest | CallsRequest | ExplainRequest | MarksRequest
    | BudgetRequest | SearchesRequest | HabitsRequest | AlertRequest
)
"""What the ledger alone answers."""
LibraryRequest: TypeAlias = SearchRequest | PlacesRequest
"""What is looked for in what was said."""
ReadingRequest: TypeAlias = TranscriptRequest | TextsRequest | SpilledRequest | FindRequest
"""What is answered from a session's log."""
Request: TypeAlias = (
    LedgerRequest | ReadingRequest | ExcerptsRequest | LibraryRequest | SearchableRequest | ChannelTestRequest
    | CompareRequest | ArchivingRequest
)  # fmt: skip
