"""A session's entries with those of its subagents below the calls that started them, kept up as logs grow."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right, insort
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from typing import Final

from msgspec.structs import replace

from tally_tui.logs.lines import UnreadableLogError
from tally_tui.logs.messages import Item, Kind, Mark
from tally_tui.reports.conversation import Spent, gone
from tally_tui.reports.conversation_files import (
    NoLogError,
    SessionLog,
    Subagent,
    any_below,
    archive_words,
    logs_of,
    original_paths,
)
from tally_tui.reports.conversation_order import ASKED, MOVED, Block
from tally_tui.reports.growing import ANCESTOR, Growing
from tally_tui.reports.transcript_entries import Entry, Turn, entries_of, header
from tally_tui.reports.turns import Turns

_MOST_NESTED: Final = 16
_NO_TURN: Final = Turn()
_NOT_TYPED: Final = Mark.OUTPUT | Mark.COPIED | Mark.ASIDE
_MANY: Final = 64
"""So many changed places are not mended one by one."""


class Told:
    """One session of the tree. `rows` are its entries in order, subagents' among them. For one thread."""

    def __init__(self, session: SessionLog, level: int = 0) -> None:
        self.session, self.level = session, level
        self.rows: list[Entry] = []
        self.paths: list[str] = []
        self.from_archive = ""
        """Why (some of) it is read from the archive, for people; empty where none is."""
        self._logs: list[str] = []
        """Where its logs lie or lay: what the ledger knows its calls by."""
        self._growing = Growing(session)
        self._turns = Turns(session.id, session.provider)
        self._starts: list[int] = [0]
        """Where each block's rows begin; the last: where those of subagents without a call do."""
        self._told: dict[int, Turn] = {}
        """What stands beside each prompt, by its block's number."""
        self._asked: dict[int, list[tuple[int, int]]] = {}
        """File → (offset, number of the block) of what was typed, in the file's order."""
        self._known_asked: set[int] = set()
        """The numbers that stand there."""
        self._asked_since: dict[int, int] = {}
        """File → the offset from which on that changed since the turns were last told."""
        self._asked_anew = True
        """Whether it all did."""
        self._sizes: dict[int, tuple[int | None, int | None]] = {}
        """Block → tokens before and after a compaction that does not say so itself."""
        self._starters: dict[str, int] = {}
        """Calls and subagents' names → the number of the block that started them."""
        self._agents: dict[str, Told] = {}
        self._placed: dict[str, int] = {}
        """Subagent → its block's number; -1: no call is known."""
        self._words: dict[str, str] = {}
        self._branch = ""
        """The rule over what was taken back last."""

    @property
    def whole(self) -> bool:
        """Whether all that its logs held was read."""
        return self._growing.whole

    @property
    def spent(self) -> Spent:
        return self._turns.all(self._logs)

    def files(self) -> Iterator[str]:
        """Its logs and those of all below it."""
        yield from self.paths
        for agent in self._agents.values():
            yield from agent.files()

    def update(
        self, db: sqlite3.Connection, below: Sequence[Subagent], renamed: bool, limit: int = 1 << 62, nested: int = 0
    ) -> bool:
        """Read on; whether the rows changed.

        Args:
            below: the subagents of the tree that are not above it.
            renamed: whether the ledger knows other files than last time.
            limit: bytes of its own logs to read at most; subagents are read when there are no more.

        Raises:
            NoLogError: it has no log, nor a subagent of its own.
            UnreadableLogError: a log cannot be opened.
        """
        if renamed or not self.paths:
            paths, _ = logs_of(db, self.session)
            if not paths and not self.rows and not any_below(db, self.session, below):
                raise NoLogError(gone(self.session))
            # Of a log that went while it was read, the words stay.
            self.paths = paths or self.paths
            self._logs, self.from_archive = original_paths(db, self.paths), archive_words(db, paths)
            self._asked_anew = True
        known = len(self._growing.blocks)
        changed = self._growing.grow(db, self.paths, limit)
        if self._growing.renewed:
            known = 0
            self._forget()
        spent = self._turns.refresh(db) if self.whole else self._turns.reach(db, self._read_up_to())
        for number in sorted(changed):
            self._learn(number)
        if self.whole:
            changed |= self._update_agents(db, below, renamed, nested)
        changed |= self._tell_turns(spent)
        if changed or spent:
            changed |= self._tell_sizes()
        if not changed and not self._growing.renewed:
            return False
        self._mend(changed, known)
        return True

    def _read_up_to(self) -> dict[str, int]:
        ends = self._growing.ends
        return {self._log(file): end for file, end in enumerate(ends)}

    def _forget(self) -> None:
        self._turns = Turns(self.session.id, self.session.provider)
        self.rows, self._starts = [], [0]
        self._told, self._asked, self._sizes, self._starters = {}, {}, {}, {}
        self._known_asked = set()
        self._asked_anew = True
        self._placed = {}

    # -- what a block tells of others

    def _learn(self, number: int) -> None:
        block = self._growing.blocks[number]
        item = block.item
        if item.kind in ASKED and not item.marks & _NOT_TYPED:
            asked = self._asked.setdefault(block.file, [])
            place = (item.offset, number)
            # The turn before it ends here now.
            self._asked_since[block.file] = min(item.offset - 1, self._asked_since.get(block.file, item.offset))
            if place not in asked[-4:]:
                if number in self._known_asked:
                    self._asked_anew = True
                    asked[:] = [each for each in asked if each[1] != number]
                self._known_asked.add(number)
                insort(asked, place)
        elif item.name == MOVED:
            self._asked_anew = True
            for asked in self._asked.values() if number in self._known_asked else ():
                asked[:] = [each for each in asked if each[1] != number]
            self._known_asked.discard(number)
        if item.kind is Kind.COMPACTION and item.name != "microcompaction" and not _says_sizes(item):
            self._sizes.setdefault(number, (None, None))
        if item.kind in (Kind.TOOL_CALL, Kind.QUESTION) and item.call:
            self._start(item.call, number)
            for result in (*block.results, *block.more):
                detail = result.detail
                name = detail.get("agentId") if isinstance(detail, dict) else None
                if isinstance(name, str):
                    self._start(name, number)
        elif item.kind is Kind.AGENT and isinstance(item.detail, dict):
            thread = item.detail.get("agent_thread_id")
            if isinstance(thread, str):
                self._starters.setdefault(thread, self._starters.get(item.call, number))

    def _start(self, name: str, number: int) -> None:
        self._starters[name] = min(number, self._starters.get(name, number))

    def _update_agents(self, db: sqlite3.Connection, below: Sequence[Subagent], renamed: bool, nested: int) -> set[int]:
        changed: set[int] = set()
        placed: dict[str, int] = {}
        if nested < _MOST_NESTED:
            for agent in below:
                log = agent.log
                number = self._started(agent)
                own = log.parent == self.session.name
                if number is None and (not own or agent.depth > 1 or log.id == self.session.id):
                    continue
                told = self._agents.get(log.name)
                if told is None:
                    told = self._agents[log.name] = Told(log, self.level + 1)
                rest = [each for each in below if each.log.id != log.id]
                try:
                    grown = told.update(db, rest, renamed, nested=nested + 1)
                except (NoLogError, UnreadableLogError):
                    continue
                self._words[log.name] = agent.description or log.name
                placed[log.name] = -1 if number is None else number
                if grown or self._placed.get(log.name) != placed[log.name]:
                    changed.add(placed[log.name])
        for name, number in self._placed.items():
            if placed.get(name) != number:
                changed.add(number)
        self._placed = placed
        return changed

    def _started(self, agent: Subagent) -> int | None:
        name = agent.log.name
        found = (self._starters.get(each) for each in (agent.call, name, name.rpartition("agent-")[2]))
        return next((number for number in found if number is not None), None)

    # -- what stands beside prompts and compactions

    def _tell_turns(self, spent: Mapping[str, int]) -> set[int]:
        """The prompts whose turns cost something else now.

        `spent`: the files whose calls changed, and from where on.
        """
        if not spent and not self._asked_anew and not self._asked_since:
            return set()
        found = {} if self._asked_anew else dict(self._told)
        for file, asked in self._asked.items():
            path = self._log(file)
            changed_from = [each for each in (spent.get(path), self._asked_since.get(file)) if each is not None]
            if not changed_from and not self._asked_anew:
                continue
            since = 0 if self._asked_anew else min(changed_from)
            for place in range(max(0, bisect_right(asked, (since, 1 << 62)) - 1), len(asked)):
                number = asked[place][1]
                end = asked[place + 1][0] if place + 1 < len(asked) else None
                # What was spent before the first prompt of a file is told beside it.
                cost, context = self._turns.between(path, asked[place][0] if place else 0, end)
                found.pop(number, None)
                if cost is not None:
                    found[number] = Turn(cost, 0, context)
        self._asked_anew, self._asked_since = False, {}
        if not self.level:
            total = 0
            for number in sorted(found):
                turn = found[number]
                if turn.spent is not None and not self._growing.blocks[number].undone:
                    total += turn.spent.cost
                    if turn.until_here != total:
                        found[number] = Turn(turn.spent, total, turn.context)
        changed = {number for number in found.keys() | self._told.keys() if found.get(number) != self._told.get(number)}
        self._told = found
        return changed

    def _tell_sizes(self) -> set[int]:
        changed = set()
        for number, known in self._sizes.items():
            block = self._growing.blocks[number]
            around = self._turns.around(self._log(block.file), block.item.offset)
            if around != known:
                self._sizes[number] = around
                changed.add(number)
        return changed

    def _path(self, file: int) -> str:
        if file == ANCESTOR:
            return self._growing.ancestor
        return self.paths[file] if file < len(self.paths) else ""

    def _log(self, file: int) -> str:
        return self._logs[file] if 0 <= file < len(self._logs) else ""

    # -- the rows

    def _mend(self, changed: set[int], known: int) -> None:
        """Make the rows of changed blocks anew, and those of new ones (from `known` on)."""
        blocks = self._growing.blocks
        count = len(blocks)
        old = sorted(number for number in changed if 0 <= number < known)
        if len(old) > _MANY or any(self._beside_undone(number) for number in old):
            known, old = old[0], []
        if known < count and blocks[known].undone:
            # The rule over what was taken back counts what is below it.
            while known and (blocks[known - 1].undone or blocks[known - 1].item.name == MOVED):
                known -= 1
        del self.rows[self._starts[known] :]
        del self._starts[known + 1 :]
        at: dict[int, list[Told]] = {}
        for name, number in self._placed.items():
            at.setdefault(number, []).append(self._agents[name])
        for number in old:
            if number < known:
                self._replace(number, list(self._segment(number, at.get(number, ()))))
        for number in range(known, count):
            self.rows += self._segment(number, at.get(number, ()))
            self._starts.append(len(self.rows))
        for agent in at.get(-1, ()):
            self.rows.append(header(agent.session.name, self._words[agent.session.name], self.level))
            self.rows += agent.rows

    def _beside_undone(self, number: int) -> bool:
        """Whether a block is taken back, or was."""
        start, end = self._starts[number], self._starts[number + 1]
        was = start == end or self.rows[start].item.kind is Kind.BRANCH or bool(self.rows[start].branch)
        return was or self._growing.blocks[number].undone

    def _replace(self, number: int, rows: list[Entry]) -> None:
        start, end = self._starts[number], self._starts[number + 1]
        self.rows[start:end] = rows
        if more := len(rows) - (end - start):
            self._starts[number + 1 :] = [each + more for each in self._starts[number + 1 :]]

    def _segment(self, number: int, agents: Sequence[Told]) -> Iterator[Entry]:
        blocks = self._growing.blocks
        block = blocks[number]
        if block.item.name == MOVED:
            return
        if not block.undone:
            yield from self._below(number, agents)
            return
        if not number or not _before(blocks, number).undone:
            rule = self._rule(number)
            self._branch = rule.key
            yield rule
        for entry in self._below(number, agents):
            yield replace(entry, branch=self._branch)

    def _below(self, number: int, agents: Sequence[Told]) -> Iterator[Entry]:
        block = self._growing.blocks[number]
        turn = self._told.get(number, _NO_TURN)
        for place, entry in enumerate(entries_of(block, self.level, self._path(block.file), turn)):
            yield self._sized(number, entry) if place == 0 and number in self._sizes else entry
        for agent in agents:
            yield from agent.rows

    def _rule(self, number: int) -> Entry:
        """Over what was taken back, which begins at a block."""
        blocks = self._growing.blocks
        count = 0
        for block in blocks[number:]:
            if not block.undone:
                if block.item.name == MOVED:
                    continue
                break
            count += 1
        item = blocks[number].item
        rule = Item(Kind.BRANCH, item.offset, item.length, ts=item.ts, session=item.session, detail={"items": count})
        return next(entries_of(Block(rule), self.level, self._path(blocks[number].file), _NO_TURN))

    def _sized(self, number: int, entry: Entry) -> Entry:
        """A compaction with the tokens that the calls around it were given, as far as its record is silent."""
        before, after = self._sizes[number]
        item = copy(entry.item)
        told = {"preTokens": before, "postTokens": after, "estimated": True, **(item.detail or {})}
        item.detail = {name: value for name, value in told.items() if value is not None}
        return replace(entry, item=item)


def _before(blocks: list[Block], number: int) -> Block:
    """The block that is told before one."""
    number -= 1
    while number and blocks[number].item.name == MOVED:
        number -= 1
    return blocks[number]


def _says_sizes(item: Item) -> bool:
    detail = item.detail if isinstance(item.detail, dict) else {}
    return isinstance(detail.get("preTokens"), int) and isinstance(detail.get("postTokens"), int)
