"""A session read from its logs: its conversation in order, its subagents below the calls that started them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct, field

from tally_tui.ledger.ask_names import project_names
from tally_tui.logs.lines import UnreadableLogError
from tally_tui.logs.messages import Item, Kind, Mark
from tally_tui.model import Tokens
from tally_tui.reports.agent_places import Candidate, places, reached
from tally_tui.reports.asides import Part, calls_of, candidate, candidate_of, log_of, numbered, prompt_given
from tally_tui.reports.conversation_files import (
    NoLogError,
    NoSessionError,
    SessionLog,
    any_below,
    archive_words,
    find_session,
    logs_of,
    original_paths,
    session_of,
    stands_inside,
    subagents_of,
)
from tally_tui.reports.conversation_order import ASKED, Block
from tally_tui.reports.conversation_reading import arranged

DEPTHS: Final = ("prompts", "replies", "subagents", "tools", "everything")
"""What each depth adds, 1 to 5."""
_LEVELS: Final[dict[Kind, int]] = {
    **dict.fromkeys((Kind.PROMPT, Kind.COMMAND, Kind.BASH), 1),
    **dict.fromkeys(
        (
            Kind.REPLY, Kind.PLAN, Kind.QUESTION, Kind.SUMMARY, Kind.ERROR, Kind.LIMIT, Kind.INTERRUPTION, Kind.REVIEW,
            Kind.COMPACTION, Kind.MODEL_SWITCH, Kind.REWIND, Kind.BRANCH, Kind.CONTINUED, Kind.IMAGE,
        ),
        2,
    ),
    Kind.AGENT: 3,
    **dict.fromkeys((Kind.TOOL_CALL, Kind.TOOL_RESULT, Kind.TODO, Kind.DOCUMENT), 4),
}  # fmt: skip


class Spent(Struct, frozen=True):
    """What a stretch of a conversation cost: nano-dollars, tokens, and calls without a price."""

    cost: int = 0
    tokens: int = 0
    calls: int = 0
    unpriced: int = 0


class Entry(Struct, eq=False):
    """A block of the conversation with what was spent on it (a prompt: on its turn) and whom it started."""

    block: Block
    level: int
    spent: Spent | None = None
    agents: list[Conversation] = field(default_factory=list)


class Conversation(Struct, eq=False):
    """A session as its logs tell it. `agents` were started by no call that is known."""

    session: SessionLog
    project: str | None
    files: list[str]
    file_gone: bool
    entries: list[Entry] = field(default_factory=list)
    agents: list[Conversation] = field(default_factory=list)
    spent: Spent = Spent()
    description: str = ""
    hidden: int = 0
    """Blocks of other branches and of turns taken back, left out."""
    from_archive: str = ""
    """`from the archive; the log was deleted`, where a copy is read; empty where the logs are."""

    @property
    def first_ms(self) -> int | None:
        """When the first of all that is told was said or done, in subagents too."""
        return min(self._times(), default=None)

    @property
    def last_ms(self) -> int | None:
        """When the last of it was said or done."""
        return max(self._times(), default=None)

    def _times(self) -> Iterator[int]:
        for entry in self.entries:
            yield from _times(entry.block)
            for agent in entry.agents:
                yield from agent._times()
        for agent in self.agents:
            yield from agent._times()

    @property
    def models(self) -> list[str]:
        """The models that spoke, in the order of their first words."""
        return list(dict.fromkeys(e.block.item.model for e in self.entries if e.block.item.model))


def _times(block: Block) -> Iterator[int]:
    for item in (block.item, *block.results, *block.more):
        if item.ts is not None:
            yield item.ts
    for inner in block.inner:
        yield from _times(inner)


def level_of(item: Item) -> int:
    """The depth (1 to 5) from which on an item is shown."""
    if item.marks & Mark.OUTPUT:
        return 4
    if item.marks & Mark.META and item.kind is Kind.REPLY:
        return 5
    level = _LEVELS.get(item.kind, 5)
    return max(level, 3) if item.marks & Mark.ASIDE else level


def conversation(db: sqlite3.Connection, word: str, *, depth: int = 5, branches: bool = False) -> Conversation:
    """Read a session and, from depth 3 on, its subagents.

    Args:
        db: the ledger: which logs tell the session, and what it cost.
        word: the session's id, or a beginning of it that no other has.
        depth: 1 prompts, 2 replies, 3 subagents, 4 tools, 5 everything.
        branches: keep what was taken back, marked, instead of leaving it out.

    Raises:
        NoSessionError: no session, or more than one, is meant.
        NoLogError: its log is gone.
        UnreadableLogError: its log cannot be read.
    """
    session = find_session(db, word)
    return _Tree(db, session, depth, branches).told()


class _Member(Struct, eq=False):
    """A session of the tree with all its entries, and what its calls are known by."""

    told: Conversation
    entries: list[Entry]
    starters: dict[str, Entry]


class _Tree:
    """Reads a session and its subagents, each file once, and puts each below the call that started it."""

    def __init__(self, db: sqlite3.Connection, session: SessionLog, depth: int, branches: bool) -> None:
        self._db, self._session, self._depth, self._branches = db, session, depth, branches
        self._projects = project_names(db)
        self._below = {each.log.name: each for each in subagents_of(db, session) if each.log.id != session.id}
        self._members: dict[str, _Member] = {}
        self._parts: dict[str, tuple[Part, SessionLog, list[str]]] = {}
        """Subagents that stand in the files of others: whose, and which these are."""

    def told(self) -> Conversation:
        session = self._session
        if not self._read(session):
            if not any_below(self._db, session, list(self._below.values())):
                raise NoLogError(gone(session))
            self._put(session, [], [], lost=True)
        top = self._members[session.name]
        if self._depth >= 3 or not top.told.files:
            self._give_agents()
        for member in self._members.values():
            self._finish(member)
        return top.told

    def _finish(self, member: _Member) -> None:
        # A call that started a subagent stands from the depth on at which subagents do.
        for entry in member.entries:
            if entry.agents:
                entry.level = min(entry.level, 3)
        shown = _with_branches(member.entries, self._branches)
        member.told.entries = [entry for entry in shown if entry.level <= self._depth]

    def _read(self, session: SessionLog) -> bool:
        """Read a session from its logs, or as a part of another's; False where there are none."""
        files, lost = logs_of(self._db, session)
        if not files:
            return False
        inside = stands_inside(session, original_paths(self._db, files))
        work, asides = arranged(self._db, session, files, self._depth)
        home = self._home(session) if inside else session
        for name, part in asides.parts.items():
            self._parts.setdefault(name, (part, home, files))
        if inside:
            own = asides.parts.get(session.name)
            self._put(session, files, [] if own is None else own.work.shown(), lost)
        else:
            self._put(session, files, work.shown(), lost)
        return True

    def _home(self, session: SessionLog) -> SessionLog:
        """The session in whose file a subagent stands."""
        return session_of(self._db, session.provider, session.parent or "") or session

    def _put(self, session: SessionLog, files: list[str], blocks: list[Block], lost: bool = False) -> None:
        answer = Conversation(session, self._projects.get(session.root_folder or ""), files, lost)
        answer.from_archive = archive_words(self._db, files)
        answer.hidden = sum(block.undone for block in blocks)
        costs = _costs(self._db, session, files)
        answer.spent = _sum(spent for per_file in costs for _, spent in per_file)
        entries = [Entry(block, level_of(block.item)) for block in blocks]
        _give_costs(entries, costs)
        self._members[session.name] = _Member(answer, entries, _starters(entries))

    def _give_agents(self) -> None:
        top = self._session
        every = top.parent is None
        unread: dict[str, bool] = {}
        """Those of which nothing could be read, and whether they stood in the log of another then."""
        while True:
            # One that stands in another subagent's log comes with it.
            tried = {name for name, inside in unread.items() if inside or name not in self._parts}
            found = [each for each in self._candidates() if each.name not in self._members and each.name not in tried]
            if not every:
                starters = {name: member.starters for name, member in self._members.items()}
                found = list(reached(list(self._members), found, starters))
            if not found:
                break
            for each in found:
                inside = each.name in self._parts
                if not self._take(each.name):
                    unread[each.name] = inside
        members = {name: member.starters for name, member in self._members.items()}
        given = [each for each in self._candidates() if each.name in members and each.name != top.name]
        for name, (owner, entry) in places(top.name, given, members).items():
            told = self._members[name].told
            agent = self._below.get(name)
            told.description = agent.description if agent else ""
            (entry.agents if entry else self._members[owner].told.agents).append(told)

    def _candidates(self) -> list[Candidate]:
        found = {name: candidate(agent) for name, agent in self._below.items()}
        for name, (part, home, _) in self._parts.items():
            if name != self._session.name:
                found[name] = candidate_of(part, self._below.get(name), home)
        return list(found.values())

    def _take(self, name: str) -> bool:
        """Read a subagent; False where nothing of it can be read."""
        agent = self._below.get(name)
        if agent is not None:
            try:
                files = original_paths(self._db, logs_of(self._db, agent.log)[0])
                if files and not stands_inside(agent.log, files):
                    return self._read(agent.log)
            except UnreadableLogError:
                return False
        if name not in self._parts:
            return False
        part, home, files = self._parts[name]
        self._put(agent.log if agent is not None else log_of(part, home), files, part.work.shown())
        return True


