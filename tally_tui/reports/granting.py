"""Whether a credit that a person tells of can be true, and what it changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from msgspec import Struct

from tally_tui.config_credits import window_word
from tally_tui.ledger import ask
from tally_tui.ledger.ask_readings import limit_keys
from tally_tui.reports.windows import merged
from tally_tui.rules.windows import LimitKey, Window
from tally_tui.rules.windows_merge import percent_at, window_at


class BadGrantError(ValueError):
    """A credit that cannot be true. `field` names what is wrong: `limit`, `percent` or `at`."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Grant(Struct, frozen=True):
    """A credit that can be true."""

    key: LimitKey
    at: int
    before: float
    """What the limit stood at until then."""
    percent: float
    window: Window


def limit_asked_for(
    db: sqlite3.Connection, provider: str, limit: str, minutes: int, root: str | None
) -> LimitKey:
    """The limit that is meant; without an account the only one that has it.

    Raises:
        BadGrantError: no such limit was ever read, or several accounts have it.
    """
    keys = limit_keys(db)
    found = [
        key
        for key in keys
        if (key.provider, key.limit, key.minutes) == (provider, limit, minutes) and root in (None, key.root)
    ]
    if not found:
        raise BadGrantError("limit", _unknown(keys))
    if len(found) > 1:
        roots = ", ".join(key.root or "the usual one" for key in found)
        raise BadGrantError("limit", f"several accounts have this limit, in {roots}: --root names one")
    return found[0]


def _unknown(keys: Sequence[LimitKey]) -> str:
    if not keys:
        return "no limit was ever read, so there is nothing to be handed back"
    known = dict.fromkeys(
        " ".join((key.provider, window_word(key.minutes), *([] if key.limit == key.provider else [key.limit])))
        for key in keys
    )
    return f"no such limit was ever read; there are: {', '.join(known)}"


def granting(db: sqlite3.Connection, key: LimitKey, at: int, percent: float, *, now_ms: int) -> Grant:
    """What a credit would change.

    Raises:
        BadGrantError: it cannot be true: a percentage outside 0–100, an instant to come or without a window that was
            read, or the limit did not stand higher then.
    """
    if not 0 <= percent <= 100:
        raise BadGrantError("percent", f"{percent:g} % is not between 0 and 100")
    if at > now_ms:
        raise BadGrantError("at", "that is still to come: tell of a credit once it was given")
    with ask.snapshot(db):
        found, _ = merged(db, key, at, now_ms + 1)
    window = window_at(found, at)
    if window is None:
        raise BadGrantError("at", "no window of this limit was read that holds that instant")
    before = percent_at(window, at)
    if percent >= before:
        raise BadGrantError("percent", f"the limit stood at {before:g} % then: a credit lowers it")
    return Grant(key, at, before, percent, window)
