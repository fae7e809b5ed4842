"""The ledger's readings as windows, and what was spent in them: what every report on limits begins with."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from msgspec.structs import replace

from tally_tui.ledger import ask
from tally_tui.ledger.ask import Choice, Mode, Sums
from tally_tui.ledger.ask_filter import filtered
from tally_tui.ledger.ask_readings import granted, homes_of, limit_keys, newest_readings, observed
from tally_tui.model import Provider, Span
from tally_tui.query import Query, Term, Value
from tally_tui.rules.windows import FIVE_HOURS, LONG, MINUTE_MS, SEVEN_DAYS, LimitKey, Reading, Window
from tally_tui.rules.windows_merge import windows, windows_and_void

_FAMILIES: Final = ("opus", "sonnet", "haiku")
"""Models that a limit of their own is named after: its cost is theirs alone."""

Known = Mapping[LimitKey, tuple[Window, ...]]


def known_windows(
    db: sqlite3.Connection,
    *,
    since: int | None = None,
    until: int,
    back: int = 1,
    provider: str | None = None,
    minutes: int | None = None,
    at_least: int = 0,
) -> dict[LimitKey, tuple[Window, ...]]:
    """The windows of every limit (of a provider, of a length, of at least so many minutes) until an instant,
    oldest first.

    From `since` on, or without it those of so many lengths back. A window's rules need its beginning, so
    readings from one length earlier on are used.
    """
    found = {}
    for key in limit_keys(db):
        length = key.minutes
        if provider in (None, key.provider) and minutes in (None, length) and length >= at_least:
            span = since if since is not None else until - back * length * MINUTE_MS
            several, readings = merged(db, key, span, until)
            if not readings:
                continue
            found[key] = several if since is None else tuple(each for each in several if each.end > since)
    return found


def last_windows(db: sqlite3.Connection, known: Known, now_ms: int) -> dict[LimitKey, tuple[Window, ...]]:
    """The newest window of every long limit that is not among the known ones."""
    found = {}
    for newest in newest_readings(db, now_ms + 1):
        key = LimitKey(Provider(newest.provider).word, newest.limit_id, newest.minutes, newest.root)
        if key.minutes >= LONG and not known.get(key):
            several, _ = merged(db, key, newest.ts, newest.ts + 1)
            if several:
                found[key] = several[-1:]
    return found


def newest_windows(db: sqlite3.Connection, now_ms: int) -> list[tuple[Window, Reading]]:
    """The newest window of each limit with its newest reading (of a plan, if any names one), by `limit_keys`.

    Whatever says how far a limit is used asks here.
    """
    found = []
    for key in limit_keys(db):
        several, readings = merged(db, key, now_ms - key.minutes * MINUTE_MS, now_ms + 1)
        if several:
            found.append((several[-1], _newest(readings, several[-1].start)))
    return found


def merged(
    db: sqlite3.Connection, key: LimitKey, since: int, until: int
) -> tuple[tuple[Window, ...], list[Reading]]:
    """The windows of one limit from one length before `since` on, with the readings they were made of."""
    first = since - key.minutes * MINUTE_MS
    readings = observed(db, key, first, until)
    return windows(key, readings, [each for each in granted(db, key) if first <= each.at < until]), readings


def real_and_void(
    db: sqlite3.Connection, key: LimitKey, since: int, until: int
) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
    """As `merged`, the windows and those that turned out to be none."""
    first = since - key.minutes * MINUTE_MS
    told = [each for each in granted(db, key) if first <= each.at < until]
    return windows_and_void(key, observed(db, key, first, until), told)


def _newest(readings: list[Reading], start: int) -> Reading:
    """The newest reading, with the plan and the reset that the newest that tells them names (the reset from `start` on:
    of the same window)."""
    ordered = sorted(readings, key=lambda each: -each.ts)
    plan = next((each.plan for each in ordered if each.plan), None)
    resets = next((each.resets_at for each in ordered if each.resets_at is not None and each.ts >= start), None)
    return replace(ordered[0], plan=plan, resets_at=resets)


def plan_windows(known: Known, provider: str, root: str | None = None) -> tuple[Window, ...]:
    """The seven-day windows of a provider's own plan (its longest limit where it has no such), by time.

    Where several accounts were read, those of `root`; without one always the same one's: of those in use the usual
    one, else the first by name.
    """
    own = {
        key: found
        for key, found in known.items()
        if key.provider == provider == key.limit and found and root in (None, key.root)
    }
    if not own:
        return ()
    length = SEVEN_DAYS if any(key.minutes == SEVEN_DAYS for key in own) else max(key.minutes for key in own)
    if length == FIVE_HOURS:
        return ()
    own = {key: found for key, found in own.items() if key.minutes == length}
    newest = max(found[-1].end for found in own.values())
    return next(
        found for _, found in sorted(own.items()) if found[-1].end > newest - length * MINUTE_MS
    )


class Spending:
    """What the calls that a limit is about came to, stretch by stretch."""

    def __init__(self, choice: Choice, held: Span | None) -> None:
        self._choice = choice
        self._held = held

    def total(self, since: int, until: int) -> Sums:
        """The sums of [since, until)."""
        return self._choice.total(*ask.within(Span(since, max(since, until)), self._held))

    def cost(self, since: int, until: int) -> int:
        """Nano-dollars in [since, until)."""
        return self.total(since, until).cost

    def by_slot(self, since: int, until: int) -> list[tuple[int, int, int]]:
        """(slot, nano-dollars, tokens) in [since, until), by time."""
        return self._choice.by_slot(*ask.within(Span(since, max(since, until)), self._held))


@contextmanager
def spending(
    db: sqlite3.Connection,
    provider: str | None = None,
    *,
    query: Query | None = None,
    mode: Mode = "calculate",
    over: tuple[int, int] | None = None,
    home: str | None = None,
) -> Iterator[Spending]:
    """What calls came to, of a provider, a query and an account (None: all); inside an `ask.snapshot`.

    `over` is the span in which a query's `cost:` and `tokens:` choose sessions.
    """
    where = [(field, value) for field, value in (("provider", provider), ("home", home)) if value is not None]
    chosen = filtered(db, query, where=where)
    held = ask.data_span(db)
    with ask.choose(db, chosen, mode=mode) as choice:
        if over:
            choice.keep_roots(chosen.sums, *ask.within(Span(*over), held))
        yield Spending(choice, held)


def home_of(db: sqlite3.Connection, provider: str, root: str) -> str | None:
    """The account whose calls count towards what is of an account; None: all of the provider's.

    All count where the logs are of this account alone, and where no account that limits were read of has any logs:
    then the logs lie elsewhere than their owners say.
    """
    homes = homes_of(db, provider)
    if homes == [root]:
        return None
    if root in homes or any(key.root in homes for key in limit_keys(db) if key.provider == provider):
        return root
    return None


@contextmanager
def spending_of(db: sqlite3.Connection, key: LimitKey, mode: Mode = "calculate") -> Iterator[Spending]:
    """What counts towards a limit: its provider's calls, or a model's alone where the limit is named after it.

    Of several accounts, only those of the limit's own (`home_of`).
    """
    family = next((each for each in _FAMILIES if each in key.limit.lower()), None)
    query = Query((Term("model", (Value(family),)),)) if family else None
    with spending(db, key.provider, query=query, mode=mode, home=home_of(db, key.provider, key.root)) as found:
        yield found