def _costs(db: sqlite3.Connection, session: SessionLog, files: list[str]) -> list[list[tuple[int, Spent]]]:
    """For each file, its counted calls by their offsets."""
    found: list[list[tuple[int, Spent]]] = []
    for path in original_paths(db, files):
        rows = db.execute(
            "SELECT c.offset, c.cost, c.input, c.write_5m, c.write_1h, c.cache_read, c.output, f.status = 2 "
            "FROM facet f JOIN call c ON c.facet = f.id JOIN file x ON x.id = c.file "
            "WHERE f.session = ? AND f.reason = 0 AND x.path = ? ORDER BY c.offset",
            (session.id, path),
        )
        found.append([(row[0], Spent(row[1], Tokens(*row[2:7]).total, 1, int(row[7]))) for row in rows])
    return found


def _give_costs(entries: list[Entry], costs: list[list[tuple[int, Spent]]]) -> None:
    """A call belongs to the prompt before it in its file."""
    for number, calls in enumerate(costs):
        asked = [
            entry
            for entry in entries
            if entry.block.file == number
            and entry.block.item.kind in ASKED
            and not entry.block.item.marks & (Mark.OUTPUT | Mark.COPIED | Mark.ASIDE)
        ]
        asked.sort(key=lambda entry: entry.block.item.offset)
        at = 0
        for place, entry in enumerate(asked):
            end = asked[place + 1].block.item.offset if place + 1 < len(asked) else 1 << 62
            turn = []
            while at < len(calls) and calls[at][0] < end:
                turn.append(calls[at][1])
                at += 1
            if turn:
                entry.spent = _sum(turn)


