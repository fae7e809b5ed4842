"""A session's entries with those of its subagents below the calls that started them, kept up as logs grow."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right, insort
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from typing import Final

from msgspec.structs import replace

from tally_tui.logs.messages import Item, Kind, Mark
from tally_tui.reports.asides import Part, calls_of, numbered, prompt_given
from tally_tui.reports.conversation import Spent, gone
from tally_tui.reports.conversation_files import (
    NoLogError,
    SessionLog,
    Subagent,
    any_below,
    archive_words,
    logs_of,
    original_paths,
    stands_inside,
)
from tally_tui.reports.conversation_order import ASKED, MOVED, Block
from tally_tui.reports.growing import ANCESTOR, Growing
from tally_tui.reports.transcript_entries import Entry, Turn, entries_of, header
from tally_tui.reports.turns import Turns

_NO_TURN: Final = Turn()
_NOT_TYPED: Final = Mark.OUTPUT | Mark.COPIED | Mark.ASIDE
_MANY: Final = 64
"""So many changed places are not mended one by one."""


class Told:
    """One session of the tree. `rows` are its entries in order, subagents' among them. For one thread."""

    def __init__(self, session: SessionLog, part: Part | None = None, top: bool = False) -> None:
        self.session, self.level = session, 0
        self._top = top
        """Whether the costs of its turns are summed up from the beginning."""
        self.part = part
        """Where it has no log of its own: what it says in another's."""
        self.rows: list[Entry] = []
        self.paths: list[str] = []
        self.from_archive = ""
        """Why (some of) it is read from the archive, for people; empty where none is."""
        self._logs: list[str] = []
        """Where its logs lie or lay: what the ledger knows its calls by."""
        self.growing: Growing | None = None if part is not None else Growing(session)
        """What reads its log; None where another session's brings the part."""
        self._inside = part is not None
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
        self.starters: dict[str, int] = {}
        """Calls, subagents' names and prompts → the number of the block that started them."""
        self._prompts: dict[str, int] = {}
        self._prompted: set[int] = set()
        """The blocks whose prompts are among them."""
        self._changed: set[int] = set()
        """The numbers of the blocks whose rows are to be made anew."""
        self._anew = False
        """Whether all are."""
        self._agents: dict[str, Told] = {}
        self._placed: dict[str, int] = {}
        """Subagent → its block's number; -1: no call is known."""
        self._words: dict[str, str] = {}
        self._branch = ""
        """The rule over what was taken back last."""

    @property
    def blocks(self) -> list[Block]:
        if self.part is not None:
            return self.part.work.blocks
        return [] if self._inside or self.growing is None else self.growing.blocks

    @property
    def whole(self) -> bool:
        """Whether all that its logs held was read."""
        return self.growing is None or self.growing.whole

    @property
    def spent(self) -> Spent:
        return self._turns.all(self._logs)

    def take(self, db: sqlite3.Connection, below: Sequence[Subagent], renamed: bool, limit: int = 1 << 62) -> bool:
        """Read on in its own logs; whether anything changed. `settle` makes the rows.

        Args:
            below: the subagents of the tree.
            renamed: whether the ledger knows other files than last time.
            limit: bytes of its own logs to read at most.

        Raises:
            NoLogError: it has no log, nor a subagent of its own.
            UnreadableLogError: a log cannot be opened.
        """
        growing = self.growing
        assert growing is not None
        if renamed or not self.paths:
            paths, _ = logs_of(db, self.session)
            if not paths and not self.rows and not any_below(db, self.session, below):
                raise NoLogError(gone(self.session))
            # Of a log that went while it was read, the words stay.
            self.paths = paths or self.paths
            self._logs, self.from_archive = original_paths(db, self.paths), archive_words(db, paths)
            self._inside = stands_inside(self.session, self._logs)
            self._asked_anew = True
        changed = growing.grow(db, self.paths, limit)
        if growing.renewed:
            self._forget()
        if self._inside:
            part = growing.asides.parts.get(self.session.name)
            if part is not self.part:
                self._forget()
            self.part = part
            changed = self._touched()
        spent = self._turns.refresh(db) if self.whole else self._turns.reach(db, self._read_up_to())
        return self._take(changed, spent)

    def take_part(self, db: sqlite3.Connection, part: Part, holder: Told) -> bool:
        """Take what another session's log told of it meanwhile; whether anything changed."""
        if part is not self.part:
            self.part = part
            self._forget()
        if self.paths != holder.paths:
            self.paths, self._logs, self.from_archive = holder.paths, holder._logs, holder.from_archive
            self._asked_anew = True
        return self._take(self._touched(), self._turns.refresh(db))

    def _touched(self) -> set[int]:
        if self.part is None:
            return set()
        changed, self.part.work.touched = self.part.work.touched, set()
        return changed

    def _take(self, changed: set[int], spent: Mapping[str, int]) -> bool:
        for number in sorted(changed):
            self._learn(number)
        changed |= self._tell_turns(spent)
        if changed or spent:
            changed |= self._tell_sizes()
        self._changed |= changed
        return bool(self._changed) or self._anew

    def settle(self, level: int, children: Mapping[str, Mapping[str, tuple[Told, int, str]]] | None) -> bool:
        """Make the rows anew that changed, those of subagents too; whether any did.

        Args:
            level: how deep inside subagents it stands.
            children: session → subagent → (it, the number of the block that started it or -1, its
                description), for the whole tree; None: as they were.
        """
        if level != self.level:
            self.level, self.rows, self._starts, self._anew = level, [], [0], True
        if children is not None:
            own = children.get(self.session.name, {})
            placed = {name: number for name, (_, number, _) in own.items()}
            for name, (told, number, words) in own.items():
                self._words[name] = words
                if told.settle(level + 1, children) or self._placed.get(name) != number:
                    self._changed.add(number)
            self._changed.update(number for name, number in self._placed.items() if placed.get(name) != number)
            self._placed, self._agents = placed, {name: told for name, (told, _, _) in own.items()}
        changed, self._changed = self._changed, set()
        anew, self._anew = self._anew, False
        if not changed and not anew:
            return False
        self._mend(changed, len(self._starts) - 1)
        return True

    def _read_up_to(self) -> dict[str, int]:
        ends = self.growing.ends if self.growing is not None else []
        return {self._log(file): end for file, end in enumerate(ends)}

    def _forget(self) -> None:
        self._turns = Turns(self.session.id, self.session.provider)
        self.rows, self._starts = [], [0]
        self._told, self._asked, self._sizes, self.starters = {}, {}, {}, {}
        self._known_asked, self._prompts, self._prompted = set(), {}, set()
        self._asked_anew = self._anew = True
        self._placed = {}

    # -- what a block tells of others

    def _learn(self, number: int) -> None:
        block = self.blocks[number]
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
        for name in calls_of(block):
            self._start(name, number)
        prompt = prompt_given(block)
        if prompt is not None and number not in self._prompted:
            self._prompted.add(number)
            self._start(numbered(self._prompts, prompt), number)
        if item.kind is Kind.AGENT and isinstance(item.detail, dict):
            thread = item.detail.get("agent_thread_id")
            if isinstance(thread, str):
                self.starters.setdefault(thread, self.starters.get(item.call, number))

    def _start(self, name: str, number: int) -> None:
        self.starters[name] = min(number, self.starters.get(name, number))

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
        if self._top:
            total = 0
            for number in sorted(found):
                turn = found[number]
                if turn.spent is not None and not self.blocks[number].undone:
                    total += turn.spent.cost
                    if turn.until_here != total:
                        found[number] = Turn(turn.spent, total, turn.context)
        changed = {number for number in found.keys() | self._told.keys() if found.get(number) != self._told.get(number)}
        self._told = found
        return changed

    def _tell_sizes(self) -> set[int]:
        changed = set()
        for number, known in self._sizes.items():
            block = self.blocks[number]
            around = self._turns.around(self._log(block.file), block.item.offset)
            if around != known:
                self._sizes[number] = around
                changed.add(number)
        return changed

    def _path(self, file: int) -> str:
        if file == ANCESTOR:
            return self.growing.ancestor if self.growing is not None else ""
        return self.paths[file] if file < len(self.paths) else ""

    def _log(self, file: int) -> str:
        return self._logs[file] if 0 <= file < len(self._logs) else ""

    # -- the rows

    def _mend(self, changed: set[int], known: int) -> None:
        """Make the rows of changed blocks anew, and those of new ones (from `known` on)."""
        blocks = self.blocks
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
        return was or self.blocks[number].undone

    def _replace(self, number: int, rows: list[Entry]) -> None:
        start, end = self._starts[number], self._starts[number + 1]
        self.rows[start:end] = rows
        if more := len(rows) - (end - start):
            self._starts[number + 1 :] = [each + more for each in self._starts[number + 1 :]]

    def _segment(self, number: int, agents: Sequence[Told]) -> Iterator[Entry]:
        blocks = self.blocks
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
        block = self.blocks[number]
        turn = self._told.get(number, _NO_TURN)
        for place, entry in enumerate(entries_of(block, self.level, self._path(block.file), turn)):
            yield self._sized(number, entry) if place == 0 and number in self._sizes else entry
        for agent in agents:
            yield from agent.rows

    def _rule(self, number: int) -> Entry:
        """Over what was taken back, which begins at a block."""
        blocks = self.blocks
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
