"""A session's conversation for a reader: a flat list of what is shown, and the texts of what is unfolded.

Of each item the beginning of its text stays in memory; the whole is read from the log again when it is
asked for. A `Reading` stays with one session, and reads on where its logs have grown.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Final

from msgspec import Struct, field

from tally_tui.logs.lines import UnreadableLogError, open_log, seek
from tally_tui.logs.message_reading import items_at
from tally_tui.logs.messages import Item, Kind, Mark
from tally_tui.model import Provider
from tally_tui.reports.conversation import NoLogError, NoSessionError, Spent
from tally_tui.reports.conversation_files import Subagent, find_session, subagents_of
from tally_tui.reports.spilled import spilled
from tally_tui.reports.transcript_entries import Context, Entry, joined
from tally_tui.reports.transcript_family import Family
from tally_tui.reports.transcript_find import Finding, Hits

__all__ = ["Context", "Entry", "Finding", "Hits", "Reading", "Spent", "Texts", "Transcript"]


_LONGEST_RECORD: Final = 200_000


class Transcript(Struct, frozen=True, eq=False):
    """The answer to a TranscriptRequest. A session without a log has no entries and says why."""

    provider: str
    session: str
    entries: tuple[Entry, ...]
    folder: str | None = None
    problem: str = ""
    spent: Spent = Spent()
    whole: bool = True
    """Whether this is all that the logs hold, not only their beginning."""
    from_archive: str = ""
    """Why it is read from the archive, for people; empty where it is read from the logs."""


class Texts(Struct, frozen=True, eq=False):
    """The answer to a TextsRequest or SpilledRequest: whole items by their entries' numbers.

    The numbers are those of the newest transcript: what an item is, it says itself (`Entry.key`).
    """

    session: str
    items: dict[int, tuple[Item, Item | None]] = field(default_factory=dict)
    problem: str = ""
    """Why something is not whole, for people."""


class Reading:
    """One session's logs, read as far as they go. For one thread."""

    def __init__(self, provider: Provider, session: str) -> None:
        self.provider, self.session = provider, session
        self.told = Transcript(provider.word, session, ())
        self._tree: Family | None = None
        self._below: list[Subagent] = []
        self._ledger: tuple[int, ...] = ()
        """What the ledger knew of files and sessions when it was last asked."""

    def more(self, db: sqlite3.Connection, limit: int = 1 << 62) -> bool:
        """Read on in the logs, about `limit` bytes of the session's own at most; whether anything changed.

        Raises:
            UnreadableLogError: a log cannot be opened.
        """
        try:
            changed = self._read_on(db, limit)
        except (NoLogError, NoSessionError) as error:
            problem = str(error)
            changed = not self.told.problem
            self.told = Transcript(self.provider.word, self.session, self.told.entries, self.told.folder, problem)
            return changed
        tree = self._tree
        assert tree is not None
        told = (self.told.whole, self.told.spent, self.told.from_archive)
        if changed or self.told.problem or told != (tree.whole, tree.spent, tree.from_archive):
            folder = tree.session.folder
            entries = tuple(tree.rows)
            self.told = Transcript(
                self.provider.word, self.session, entries, folder, "", tree.spent, tree.whole, tree.from_archive
            )
            return True
        return False

    def _read_on(self, db: sqlite3.Connection, limit: int) -> bool:
        ledger = db.execute(
            "SELECT (SELECT coalesce(max(id), 0) FROM session), (SELECT coalesce(max(id), 0) FROM file), "
            "(SELECT count(*) FROM file WHERE gone_at IS NOT NULL), (SELECT count(*) FROM archived)"
        ).fetchone()
        renamed = ledger != self._ledger
        if renamed or self._tree is None:
            log = find_session(db, self.session)
            self._below = subagents_of(db, log)
            if self._tree is None or self._tree.session.id != log.id:
                self._tree = Family(log)
            self._tree.session = log
            self._ledger = ledger
        return self._tree.update(db, self._below, renamed, limit)

    def texts(self, first: int, last: int) -> dict[int, tuple[Item, Item | None]]:
        """The whole items of some entries."""
        found: dict[int, tuple[Item, Item | None]] = {}
        for number in range(max(0, first), min(last + 1, len(self.told.entries))):
            entry = self.told.entries[number]
            if entry.cut:
                answers = [self._whole(entry.path, each) for each in entry.answers]
                found[number] = (self._whole(entry.path, entry.item), joined(answers, entry.result))
        return found

    def spilled(self, key: str) -> Texts:
        """One item with the whole output that was too large for the log."""
        for number, entry in enumerate(self.told.entries):
            if entry.key != key:
                continue
            answers = [self._whole(entry.path, each) for each in entry.answers]
            problems = []
            for answer in answers:
                found = spilled(entry.path, answer) if answer.marks & Mark.LOADED else None
                if found is not None and found.text:
                    answer.text, answer.marks = found.text, answer.marks & ~Mark.LOADED
                if found is not None and found.problem:
                    problems.append(found.problem)
            item = self._whole(entry.path, entry.item)
            return Texts(self.session, {number: (item, joined(answers, entry.result))}, " ".join(problems))
        return Texts(self.session)

    def _whole(self, path: str, item: Item) -> Item:
        if item.kind is Kind.BRANCH or not path:
            return item
        try:
            lines = items_at(path, self.provider, item.offset, item.length, item.session)
        except UnreadableLogError:
            # Deleted while it is read: the beginning that is in memory is better than nothing.
            return item
        for each in lines:
            if each.part == item.part and each.kind is item.kind:
                each.marks |= item.marks
                if each.kind is Kind.RAW and each.detail is None and not each.text:
                    each.text = self._line(path, item)
                return each
        return item

    def _line(self, path: str, item: Item) -> str:
        """A record that nobody knows, as its line has it."""
        try:
            with open_log(path) as log:
                seek(log, path, item.offset)
                return str(log.read(min(item.length, _LONGEST_RECORD)), "utf-8", "replace").strip()
        except UnreadableLogError:
            return ""

    def finding(self, pattern: re.Pattern[str]) -> Finding:
        """Begin to look for a pattern."""
        return Finding(self.session, pattern, self._whole)
