"""The newest percentage of each limit window, in the state file: what a session shows that knows less."""

from __future__ import annotations

from tally_tui.ledger.readings import same_reset
from tally_tui.record import state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from tally_tui.ledger.readings import Taken

_DAY_MS = 86_400_000
IDLE_MS = 300_000
"""A percentage that its session has not repeated for so long holds no lower one back."""


def key(root: str, name: str, minutes: int) -> str:
    """What a limit window is known by."""
    return f"{minutes} {name} {root}"


def key_of(one: Taken) -> str:
    return key(one.root, one.limit_id, one.minutes)


def note(taken: Sequence[Taken]) -> bool:
    """Keep readings in the state file; whether any says what was not known: another whole percent, another window."""
    news = []

    def change(held: dict[str, Any]) -> None:
        known = held.get("limits")
        limits: dict[str, Any] = known if isinstance(known, dict) else {}
        for one in taken:
            before = limits.get(key_of(one))
            if one.resets_at is None or not holds(before, one):
                continue
            news.append(
                before is None or int(before[0]) != int(one.percent) or not same_reset(before[1], one.resets_at)
            )
            limits[key_of(one)] = [one.percent, one.resets_at, one.ts, one.session]
        now = max(one.ts for one in taken)
        held["limits"] = {name: entry for name, entry in limits.items() if entry[1] > now - _DAY_MS}

    if taken:
        state.update(change)
    return any(news)


def holds(before: Any, one: Taken) -> bool:
    """Whether a reading takes the place of the known one (`[percent, resets_at, ts, session]`).

    In one window the highest holds, unless the same session says less or the known one is old; between
    windows, the later one, unless the session that told it takes it back. A line needs no more:
    the ledger keeps every reading, for rules that weigh them all.
    """
    if not (isinstance(before, list) and len(before) == 4) or one.resets_at is None:
        return True
    percent, resets_at, ts, session = before
    if not same_reset(resets_at, one.resets_at):
        return one.resets_at > int(resets_at) or (one.session == session and one.resets_at > one.ts)
    return bool(one.percent >= percent or one.session == session or one.ts - ts > IDLE_MS)
