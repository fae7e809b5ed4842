"""A session's conversation for a reader: a flat list of what is shown, and the texts of what is unfolded.

Of each item the beginning of its text stays in memory; the whole is read from the log again when it is
asked for. A `Reading` stays with one session, and looks at its logs again when they have grown.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from tally_tui.logs.lines import UnreadableLogError
from tally_tui.logs.messages import Item, Kind, input_texts, items_at
from tally_tui.model import Provider
from tally_tui.reports.conversation import Conversation, NoLogError, NoSessionError, Spent, conversation
from tally_tui.reports.conversation_order import Block

KEPT: Final = 2_000
"""Characters of a text that stay in memory."""
_WHOLE: Final = frozenset({Kind.PROMPT, Kind.REPLY, Kind.THINKING, Kind.SUMMARY})
"""Kinds that are nothing but their text."""
_TELLING: Final = ("exit_code", "preTokens", "postTokens", "trigger", "items", "retry", "of", "status")
"""Details that a title needs."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One item of a conversation, a call with its result."""

    item: Item
    result: Item | None = None
    level: int = 0
    """How deep inside subagents."""
    cut: bool = False
    """Whether only the beginning of its text is here."""
    length: int = 0
    """Characters of the whole text, the result's included."""
    breaks: int = 0
    """Its line breaks."""
    result_lines: int = 0
    spent: Spent | None = None
    """Of a prompt: what its turn cost."""
    until_here: int = 0
    """The conversation's cost with that turn, nano-dollars."""
    path: str = ""
    """The log it stands in."""
    answers: tuple[Item, ...] = ()
    """Of a call: every record of what came of it."""

    @property
    def key(self) -> str:
        return f"{self.item.session}:{self.item.offset}:{self.item.part}:{self.item.kind}"


