"""Sightings → calls, facets and rollups, in the caller's transaction.

A batch holds what several files say. A call that only one file tells of goes straight in. Where
several tell of it, all their rows are taken up, merged, decided on (`owners`, `replays`) and
written back; every change of a row is a change of its rollup, so both always say the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from tally_tui.ledger.claude_calls import ClaudeCalls
from tally_tui.ledger.facets import Facet, Facets
from tally_tui.ledger.folders import Folders, Roots
from tally_tui.ledger.met import Met
from tally_tui.ledger.owners import Claim, codex_owner
from tally_tui.ledger.pricing import Pricing
from tally_tui.ledger.replays import codex_reason
from tally_tui.ledger.rollups import Rollups
from tally_tui.ledger.rows import Row, insert_rows, largest, rows_after, rows_in, rows_of, told_by_file, update_row
from tally_tui.ledger.sessions import Fact, Sessions
from tally_tui.ledger.talks import keep_summaries, keep_talk
from tally_tui.ledger.threads import Threads
from tally_tui.ledger.tiers import KEPT, AssumedTiers, HomeTier
from tally_tui.model import Flag, Provider, Reason, merge_flags, tier_of
from tally_tui.rules.prices import Rates

_SHARED = Flag.PRICE | Flag.RECORDED
"""The flags that a facet and its price depend on."""


class Seen(Protocol):
    """A call as one file tells it: `logs.records.Sighting`, whoever brings it."""

    identity: int
    session: str
    offset: int
    ts: int
    model: str
    folder: str | None
    branch: str | None
    version: str | None
    input: int
    write_5m: int
    write_1h: int
    cache_read: int
    output: int
    reasoning: int
    searches: int
    flags: int
    recorded: int
    lines: int
    inferred: bool
    reason: int
    unobserved: int
    vector: int | None
    turn: int | None
    totals: int | None
    part: int
    request: int | None
    named: int | None
    evidence: bytes | None


class Told(Struct):
    """What a stretch of one file says of calls and sessions."""

    file: int
    provider: Provider
    sightings: Sequence[Any]
    sessions: Sequence[Fact]
    inferred_model: str | None = None
    paired: Sequence[int] = ()
    home: str = ""
    """The agent's home folder above the file; '' for its usual one (`paths.account`)."""
    talk: Any = None
    """The file's conversation so far (`logs.records.Talk`); None: it tells of none."""
    summaries: Mapping[int, str] = field(default_factory=dict)
    home_tier: HomeTier | None = None
    """What the agent's settings say of calls whose log states no service tier."""
    tier_stated: bool = False
    imported_until: int = 0
    """These two as in `logs.records.Chunk`."""


