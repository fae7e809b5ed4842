"""The logs of a session, read whole → its blocks and those of subagents inside them; where a fork begins."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from tally_tui.ledger.archived import stand_in
from tally_tui.logs.codex_messages import IMPORTED
from tally_tui.logs.lines import UnreadableLogError
from tally_tui.logs.message_reading import parse_items
from tally_tui.logs.messages import Item, Kind, Mark
from tally_tui.model import Provider
from tally_tui.reports.asides import Asides
from tally_tui.reports.branches import Branches
from tally_tui.reports.conversation_files import SessionLog, logs_of, session_of
from tally_tui.reports.conversation_order import Arranging, mark_left, mark_rollbacks, prompts_of


class Imports:
    """Leaves out of a session what Codex copied from another agent's, where that can be read itself."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._readable = False

    def leaves_out(self, item: Item) -> bool:
        """Take the next item of a log; whether it is told by the session that it was copied from."""
        if item.kind is Kind.CONTINUED and item.name == IMPORTED:
            origin = session_of(self._db, Provider.CLAUDE, item.text)
            self._readable = origin is not None and bool(logs_of(self._db, origin)[0])
        return bool(item.marks & Mark.IMPORTED) and self._readable


def arranged(db: sqlite3.Connection, session: SessionLog, files: list[str], depth: int) -> tuple[Arranging, Asides]:
    """What a session's files hold: the conversation, and the subagents that have no files of their own.

    Raises:
        UnreadableLogError: one of them cannot be read.
    """
    work, branches, asides, imports = Arranging(), Branches(), Asides(), Imports(db)
    for number, path in enumerate(files):
        cursor, state = 0, b""
        while True:
            chunk = parse_items(path, session.provider, cursor, state, details=depth >= 3)
            branches.take(chunk.links, prompts_of(chunk.items), chunk.leaf)
            asides.take(chunk.asides)
            for item in chunk.items:
                item.session = session.named(item.session)
                if item.kind is Kind.CONTINUED and isinstance(item.detail, dict) and number == 0:
                    for each in ancestry(*beginning) if (beginning := ancestor(db, item)) else ():
                        work.add(each)
                if imports.leaves_out(item):
                    continue
                part = asides.part_of(item)
                (work if part is None else part.work).add(item, number)
            stuck = chunk.cursor == cursor
            cursor, state = chunk.cursor, chunk.state
            if chunk.at_end or stuck:
                break
        work.end_file()
        for part in asides.parts.values():
            part.work.end_file()
    mark_rollbacks(work.blocks)
    if session.provider is Provider.CLAUDE:
        mark_left(work.blocks, branches.left)
    return work, asides


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
