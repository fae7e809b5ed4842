"""Limit windows: the nouns, which readings can be true, when two resets are one, how fresh a reading is.

`windows_merge.windows` makes windows of readings; `windows_history` fills in what nobody read.
Percents are floats of 0–100 (Codex may say more); instants are epoch milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

from tally_tui.rules.plausible import implausible as implausible

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000

FIVE_HOURS: Final = 300
"""Minutes of the five-hour window."""
SEVEN_DAYS: Final = 10_080
"""Minutes of the seven-day window."""
LONG: Final = 1_440
"""From so many minutes on a window is a long one: its end is rounded to the hour, small drops are doubted."""

SAME_RESET_MS: Final = 600_000
"""Resets this close to each other are the same reset told twice."""
FRESH_MS: Final = 5 * MINUTE_MS
"""A reading younger than this is fresh; a session silent for longer is idle."""
_AGEING_SHORT_MS: Final = 15 * MINUTE_MS
_AGEING_LONG_MS: Final = 6 * HOUR_MS

Freshness = Literal["fresh", "ageing", "stale", "reset", "future"]
Cause = Literal["reset", "credit", "zero", "manual"]
"""Why a percentage fell: the window was begun anew before its end, usage was handed back inside the window,
it fell to nothing and stayed there, or a person said so."""


class LimitKey(Struct, frozen=True, order=True):
    """Which limit a percentage is of. Two different ones are never compared, summed or averaged."""

    provider: str
    """`claude` | `codex`."""
    limit: str
    """The limit's own name: `claude` and `codex` for a plan's own two windows, else as it was told."""
    minutes: int
    """Length of the window."""
    root: str = ""
    """The agent's home folder, one account each; '' for its usual one."""


class Reading(Struct, frozen=True):
    """One observed percentage. Sort readings by `order` before making windows of them."""

    ts: int
    percent: float
    resets_at: int | None = None
    session: str = ""
    """Who told it: the agent's session id; '' where nobody says (one voice then)."""
    source: str = "log"
    """`log` | `statusline` | `record`."""
    plan: str | None = None
    teller: str = ""
    """The agent's session whose log holds it; all logs are one voice, and each reading in them is fresh."""

    @property
    def order(self) -> tuple[int, float, int, str]:
        return self.ts, self.percent, self.resets_at or 0, self.session


class ManualCredit(Struct, frozen=True):
    """A person's word that from `at` on the limit stood at `percent`."""

    at: int
    percent: float


class Sample(Struct, frozen=True):
    """A reading that was believed: the percentage that holds from `ts` on, and in which segment of its window."""

    ts: int
    percent: float
    segment: int


class Drop(Struct, frozen=True):
    """A fall of the percentage that was believed. What begins after it is a new segment."""

    at: int
    """When it took effect: floored to the hour (long windows) or to ten minutes."""
    before: float
    after: float
    cause: Cause


class Window(Struct, frozen=True):
    """One span of a limit from its start to its reset, as far as readings tell.

    Within a segment `samples` never fall. Segment 0 begins with the window; each `drops[n]` begins
    segment n + 1.
    """

    key: LimitKey
    start: int
    end: int
    """When it resets or did, without jitter (`steady_reset`)."""
    samples: tuple[Sample, ...]
    drops: tuple[Drop, ...] = ()
    cut: bool = False
    """Whether a new window began before this one's reset: `end` is then where it was cut."""
    reset_at: int = 0
    """The reset it is known by, in alerts and milestones: the one told first. Equals `end` unless the window was cut,
    or the provider moved its reset."""
    held: int = 0
    """How many lower or stale readings were not believed."""

    @property
    def percent(self) -> float:
        """What holds now: the newest segment's high-water mark."""
        return self.samples[-1].percent

    @property
    def read_ms(self) -> int:
        """When the newest believed reading was taken."""
        return self.samples[-1].ts

    @property
    def segment(self) -> int:
        return self.samples[-1].segment

    @property
    def segment_start(self) -> int:
        """Where the present segment begins: the newest drop, else the window's start."""
        return self.drops[-1].at if self.drops else self.start

    @property
    def short(self) -> bool:
        """Whether it is more than an hour shorter than its limit says."""
        return self.end - self.start < self.key.minutes * MINUTE_MS - HOUR_MS


def steady_reset(key: LimitKey, resets_at: int) -> int:
    """A told reset without its jitter: Claude's long windows end on the hour, all others on the minute.

    A long window of Claude's that is told to end further than 600 s from an hour keeps its minute.
    """
    minute = (resets_at + MINUTE_MS // 2) // MINUTE_MS * MINUTE_MS
    hour = (resets_at + HOUR_MS // 2) // HOUR_MS * HOUR_MS
    return hour if key.provider == "claude" and key.minutes >= LONG and same_reset(hour, resets_at) else minute


def same_reset(one: int, other: int) -> bool:
    """Whether two resets are one: no further than 600 s apart."""
    return abs(one - other) <= SAME_RESET_MS


def known_reset(known: Iterable[int], reset: int) -> int:
    """The one of some known resets that `reset` is (the nearest within 600 s), else `reset` itself.

    Use it before a reset becomes part of a key that is stored: jitter must not make a second window of one.
    """
    near = [each for each in known if same_reset(each, reset)]
    return min(near, key=lambda each: (abs(each - reset), each)) if near else reset


def freshness(minutes: int, read_ms: int, resets_at: int | None, now_ms: int) -> Freshness:
    """How much a reading still says.

    Past its reset: `reset`. Up to 5 minutes old: `fresh`. Up to 15 minutes for windows up to five
    hours, up to 6 hours for longer ones: `ageing`. Then `stale`. Taken more than 5 minutes ahead of
    the clock: `future`. A reading without a reset counts as reset once it is a window's length old.
    """
    until = resets_at if resets_at is not None else read_ms + minutes * MINUTE_MS
    if now_ms >= until:
        return "reset"
    age = now_ms - read_ms
    if age < -FRESH_MS:
        return "future"
    if age <= FRESH_MS:
        return "fresh"
    return "ageing" if age <= (_AGEING_SHORT_MS if minutes <= FIVE_HOURS else _AGEING_LONG_MS) else "stale"
