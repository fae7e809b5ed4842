"""What the reports answer with: the frozen shapes that screens, commands and exports share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final

from msgspec import Struct, field

from tally_tui.model import Reason, Span, Tokens
from tally_tui.units import (
    Count,
    DocumentName,
    EntityName,
    EpochMs,
    FilePath,
    FreeText,
    GroupKey,
    Identifier,
    Inline,
    Label,
    NanoUSD,
    OptionalPath,
    OptionalText,
    Percent,
    Ratio,
    Switch,
    Tally,
    TokenCount,
    Unit,
)

GROUPS = (
    "provider", "model", "hour", "day", "week", "month", "year",
    "project", "folder", "session", "branch", "version", "subagent", "instance",
)
"""What `usage` can group by; any combination, in the order asked for."""


def _count_by_reason(counts: Mapping[Reason, int]) -> dict[str, int]:
    return {reason.word: counts.get(reason, 0) for reason in Reason if reason is not Reason.COUNTED}


DUPLICATE_REASON: Final = Unit(
    {"type": ["string", "null"]}, lambda reason: None if reason is Reason.COUNTED else reason.word
)
CHANGE: Final = Unit({"type": "number"}, lambda change: round(change, 6), right=True)
PROJECTED: Final = Unit({"type": "number"}, None, "percent", right=True)
DUPLICATE_COUNTS: Final = Unit(
    {"type": "object", "additionalProperties": {"type": "integer"}}, _count_by_reason
)


class Figures(Struct, frozen=True):
    """The sums of some calls."""

    calls: Count = 0
    """Model responses that were billed."""
    sessions: Count = 0
    """Root sessions they belong to."""
    tokens: Annotated[Tokens, Inline()] = Tokens()
    cost: Annotated[NanoUSD, DocumentName("cost_usd")] = 0
    """Cost of the calls with a price; the others are counted in `unpriced_calls`."""
    unpriced_calls: Count = 0
    """Calls without a known price."""
    unpriced_tokens: TokenCount = 0
    """Tokens of the calls without a known price."""
    estimated_calls: Count = 0
    """Calls for which another price stands in."""
    inferred_calls: Count = 0
    """Calls whose model was taken from a later line."""


class UsageRow(Struct, frozen=True):
    """One group: `key` maps each grouped field to its value (None: the logs do not say).

    Values: provider word; model id; local period starts as ISO text (`2026-11-22`, week by its
    first day, month `2026-11`, year `2026`, hour `2026-11-22T08:00+01:00`); project short name; path of a folder;
    session id; branch; agent version; subagent session id. `label` is the same for people.
    """

    key: GroupKey
    """The grouped fields by name; null where the logs do not say."""
    label: str
    figures: Annotated[Figures, Inline()]


class Usage(Struct, frozen=True):
    """What was spent, grouped."""

    timezone: Label
    """The time zone that days were cut in."""
    span: Span
    """The time asked for."""
    by: Annotated[tuple[Label, ...], DocumentName("")]
    """The fields grouped by, in order."""
    rows: tuple[UsageRow, ...]
    """Periods by time, all else by cost, the costliest first."""
    totals: Figures
    """The sums of all rows, those left out by a limit included."""
    duplicates: Annotated[Mapping[Reason, int], DUPLICATE_COUNTS] = field(default_factory=dict)
    """Records that say again what another said, kept out of all sums, by reason."""
    unobserved: Annotated[TokenCount, DocumentName("unobserved_tokens")] = 0
    """Tokens that a jump of a Codex total shows and no record explains; never added to sums."""
    total_rows: Annotated[Count, DocumentName("")] = 0
    """How many rows there are, those left out by a limit included."""


class SessionRow(Struct, frozen=True):
    """A session with its subagents' figures rolled up."""

    DOCUMENT_ORDER: ClassVar = (
        "provider", "session", "parent", "title", "project", "folder", "branch", "version", "models", "first_time",
        "last_time", "figures", "subagents", "own", "file", "file_gone", "turns",
        "replies", "context_tokens", "context_window_tokens", "context_fill", "bookmarked", "note", "hidden",
        "archived", "deletion_time", "first_prompt", "last_reply",
    )  # fmt: skip

    provider: Label
    """`claude` or `codex`."""
    session: Identifier
    """The agent's own id; a Claude subagent's is its parent's and `/agent-…`."""
    parent: Identifier | None
    """The session that started this subagent."""
    title: FreeText
    """What it is called; empty where nothing says."""
    project: EntityName | None
    """The short name of the project it belongs to."""
    folder: FilePath | None
    """The folder it began in, as logged."""
    branch: EntityName | None
    """The git branch it began on."""
    version: Label | None
    """The agent's version."""
    models: tuple[Label, ...]
    """The models it called."""
    first_ms: Annotated[EpochMs, DocumentName("first_time")]
    """Its first call in the span."""
    last_ms: Annotated[EpochMs, DocumentName("last_time")]
    """Its last call in the span."""
    figures: Annotated[Figures, Inline()]
    own: Figures
    """The figures without its subagents'."""
    subagents: Count = 0
    """How many subagents it started."""
    file: FilePath | None = None
    """Its transcript."""
    file_gone: Switch = False
    """Whether that file was deleted."""
    bookmarked: Switch = False
    """Whether you bookmarked it."""
    note: OptionalText = ""
    """What you wrote about it; as typed."""
    hidden: Switch = False
    """Whether you took it off the list of conversations; it counts all the same."""
    turns: Count | None = None
    """Prompts of a person in its own conversation; null: its log tells of none. Likewise the next ones."""
    replies: Count | None = None
    """Answers of the model in it."""
    context: Annotated[TokenCount, DocumentName("context_tokens")] | None = None
    """Tokens that the newest of them was given to read; after a compaction those that it left until the next one."""
    window: Annotated[TokenCount, DocumentName("context_window_tokens")] | None = None
    """How many tokens fit; null: nothing tells."""
    agent: str | None = None
    """Of a subagent: its type or nickname."""
    archived: Switch = False
    """Whether its logs were copied to the archive."""
    context_unknown: bool = False
    """It was compacted, and nothing tells what that left."""
    deleted_ms: Annotated[EpochMs, DocumentName("deletion_time")] | None = None
    """When its agent will delete its log; null: nobody says so, or it is gone."""
    first_prompt: FreeText | None = None
    """How it begins; null unless it was asked for and is known."""
    last_reply: FreeText | None = None
    """How it ends; null unless it was asked for and is known."""

    @property
    def messages(self) -> int | None:
        """How long the conversation is: prompts and answers."""
        return None if self.turns is None or self.replies is None else self.turns + self.replies

    @property
    def fill(self) -> Annotated[Ratio, DocumentName("context_fill")] | None:
        """How full its context is, 0 to 1."""
        return self.context / self.window if self.context is not None and self.window else None


