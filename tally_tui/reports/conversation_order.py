"""The items of a session's files → its conversation: results under their calls, branches told apart. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tally_tui.logs.messages import Item, Kind, Mark

CALLS = frozenset({Kind.TOOL_CALL, Kind.TODO, Kind.QUESTION, Kind.PLAN})
ASKED = frozenset({Kind.PROMPT, Kind.COMMAND, Kind.BASH})
"""What a person typed (without `Mark.OUTPUT`)."""


class Block(msgspec.Struct, eq=False, gc=False):
    """What stands together in a conversation: an item, and the results where it is a call.

    `file` counts the session's files. A later sighting of a result adds no text, only its details.
    Tuples, and nothing for the collector of garbage to look at: a reader holds very many blocks.
    """

    item: Item
    file: int = 0
    results: tuple[Item, ...] = ()
    more: tuple[Item, ...] = ()
    """Other records of the same work: they tell of files and exit codes what the result does not."""
    inner: tuple[Block, ...] = ()
    """What a script called."""
    also: tuple[int, ...] = ()
    """Offsets of other lines that say the same words: a search may point at any of them."""

    @property
    def undone(self) -> bool:
        """Whether it was taken back: not part of what the agent remembers."""
        return bool(self.item.marks & Mark.UNDONE)

    @property
    def failed(self) -> bool:
        return any(item.marks & Mark.FAILED for item in (self.item, *self.results))

    @property
    def text(self) -> str:
        """What came of a call; the words of anything else."""
        return "\n".join(item.text for item in self.results if item.text)


class Arranging:
    """Takes items in the order of their files; `blocks` is the conversation so far."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.places: dict[tuple[int, int], int] = {}
        """(file, offset) of every line → the block that shows it."""
        self._calls: dict[str, Block] = {}
        self._queued: dict[str, list[Block]] = {}
        self._script: Block | None = None
        self._seen: set[tuple[int | None, Kind, str, str]] = set()
        self._numbers: dict[int, int] = {}
        self.touched: set[int] = set()
        """The numbers of the blocks that came or changed; whoever follows a log empties it."""

    def add(self, item: Item, file: int = 0) -> None:
        """One more item; those of a file in the file's order."""
        if file and self._said_in_an_earlier_file(item):
            return
        block = self._joined(item)
        if block is None:
            block = Block(item, file)
            self._put(block)
        number = self._numbers.get(id(block), len(self.blocks) - 1)
        self.touched.add(number)
        self.places.setdefault((file, item.offset), number)

    def _put(self, block: Block) -> None:
        item = block.item
        if item.kind in CALLS and item.call:
            self._calls.setdefault(item.call, block)
        if self._script is not None and _called_by_script(item):
            self._script.inner += (block,)
            self._numbers[id(block)] = self._numbers[id(self._script)]
            return
        if item.kind is Kind.TOOL_CALL and item.name == "exec" and item.input is None and item.text:
            self._script = block
        elif item.kind in ASKED:
            self._script = None
            if item.marks & Mark.QUEUED:
                self._queued.setdefault(_words(item), []).append(block)
        self._numbers[id(block)] = len(self.blocks)
        self.blocks.append(block)

    def _joined(self, item: Item) -> Block | None:
        """The block that an item belongs to, where it begins none."""
        marks, kind = item.marks, item.kind
        if kind in (Kind.TOOL_RESULT, Kind.IMAGE, Kind.DOCUMENT) and item.call in self._calls:
            block = self._calls[item.call]
            if marks & Mark.AGAIN:
                block.more += (item,)
            else:
                block.results += (item,)
                if block is self._script:
                    self._script = None
            return block
        if not marks & Mark.AGAIN:
            return None
        if kind in CALLS and item.call in self._calls:
            block = self._calls[item.call]
            block.more += (item,)
            return block
        waiting = self._queued.get(_words(item))
        if waiting and not marks & Mark.QUEUED:
            # Its turn came: here it stands in the conversation, there it was only typed.
            block = waiting.pop(0)
            self._move_to_end(block, item)
            return block
        if not self.blocks:
            return None
        self.blocks[-1].also += (item.offset,)
        return self.blocks[-1]

    def _move_to_end(self, block: Block, item: Item) -> None:
        old = self._numbers[id(block)]
        self.touched.add(old)
        self.blocks[old] = Block(Item(Kind.SYSTEM, block.item.offset, block.item.length, name=MOVED), block.file)
        block.also += (block.item.offset,)
        # What was typed is now only a place to find it by: this is where it is said.
        item.marks &= ~Mark.AGAIN
        block.item = item
        self._numbers[id(block)] = len(self.blocks)
        self.blocks.append(block)

    def _said_in_an_earlier_file(self, item: Item) -> bool:
        # Archived, resumed and reverted rollouts of one thread repeat each other with the same time stamps.
        return (item.ts, item.kind, item.call, item.text[:200]) in self._seen

    def shown(self) -> list[Block]:
        """The blocks without the places that something was moved away from."""
        return [block for block in self.blocks if block.item.name != MOVED]

    def end_file(self) -> None:
        """A file is through: what stands in it is not told again by the next."""
        for block in self.blocks:
            for item in (block.item, *block.results):
                self._seen.add((item.ts, item.kind, item.call, item.text[:200]))
        self._script = None


MOVED = "moved to where its turn came"


def mark_rollbacks(blocks: list[Block]) -> None:
    """Codex: a rewind takes the last turns back; what they cost was spent all the same."""
    for number, block in enumerate(blocks):
        detail = block.item.detail
        if block.item.kind is not Kind.REWIND or not isinstance(detail, dict):
            continue
        left = detail.get("turns")
        at = number
        while type(left) is int and left > 0 and at > 0:
            at -= 1
            item = blocks[at].item
            if item.kind is Kind.PROMPT and not item.marks & (Mark.UNDONE | Mark.AGAIN):
                left -= 1
            item.marks |= Mark.UNDONE


def prompts_of(items: Iterable[Item]) -> list[str]:
    """The uuids of those that are a person's prompts of the conversation itself: where branches part."""
    return [
        item.uuid for item in items
        if item.kind is Kind.PROMPT and item.uuid and not item.marks & (Mark.META | Mark.ASIDE)
    ]  # fmt: skip


def mark_left(blocks: list[Block], left: set[str]) -> None:
    """Claude: mark what is off the active branch (`branches.Branches.left`)."""
    for item in _items(blocks):
        if item.uuid in left and item.kind is not Kind.TITLE and not item.marks & Mark.ASIDE:
            item.marks |= Mark.UNDONE


def _items(blocks: list[Block]) -> Iterable[Item]:
    for block in blocks:
        yield block.item
        yield from block.results


def _called_by_script(item: Item) -> bool:
    """Codex: a piece of work told by its end only (no id of its own) while a script runs."""
    return item.kind in CALLS and not item.uuid and item.call.startswith("exec-")


def _words(item: Item) -> str:
    return f"{item.kind}\0{' '.join(item.text.split())}"
