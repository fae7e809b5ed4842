"""Alerts: look at what is known, write what is new, tell whoever wants to know.

Called from the app, from status lines, hooks and `tally-tui watch`: whoever writes an alert first has it, and whoever
claims it tells it, once among all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from tally_tui import paths
from tally_tui.ledger import alerts as kept
from tally_tui.ledger import first_pass
from tally_tui.ledger.alerts import Alert
from tally_tui.record.alert_words import notice
from tally_tui.record.channels import Channel, channels, dispatch, terminal_channel
from tally_tui.record.channels_terminal import own_terminal
from tally_tui.record.firings import look, mode_of
from tally_tui.record.notice import Notice

if TYPE_CHECKING:
    import sqlite3

    from tally_tui.config import Settings

MOST: Final = 4
"""How many notices of one look are told each for itself; of more the last says how many."""
_WORST: Final = {"critical": 0, "warn": 1, "info": 2}


def check(
    now_ms: int | None = None,
    *,
    settings: Settings | None = None,
    ring: Callable[[tuple[Notice, ...]], None] | None = None,
) -> tuple[Alert, ...]:
    """Write the alerts that are due and tell those nobody was told of; what this call wrote, by id.

    Whole percents that were passed are written as milestones, too.

    Nothing is told of what held when its rule was set, or before the first look of all. While logs are read for the
    first time nothing is looked at.

    Args:
        now_ms: the present instant; None: the clock's.
        settings: None: the file's.
        ring: tells a terminal; None: this process's own, where it has one.

    Raises:
        LedgerError: the ledger cannot be used; nothing was lost.
    """
    from tally_tui.clock import now_ms as clock_ms
    from tally_tui.config import load
    from tally_tui.ledger.open import open_reader, open_writer, telling

    settings = settings or load()
    now = clock_ms() if now_ms is None else now_ms
    path = paths.ledger_path()
    if not path.exists():
        return ()
    tz = _zone(settings)
    with closing(open_reader(path)) as reader, telling(path):
        if first_pass.under_way(reader):
            return ()  # half of the logs tell a threshold that was passed long ago, and sums that are none
        # Whoever looks for alerts first sees a percent passed, and what had been spent by then.
        _keep_milestones(reader, settings, now)
        if not settings.alerts.on:
            return ()
        found = look(reader, settings, now_ms=now, tz=tz)
        if found.empty or kept.nothing_to_do(reader, found.firings, found.armed, now):
            # Most looks end here, without keeping others from writing.
            return ()
    with closing(open_writer(path, full=True)) as db, telling(path):
        new = kept.latch(db, found.firings, found.armed, now_ms=now, quiet=quiet_at(settings, now, tz))
        tell(db, settings, now, ring=ring)
        # What telling has changed is theirs, too.
        return tuple(each for one in new if (each := kept.one(db, one.id)))


def _keep_milestones(reader: sqlite3.Connection, settings: Settings, now_ms: int) -> None:
    from tally_tui.database import transaction
    from tally_tui.ledger.milestones import keep
    from tally_tui.ledger.open import open_writer
    from tally_tui.ledger.voids import mark
    from tally_tui.reports.milestones import to_write

    passed, marks = to_write(reader, now_ms=now_ms, mode=mode_of(settings))
    if passed or marks:
        with closing(open_writer(paths.ledger_path(), full=True)) as db, transaction(db):
            keep(db, passed)
            mark(db, marks)


def tell(
    db: sqlite3.Connection,
    settings: Settings,
    now_ms: int,
    *,
    ring: Callable[[tuple[Notice, ...]], None] | None = None,
) -> None:
    """Claim what waits to be told, and tell it; failures are kept with the alert."""
    through = channels(settings.alerts)
    waiting = kept.claim(db, now_ms)
    failed = dispatch(_few(waiting, now_ms), through) if through else {}
    terminal: Channel | None = None
    if ring is not None:
        ringing = kept.claim_ringing(db, now_ms)
        if ringing:
            ring(_few(ringing, now_ms))
    else:
        terminal = _own(settings)
        ringing = kept.claim_ringing(db, now_ms) if terminal else ()
        if terminal and ringing:
            for number, problems in dispatch(_few(ringing, now_ms), [terminal]).items():
                failed[number] = (*failed.get(number, ()), *problems)
    for each in {one.id: one for one in (*waiting, *ringing)}.values():
        if failed.get(each.id):
            kept.note_problems(db, each.id, failed[each.id])
    _note_told(db, waiting, through, failed)
    _note_told(db, ringing, [terminal] if terminal else [], failed)


def _note_told(
    db: sqlite3.Connection, told: tuple[Alert, ...], through: Sequence[Channel], failed: Mapping[int, tuple[str, ...]]
) -> None:
    """Keep which channels told of each; one that a summary told of was told of."""
    for each in told:
        wrong = [problem.partition(":")[0] for problem in failed.get(each.id, ())]
        kept.note_told(db, [each.id], [channel.name for channel in through if channel.name not in wrong])


def every_channel(settings: Settings) -> tuple[Channel, ...]:
    """All that tells people from this process; its terminal too, where it has one."""
    terminal = _own(settings)
    return (*([terminal] if terminal else []), *channels(settings.alerts))


def quiet_at(settings: Settings, now_ms: int, tz: ZoneInfo) -> bool:
    """Whether an instant lies in the quiet hours."""
    from tally_tui.rules.zones import local

    moment = local(now_ms, tz)
    return settings.alerts.quiet_at(moment.hour * 60 + moment.minute)


def _own(settings: Settings) -> Channel | None:
    path = own_terminal()
    return terminal_channel(settings.alerts, path) if path else None


def _few(alerts: tuple[Alert, ...], now_ms: int) -> tuple[Notice, ...]:
    """The worst of them, and one that tells of the rest."""
    ordered = sorted(alerts, key=lambda each: (_WORST[each.severity], each.id))
    if len(ordered) <= MOST:
        return tuple(notice(each, now_ms) for each in ordered)
    shown, rest = ordered[: MOST - 1], ordered[MOST - 1 :]
    more = Notice(
        rest[0].id,
        f"{len(rest)} more alerts",
        "`tally-tui alerts list` shows them",
        rest[0].severity,
        {"axis": "", "rule": "", "provider": "", "threshold": ""},
    )
    return (*(notice(each, now_ms) for each in shown), more)


def _zone(settings: Settings) -> ZoneInfo:
    from tally_tui.rules.zones import BadZoneError, zone

    try:
        return zone(settings.time_zone)
    except BadZoneError:
        return zone("UTC")
