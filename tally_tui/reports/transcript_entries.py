"""A block of a conversation (lean: without the bulk of its texts) → the entries that a reader lists."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import Final

import msgspec
from msgspec import Struct

from tally_tui.logs.messages import Item, Kind, Mark
from tally_tui.reports.changed_lines import Changed
from tally_tui.reports.conversation import Spent
from tally_tui.reports.conversation_order import Block
from tally_tui.reports.growing import KEPT, NO_LINES, PATCHED, TELLING, sizes

_WHOLE: Final = frozenset({Kind.PROMPT, Kind.REPLY, Kind.THINKING, Kind.SUMMARY})
"""Kinds that are nothing but their text."""


class Context(Struct, frozen=True):
    """How full the model's memory was with a turn's last call."""

    tokens: int
    window: int | None = None
    """Its size in tokens; None: not known of this model."""


class Entry(msgspec.Struct, frozen=True, eq=False, gc=False):
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
    """Of a prompt: the conversation's cost with its turn, nano-dollars."""
    path: str = ""
    """The log it stands in."""
    answers: tuple[Item, ...] = ()
    """Of a call: every record of what came of it."""
    context: Context | None = None
    """Of a prompt."""
    also: tuple[int, ...] = ()
    """Offsets of other lines of its log that say the same."""
    branch: str = ""
    """Of what was taken back: the key of the rule that stands over it."""
    changed: Changed | None = None
    """Of a change of files: lines added, lines taken away."""

    @property
    def key(self) -> str:
        return f"{self.item.session}:{self.item.offset}:{self.item.part}:{self.item.kind}"


class Turn(Struct, frozen=True):
    """What is told beside a prompt."""

    spent: Spent | None = None
    until_here: int = 0
    context: Context | None = None


def entries_of(block: Block, level: int, path: str, turn: Turn) -> Iterator[Entry]:
    """The block's own entry, then those of what a script called."""
    yield _entry(block, level, path, turn)
    for each in block.inner:
        yield from entries_of(each, level + 1, path, _NO_TURN)


def header(session: str, words: str, level: int) -> Entry:
    """Over a subagent that no known call started."""
    return Entry(Item(Kind.AGENT, 0, 0, session=session, text=words), None, level, True, len(words))


_NO_TURN: Final = Turn()


def _entry(block: Block, level: int, path: str, turn: Turn) -> Entry:
    item, answers = block.item, (*block.results, *block.more)
    length, breaks = sizes(item)
    told = [sizes(each) for each in block.results if each.text]
    # They stand one under the other: a line break between two of them.
    said = sum(size for size, _ in told) + max(0, len(told) - 1)
    lines = sum(count for _, count in told) + len(told) if any(each.text.strip() for each in block.results) else 0
    cut = item.kind not in _WHOLE or length > KEPT or bool(answers)
    result = joined(answers, None)
    return Entry(
        _plain(item), None if result is None else _plain(result), level, cut, length + said,
        breaks + lines + bool(lines), lines,
        turn.spent, turn.until_here, path, tuple(answers), turn.context, tuple(block.also),
        changed=_changed(answers) or _changed((item,)),
    )  # fmt: skip


def _changed(items: tuple[Item, ...]) -> Changed | None:
    details = (each.detail for each in items if isinstance(each.detail, dict))
    return next((each[PATCHED] for each in details if each.get(PATCHED, NO_LINES) != NO_LINES), None)


def joined(answers: tuple[Item, ...] | list[Item], otherwise: Item | None) -> Item | None:
    """What came of a call as one item: the words of all records, the details that tell most."""
    if not answers:
        return otherwise
    first = answers[0]
    texts = [each for each in answers if each.kind is Kind.TOOL_RESULT and each.text]
    # A record that says the result again adds details, no words.
    texts = [each for each in texts if not each.marks & Mark.AGAIN] or texts[:1]
    details = [each.detail for each in answers if isinstance(each.detail, dict)]
    telling = next((each for each in details if not _CHANGES.isdisjoint(each)), None)
    merged = Item(first.kind, first.offset, first.length, first.part, first.ts, first.session)
    merged.text = "\n".join(each.text for each in texts)
    merged.detail = telling if telling is not None else details[0] if details else None
    for each in answers:
        merged.marks |= each.marks
        if each.marks & Mark.LOADED and not merged.name:
            merged.name = each.name
    return merged


_CHANGES: Final = frozenset({"structuredPatch", "changes", PATCHED})


def _plain(item: Item) -> Item:
    """An item as it is told: of its details only what a title needs."""
    detail = item.detail or {}
    if len(item.text) <= KEPT and all(name in TELLING for name in detail):
        return item
    item = copy(item)
    item.text = item.text[:KEPT]
    item.detail = {name: detail[name] for name in TELLING if name in detail} or None
    return item
