"""The items of a session's files → its conversation: results under their calls, branches told apart. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tally_tui.logs.messages import Item, Kind, Mark

CALLS = frozenset({Kind.TOOL_CALL, Kind.TODO, Kind.QUESTION, Kind.PLAN})
ASKED = frozenset({Kind.PROMPT, Kind.COMMAND, Kind.BASH})
"""What a person typed (without `Mark.OUTPUT`)."""


@dataclass(slots=True, eq=False)
class Block:
    """What stands together in a conversation: an item, and the results where it is a call.

    `file` counts the session's files. A later sighting of a result adds no text, only its details.
    """

    item: Item
    file: int = 0
    results: list[Item] = field(default_factory=list)
    more: list[Item] = field(default_factory=list)
    """Other records of the same work: they tell of files and exit codes what the result does not."""
    inner: list[Block] = field(default_factory=list)
    """What a script called."""

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

    def add(self, item: Item, file: int = 0) -> None:
        """One more item; those of a file in the file's order."""
        if file and self._said_in_an_earlier_file(item):
            return
        block = self._joined(item)
        if block is None:
            block = Block(item, file)
            self._put(block)
        self.places.setdefault((file, item.offset), self._numbers.get(id(block), len(self.blocks) - 1))

    def _put(self, block: Block) -> None:
        item = block.item
        if item.kind in CALLS and item.call:
            self._calls.setdefault(item.call, block)
        if self._script is not None and _called_by_script(item):
            self._script.inner.append(block)
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
                block.more.append(item)
            else:
                block.results.append(item)
                if block is self._script:
                    self._script = None
            return block
        if not marks & Mark.AGAIN:
            return None
        if kind in CALLS and item.call in self._calls:
            self._calls[item.call].more.append(item)
            return self._calls[item.call]
        waiting = self._queued.get(_words(item))
        if waiting and not marks & Mark.QUEUED:
            # Its turn came: here it stands in the conversation, there it was only typed.
            block = waiting.pop(0)
            self._move_to_end(block, item)
            return block
        return self.blocks[-1] if self.blocks else None

    def _move_to_end(self, block: Block, item: Item) -> None:
        old = self._numbers[id(block)]
        self.blocks[old] = Block(Item(Kind.SYSTEM, block.item.offset, block.item.length, name=MOVED), block.file)
        block.item = item
        self._numbers[id(block)] = len(self.blocks)
        self.blocks.append(block)

    def _said_in_an_earlier_file(self, item: Item) -> bool:
        # Archived, resumed and reverted rollouts of one thread repeat each other with the same time stamps.
        return (item.ts, item.kind, item.call, item.text[:200]) in self._seen

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


def mark_branches(blocks: list[Block], links: dict[str, str], leaf: str = "") -> None:
    """Claude: prompts that were gone back behind, and all that hangs on them, are off the active branch.

    A line whose parent is unknown begins a tree of its own and is kept: only where the active branch
    goes on beside a prompt is that prompt known to be left.

    Args:
        links: uuid → parent of lines that give no item.
        leaf: the uuid at the tip of the active branch, where the log names it.
    """
    parents: dict[str, str] = {}
    asked: set[str] = set()
    children: dict[str, list[str]] = {}
    for uuid, parent in links.items():
        children.setdefault(parent, []).append(uuid)
    for item in _items(blocks):
        if not item.uuid or item.kind is Kind.TITLE or item.marks & Mark.ASIDE:
            continue
        if item.uuid not in parents:
            parents[item.uuid] = item.parent
            children.setdefault(item.parent, []).append(item.uuid)
        if item.kind is Kind.PROMPT and not item.marks & Mark.META:
            asked.add(item.uuid)
    if not parents:
        return
    last = next(reversed(parents))
    parents = links | parents
    active = _ancestors(_tip(leaf if leaf in parents else last, children, asked), parents)
    sides = [uuid for uuid, parent in parents.items() if uuid not in active and parent in active]
    left: set[str] = set()
    for side in sides:
        below = _below(side, children)
        if not asked.isdisjoint(below):
            left |= below
    # A tip with no prompt behind it is a stray note, not a conversation to show instead of this one.
    if left and not asked.isdisjoint(active):
        for item in _items(blocks):
            if item.uuid in left:
                item.marks |= Mark.UNDONE


def _tip(leaf: str, children: dict[str, list[str]], asked: set[str]) -> str:
    """The last of what answers a leaf: the log names one when a prompt is typed, before the answer."""
    met = {leaf}
    while True:
        following = [child for child in children.get(leaf, ()) if child not in asked and child not in met]
        if not following:
            return leaf
        leaf = following[-1]
        met.add(leaf)


def _ancestors(uuid: str, parents: dict[str, str]) -> set[str]:
    found: set[str] = set()
    while uuid and uuid not in found:
        found.add(uuid)
        uuid = parents.get(uuid, "")
    return found


def _below(uuid: str, children: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [uuid]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += children.get(each, ())
    return found


def _items(blocks: list[Block]) -> Iterable[Item]:
    for block in blocks:
        yield block.item
        yield from block.results


def _called_by_script(item: Item) -> bool:
    """Codex: a piece of work told by its end only (no id of its own) while a script runs."""
    return item.kind in CALLS and not item.uuid and item.call.startswith("exec-")


def _words(item: Item) -> str:
    return f"{item.kind}\0{' '.join(item.text.split())}"