@dataclass(frozen=True, slots=True, eq=False)
class Transcript:
    """The answer to a TranscriptRequest. A session without a log has no entries and says why."""

    provider: str
    session: str
    entries: tuple[Entry, ...]
    folder: str | None = None
    problem: str = ""
    spent: Spent = Spent()  # noqa: RUF009 - frozen


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """The answer to a TextsRequest: whole items by their entries' numbers."""

    session: str
    items: dict[int, tuple[Item, Item | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hits:
    """The answer to a FindRequest: which entries hold the pattern, and how often in all."""

    session: str
    pattern: str
    entries: tuple[int, ...]
    count: int


class _Row(NamedTuple):
    block: Block
    level: int
    path: str
    spent: Spent | None


class Reading:
    """One session's logs, read as far as they go. For one thread."""

    def __init__(self, provider: Provider, session: str) -> None:
        self.provider, self.session = provider, session
        self.told = Transcript(provider.word, session, ())
        self._sizes: tuple[tuple[str, int], ...] = ()

    def more(self, db: sqlite3.Connection) -> bool:
        """Read the logs if they have changed; whether they had.

        Raises:
            UnreadableLogError: a log cannot be opened.
        """
        if self._sizes and self._sizes == _sizes(path for path, _ in self._sizes):
            return False
        try:
            whole = conversation(db, self.session)
        except (NoLogError, NoSessionError) as error:
            problem = str(error)
            changed = not self.told.problem
            self.told = Transcript(self.provider.word, self.session, self.told.entries, self.told.folder, problem)
            return changed
        rows = list(_flat(whole))
        self._sizes = _sizes({*whole.files, *(row.path for row in rows)})
        before = {entry.key: entry for entry in self.told.entries}
        entries: list[Entry] = []
        total = 0
        for row in rows:
            if row.spent is not None and not row.level:
                total += row.spent.cost
            entry = _entry(row, total)
            known = before.get(entry.key)
            # The same object where nothing changed: who shows it need not look again.
            entries.append(known if known is not None and _alike(known, entry) else entry)
        self.told = Transcript(
            self.provider.word, self.session, tuple(entries), whole.session.folder, "", whole.spent
        )
        return True

    def texts(self, first: int, last: int) -> dict[int, tuple[Item, Item | None]]:
        """The whole items of some entries."""
        found: dict[int, tuple[Item, Item | None]] = {}
        for number in range(max(0, first), min(last + 1, len(self.told.entries))):
            entry = self.told.entries[number]
            if entry.cut:
                answers = [self._whole(entry.path, each) for each in entry.answers]
                found[number] = (self._whole(entry.path, entry.item), _joined(answers, entry.result))
        return found

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
                return each
        return item

    def find(self, db: sqlite3.Connection, pattern: re.Pattern[str]) -> Hits:
        """The entries whose words match, all texts read through.

        Raises:
            UnreadableLogError: a log cannot be opened.
            NoLogError: a log is gone.
        """
        places = {entry.key: number for number, entry in enumerate(self.told.entries)}
        found: dict[int, int] = {}
        for row in _flat(conversation(db, self.session)):
            block = row.block
            number = places.get(Entry(block.item).key)
            texts = (block.item.text, *input_texts(block.item), *(each.text for each in block.results))
            times = sum(len(pattern.findall(text)) for text in texts if text)
            if times and number is not None:
                found[number] = times
        return Hits(self.session, pattern.pattern, tuple(sorted(found)), sum(found.values()))


def _sizes(paths: Any) -> tuple[tuple[str, int], ...]:
    out = []
    for path in sorted(paths):
        try:
            out.append((path, Path(path).stat().st_size))
        except OSError:
            out.append((path, -1))
    return tuple(out)


def _flat(whole: Conversation, level: int = 0) -> Iterator[_Row]:
    for entry in whole.entries:
        yield from _blocks(entry.block, level, whole.files, entry.spent)
        for agent in entry.agents:
            yield from _flat(agent, level + 1)
    for agent in whole.agents:
        item = Item(Kind.AGENT, 0, 0, session=agent.session.name, text=agent.description or agent.session.name)
        yield _Row(Block(item), level, "", None)
        yield from _flat(agent, level + 1)


def _blocks(block: Block, level: int, files: Sequence[str], spent: Spent | None) -> Iterator[_Row]:
    yield _Row(block, level, files[block.file] if block.file < len(files) else "", spent)
    for each in block.inner:
        yield from _blocks(each, level + 1, files, None)


def _entry(row: _Row, total: int) -> Entry:
    block = row.block
    item, answers = block.item, (*block.results, *block.more)
    text = block.text
    length, breaks = len(item.text), item.text.count("\n")
    lines = text.count("\n") + 1 if text.strip() else 0
    cut = item.kind not in _WHOLE or length > KEPT or bool(answers)
    result = _joined(list(answers), None)
    return Entry(
        _short(item), None if result is None else _short(result), row.level, cut, length + len(text),
        breaks + lines + bool(lines), lines, row.spent, total, row.path, tuple(map(_short, answers)),
    )  # fmt: skip


def _joined(answers: list[Item], otherwise: Item | None) -> Item | None:
    """What came of a call as one item: the words of all records, the details that tell most."""
    if not answers:
        return otherwise
    first = answers[0]
    texts = [each.text for each in answers if each.kind is Kind.TOOL_RESULT and each.text]
    details = [each.detail for each in answers if isinstance(each.detail, dict)]
    telling = next((each for each in details if "structuredPatch" in each or "changes" in each), None)
    merged = Item(first.kind, first.offset, first.length, first.part, first.ts, first.session)
    merged.text = "\n".join(texts)
    merged.detail = telling if telling is not None else details[0] if details else None
    for each in answers:
        merged.marks |= each.marks
    return merged


def _short(item: Item) -> Item:
    """An item without the bulk of its text, arguments and details."""
    item.text = item.text[:KEPT]
    if isinstance(item.input, dict):
        for name, value in item.input.items():
            if isinstance(value, str) and len(value) > KEPT:
                item.input[name] = value[:KEPT]
    if isinstance(item.detail, dict):
        item.detail = {name: item.detail[name] for name in _TELLING if name in item.detail} or None
    else:
        item.detail = None
    return item


def _alike(one: Entry, other: Entry) -> bool:
    return (
        one.level == other.level and one.length == other.length and one.spent == other.spent
        and one.until_here == other.until_here and len(one.answers) == len(other.answers)
        and one.item.marks == other.item.marks
    )  # fmt: skip
