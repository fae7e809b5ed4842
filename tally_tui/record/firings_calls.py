"""Thresholds on calls and logs: spikes, costly calls and sessions, limits hit, prices missing, deletion."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from tally_tui.ledger.ask_readings import homes_of, limit_events
from tally_tui.model import SLOT_MS, PriceStatus, Provider, Reason
from tally_tui.rules import alerts as rules
from tally_tui.rules.alerts import Firing, Rule
from tally_tui.rules.periods import bounds
from tally_tui.rules.redaction import masked_title
from tally_tui.rules.windows import DAY_MS, HOUR_MS, Window

if TYPE_CHECKING:
    from tally_tui.config import Settings

NEWS_MS: Final = DAY_MS
"""How old a call or a word of the agent's may be to be news."""
_TRAILING_MS: Final = 7 * DAY_MS
_UNPRICED_MS: Final = 30 * DAY_MS
_FULL: Final = 90.0
_BITS: Final = (1 << 64) - 1
_COUNTED: Final = f"f.reason = {Reason.COUNTED:d}"


def burning(db: sqlite3.Connection, rule: Rule, now_ms: int, tz: ZoneInfo) -> Iterator[Firing]:
    """The spend of the last hour against the hours of a week before it, of each account.

    Of several accounts together, the usual spend of one would hide the spike of another.
    """
    if not rule.on:
        return
    until = bounds("day", now_ms, tz)[1]
    for provider in Provider:
        homes = homes_of(db, provider.word)
        for home in homes if len(homes) > 1 else [None]:
            # `CROSS JOIN`: by time, and never through all calls of an account.
            ours = "CROSS JOIN facet f ON f.id = facet "
            ours += f"WHERE {_COUNTED} AND f.provider = ? AND f.home = coalesce(?, f.home)"
            rate = db.execute(
                f"SELECT coalesce(sum(c.cost), 0) FROM call c {ours} AND c.ts > ? AND c.ts <= ?",
                (provider, home, now_ms - HOUR_MS, now_ms),
            ).fetchone()[0]
            if rate < rules.LEAST_BURN:
                continue
            hours = db.execute(
                f"SELECT sum(r.cost) FROM rollup r {ours} AND r.slot >= ? AND r.slot < ? GROUP BY r.slot / 4",
                (provider, home, (now_ms - _TRAILING_MS) // SLOT_MS, (now_ms - HOUR_MS) // SLOT_MS),
            )
            trailing = [cost for (cost,) in hours]
            yield from rules.burn_firings(
                rate, trailing, rule, provider=provider.word, root=home or "", until=until, now_ms=now_ms
            )


def costly(db: sqlite3.Connection, a_call: Rule, a_session: Rule, now_ms: int) -> Iterator[Firing]:
    """The calls of the last day, and the sessions with one, that cost more than their thresholds."""
    since = now_ms - NEWS_MS
    if a_call.on and a_call.thresholds:
        least = round(min(a_call.thresholds) * 10**9)
        # Calls that share one message id are told apart by their time, all but the first of them.
        another = "SELECT 1 FROM call o JOIN facet g ON g.id = o.facet AND g.reason = 0 "
        another += "WHERE o.identity = c.identity AND (o.ts, o.id) < (c.ts, c.id)"
        for identity, again, ts, cost, model, provider, session, title in db.execute(
            f"SELECT c.identity, EXISTS ({another}), c.ts, c.cost, f.model, f.provider, s.name, top.title FROM call c "
            "JOIN facet f ON f.id = c.facet JOIN session s ON s.id = f.session JOIN session top ON top.id = s.root "
            f"WHERE {_COUNTED} AND c.ts > ? AND c.ts <= ? AND c.cost >= ? ORDER BY c.ts, c.identity",
            (since, now_ms, least),
        ).fetchall():
            title = masked_title(title or "")
            scope = f"{identity & _BITS:016x}" + (f"-{ts:x}" if again else "")
            for firing in rules.cost_firings(
                "costly_call", scope, cost, a_call, provider=Provider(provider).word, at=ts
            ):
                yield replace(firing, numbers={**firing.numbers, "model": model, "title": title, "session": session})
    if a_session.on and a_session.thresholds:
        least = round(min(a_session.thresholds) * 10**9)
        for name, title, provider, cost in db.execute(
            "WITH lately AS (SELECT DISTINCT s.root FROM rollup r JOIN facet f ON f.id = r.facet "
            f"JOIN session s ON s.id = f.session WHERE {_COUNTED} AND r.slot >= ? AND r.slot <= ?) "
            "SELECT top.name, top.title, top.provider, sum(c.cost) AS spent FROM lately "
            "JOIN session top ON top.id = lately.root JOIN session s ON s.root = lately.root "
            f"JOIN facet f ON f.session = s.id AND {_COUNTED} JOIN call c ON c.facet = f.id AND c.ts <= ? "
            "GROUP BY top.id HAVING spent >= ? ORDER BY top.id",
            (since // SLOT_MS, now_ms // SLOT_MS, now_ms, least),
        ).fetchall():
            title = masked_title(title or "")
            for firing in rules.cost_firings(
                "costly_session", name, cost, a_session, provider=Provider(provider).word, at=now_ms
            ):
                yield replace(firing, numbers={**firing.numbers, "title": title, "session": name})


def limit_hits(db: sqlite3.Connection, windows: Sequence[Window], rule: Rule, now_ms: int) -> Iterator[Firing]:
    """What agents said of being stopped in the last day, once each."""
    if not rule.on:
        return
    # A reading that comes later may tell the window of what was known without one: it is still the same word.
    told = set(db.execute("SELECT scope, fired_at FROM alert WHERE rule = ?", (rule.name,)))
    for provider, ts, text, session, root, told_reset in limit_events(db, now_ms - NEWS_MS, now_ms + 1):
        if (rules.account_of(provider, root), ts) in told:
            continue
        resets = told_reset or _full_window(windows, provider, root, ts)
        for firing in rules.limit_hit(provider, ts, text, rule, resets_at=resets, root=root):
            yield replace(firing, numbers={**firing.numbers, "session": session})


def _full_window(windows: Sequence[Window], provider: str, root: str, ts: int) -> int | None:
    """The reset of the window that stopped an account at an instant, as far as readings tell."""
    full = [
        window
        for window in windows
        if (window.key.provider, window.key.root) == (provider, root)
        and window.start <= ts < window.end
        and window.percent >= _FULL
    ]
    return max(full, key=lambda each: (each.percent, each.end)).reset_at if full else None


def unpriced(db: sqlite3.Connection, rule: Rule, now_ms: int) -> Iterator[Firing]:
    """The models of the last month whose calls have no price."""
    if not rule.on:
        return
    for provider, model, calls, tokens in db.execute(
        "SELECT f.provider, f.model, sum(r.calls), sum(r.input + r.write_5m + r.write_1h + r.cache_read + r.output) t "
        f"FROM facet f JOIN rollup r ON r.facet = f.id WHERE {_COUNTED} AND f.status = {PriceStatus.UNPRICED:d} "
        "AND f.model <> '' AND r.slot >= ? AND r.slot <= ? GROUP BY f.provider, f.model HAVING t > 0 ORDER BY 1, 2",
        ((now_ms - _UNPRICED_MS) // SLOT_MS, now_ms // SLOT_MS),
    ).fetchall():
        yield from rules.price_missing(
            model, calls, tokens, rule, provider=Provider(provider).word, now_ms=now_ms
        )


def retained(
    db: sqlite3.Connection, settings: Settings, rule: Rule, now_ms: int, tz: ZoneInfo
) -> Iterator[Firing]:
    """Claude Code's transcripts that it will soon delete and that are not archived: it keeps them for so many days."""
    from tally_tui import paths
    from tally_tui.reports.retention import kept_days

    if not rule.on or not rule.thresholds:
        return
    soon, first = 0, now_ms + round(max(rule.thresholds) * DAY_MS) + 1
    for root in paths.roots(settings.claude_roots, settings.codex_roots):
        days = kept_days(str(root.path)) if root.provider is Provider.CLAUDE else None
        if days is None:
            continue
        folder = f"{root.log_dirs[0]}/"
        latest = first - days * DAY_MS
        count, oldest = db.execute(
            "SELECT count(*), min(mtime_ns) FROM file WHERE provider = ? AND gone_at IS NULL "
            "AND substr(path, 1, ?) = ? AND mtime_ns < ? "
            "AND NOT EXISTS (SELECT 1 FROM archived a WHERE a.path = file.path AND a.size >= file.size)",
            (Provider.CLAUDE, len(folder), folder, latest * 1_000_000),
        ).fetchone()
        if count:
            soon += count
            first = min(first, oldest // 1_000_000 + days * DAY_MS)
    week_end = bounds("week", now_ms, tz, settings.first_weekday)[1]
    yield from rules.retention("claude", soon, first, rule, week_end=week_end, now_ms=now_ms)
