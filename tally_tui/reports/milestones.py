"""Whole percents of the limits as they were passed, with their cost; dollars per percent from week to week."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from tally_tui.ledger import ask
from tally_tui.ledger import milestones as ledger
from tally_tui.ledger.ask import Mode
from tally_tui.ledger.ask_readings import limit_keys
from tally_tui.ledger.milestones import Kept
from tally_tui.ledger.voids import VoidMark, wanted
from tally_tui.reports.answers_limits import MilestoneRow, Milestones, Trend, WindowMilestones
from tally_tui.reports.windows import (
    Known,
    Spending,
    home_of,
    known_windows,
    plan_windows,
    real_and_void,
    spending,
    spending_of,
)
from tally_tui.rules import periods
from tally_tui.rules.milestones import Milestone, costed, crossings, trend, used
from tally_tui.rules.windows import FIVE_HOURS, MINUTE_MS, SEVEN_DAYS, LimitKey, Window
from tally_tui.rules.windows_history import WEEK_MS, Week, weeks
from tally_tui.rules.windows_merge import percent_at, window_at

_OTHER: Final = {FIVE_HOURS: SEVEN_DAYS, SEVEN_DAYS: FIVE_HOURS}


def milestones(
    db: sqlite3.Connection,
    *,
    now_ms: int,
    tz: ZoneInfo,
    provider: str | None = None,
    minutes: int | None = None,
    count: int = 1,
    mode: Mode = "calculate",
) -> Milestones:
    """The milestones of the last `count` windows of each limit, the newest window first.

    Those that were written when they were passed are told as they were written; others are worked out from
    the readings, with the costs of today.
    """
    with ask.snapshot(db):
        asked = known_windows(db, until=now_ms + 1, back=count, provider=provider, minutes=minutes)
        asked = {key: windows[-count:] for key, windows in asked.items() if windows}
        first = min((windows[0].start for windows in asked.values()), default=now_ms)
        known = _beside(db, asked, first, now_ms)
        found = []
        for key, windows in asked.items():
            with spending_of(db, key, mode) as spent:
                for window in reversed(windows):
                    rows = _told(
                        [row for row in ledger.kept(db, key, window.reset_at) if row.milestone.crossing.at <= now_ms],
                        _worked_out(known, window, costed(crossings(window), spent.cost)),
                    )
                    cost = spent.cost(window.start, min(window.end, now_ms))
                    found.append(WindowMilestones(window, rows, cost))
                found += _void(db, key, windows[0].start, now_ms, known, spent)
        return Milestones(tz.key, now_ms, tuple(found))


def _void(
    db: sqlite3.Connection, key: LimitKey, since: int, now_ms: int, known: Known, spent: Spending
) -> list[WindowMilestones]:
    """The windows from an instant on that turned out to be none, the newest first."""
    found = []
    for window in reversed(real_and_void(db, key, since, now_ms + 1)[1]):
        if window.start >= since:
            written = ledger.kept(db, key, window.reset_at)
            rows = _told(written, _worked_out(known, window, costed(crossings(window), spent.cost)))
            cost = spent.cost(window.start, min(window.end, now_ms))
            found.append(WindowMilestones(window, rows, cost, void=True))
    return found


def unwritten(db: sqlite3.Connection, *, now_ms: int, mode: Mode = "calculate") -> tuple[Kept, ...]:
    """The milestones of the open windows that the ledger does not hold yet: for `ledger.milestones.keep`.

    Nothing is filled in below one that is written: of each segment only higher percents are told.
    """
    return to_write(db, now_ms=now_ms, mode=mode)[0]


def to_write(
    db: sqlite3.Connection, *, now_ms: int, mode: Mode = "calculate"
) -> tuple[tuple[Kept, ...], tuple[VoidMark, ...]]:
    """What is `unwritten`, and the windows of which milestones or alerts are to be marked, or no longer, as void."""
    with ask.snapshot(db):
        told = {key: real_and_void(db, key, now_ms - key.minutes * MINUTE_MS, now_ms + 1) for key in limit_keys(db)}
        known = {key: real for key, (real, _) in told.items()}
        marks = [mark for real, void in told.values() for mark in wanted(db, real, void)]
        found: list[Kept] = []
        for key, windows in known.items():
            if not windows or now_ms >= windows[-1].end:
                continue
            window = windows[-1]
            highest: dict[int, int] = {}
            for row in ledger.kept(db, key, window.reset_at):
                crossing = row.milestone.crossing
                highest[crossing.segment] = max(crossing.percent, highest.get(crossing.segment, 0))
            crossed = crossings(window)
            if all(each.percent <= highest.get(each.segment, 0) for each in crossed):
                continue
            with spending_of(db, key, mode) as spent:
                found += [
                    row
                    for row in _worked_out(known, window, costed(crossed, spent.cost))
                    if row.milestone.crossing.percent > highest.get(row.milestone.crossing.segment, 0)
                ]
        return tuple(found), tuple(marks)


def percent_trend(
    db: sqlite3.Connection,
    *,
    now_ms: int,
    tz: ZoneInfo,
    provider: str = "claude",
    root: str | None = None,
    count: int = 8,
    week_start: int = 0,
    mode: Mode = "calculate",
) -> Trend:
    """Dollars per percent over the last `count` subscription weeks of a provider's account, the present one last.

    `root` is the account's home folder; None: the one that `plan_windows` takes. Weeks that nobody read are told with
    their cost alone.
    """
    with ask.snapshot(db):
        since = now_ms - count * WEEK_MS
        known = plan_windows(known_windows(db, since=since, until=now_ms + 1, provider=provider), provider, root)
        if root is None and known:
            root = known[0].key.root
        anchor, _ = periods.bounds("week", now_ms, tz, week_start)
        found = [week for week in weeks(known, since, now_ms + 1, anchor) if week.start <= now_ms][-count:]
        home = None if root is None else home_of(db, provider, root)
        with spending(db, provider, mode=mode, home=home) as spent:
            told = trend(
                [(week.start, week.end, _used(week), spent.cost(week.start, min(week.end, now_ms))) for week in found]
            )
        return Trend(tz.key, now_ms, provider, told, tuple(week.known for week in found), root or "")


def plan_accounts(db: sqlite3.Connection) -> tuple[tuple[str, str], ...]:
    """Every (provider, home folder) whose plan's own limits were read: what `percent_trend` can be asked for."""
    return tuple(dict.fromkeys((key.provider, key.root) for key in limit_keys(db) if key.limit == key.provider))


