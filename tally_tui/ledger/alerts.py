"""Alerts as rows: each is written once, by whichever process comes first, before anybody is told of it.

The row is the latch. Telling is claimed afterwards by changing the row, so of two processes one tells; one that
dies between writing and claiming leaves the alert to the next.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any, Final

from msgspec import Struct

from tally_tui.database import transaction
from tally_tui.model import Span
from tally_tui.rules.alerts import Axis, Firing, Severity
from tally_tui.rules.windows import HOUR_MS, known_reset

EVER: Final = Span()
WAITING_MS: Final = HOUR_MS
"""How long after it was written an alert may still be told: what is older is only in the list."""
_OF_BUDGETS: Final = ("budget", "project_budget")
_ROW: Final = (
    "id, rule, scope, until, segment, threshold, axis, severity, provider, kind, minutes, fired_at, latched_at, "
    "numbers, told, problems, acknowledged_at, through, void"
)


class Told(IntEnum):
    """Whether people were told of an alert."""

    WAITING = 0
    TOLD = 1
    RECORDED = 2
    """It is in the list, and nobody is told."""


class Armed(Struct, frozen=True):
    """One threshold of a rule in force. Where `terms` change it is a new rule."""

    rule: str
    threshold: float
    terms: str = ""


class Alert(Struct, frozen=True):
    """An alert as it stands in the ledger; instants are epoch ms."""

    id: int
    rule: str
    scope: str
    until: int
    segment: int
    threshold: float
    axis: Axis
    severity: Severity
    provider: str | None
    kind: str
    minutes: int | None
    fired_at: int
    latched_at: int
    numbers: Mapping[str, Any]
    """As of its `Firing`: money in nano-dollars under names that end in `_nano`."""
    told: Told
    problems: tuple[str, ...]
    """The channels that failed, in words."""
    acknowledged_at: int | None
    through: tuple[str, ...] = ()
    """The channels that told of it."""
    void: bool = False
    """Its window turned out to be none: a reset was taken back."""


def latch(
    db: sqlite3.Connection, firings: Sequence[Firing], armed: Iterable[Armed], *, now_ms: int, quiet: bool = False
) -> tuple[Alert, ...]:
    """Write the alerts that are not there yet, committed when this returns; those that this call wrote, by id.

    Nobody will be told of an alert where it is quiet, its rule is snoozed, its threshold was not in force at the
    last call, or a higher threshold of the same thing came with it.

    Args:
        db: a writer.
        firings: every threshold that holds now.
        armed: every threshold in force, whether or not it holds.
        now_ms: the present instant.
        quiet: whether these are quiet hours.
    """
    armed = tuple(armed)
    if _all_known(db, firings, armed):
        return ()
    with transaction(db):
        before = _known_rules(db)
        snoozed = snoozes(db, now_ms)
        written: list[tuple[int, Firing, int]] = []
        for firing in firings:
            until = _until(db, firing)
            number = _insert(db, firing, until, now_ms)
            if number is not None:
                written.append((number, firing, until))
        terms = {(each.rule, each.threshold): each.terms for each in armed}
        highest: dict[tuple[str, str, int, int], float] = {}
        for _, firing, until in written:
            of = (firing.latch.rule, firing.latch.scope, until, firing.latch.segment)
            highest[of] = max(highest.get(of, 0), firing.latch.threshold)
        for number, firing, until in written:
            own = firing.latch
            rule = (own.rule, own.threshold)
            new_rule = before.get(rule) != terms.get(rule, "") or rule not in before
            lower = own.threshold < highest[own.rule, own.scope, until, own.segment]
            # Every budget is a rule of its own; all of them are snoozed by the name of their axis.
            hushed = not snoozed.keys().isdisjoint({"", own.rule, firing.axis})
            if quiet or new_rule or lower or hushed:
                db.execute("UPDATE alert SET told = 2, rung = 2 WHERE id = ?", (number,))
            if new_rule and firing.axis in _OF_BUDGETS:
                db.execute("UPDATE alert SET numbers = json_set(numbers, '$.set_later', 1) WHERE id = ?", (number,))
        db.execute("DELETE FROM alert_rule")
        db.executemany(
            "INSERT OR REPLACE INTO alert_rule (rule, threshold, terms) VALUES (?, ?, ?)",
            [(each.rule, each.threshold, each.terms) for each in armed],
        )
    return tuple(each for number, _, _ in written if (each := one(db, number)))


def nothing_to_do(
    db: sqlite3.Connection, firings: Sequence[Firing], armed: Iterable[Armed], now_ms: int
) -> bool:
    """Whether `latch` would write nothing, and nobody is to be told anything; of a reader."""
    waiting = "SELECT 1 FROM alert WHERE (told = 0 OR rung = 0) AND void = 0 AND latched_at >= ?"
    return _all_known(db, firings, tuple(armed)) and not db.execute(waiting, (now_ms - WAITING_MS,)).fetchone()


def _all_known(db: sqlite3.Connection, firings: Sequence[Firing], armed: tuple[Armed, ...]) -> bool:
    """Whether there is nothing to write: most looks end here, without keeping others from writing."""
    if _known_rules(db) != {(each.rule, each.threshold): each.terms for each in armed}:
        return False
    return all(
        db.execute(
            "SELECT 1 FROM alert WHERE rule = ? AND scope = ? AND until = ? AND segment = ? AND threshold = ?",
            (each.latch.rule, each.latch.scope, _until(db, each), each.latch.segment, each.latch.threshold),
        ).fetchone()
        for each in firings
    )


def _known_rules(db: sqlite3.Connection) -> dict[tuple[str, float], str]:
    return {
        (rule, threshold): terms
        for rule, threshold, terms in db.execute("SELECT rule, threshold, terms FROM alert_rule")
    }


def _until(db: sqlite3.Connection, firing: Firing) -> int:
    """The end that the firing's window or week is known by: it may be told some minutes otherwise each time."""
    own = firing.latch
    if firing.kind not in ("window", "subscription-week"):
        return own.until
    known = db.execute("SELECT DISTINCT until FROM alert WHERE rule = ? AND scope = ?", (own.rule, own.scope))
    return known_reset((until for (until,) in known), own.until)