class Sessions(Struct, frozen=True):
    """Sessions with what they cost."""

    timezone: Label
    """The time zone that days were cut in."""
    span: Span
    """The time asked for."""
    rows: tuple[SessionRow, ...]
    """In the order asked for."""
    total_rows: Count
    """How many sessions match, of which `rows` are those asked for."""
    totals: Figures
    """The sums of all sessions that match."""
    hidden: Annotated[Count, DocumentName("")] = 0
    """How many more match and are left out because a person hid them."""


class CallRow(Struct, frozen=True):
    """One call, or one duplicate of a call, with where it came from."""

    DOCUMENT_ORDER: ClassVar = (
        "time", "provider", "model", "session", "root_session", "project", "branch", "tokens", "web_searches",
        "cost_usd", "recorded_cost_usd", "price_status", "rate", "tier", "inferred", "duplicate", "file", "offset",
        "lines",
    )  # fmt: skip

    time_ms: Annotated[EpochMs, DocumentName("time")]
    """Its first line's."""
    provider: Label
    """`claude` or `codex`."""
    model: Label
    """As logged; empty where the log names none."""
    session: Identifier
    """The session that made it."""
    root_session: Identifier
    """The session at the top of that one."""
    project: EntityName | None
    """The short name of the project it belongs to."""
    branch: EntityName | None
    """The git branch it was made on."""
    tokens: Annotated[Tokens, Inline()]
    cost: Annotated[NanoUSD, DocumentName("cost_usd")] | None
    """Null when unpriced."""
    recorded: Annotated[NanoUSD, DocumentName("recorded_cost_usd")] | None
    """The cost the log itself states."""
    status: Annotated[Label, DocumentName("price_status")]
    """`priced`, `estimated` or `unpriced`."""
    rate: Label
    """Which price was used, for people: `claude-opus-4-8 · fast ×2 · since 2026-03-13`."""
    inferred: Switch
    """Whether the model was taken from a later line."""
    reason: Annotated[Reason, DUPLICATE_REASON, DocumentName("duplicate")]
    """Why it does not count; null for a call that counts."""
    searches: Annotated[Count, DocumentName("web_searches")]
    """Web searches, priced per request."""
    file: FilePath
    """The log."""
    offset: Count
    """Byte offset of the (first) line in the file; in the uncompressed text of a `.zst`."""
    lines: Count
    """Lines it came from."""
    tier: Label = "standard"
    """What it was paid as: `standard`, `batch`, `flex`, `priority` (Codex's fast mode, too) or `fast` (Claude's)."""


