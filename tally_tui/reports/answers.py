"""What the reports answer with: the frozen shapes that screens, commands and exports share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tally_tui.model import Reason, Span, Tokens

GROUPS = (
    "provider", "model", "hour", "day", "week", "month", "year",
    "project", "session", "branch", "version", "subagent",
)
"""What `usage` can group by; any combination, in the order asked for."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums of some calls. `cost` is the priced part in nano-dollars; what it leaves out is counted."""

    calls: int = 0
    sessions: int = 0
    tokens: Tokens = Tokens()  # noqa: RUF009 - frozen
    cost: int = 0
    unpriced_calls: int = 0
    unpriced_tokens: int = 0
    estimated_calls: int = 0
    inferred_calls: int = 0


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One group: `key` maps each grouped field to its value (None: the logs do not say).

    Values: provider word; model id; local period starts as ISO text (`2026-11-22`, week by its
    first day, month `2026-11`, year `2026`, hour `2026-11-22T08:00+01:00`); project short name;
    session id; branch; agent version; subagent session id. `label` is the same for people.
    """

    key: Mapping[str, str | None]
    label: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Usage:
    """The answer of `reports.usage.usage`."""

    timezone: str
    span: Span
    by: tuple[str, ...]
    rows: tuple[UsageRow, ...]
    totals: Figures
    duplicates: Mapping[Reason, int] = field(default_factory=dict)
    unobserved: int = 0
    """Tokens that a jump of a Codex total shows and no record explains; never added to sums."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session with its subagents' cost rolled up (`own` is without them)."""

    provider: str
    session: str
    parent: str | None
    title: str
    project: str | None
    folder: str | None
    branch: str | None
    version: str | None
    models: tuple[str, ...]
    first_ms: int
    last_ms: int
    figures: Figures
    own: Figures
    subagents: int = 0
    file: str | None = None
    file_gone: bool = False
    bookmarked: bool = False
    note: str = ""
    """What a person wrote about it: as typed, not yet clean."""
    hidden: bool = False
    """A person took it off the list of conversations; it counts all the same."""
    turns: int | None = None
    """Prompts of a person in its own conversation; None: its log tells of none. Likewise the next ones."""
    replies: int | None = None
    """Answers of the model in it."""
    context: int | None = None
    """Tokens that the newest of them was given to read."""
    window: int | None = None
    """How many tokens fit; None: nothing tells."""
    agent: str | None = None
    """Of a subagent: its type or nickname."""
    archived: bool = False
    """Its logs were copied to the archive."""
    deleted_ms: int | None = None
    """When its agent will delete its log; None: nobody says so, or it is gone."""

    @property
    def messages(self) -> int | None:
        """How long the conversation is: prompts and answers."""
        return None if self.turns is None or self.replies is None else self.turns + self.replies

    @property
    def fill(self) -> float | None:
        """How full its context is, 0 to 1."""
        return self.context / self.window if self.context is not None and self.window else None


@dataclass(frozen=True, slots=True)
class Sessions:
    timezone: str
    span: Span
    rows: tuple[SessionRow, ...]
    total_rows: int
    """How many sessions match, of which `rows` are those asked for."""
    totals: Figures
    hidden: int = 0
    """How many more match and are left out because a person hid them."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call, or one duplicate when `reason` is not COUNTED, with where it came from."""

    time_ms: int
    provider: str
    model: str
    session: str
    root_session: str
    project: str | None
    branch: str | None
    tokens: Tokens
    cost: int | None
    """Nano-dollars; None when unpriced."""
    recorded: int | None
    """The cost the log itself states, nano-dollars."""
    status: str
    rate: str
    """Which price was used, for people: `claude-opus-4-8 · fast ×2 · since 2026-03-13`."""
    inferred: bool
    reason: Reason
    searches: int
    file: str
    offset: int
    """Byte offset of the (first) line in the file; in the uncompressed text of a `.zst`."""
    lines: int
    tier: str = "standard"
    """What it was paid as: `standard`, `batch`, `flex`, `priority` (Codex's fast mode, too) or `fast`."""


@dataclass(frozen=True, slots=True)
class Calls:
    timezone: str
    span: Span
    rows: tuple[CallRow, ...]
    total_rows: int
    totals: Figures


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch up to now and the same part of the stretch before it."""

    name: str
    """`last_10_minutes`, `last_hour`, `today`, `this_week`, `this_month`."""
    span: Span
    figures: Figures
    before: Figures

    @property
    def change(self) -> float | None:
        """Relative change of cost against the same part before; None where there was none."""
        return (self.figures.cost - self.before.cost) / self.before.cost if self.before.cost else None


@dataclass(frozen=True, slots=True)
class LimitGauge:
    """The newest reading of one limit window."""

    provider: str
    limit: str
    """The limit's identity in the log (`codex`, a model's own limit…)."""
    minutes: int
    """Length of the window: 300 is five hours, 10080 seven days."""
    percent: float
    read_ms: int
    resets_ms: int | None
    projected: float | None
    """Percent at the reset if the pace since the window's start goes on; None when unknown."""
    plan: str | None = None
    root: str = ""
    """The agent's home folder, one account each; '' for its usual one."""


@dataclass(frozen=True, slots=True)
class Now:
    timezone: str
    at_ms: int
    stretches: tuple[Stretch, ...]
    limits: tuple[LimitGauge, ...] = ()
    live: tuple[SessionRow, ...] = ()
    """Sessions with a call in the last 10 minutes, newest first."""


@dataclass(frozen=True, slots=True)
class ExplainLine:
    """One sentence of the total that explains itself; `query` finds the calls behind it."""

    kind: str
    count: int
    text: str
    query: str | None = None


@dataclass(frozen=True, slots=True)
class Explain:
    timezone: str
    span: Span
    totals: Figures
    lines_read: int
    """Usage lines that the counted calls came from."""
    duplicates: Mapping[Reason, int]
    unobserved: int
    lower_bound: bool
    """Whether logs are known to leave spend out (shown as ≥)."""
    lower_bound_why: tuple[str, ...]
    unreadable: Mapping[str, int]
    """Lines that could not be read, by reason; not limited to the span."""
    unknown: Mapping[str, int]
    """Record types we do not know, by name; not limited to the span."""
    unpriced_models: tuple[UsageRow, ...]
    lines: tuple[ExplainLine, ...]
    prices_at: str
    """The date of the price table in force."""
    files: int = 0
    files_gone: int = 0
