"""A session read from its logs: its conversation in order, its subagents below the calls that started them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from tally_tui.ledger.archived import stand_in
from tally_tui.ledger.ask_names import project_names
from tally_tui.logs.lines import UnreadableLogError
from tally_tui.logs.message_reading import parse_items
from tally_tui.logs.messages import Item, Kind, Mark
from tally_tui.model import Provider, Tokens
from tally_tui.reports.branches import Branches
from tally_tui.reports.conversation_files import (
    NoLogError,
    NoSessionError,
    SessionLog,
    Subagent,
    any_below,
    archive_words,
    find_session,
    logs_of,
    original_paths,
    subagents_of,
)
from tally_tui.reports.conversation_order import ASKED, MOVED, Arranging, Block, mark_left, mark_rollbacks, prompts_of

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
_MOST_NESTED: Final = 16


@dataclass(frozen=True, slots=True)
class Spent:
    """What a stretch of a conversation cost: nano-dollars, tokens, and calls without a price."""

    cost: int = 0
    tokens: int = 0
    calls: int = 0
    unpriced: int = 0


@dataclass(slots=True, eq=False)
class Entry:
    """A block of the conversation with what was spent on it (a prompt: on its turn) and whom it started."""

    block: Block
    level: int
    spent: Spent | None = None
    agents: list[Conversation] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Conversation:
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
    below = subagents_of(db, session)
    return _read(db, session, below, depth, branches, project_names(db), 0)


def _read(
    db: sqlite3.Connection, session: SessionLog, below: list[Subagent], depth: int, branches: bool,
    projects: dict[str, str], nested: int,
) -> Conversation:  # fmt: skip
    files, lost = logs_of(db, session)
    if not files and not any_below(db, session, below):
        raise NoLogError(gone(session))
    answer = Conversation(session, projects.get(session.root_folder or ""), files, lost)
    answer.from_archive = archive_words(db, files)
    blocks = _blocks(db, session, files, depth)
    answer.hidden = sum(block.undone for block in blocks)
    costs = _costs(db, session, files)
    answer.spent = _sum(spent for per_file in costs for _, spent in per_file)
    entries = [Entry(block, level_of(block.item)) for block in blocks]
    _give_costs(entries, costs)
    if depth >= 3 or not files:
        _give_agents(db, answer, entries, below, depth, branches, projects, nested)
    # A call that started a subagent stands from the depth on at which subagents do.
    for entry in entries:
        if entry.agents:
            entry.level = min(entry.level, 3)
    answer.entries = [entry for entry in _with_branches(entries, branches) if entry.level <= depth]
    return answer


def _blocks(db: sqlite3.Connection, session: SessionLog, files: list[str], depth: int) -> list[Block]:
    work = Arranging()
    branches = Branches()
    for number, path in enumerate(files):
        cursor, state = 0, b""
        while True:
            chunk = parse_items(path, session.provider, cursor, state, details=depth >= 3)
            branches.take(chunk.links, prompts_of(chunk.items), chunk.leaf)
            for item in chunk.items:
                item.session = session.named(item.session)
                if item.kind is Kind.CONTINUED and isinstance(item.detail, dict) and number == 0:
                    for each in ancestry(*beginning) if (beginning := ancestor(db, item)) else ():
                        work.add(each)
                work.add(item, number)
            stuck = chunk.cursor == cursor
            cursor, state = chunk.cursor, chunk.state
            if chunk.at_end or stuck:
                break
        work.end_file()
    mark_rollbacks(work.blocks)
    if session.provider is Provider.CLAUDE:
        mark_left(work.blocks, branches.left)
    return [block for block in work.blocks if block.item.name != MOVED]


def ancestor(db: sqlite3.Connection, link: Item) -> tuple[str, int] | None:
    """Codex: a paginated fork copies nothing. The log that holds its beginning, and up to which byte."""
    base = link.detail if isinstance(link.detail, dict) else {}
    rollout, end = base.get("thread_id"), base.get("end_byte_offset")
    if not isinstance(rollout, str) or type(end) is not int or len(rollout) < 8:
        return None
    row = db.execute(
        "SELECT path, gone_at IS NOT NULL AS gone FROM file WHERE provider = ? AND instr(path, ?) "
        "ORDER BY gone, length(path) LIMIT 1",
        (int(Provider.CODEX), rollout),
    ).fetchone()
    instead = None if row is None else stand_in(db, row[0])
    if row is None or (row[1] and instead is None):
        return None
    return (instead.path if instead is not None else row[0]), end


def ancestry(path: str, end: int) -> Iterator[Item]:
    """The items of that beginning, marked as copied."""
    cursor, state = 0, b""
    while cursor < end:
        try:
            chunk = parse_items(path, Provider.CODEX, cursor, state, min(end - cursor, 8 << 20))
        except UnreadableLogError:
            return
        for item in chunk.items:
            if item.offset < end:
                item.marks |= Mark.COPIED
                yield item
        if chunk.at_end or chunk.cursor == cursor:
            return
        cursor, state = chunk.cursor, chunk.state


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


def _give_agents(
    db: sqlite3.Connection, answer: Conversation, entries: list[Entry], below: list[Subagent], depth: int,
    branches: bool, projects: dict[str, str], nested: int,
) -> None:  # fmt: skip
    if not below or nested >= _MOST_NESTED:
        return
    starters = _starters(entries)
    for agent in below:
        log = agent.log
        entry = starters.get(agent.call) or starters.get(log.name) or starters.get(log.name.rpartition("agent-")[2])
        own = log.parent == answer.session.name
        if entry is None and (not own or agent.depth > 1 or log.id == answer.session.id):
            continue
        rest = [each for each in below if each.log.id != log.id]
        try:
            told = _read(db, log, rest, depth, branches, projects, nested + 1)
        except (NoLogError, UnreadableLogError):
            continue
        told.description = agent.description
        (entry.agents if entry else answer.agents).append(told)


def _starters(entries: list[Entry]) -> dict[str, Entry]:
    """Call ids, and the subagents' own names where results tell them → the entries that started them."""
    found: dict[str, Entry] = {}
    for entry in entries:
        block = entry.block
        item = block.item
        if item.kind in (Kind.TOOL_CALL, Kind.QUESTION) and item.call:
            found.setdefault(item.call, entry)
            for result in (*block.results, *block.more):
                detail = result.detail
                name = detail.get("agentId") if isinstance(detail, dict) else None
                if isinstance(name, str):
                    found.setdefault(name, entry)
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