def _sum(parts: Iterable[Spent]) -> Spent:
    total = Spent()
    for part in parts:
        total = Spent(
            total.cost + part.cost, total.tokens + part.tokens, total.calls + part.calls, total.unpriced + part.unpriced
        )
    return total


def _starters(entries: list[Entry]) -> dict[str, Entry]:
    """Call ids, subagents' own names where results tell them, and prompts → the entries that started them."""
    found: dict[str, Entry] = {}
    times: dict[str, int] = {}
    for entry in entries:
        for key in calls_of(entry.block):
            found.setdefault(key, entry)
        prompt = prompt_given(entry.block)
        if prompt is not None:
            found.setdefault(numbered(times, prompt), entry)
    for entry in entries:
        detail = entry.block.item.detail
        thread = detail.get("agent_thread_id") if isinstance(detail, dict) else None
        if isinstance(thread, str) and entry.block.item.kind is Kind.AGENT:
            found.setdefault(thread, found.get(entry.block.item.call, entry))
    return found


def _with_branches(entries: list[Entry], keep: bool) -> list[Entry]:
    """The entries, with a rule where what was taken back begins; what was taken back only where it is kept."""
    found: list[Entry] = []
    rule: Item | None = None
    for entry in entries:
        block = entry.block
        if not block.undone:
            rule = None
            found.append(entry)
            continue
        if rule is None:
            item = block.item
            rule = Item(Kind.BRANCH, item.offset, item.length, ts=item.ts, session=item.session, detail={"items": 0})
            found.append(Entry(Block(rule, block.file), 2))
        rule.detail["items"] += 1
        if keep:
            found.append(entry)
    return found


def gone(session: SessionLog) -> str:
    """Why there is nothing to read, for people."""
    what = session.title or session.name
    return (
        f"the log of {what!r} ({session.name}) is gone: what it cost is kept (`tally-tui sessions`), its words are "
        "not. Claude Code deletes logs after `cleanupPeriodDays`; `tally-tui archive` keeps those you choose."
    )


__all__ = [
    "DEPTHS", "Conversation", "Entry", "NoLogError", "NoSessionError", "Spent", "UnreadableLogError", "conversation",
    "gone", "level_of",
]  # fmt: skip
