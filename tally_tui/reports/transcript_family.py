"""A session and its subagents, each read once and put below the call that started it, kept up as logs grow."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from tally_tui.logs.lines import UnreadableLogError
from tally_tui.reports.agent_places import Candidate, places, reached
from tally_tui.reports.asides import Part, candidate, candidate_of, log_of
from tally_tui.reports.conversation import Spent
from tally_tui.reports.conversation_files import (
    NoLogError,
    SessionLog,
    Subagent,
    logs_of,
    original_paths,
    stands_inside,
)
from tally_tui.reports.transcript_entries import Entry
from tally_tui.reports.transcript_tree import Told


class Family:
    """The session that is shown (`top`) with all below it. For one thread."""

    def __init__(self, session: SessionLog) -> None:
        self.top = Told(session, top=True)
        self._members: dict[str, Told] = {}
        """Those that could be read, the top session left out."""
        self._own: dict[str, bool] = {}
        """Subagent of the ledger → whether it has a log of its own."""
        self._placed = False
        """Whether the subagents stand among the rows."""

    @property
    def session(self) -> SessionLog:
        return self.top.session

    @session.setter
    def session(self, session: SessionLog) -> None:
        self.top.session = session

    @property
    def rows(self) -> Sequence[Entry]:
        """All entries in order."""
        return self.top.rows

    @property
    def whole(self) -> bool:
        """Whether all that the session's own logs held was read."""
        return self.top.whole

    @property
    def spent(self) -> Spent:
        return self.top.spent

    @property
    def from_archive(self) -> str:
        """Why (some of) it is read from the archive, for people; empty where none is."""
        return self.top.from_archive

    def update(self, db: sqlite3.Connection, below: Sequence[Subagent], renamed: bool, limit: int = 1 << 62) -> bool:
        """Read on; whether the rows changed.

        Args:
            below: the subagents of the tree.
            renamed: whether the ledger knows other files than last time.
            limit: bytes of the session's own logs to read at most; subagents are read when there are no more.

        Raises:
            NoLogError: it has no log, nor a subagent of its own.
            UnreadableLogError: a log cannot be opened.
        """
        changed = self.top.take(db, below, renamed, limit)
        if not self.top.whole:
            self._placed = False
            return self.top.settle(0, None)
        if renamed:
            self._own.clear()
        ledger = {agent.log.name: agent for agent in below if agent.log.id != self.session.id}
        before = set(self._members)
        members = self._read(db, ledger, renamed)
        changed = any(members.values()) or changed or set(members) != before
        self._members = {name: told for name, told in self._members.items() if name in members}
        if not changed and not renamed and self._placed:
            return False
        self._placed = True
        return self.top.settle(0, self._children(ledger))

    def _read(self, db: sqlite3.Connection, ledger: Mapping[str, Subagent], renamed: bool) -> dict[str, bool]:
        """The subagents that can be read → whether anything of them changed."""
        every = self.session.parent is None
        done: dict[str, bool] = {}
        failed: dict[str, bool] = {}
        """Those of which nothing could be read, and whether they stood in the log of another then."""
        while True:
            # One that stands in another subagent's log comes with it.
            parts = self._parts()
            tried = {name for name, inside in failed.items() if inside or name not in parts}
            found = [each for each in self._candidates(ledger) if each.name not in done and each.name not in tried]
            if not every:
                known = [self.session.name, *done]
                found = list(reached(known, found, self._starters(known)))
            if not found:
                return done
            for each in found:
                grown = self._take(db, each.name, ledger, renamed, parts)
                if grown is None:
                    failed[each.name] = each.name in parts
                else:
                    done[each.name] = grown

    def _take(
        self, db: sqlite3.Connection, name: str, ledger: Mapping[str, Subagent], renamed: bool,
        parts: Mapping[str, tuple[Part, Told]],
    ) -> bool | None:  # fmt: skip
        """Read on in one subagent; whether anything changed, or None where nothing of it can be read."""
        agent = ledger.get(name)
        if agent is not None and self._has_log(db, agent):
            told = self._members.get(name)
            if told is None or told.growing is None:
                told = self._members[name] = Told(agent.log)
            try:
                return told.take(db, tuple(ledger.values()), renamed)
            except (NoLogError, UnreadableLogError):
                return None
        found = parts.get(name)
        if found is None:
            return None
        part, holder = found
        told = self._members.get(name)
        if told is None or told.growing is not None:
            log = agent.log if agent is not None else log_of(part, holder.session)
            told = self._members[name] = Told(log, part)
        return told.take_part(db, part, holder)

    def _has_log(self, db: sqlite3.Connection, agent: Subagent) -> bool:
        name = agent.log.name
        if name not in self._own:
            files = original_paths(db, logs_of(db, agent.log)[0])
            told = self._members.get(name)
            kept = told is not None and told.growing is not None
            self._own[name] = (bool(files) and not stands_inside(agent.log, files)) or (kept and not files)
        return self._own[name]

    def _parts(self) -> dict[str, tuple[Part, Told]]:
        """The subagents without logs of their own → what they say, and in whose log."""
        found: dict[str, tuple[Part, Told]] = {}
        for told in (self.top, *self._members.values()):
            if told.growing is not None:
                for name, part in told.growing.asides.parts.items():
                    if name != self.session.name:
                        found.setdefault(name, (part, told))
        return found

    def _candidates(self, ledger: Mapping[str, Subagent]) -> list[Candidate]:
        found = {name: candidate(agent) for name, agent in ledger.items()}
        for name, (part, holder) in self._parts().items():
            found[name] = candidate_of(part, ledger.get(name), holder.session)
        return list(found.values())

    def _starters(self, names: Sequence[str]) -> dict[str, Mapping[str, int]]:
        told = {self.session.name: self.top, **self._members}
        return {name: told[name].starters for name in names}

    def _children(self, ledger: Mapping[str, Subagent]) -> dict[str, dict[str, tuple[Told, int, str]]]:
        """Session → its subagents, as `Told.settle` takes them."""
        candidates = [each for each in self._candidates(ledger) if each.name in self._members]
        found: dict[str, dict[str, tuple[Told, int, str]]] = {}
        starters = self._starters([self.session.name, *(each.name for each in candidates)])
        for name, (owner, number) in places(self.session.name, candidates, starters).items():
            words = ledger[name].description if name in ledger else ""
            place = -1 if number is None else number
            found.setdefault(owner, {})[name] = (self._members[name], place, words or name)
        return found
