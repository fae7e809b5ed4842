"""Claude Code's status line: print at once what is known, then keep what it told.

The agent starts this at every message: nothing here parses a log, and whatever is wrong with our own
files, a line is printed and the status is 0.
"""

from __future__ import annotations

import os

from tally_tui import diagnostics
from tally_tui.ledger.readings import Taken, same_reset
from tally_tui.record import limits, places, state
from tally_tui.record import memory as memories
from tally_tui.record.payload import Payload, understood
from tally_tui.record.stdin import read_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tally_tui.record.memory import Memory

_AGAIN_MS = 60_000
"""An unchanged percentage of a session at work is kept again after so long: it is still true."""
_WAIT_MS = 150
"""How long to wait for the ledger. The line is printed by then; it is the agent that waits."""
_NOTHING = "tally-tui: no figures yet"
"""An agent shows nothing at all for an empty line, and nobody would know why."""
_CLAUDE = 1
"""`model.Provider.CLAUDE`."""


def status_line(then: str | None = None) -> int:
    """Answer the agent; always 0. `then`: the command of the status line that ours was put around."""
    raw = read_all()
    try:
        _answer(raw, then)
        diagnostics.worked(places.data_dir(), diagnostics.STATUS_LINE)
    except Exception as error:
        diagnostics.failed(places.data_dir(), diagnostics.STATUS_LINE, error)
        # The prompt comes first: a line less is better than an agent's prompt gone blank.
        if os.environ.get("TALLY_DEBUG"):
            raise
    return 0


def _answer(raw: bytes, then: str | None) -> None:
    import time

    payload = understood(raw)
    session = payload.session if payload else ""
    memory = memories.recall(session)
    at = time.time()
    columns = os.environ.get("COLUMNS", "")
    if memory.answers(at, then, columns):
        _print(memory.output)
        news = _news(payload, memory, _now(), same_moment=True) if payload else []
    else:
        from tally_tui.record.fitting import beside, room
        from tally_tui.record.theirs import Theirs, together

        theirs = Theirs(then, raw) if then else None
        now = _now()
        news = _news(payload, memory, now) if payload else []
        known = state.load()
        ours, where = _line(payload, known, memory, news, now)
        said = theirs.output() if theirs else ""
        memory.output = together(said, *beside(said, ours, where, room())) or _NOTHING
        memory.at, memory.then, memory.columns = at, then, columns
        _print(memory.output)
    if payload:
        memory.activity = payload.activity
    for one in news:
        memory.kept[limits.key_of(one)] = [one.percent, one.resets_at, one.ts]
    memories.remember(session, memory)
    if not _keep(news):
        # What could be kept nowhere is news to the next line.
        for one in news:
            memory.kept.pop(limits.key_of(one), None)
        memories.remember(session, memory)


def _line(
    payload: Payload | None, known: dict[str, object], memory: Memory, news: Sequence[Taken], now: int
) -> tuple[Callable[[int | None], str], str]:
    """What makes our line for so many cells, and where theirs goes."""
    from tally_tui.record.line import PARTS, line
    from tally_tui.record.view import usable, view

    wanted: dict[str, object] = {}
    try:
        from tally_tui.record.settings import settings

        wanted = settings(known.get("settings"))
        if not usable(known.get("figures"), now):
            from tally_tui.record.refresh import from_ledger

            known["figures"] = from_ledger(now)
    except Exception:  # settings or a ledger in any state: the rest of the line still stands
        if os.environ.get("TALLY_DEBUG"):
            raise
    root = places.claude_root()
    read_at = {key: entry[2] for key, entry in memory.kept.items()}
    for one in news:
        read_at[limits.key_of(one)] = now
    shown = view(payload, known, read_at, root, now)
    parts = wanted.get("parts")
    colours = not os.environ.get("NO_COLOR")

    def ours(most: int | None) -> str:
        lines = 2 if wanted.get("lines") == 2 else 1
        return line(parts if isinstance(parts, list) else PARTS, shown, colours, most, lines)

    return ours, str(wanted.get("theirs", "before"))


def _news(payload: Payload, memory: Memory, now: int, same_moment: bool = False) -> list[Taken]:
    """The readings worth keeping.

    An idle session repeats the percentage of its last answer; only one that moved, or comes from a
    session at work, tells anything.
    """
    from tally_tui.rules.plausible import implausible

    at_work = payload.activity != memory.activity and not same_moment
    root = places.claude_root()
    found = []
    for limit in payload.limits:
        # Paid usage may go on past a limit: that is a full one, and not a wrong one.
        percent = min(limit.percent, 100.0) if limit.percent <= 1000 else limit.percent
        if not limit.minutes or limit.resets_at is None or limit.resets_at <= now:
            continue
        if implausible(limit.minutes, percent, limit.resets_at, now):
            continue
        one = Taken(
            _CLAUDE, limit.name, limit.minutes, now, percent, limit.resets_at, "statusline", payload.session, root
        )
        before = memory.kept.get(limits.key_of(one))
        if before is None or _moved(before, one) or (at_work and not 0 <= now - before[2] < _AGAIN_MS):
            found.append(one)
    return found


def _moved(before: Sequence[float], one: Taken) -> bool:
    return before[0] != one.percent or not same_reset(round(before[1]), one.resets_at)


def _keep(news: Sequence[Taken]) -> bool:
    if not news:
        return True
    from tally_tui.record.after import ALERTS, LOGS, ask
    from tally_tui.record.keep import keep_or_put_aside

    kept = keep_or_put_aside(news, _WAIT_MS)
    if limits.note(news):
        # What a percent cost is written once: by then the logs must have been read.
        ask(LOGS, ALERTS)
    return kept


def _now() -> int:
    from tally_tui import clock

    try:
        return clock.now_ms()
    except (clock.BadClockError, OverflowError):
        import time

        return time.time_ns() // 1_000_000


def _print(text: str) -> None:
    data = (text + "\n").encode(errors="replace")
    try:
        while data:
            data = data[os.write(1, data) :]
    except OSError:
        pass  # the agent has gone on without us; what it told is kept all the same