def _insert(db: sqlite3.Connection, firing: Firing, until: int, now_ms: int) -> int | None:
    own = firing.latch
    row = db.execute(
        "INSERT INTO alert (rule, scope, until, segment, threshold, axis, severity, provider, kind, minutes, "
        "fired_at, latched_at, numbers, told, rung) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0) "
        "ON CONFLICT DO NOTHING RETURNING id",
        (
            own.rule, own.scope, until, own.segment, own.threshold, firing.axis, firing.severity, firing.provider,
            firing.kind, firing.minutes, firing.at, now_ms, json.dumps(dict(firing.numbers), separators=(",", ":")),
        ),
    ).fetchone()  # fmt: skip
    return None if row is None else int(row[0])


def claim(db: sqlite3.Connection, now_ms: int) -> tuple[Alert, ...]:
    """The alerts that wait to be told, now this process's to tell: nobody else gets them."""
    return _claimed(db, "told", now_ms)


def claim_ringing(db: sqlite3.Connection, now_ms: int) -> tuple[Alert, ...]:
    """Likewise of those that no terminal has been told of: only for who has one."""
    return _claimed(db, "rung", now_ms)


def _claimed(db: sqlite3.Connection, column: str, now_ms: int) -> tuple[Alert, ...]:
    since = now_ms - WAITING_MS
    waiting = f"{column} = 0 AND void = 0 AND latched_at >= ?"
    if not db.execute(f"SELECT 1 FROM alert WHERE {waiting}", (since,)).fetchone():
        return ()
    with transaction(db):
        found = db.execute(f"UPDATE alert SET {column} = 1 WHERE {waiting} RETURNING {_ROW}", (since,)).fetchall()
    return tuple(sorted((_alert(row) for row in found), key=lambda each: each.id))


def note_problems(db: sqlite3.Connection, number: int, problems: Sequence[str]) -> None:
    """Keep which channels failed to tell of an alert."""
    with transaction(db):
        db.execute("UPDATE alert SET problems = ? WHERE id = ?", (json.dumps(list(problems)), number))