class Calls(Struct, frozen=True):
    """Single calls, and the lines they came from."""

    timezone: Label
    """The time zone that days were cut in."""
    span: Span
    """The time asked for."""
    rows: tuple[CallRow, ...]
    """In the order asked for."""
    total_rows: Count
    """How many calls match, of which `rows` are those asked for."""
    totals: Figures
    """The sums of all calls that match."""


class Stretch(Struct, frozen=True):
    """The time up to now and the same part of the time before it."""

    DOCUMENT_ORDER: ClassVar = ("name", "span", "figures", "cost_change", "before")

    name: Label
    """`last_10_minutes`, `last_hour`, `today`, `this_week`, `this_month`."""
    span: Span
    """Up to now."""
    figures: Annotated[Figures, Inline()]
    before: Figures
    """The figures of the same part before."""

    @property
    def change(self) -> Annotated[float, CHANGE, DocumentName("cost_change")] | None:
        """Relative change of cost against the same part before; null where there was none."""
        return (self.figures.cost - self.before.cost) / self.before.cost if self.before.cost else None


class LimitGauge(Struct, frozen=True):
    """The newest reading of one limit window."""

    DOCUMENT_ORDER: ClassVar = (
        "provider", "root", "limit", "minutes", "used_percent", "projected_percent", "read_time", "resets_time", "plan",
    )  # fmt: skip

    provider: Label
    """`claude` or `codex`."""
    limit: Label
    """The limit's identity in the log (`codex`, a model's own limit…)."""
    minutes: Count
    """Length of the window: 300 is five hours, 10080 seven days."""
    percent: Annotated[Percent, DocumentName("used_percent")]
    """How much is used."""
    read_ms: Annotated[EpochMs, DocumentName("read_time")]
    """When it was read."""
    resets_ms: Annotated[EpochMs, DocumentName("resets_time")] | None
    """When the window ends."""
    projected: Annotated[float, PROJECTED, DocumentName("projected_percent")] | None
    """Percent at the reset if the pace since the window's start goes on; null when unknown."""
    plan: Label | None = None
    """The subscription, where the agent names it."""
    root: OptionalPath = ""
    """The agent's home folder, one account each; null for its usual one."""


class Now(Struct, frozen=True):
    """How it stands: the last minutes, today, this week, this month, the limits, and who is at work."""

    timezone: Label
    """The time zone that days were cut in."""
    at_ms: Annotated[EpochMs, DocumentName("time")]
    """Now."""
    stretches: Annotated[tuple[Stretch, ...], DocumentName("rows")]
    """The shortest first."""
    limits: tuple[LimitGauge, ...] = ()
    """The newest reading of each limit."""
    live: Annotated[tuple[SessionRow, ...], DocumentName("live_sessions")] = ()
    """Sessions with a call in the last 10 minutes, newest first."""


class ExplainLine(Struct, frozen=True):
    """One sentence of the total that explains itself."""

    kind: Label
    """What it is about: `calls`, a reason of duplicates, `unpriced`, `estimated`, `unreadable` …"""
    count: Count
    """How many there are."""
    text: Label
    """The sentence."""
    query: Label | None = None
    """What finds the calls behind it."""


class Explain(Struct, frozen=True):
    """How a total came about: what was counted, what was left out and why."""

    DOCUMENT_ORDER: ClassVar = (
        "timezone", "span", "rows", "totals", "lines_read", "files", "files_gone", "duplicates", "unobserved_tokens",
        "lower_bound", "lower_bound_why", "unreadable_lines", "unknown_records", "unpriced_models", "prices_at",
    )  # fmt: skip

    timezone: Label
    """The time zone that days were cut in."""
    span: Span
    """The time asked for."""
    totals: Figures
    """The sums of all calls that match."""
    lines_read: Count
    """Usage lines that the counted calls came from."""
    duplicates: Annotated[Mapping[Reason, int], DUPLICATE_COUNTS]
    """Records that say again what another said, kept out of all sums, by reason."""
    unobserved: Annotated[TokenCount, DocumentName("unobserved_tokens")]
    """Tokens that a jump of a Codex total shows and no record explains; in no sum."""
    lower_bound: Switch
    """Whether logs are known to leave spend out (shown as ≥)."""
    lower_bound_why: tuple[Label, ...]
    """Why, a sentence each."""
    unreadable: Annotated[Tally, DocumentName("unreadable_lines")]
    """Lines that could not be read, by reason; not limited to the span."""
    unknown: Annotated[Tally, DocumentName("unknown_records")]
    """Record types we do not know, by name; not limited to the span."""
    unpriced_models: tuple[UsageRow, ...]
    """The models without a known price."""
    lines: Annotated[tuple[ExplainLine, ...], DocumentName("rows")]
    """The sentences, what was counted first."""
    prices_at: Label
    """The date of the price table in force."""
    files: Count = 0
    """Log files that were read, of any time."""
    files_gone: Count = 0
    """Log files that were deleted since."""
