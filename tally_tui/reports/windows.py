"""The ledger's readings as windows, and what was spent in them: what every report on limits begins with."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from tally_tui.ledger import ask
from tally_tui.ledger.ask import Choice, Mode, Sums
from tally_tui.ledger.ask_filter import filtered
from tally_tui.ledger.ask_readings import granted, limit_lengths, observed
from tally_tui.model import Span
from tally_tui.query import Query, Term, Value
from tally_tui.rules.windows import FIVE_HOURS, MINUTE_MS, SEVEN_DAYS, LimitKey, Reading, Window
from tally_tui.rules.windows_merge import windows

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
    for told, limit, length in limit_lengths(db):
        if provider in (None, told) and minutes in (None, length) and length >= at_least:
            span = since if since is not None else until - back * length * MINUTE_MS
            for key, (several, _) in merged(db, told, limit, length, span, until).items():
                found[key] = several if since is None else tuple(each for each in several if each.end > since)
    return found


def newest_windows(db: sqlite3.Connection, now_ms: int) -> list[tuple[Window, str | None]]:
    """The newest window of each limit with the plan that its newest reading names, by provider, limit and length."""
    return [
        (several[-1], _plan(readings))
        for told, limit, length in limit_lengths(db)
        for several, readings in merged(db, told, limit, length, now_ms - length * MINUTE_MS, now_ms + 1).values()
        if several
    ]


def merged(
    db: sqlite3.Connection, provider: str, limit: str, length: int, since: int, until: int
) -> dict[LimitKey, tuple[tuple[Window, ...], list[Reading]]]:
    """The windows of one limit from one length before `since` on, by account, with the readings they were made of."""
    first = since - length * MINUTE_MS
    return {
        key: (windows(key, readings, [each for each in granted(db, key) if first <= each.at < until]), readings)
        for key, readings in sorted(observed(db, provider, limit, length, first, until).items())
    }


def _plan(readings: list[Reading]) -> str | None:
    return next((each.plan for each in sorted(readings, key=lambda each: -each.ts) if each.plan), None)


def plan_windows(known: Known, provider: str) -> tuple[Window, ...]:
    """The seven-day windows of a provider's own plan (its longest limit where it has no such), by time.

    Where several accounts were read, the one read last.
    """
    own = {key: found for key, found in known.items() if key.provider == provider == key.limit and found}
    if not own:
        return ()
    length = SEVEN_DAYS if any(key.minutes == SEVEN_DAYS for key in own) else max(key.minutes for key in own)
    if length == FIVE_HOURS:
        return ()
    return max((found for key, found in own.items() if key.minutes == length), key=lambda found: found[-1].read_ms)


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
) -> Iterator[Spending]:
    """What calls came to, of a provider and a query; inside an `ask.snapshot`.

    `over` is the span in which a query's `cost:` and `tokens:` choose sessions.
    """
    chosen = filtered(db, query, where=[("provider", provider)] if provider else [])
    held = ask.data_span(db)
    with ask.choose(db, chosen, mode=mode) as choice:
        if over:
            choice.keep_roots(chosen.sums, *ask.within(Span(*over), held))
        yield Spending(choice, held)


@contextmanager
def spending_of(db: sqlite3.Connection, key: LimitKey, mode: Mode = "calculate") -> Iterator[Spending]:
    """What counts towards a limit: its provider's calls, or a model's alone where the limit is named after it."""
    family = next((each for each in _FAMILIES if each in key.limit.lower()), None)
    query = Query((Term("model", (Value(family),)),)) if family else None
    with spending(db, key.provider, query=query, mode=mode) as found:
        yield found