def note_told(db: sqlite3.Connection, numbers: Iterable[int], channels: Iterable[str]) -> None:
    """Keep which channels told of some alerts, besides those that are known."""
    channels = tuple(channels)
    if not channels:
        return
    with transaction(db):
        for number in numbers:
            known = db.execute("SELECT through FROM alert WHERE id = ?", (number,)).fetchone()
            before = json.loads(known[0]) if known else []
            after = list(dict.fromkeys((*before, *channels)))
            if known and after != before:
                db.execute("UPDATE alert SET through = ? WHERE id = ?", (json.dumps(after), number))


def alerts(
    db: sqlite3.Connection, *, limit: int | None = None, after: int = 0, offset: int = 0, span: Span = EVER,
    axes: Sequence[str] = (),
) -> tuple[Alert, ...]:  # fmt: skip
    """Alerts, the one fired last first: `limit` of them from the `offset`th on, only those with a greater id than
    `after` that fired in a span, of some axes (none named: of all)."""
    found = db.execute(
        f"SELECT {_ROW} FROM alert WHERE id > ? AND fired_at >= coalesce(?, fired_at) "
        "AND fired_at < coalesce(?, fired_at + 1) AND (? = '[]' OR axis IN (SELECT value FROM json_each(?))) "
        "ORDER BY fired_at DESC, id DESC LIMIT ? OFFSET ?",
        (after, span.since, span.until, json.dumps(axes), json.dumps(axes), -1 if limit is None else limit, offset),
    )
    return tuple(map(_alert, found))


def count(db: sqlite3.Connection) -> int:
    """How many alerts there are."""
    return int(db.execute("SELECT count(*) FROM alert").fetchone()[0])


def unread(db: sqlite3.Connection) -> dict[Severity, int]:
    """How many alerts that people were told of nobody has marked as seen, by severity."""
    return dict(
        db.execute("SELECT severity, count(*) FROM alert WHERE acknowledged_at IS NULL AND told = 1 AND void = 0 "
            "GROUP BY severity")
    )


def last_fired(db: sqlite3.Connection) -> dict[Axis, tuple[int, int]]:
    """Axis → when it fired last, and how many alerts it made."""
    found = db.execute("SELECT axis, max(fired_at), count(*) FROM alert WHERE void = 0 GROUP BY axis")
    return {axis: (at, made) for axis, at, made in found}


def newest(db: sqlite3.Connection) -> int:
    """The greatest id; 0 where there is no alert."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM alert").fetchone()[0])


def one(db: sqlite3.Connection, number: int) -> Alert | None:
    """The alert with an id."""
    row = db.execute(f"SELECT {_ROW} FROM alert WHERE id = ?", (number,)).fetchone()
    return None if row is None else _alert(row)


def acknowledge(db: sqlite3.Connection, number: int | None, now_ms: int) -> int:
    """Mark one alert (None: all) as seen; how many were not before."""
    with transaction(db):
        return db.execute(
            "UPDATE alert SET acknowledged_at = ? WHERE acknowledged_at IS NULL AND (? IS NULL OR id = ?)",
            (now_ms, number, number),
        ).rowcount


def unacknowledge(db: sqlite3.Connection, at_ms: int, number: int | None = None) -> int:
    """Take back that one alert (None: all) was marked as seen at an instant; how many were."""
    with transaction(db):
        return db.execute(
            "UPDATE alert SET acknowledged_at = NULL WHERE acknowledged_at = ? AND (? IS NULL OR id = ?)",
            (at_ms, number, number),
        ).rowcount


def snooze(db: sqlite3.Connection, until: int, rule: str = "") -> None:
    """Only record until an instant what a rule ('': any) fires; an instant that is past ends it."""
    with transaction(db):
        db.execute("INSERT OR REPLACE INTO alert_snooze (rule, until) VALUES (?, ?)", (rule, until))


def snoozes(db: sqlite3.Connection, now_ms: int) -> dict[str, int]:
    """Rule ('': all) → until when it is snoozed."""
    return dict(db.execute("SELECT rule, until FROM alert_snooze WHERE until > ?", (now_ms,)))


def _alert(row: Sequence[Any]) -> Alert:
    values = dict(zip(_ROW.split(", "), row, strict=True))
    lists = {name: tuple(json.loads(values[name])) for name in ("problems", "through")}
    return Alert(**(
        values | lists | {"numbers": json.loads(values["numbers"])}
        | {"told": Told(values["told"]), "void": bool(values["void"])}
    ))  # fmt: skip