def _used(week: Week) -> float | None:
    return used(week.window) if week.window else None


def _beside(db: sqlite3.Connection, asked: Known, since: int, now_ms: int) -> dict[LimitKey, tuple[Window, ...]]:
    """The plan's other windows from an instant on, and those asked for."""
    found = dict(asked)
    for key in asked:
        length = _OTHER.get(key.minutes)
        other = LimitKey(key.provider, key.limit, length or 0, key.root)
        if length and other not in found:
            more = known_windows(db, since=since, until=now_ms + 1, provider=key.provider, minutes=length)
            found.update({each: windows for each, windows in more.items() if each not in found})
    return found


def _worked_out(known: Known, window: Window, found: Sequence[Milestone]) -> list[Kept]:
    return [Kept(each, _other(known, window.key, each.crossing.at)) for each in found]


def _other(known: Known, key: LimitKey, at: int) -> float | None:
    """What the plan's other window stood at; None for limits that have no such, or where nobody read it."""
    length = _OTHER.get(key.minutes)
    if length is None:
        return None
    beside = window_at(known.get(LimitKey(key.provider, key.limit, length, key.root), ()), at)
    return percent_at(beside, at) if beside else None


def _told(written: Sequence[Kept], worked_out: Sequence[Kept]) -> tuple[MilestoneRow, ...]:
    held = {(row.milestone.crossing.segment, row.milestone.crossing.percent) for row in written}
    rest = [row for row in worked_out if (row.milestone.crossing.segment, row.milestone.crossing.percent) not in held]
    rows = [_row(row, True) for row in written] + [_row(row, False) for row in rest]
    return tuple(sorted(rows, key=lambda row: (row.segment, row.percent)))


def _row(kept: Kept, written: bool) -> MilestoneRow:
    crossing = kept.milestone.crossing
    return MilestoneRow(
        percent=crossing.percent,
        at=crossing.at,
        segment=crossing.segment,
        cumulative=kept.milestone.cumulative,
        marginal=kept.milestone.marginal,
        jump=crossing.jump,
        other=kept.other,
        written=written,
    )
