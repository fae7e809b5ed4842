"""The nouns of the house: plain, frozen data that every floor shares.

Units, everywhere: tokens are whole tokens; money is integer nano-dollars (1e-9 USD); instants are
integer milliseconds since the Unix epoch, UTC; a slot is a quarter of an hour since the epoch.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Final

from msgspec import Struct

from tally_tui.units import DocumentName, EpochMs, TokenCount

NANO: Final = 1_000_000_000
"""Nano-dollars in a dollar."""

SLOT_MS: Final = 900_000
"""Length of a rollup slot in milliseconds: every time zone's offset is a multiple of it."""


class Provider(IntEnum):
    """Who bills the call. The value is what the ledger stores."""

    CLAUDE = 1
    CODEX = 2

    @property
    def word(self) -> str:
        """The provider's name in screens, commands and JSON."""
        return self.name.lower()


class PriceStatus(IntEnum):
    """How much is known of a call's price."""

    PRICED = 0
    ESTIMATED = 1
    """A price stands in for a missing one; sums include it and say so."""
    UNPRICED = 2
    """No price: tokens are counted, cost is not; sums say how many such calls they leave out."""

    @property
    def word(self) -> str:
        return self.name.lower()


class Reason(IntEnum):
    """Why a record is a duplicate (kept out of sums); `COUNTED` marks a call that counts."""

    COUNTED = 0
    COPY = 1
    """Claude: the same message in another session's file."""
    REPLAY = 2
    """A fork's or side question's copy of its parent's calls."""
    REPEAT = 3
    """Codex: a token count whose totals did not change."""
    RECORD = 4
    """Codex: a usage record beside the token count of the same usage."""
    ARCHIVE = 5
    """The same thread elsewhere (archived, compressed, or a headless run's own log)."""

    @property
    def word(self) -> str:
        return self.name.lower()


class Tokens(Struct, frozen=True):
    """The tokens of a call or a sum of calls, normalised over providers.

    `input` is uncached, `output` includes `reasoning`; `total` leaves `reasoning` out so that
    nothing is counted twice.
    """

    input: Annotated[TokenCount, DocumentName("input_tokens")] = 0
    """Neither read from a cache nor written to one."""
    write_5m: Annotated[TokenCount, DocumentName("cache_write_5m_tokens")] = 0
    """Written to a cache that is kept for 5 minutes."""
    write_1h: Annotated[TokenCount, DocumentName("cache_write_1h_tokens")] = 0
    """Written to a cache that is kept for an hour."""
    cache_read: Annotated[TokenCount, DocumentName("cache_read_tokens")] = 0
    """Read from a cache."""
    output: Annotated[TokenCount, DocumentName("output_tokens")] = 0
    """Written by the model, reasoning included."""
    reasoning: Annotated[TokenCount, DocumentName("reasoning_tokens")] = 0
    """The part of the output that was reasoning."""

    @property
    def total(self) -> Annotated[TokenCount, DocumentName("total_tokens")]:
        """All tokens; reasoning is part of the output and is not added again."""
        return self.input + self.write_5m + self.write_1h + self.cache_read + self.output

    @property
    def prompt(self) -> int:
        """Everything the model was sent: what long-context price tiers look at."""
        return self.input + self.write_5m + self.write_1h + self.cache_read


class Span(Struct, frozen=True):
    """A half-open stretch of time [since, until) in epoch milliseconds; None is open-ended."""

    since: EpochMs | None = None
    """Its first instant; null: open."""
    until: EpochMs | None = None
    """The first instant after it; null: open."""

    def __contains__(self, instant: int) -> bool:
        return (self.since is None or instant >= self.since) and (self.until is None or instant < self.until)


class Subject(Struct, frozen=True):
    """What a bookmark or a note is about: a session, or one of its messages."""

    provider: str
    """`claude` or `codex`."""
    session: str
    item: str = ""
    """The message's identity in its conversation; empty for the session itself."""
    uuid: str = ""
    """The message's own id, where its log gives one."""
    excerpt: str = ""
    """How the message begins, as its log has it: not yet clean."""
    said_ms: int | None = None
    """When it was said, epoch milliseconds."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from any other."""
        return self.provider, self.session, self.item


class Flag:
    """Bits of a call's `flags`: what changes its price, and what kind of sighting it is.

    Two sightings of one call merge by `merge_flags`, which does not depend on their order.
    """

    SPEED = 0b11
    """0 not said, 1 standard, 2 fast."""
    SPEED_STANDARD = 1
    SPEED_FAST = 2
    TIER = 0b111 << 2
    """Service tier: 0 standard or not said, 1 batch, 2 flex, 3 priority."""
    TIER_BATCH = 1 << 2
    TIER_FLEX = 2 << 2
    TIER_PRIORITY = 3 << 2
    REGION_US = 1 << 5
    """`inference_geo: us`."""
    TIER_ASSUMED = 1 << 18
    """Codex: no tier was stated; the one in `TIER` is that of the agent's settings when the log was read."""
    PRICE = SPEED | TIER | REGION_US | TIER_ASSUMED
    STOPPED = 1 << 6
    """Some line of the call says why the model stopped; without it its output may be partial."""
    COPIED = 1 << 7
    """The log itself says that this sighting's call began in another session."""
    AGENT = 1 << 8
    """Seen in a subagent's file."""
    EMBEDDED = 1 << 9
    """Seen inside a progress record, a copy of a subagent's own message."""
    HEADLESS = 1 << 10
    """From the event stream of `codex exec --json`, not from a rollout."""
    RECORDED = 1 << 11
    """The log states a cost."""
    OLDER_TURN = 1 << 16
    """Codex: its turn is older than its thread, which can only have copied it."""
    EARLY = 1 << 17
    """Codex: it stands before any turn of its thread's own."""


def tier_of(flags: int) -> int:
    """What a call with these flags was paid as: 0 standard, 1 batch, 2 flex, 3 fast or priority."""
    tier = (flags & Flag.TIER) >> 2
    return 3 if flags & Flag.SPEED == Flag.SPEED_FAST else tier


TIER_WORDS: Final = ("standard", "batch", "flex", "priority")
"""What `tier_of` tells, in words."""


def tier_word(flags: int) -> str:
    """The tier of a call with these flags, by the name its agent gives it: `fast` is Claude's for what it sells so."""
    return "fast" if flags & Flag.SPEED == Flag.SPEED_FAST else TIER_WORDS[(flags & Flag.TIER) >> 2]


def merge_flags(one: int, other: int) -> int:
    """The flags of two sightings of one call in one file: each price field's larger value, all other bits."""
    speed = max(one & Flag.SPEED, other & Flag.SPEED)
    tier = max(one & Flag.TIER, other & Flag.TIER)
    return ((one | other) & ~(Flag.SPEED | Flag.TIER)) | speed | tier
