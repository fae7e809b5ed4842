"""What was spent in a span, by any combination of fields."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tally_tui.ledger import ask
from tally_tui.ledger.ask import Choice, Mode, Sums
from tally_tui.ledger.ask_filter import Exactly, filtered
from tally_tui.ledger.ask_names import project_names, session_names
from tally_tui.ledger.ask_periods import segments
from tally_tui.model import Provider, Reason, Span
from tally_tui.reports.answers import GROUPS, Usage, UsageRow
from tally_tui.reports.figures import figures
from tally_tui.rules import periods
from tally_tui.rules.periods import Kind

if TYPE_CHECKING:
    from tally_tui.query import Query

_Key = tuple[Any, ...]


def usage(
    db: sqlite3.Connection,
    *,
    by: Sequence[str],
    tz: ZoneInfo,
    query: Query | None = None,
    span: Span = Span(),  # noqa: B008
    mode: Mode = "calculate",
    week_start: int = 0,
    where: Sequence[Exactly] = (),
) -> Usage:
    """The sums of the calls in a span, grouped by the fields of `by`, in that order.

    Args:
        db: the ledger.
        by: any of `answers.GROUPS`, each at most once; none: one row for everything.
        tz: the zone that periods are cut in.
        query: which calls; its own span narrows `span`. `cost:` and `tokens:` choose root sessions by
            their sums within the span; `is:duplicate` and `reason:` sum those duplicates instead.
        span: which time, in epoch milliseconds.
        mode: which cost: ours, the logs' own, or the logs' own where they state one.
        week_start: the weekday a week begins on, Monday being 0.
        where: fields of a `UsageRow.key` and the exact values they must have (None: the logs do not say).

    Periods are in order of time, other groups by cost, the costliest first.

    Raises:
        ValueError: `by` or `where` holds a word that is no group, or `by` the same one twice.
    """
    _check(by)
    kinds = [name for name in by if name in periods.KINDS]
    keys = [name for name in by if name not in periods.KINDS]
    with ask.snapshot(db):
        chosen = filtered(db, query, span, where)
        rows: dict[_Key, Sums] = {}
        total = Sums()
        duplicates: dict[Reason, int] = {}
        held = ask.data_span(db)
        since, until = ask.within(chosen.span, held)
        names: list[Callable[[Any], tuple[str | None, str]]] = []
        if since < until:
            with ask.choose(db, chosen, keys=keys, mode=mode) as choice:
                choice.keep_roots(chosen.sums, since, until)
                groups = _groups(db, choice, keys)
                for start, end, begins in segments(kinds, since, until, tz, week_start):
                    for group, sums in choice.sums(start, end):
                        values = iter(groups[group])
                        times = iter(begins)
                        key = tuple(next(times) if name in periods.KINDS else next(values) for name in by)
                        if key in rows:
                            rows[key].add(sums)
                        else:
                            rows[key] = sums
                        total.add(sums)
                duplicates = choice.duplicates(since, until)
            names = [_namer(db, name, by, tz, since, until) for name in by]
    return Usage(
        timezone=tz.key,
        span=chosen.span,
        by=tuple(by),
        rows=tuple(_row(by, names, key, rows[key]) for key in _sorted(by, rows)),
        totals=figures(total),
        duplicates=duplicates,
        unobserved=total.unobserved,
    )


def _groups(db: sqlite3.Connection, choice: Choice, keys: Sequence[str]) -> dict[int, _Key]:
    """Group number → the values of its fields; a project's root folders become its one name."""
    if not keys:
        return {0: ()}
    groups = choice.keys(keys)
    if "project" in keys:
        at, projects = keys.index("project"), project_names(db)
        groups = {
            group: (*values[:at], projects.get(values[at]), *values[at + 1 :])
            for group, values in groups.items()
        }
    return groups


def _check(by: Sequence[str]) -> None:
    for name in by:
        if name not in GROUPS:
            raise ValueError(f"{name!r} is nothing to group by; there are {', '.join(GROUPS)}")
    if len(set(by)) < len(by):
        raise ValueError(f"each field groups once: {', '.join(by)}")


def _row(
    by: Sequence[str], names: Sequence[Callable[[Any], tuple[str | None, str]]], key: _Key, sums: Sums
) -> UsageRow:
    told = [name(value) for name, value in zip(names, key, strict=True)]
    return UsageRow(
        key={field: value for field, (value, _) in zip(by, told, strict=True)},
        label=" · ".join(label for _, label in told),
        figures=figures(sums),
    )


def _sorted(by: Sequence[str], rows: dict[_Key, Sums]) -> list[_Key]:
    """Level by level: periods by time, other groups by the cost of all that is under them."""
    above: dict[_Key, tuple[int, int]] = {}
    for key, sums in rows.items():
        for depth in range(1, len(by) + 1):
            cost, tokens = above.get(key[:depth], (0, 0))
            above[key[:depth]] = (cost + sums.cost, tokens + sums.tokens.total)

    def order(key: _Key) -> tuple[Any, ...]:
        parts: list[Any] = []
        for depth, name in enumerate(by, 1):
            if name in periods.KINDS:
                parts.append(key[depth - 1])
            else:
                cost, tokens = above[key[:depth]]
                value = key[depth - 1]
                parts.append((-cost, -tokens, value is None, value if value is not None else 0))
        return tuple(parts)

    return sorted(rows, key=order)


def _namer(
    db: sqlite3.Connection, name: str, by: Sequence[str], tz: ZoneInfo, since: int, until: int
) -> Callable[[Any], tuple[str | None, str]]:
    """How a field's values are told: in a key, and to people."""
    if name in periods.KINDS:
        return _period_namer(name, by, tz, since, until)
    if name == "provider":
        return lambda value: (Provider(value).word, Provider(value).word)
    if name == "project":
        return lambda value: (value, value or "no folder")
    if name == "folder":
        return lambda value: (value, value or "no folder")
    if name == "session":
        return _session_namer(db, "no session")
    if name == "subagent":
        return lambda value: (value, value or "main session")
    if name == "instance":
        return _session_namer(db, "main session")
    nothing = "unknown" if name == "model" else f"no {name}"
    return lambda value: (value, nothing if value is None else value)


def _session_namer(db: sqlite3.Connection, nothing: str) -> Callable[[Any], tuple[str | None, str]]:
    names = session_names(db)

    def tell(value: Any) -> tuple[str | None, str]:
        return (None, nothing) if value is None else names[value]

    return tell


def _period_namer(
    kind: Kind, by: Sequence[str], tz: ZoneInfo, since: int, until: int
) -> Callable[[Any], tuple[str | None, str]]:
    years = (
        "year" not in by
        and "month" not in by
        and (periods.key("year", since, tz) != periods.key("year", until - 1, tz))
    )
    days = (
        kind == "hour"
        and "day" not in by
        and periods.key("day", since, tz) != periods.key("day", until - 1, tz)
    )

    def tell(value: Any) -> tuple[str | None, str]:
        label = periods.label(kind, value, tz)
        if days:
            label = f"{periods.label('day', value, tz)} {label}"
        if years and kind in ("day", "week", "hour"):
            label = f"{label} {periods.key('year', value, tz)}"
        return periods.key(kind, value, tz), label

    return tell