class Writer:
    """Writes what logs say into the ledger. One a process that holds the ingest lock; not for threads."""

    def __init__(self, db: sqlite3.Connection, pricing: Pricing, roots: Roots) -> None:
        self._db = db
        self.pricing = pricing
        self._folders = Folders(db, roots)
        self._sessions = Sessions(db, self._folders)
        self._facets = Facets(db, self._sessions.project_of)
        self._settled = False
        self._rollups = Rollups(db)
        self._threads = Threads(db, self._facets, self._sessions)
        self._tiers = AssumedTiers()
        self._claude = ClaudeCalls(self._sessions, self._path)
        empty = db.execute("SELECT NOT EXISTS (SELECT 1 FROM call)").fetchone()[0] == 1
        self._met = Met() if empty else None
        self._paths: dict[int, str] = {}
        self._shared: dict[tuple[object, ...], tuple[int, int, Rates]] = {}

    def apply(self, batch: Iterable[Told]) -> int:
        """Take up what files say; the caller owns the transaction. Returns the number of sightings."""
        batch = list(batch)
        for told in batch:
            for fact in told.sessions:
                self._sessions.learn(told.provider, fact)
            if told.provider is Provider.CODEX and any(seen.flags & Flag.HEADLESS for seen in told.sightings):
                for name in {seen.session for seen in told.sightings}:
                    session = self._sessions.named(told.provider, name)
                    session.headless = 1
                    self._sessions.changed(session)
        for told in batch:
            if told.talk is not None:
                keep_talk(self._db, self._sessions, told.provider, told.file, told.talk)
            keep_summaries(self._db, self._sessions, told.summaries)
        groups: dict[int, list[tuple[Told, Any]]] = {}
        for told in batch:
            for sighting in told.sightings:
                groups.setdefault(sighting.identity, []).append((told, sighting))
        known = rows_of(self._db, self._facets, self._met.maybe(groups) if self._met else groups)
        for told in batch:
            if told.provider is Provider.CODEX:
                self._tiers.decide(told.home_tier, told.sightings, known)
        self._tiers.forget()
        touched = {
            self._sessions.named(told.provider, fact.name).id
            for told in batch if told.provider is Provider.CODEX for fact in told.sessions
        }  # fmt: skip
        fresh: list[tuple[Any, ...]] = []
        for identity, told_by in groups.items():
            if identity not in known and len(told_by) == 1:
                fresh.append(self._fresh(*told_by[0], touched))
            elif told_by[0][0].provider is Provider.CLAUDE:
                rows = [self._row(told, seen) for told, seen in told_by]
                self._write(self._claude.taken_up(known.get(identity, []), rows))
            else:
                self._group(known.get(identity, []), told_by, touched)
        insert_rows(self._db, fresh)
        for told in batch:
            self._correct(told, touched)
        if self._sessions.moved:
            self._decide_moved()
        for row, reason in self._threads.decide(touched):
            self._change(row, replace(row, facet=row.facet._replace(reason=reason)))
        self._settle()
        self._facets.flush()
        self._sessions.flush()
        self._rollups.flush()
        return sum(len(told_by) for told_by in groups.values())

    def settle(self) -> None:
        """Look up all folders again, and change what follows from it; the caller owns the transaction."""
        self._settled = False
        self._settle()
        self._sessions.flush()

    def _settle(self) -> None:
        """Which project everything belongs to, for what is known now: before facets and sessions are written."""
        everything, self._settled = not self._settled, True
        folders = self._folders.settle(everything=everything)
        sessions = self._sessions.settle(everything=everything)
        if everything:
            self._facets.settle_all()
        elif folders or sessions:
            self._facets.settle(sessions, folders)

    def entitle(self, provider: Provider, titles: Mapping[str, str], rank: int) -> None:
        """Give sessions that are known these titles, before any of a lower rank; the caller owns the transaction."""
        for name, title in titles.items():
            session = self._sessions.find(provider, name)
            if session is not None and rank >= session.title_rank:
                session.title, session.title_rank = title, rank
                self._sessions.changed(session)
        self._sessions.flush()

    def forget_lines(self, file: int) -> None:
        """A file is read afresh: its calls stay, the count of lines behind them starts again.

        So do the parts of Claude's message ids: the old ones give way to those that the file has now.
        """
        self._db.execute(
            "UPDATE call SET lines = 0, part = CASE WHEN part < 0 OR f.provider <> ? THEN part "
            "ELSE part - (f.rewrites + 1) * 1048576 END FROM file f WHERE f.id = call.file AND call.file = ?",
            (int(Provider.CLAUDE), file),
        )

    def drop(self, file: int) -> None:
        """Take a file's sightings out, before the file is read again in the same transaction."""
        own = [row for rows in rows_of(self._db, self._facets, None, file=file).values() for row in rows]
        self._tiers.remember(own)
        for row in own:
            self._rollups.take(row, self._facets.number(row.facet))
        self._db.execute("DELETE FROM call WHERE file = ?", (file,))
        left = rows_of(self._db, self._facets, {row.identity: None for row in own})
        touched: set[int] = set()
        for rows in left.values():
            self._decide_again(rows, touched)
        for row, reason in self._threads.decide(touched):
            self._change(row, replace(row, facet=row.facet._replace(reason=reason)))
        self._facets.flush()
        self._rollups.flush()

    def reprice(self, after: int, most: int) -> tuple[int, int] | None:
        """Price the next `most` rows after an id again: (last id, rows changed), or None when none are left."""
        rows = rows_after(self._db, self._facets, after, most)
        if not rows:
            return None
        changed = sum(self._change(row, row) for row in rows)
        self._facets.flush()
        self._rollups.flush()
        return rows[-1].id or after, changed

    # -- one file tells of a call

    def _fresh(self, told: Told, seen: Seen, touched: set[int]) -> tuple[Any, ...]:
        provider, flags, ts, reason = told.provider, seen.flags, seen.ts, seen.reason
        about = (
            provider, seen.session, seen.model, seen.folder, seen.branch, seen.version, flags & _SHARED, reason,
            seen.inferred, told.home,
        )  # fmt: skip
        shared = self._shared.get(about)
        if shared is None or not shared[2].since <= ts < shared[2].until:
            shared = self._shared[about] = self._share(told, seen)
        facet, session, rates = shared
        if provider is Provider.CODEX:
            touched.add(session)
        given, write_5m, write_1h = seen.input, seen.write_5m, seen.write_1h
        read, output, reasoning = seen.cache_read, seen.output, seen.reasoning
        cost = 0 if reason else rates.cost(given, write_5m, write_1h, read, output, seen.searches)
        self._rollups.add(ts, facet, (
            1, given, write_5m, write_1h, read, output, reasoning, cost, seen.recorded, seen.unobserved,
        ))  # fmt: skip
        return (
            None, seen.identity, told.file, seen.offset, facet, ts, seen.lines, given, write_5m, write_1h, read,
            output, reasoning, seen.searches, flags, cost, seen.recorded, seen.unobserved, seen.vector, seen.turn,
            seen.totals, seen.part, seen.request, seen.named, seen.evidence,
        )  # fmt: skip

    def _share(self, told: Told, seen: Seen) -> tuple[int, int, Rates]:
        """(facet, session, rates) that a sighting shares with many: most are like the one before."""
        provider = told.provider
        rates = self.pricing.rates(provider, seen.model, seen.flags, seen.ts)
        session = self._sessions.named(provider, seen.session).id
        facet = self._facets.number((
            session, provider, seen.model, self._sessions.folder(seen.folder), seen.branch, seen.version,
            rates.status, seen.reason, seen.inferred, 1 if seen.flags & Flag.RECORDED else 0, told.home,
            tier_of(seen.flags), 0,
        ))  # fmt: skip
        return facet, session, rates

    # -- several do, or one does in several stretches

    def _group(self, known: list[Row], told_by: list[tuple[Told, Any]], touched: set[int]) -> None:
        by_file = {row.file: row for row in known}
        changed: dict[int, Row] = dict(by_file)
        for told, seen in told_by:
            row = self._row(told, seen)
            before = changed.get(told.file)
            changed[told.file] = row if before is None else self._merged(before, row)
        rows = list(changed.values())
        if len(rows) > 1:
            rows = self._with_largest(rows)
        for row in rows:
            old = by_file.get(row.file)
            if old is None:
                self._insert(row)
            else:
                self._change(old, row)
        self._decide(rows, touched)

    def _row(self, told: Told, seen: Seen) -> Row:
        session = self._sessions.named(told.provider, seen.session).id
        facet = Facet(
            session, int(told.provider), seen.model, self._sessions.folder(seen.folder), seen.branch, seen.version,
            0, int(seen.reason), int(seen.inferred), 1 if seen.flags & Flag.RECORDED else 0, told.home,
            tier_of(seen.flags), 0,
        )  # fmt: skip
        return self.pricing.priced(Row(
            None, seen.identity, told.file, seen.offset, facet, seen.ts, seen.lines,
            seen.input, seen.write_5m, seen.write_1h, seen.cache_read, seen.output, seen.reasoning,
            seen.searches, seen.flags, 0, seen.recorded, seen.unobserved, seen.vector, seen.turn, seen.totals,
            seen.part, seen.request, seen.named, seen.evidence,
        ))  # fmt: skip

    def _merged(self, old: Row, new: Row) -> Row:
        """Two tellings of one call by the same file: larger figures win, the earlier line names the facts."""
        # No lines: the file was rewritten since, and what it says now stands where it says it.
        first = new if not old.lines or new.offset < old.offset else old
        reason = first.facet.reason or (old if first is new else new).facet.reason
        model = first.facet.model or new.facet.model
        recorded = old.facet.recorded | new.facet.recorded
        return self.pricing.priced(replace(
            largest(old, new),
            offset=first.offset,
            facet=first.facet._replace(reason=reason, model=model, recorded=recorded),
            ts=min(old.ts, new.ts) if old.lines else new.ts,
            lines=1,
            flags=merge_flags(old.flags, new.flags),
            unobserved=first.unobserved,
            vector=first.vector,
            turn=first.turn,
            totals=first.totals,
        ))  # fmt: skip

    def _with_largest(self, rows: list[Row]) -> list[Row]:
        """Every row of a call with the element-wise largest tokens of all: whichever owns it says the same."""
        top = rows[0]
        for row in rows[1:]:
            top = largest(top, row)
        speed = 0
        for row in rows:
            speed = merge_flags(speed, row.flags & Flag.PRICE)
        return [
            self.pricing.priced(replace(largest(row, top), flags=row.flags & ~Flag.PRICE | speed)) for row in rows
        ]

    # -- who owns it

    def _decide(self, rows: list[Row], touched: set[int]) -> None:
        """Choose the owner among the rows of a Codex call and give the others their reason."""
        touched.update(row.facet.session for row in rows)
        if len(rows) == 1 and rows[0].facet.reason != Reason.ARCHIVE:
            return
        # Where one file alone tells a duplicate, the same record in another part of the thread is one, too.
        told = [index for index, row in enumerate(rows) if told_by_file(row)]
        owner = told[0] if told else codex_owner([Claim("", 0, row.flags, self._path(row.file)) for row in rows])
        for index, row in enumerate(rows):
            if index in told:
                continue
            reason = codex_reason(row.flags) if index == owner else Reason.ARCHIVE
            self._change(row, replace(row, facet=row.facet._replace(reason=int(reason))))

    def _decide_again(self, rows: list[Row], touched: set[int]) -> None:
        if rows[0].facet.provider == Provider.CLAUDE:
            self._write(self._claude.decided(rows))
        else:
            self._decide(rows, touched)

    def _write(self, changes: Iterable[tuple[Row | None, Row]]) -> None:
        for old, new in changes:
            if old is None:
                self._insert(self.pricing.priced(new))
            else:
                self._change(old, new)

    def _path(self, file: int) -> str:
        path = self._paths.get(file)
        if path is None:
            path = self._paths[file] = self._db.execute("SELECT path FROM file WHERE id = ?", (file,)).fetchone()[0]
        return path

    def _decide_moved(self) -> None:
        """Copies whose sessions turn out to begin at another time are decided on again."""
        moved, self._sessions.moved = self._sessions.moved, set()
        copied = "reason IN (1, 2) AND provider = 1"
        identities = self._db.execute(
            f"SELECT DISTINCT identity FROM call WHERE facet IN (SELECT id FROM facet WHERE {copied})"
        )
        self._facets.flush()
        groups = rows_of(self._db, self._facets, {identity: None for (identity,) in identities})
        for rows in groups.values():
            if any(self._sessions[row.facet.session].root in moved for row in rows):
                self._write(self._claude.decided(rows))

    # -- later lines about earlier calls

    def _correct(self, told: Told, touched: set[int]) -> None:
        """A model that names a file's earlier calls, and token counts that pair its earlier records."""
        if told.inferred_model:
            for rows in rows_of(self._db, self._facets, None, file=told.file, nameless=True).values():
                for row in rows:
                    facet = row.facet._replace(model=told.inferred_model, inferred=1)
                    self._change(row, replace(row, facet=facet))
        if told.paired:
            for rows in rows_of(self._db, self._facets, dict.fromkeys(told.paired)).values():
                for index, row in enumerate(rows):
                    if row.file == told.file:
                        facet = row.facet._replace(reason=int(Reason.RECORD))
                        rows[index] = self.pricing.priced(replace(row, facet=facet))
                        self._change(row, rows[index])
                self._decide(rows, touched)
        if told.tier_stated or told.imported_until:
            self._correct_thread(told, touched)

    def _correct_thread(self, told: Told, touched: set[int]) -> None:
        """A rollout's first word on its service tier, and the end of what was imported into it."""
        for fact in told.sessions:
            session = self._sessions.named(told.provider, fact.name)
            for row in rows_in(self._db, self._facets, self._facets.of_session(session.id)):
                if row.file != told.file:
                    continue
                if row.offset < told.imported_until:
                    self._rollups.take(row, self._facets.number(row.facet))
                    self._db.execute("DELETE FROM call WHERE id = ?", (row.id,))
                    left = rows_of(self._db, self._facets, {row.identity: None}).get(row.identity)
                    if left:
                        self._decide(left, touched)
                elif told.tier_stated and row.flags & Flag.TIER_ASSUMED:
                    self._change(row, replace(row, flags=row.flags & ~KEPT))

    # -- rows

    def _insert(self, row: Row) -> None:
        row.id = insert_rows(self._db, [row.columns(self._facets.number(row.facet))])
        self._rollups.put(row, self._facets.number(row.facet))

    def _change(self, old: Row, new: Row) -> bool:
        """Write a row's new form at its price, and what that changes in the rollups; False: nothing changes."""
        new = self.pricing.priced(new)
        if new == old:
            return False
        self._rollups.take(old, self._facets.number(old.facet))
        self._rollups.put(new, self._facets.number(new.facet))
        update_row(self._db, new.columns(self._facets.number(new.facet)))
        return True

