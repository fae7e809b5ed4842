"""One session's logs as blocks, read on where they have grown: what an append costs is what was appended.

Of texts the beginning stays in memory (`lean`); the parser's memory and the place in each file are kept.
"""

from __future__ import annotations

import os
import sqlite3
from copy import copy
from typing import Any, Final

from msgspec import Struct, field

from tally_tui.logs.lines import HEAD, TAIL, UnreadableLogError, is_compressed
from tally_tui.logs.message_reading import parse_items
from tally_tui.logs.messages import STRETCH, Item, Kind, Mark
from tally_tui.model import Provider
from tally_tui.reports.asides import Asides
from tally_tui.reports.branches import Branches
from tally_tui.reports.changed_lines import changed_lines
from tally_tui.reports.conversation_files import SessionLog
from tally_tui.reports.conversation_order import Arranging, Block, prompts_of
from tally_tui.reports.conversation_reading import Imports, ancestor, ancestry

KEPT: Final = 2_000
"""Characters of a text that stay in memory."""
BYTES: Final = "media_bytes"
"""Stands in a lean item's details for how large an image or a document in the log is."""
TELLING: Final = ("exit_code", "preTokens", "postTokens", "trigger", "items", "retry", "of", "status", BYTES)
"""Details that a title needs."""
_LINKING: Final = ("agentId", "agent_thread_id", "turns")
"""Details that tell what an item has to do with others."""
ANCESTOR: Final = -1
PATCHED: Final = "patched"
"""Stands in a lean item's details for a change of files: how many lines were added and taken away."""
NO_LINES: Final = (0, 0)
SIZES: Final = "sizes"
"""Stands in a lean item's details for (characters, line breaks) of a text that was cut."""


class _File(Struct):
    path: str
    cursor: int = 0
    state: bytes = b""
    stamp: tuple[int, int, int, int] = (0, 0, -1, 0)
    """Device, inode, size and time of change when it was last read."""
    pieces: tuple[bytes, bytes] = (b"", b"")
    """Its first bytes, and the last that were read."""
    at_end: bool = False
    imports: Imports | None = None


class Growing(Struct, eq=False):
    """The blocks of a session. `grow` takes what its logs have gained. For one thread."""

    session: SessionLog
    work: Arranging = field(default_factory=Arranging)
    whole: bool = False
    """Whether all that the logs held was read."""
    ancestor: str = ""
    """The log in which the session begins, where that is another's: its blocks are of the file `ANCESTOR`."""
    renewed: bool = True
    """Whether the last `grow` began anew: nothing of what was told before holds."""
    _files: list[_File] = field(default_factory=list)
    asides: Asides = field(default_factory=Asides)
    """The subagents that stand in these files; their blocks are not among `blocks`."""
    _branches: Branches = field(default_factory=Branches)
    _left: set[str] = field(default_factory=set)
    _rewinds: int = 0

    @property
    def blocks(self) -> list[Block]:
        return self.work.blocks

    @property
    def paths(self) -> list[str]:
        return [file.path for file in self._files]

    @property
    def ends(self) -> list[int]:
        """Up to which byte each file is read."""
        return [file.cursor for file in self._files]

    def grow(self, db: sqlite3.Connection, paths: list[str], limit: int = 1 << 62) -> set[int]:
        """Read on, about `limit` bytes at most; the numbers of the blocks that came or changed.

        Raises:
            UnreadableLogError: a log cannot be opened; what was read before stays.
        """
        self.renewed = False
        if not self._goes_on(paths):
            self.work, self._files, self._branches, self.asides = Arranging(), [], Branches(), Asides()
            self._left, self._rewinds, self.renewed = set(), 0, True
        self.whole = True
        for number, path in enumerate(paths):
            if number == len(self._files):
                if number:
                    self.work.end_file()
                    for part in self.asides.parts.values():
                        part.work.end_file()
                self._files.append(_File(path))
            file = self._files[number]
            if file.at_end and _stamp(path) in (file.stamp, None):
                continue
            limit -= self._read(db, number, file, limit)
            if not file.at_end:
                self.whole = False
                break
        changed, self.work.touched = self.work.touched, set()
        if self.session.provider is Provider.CLAUDE:
            changed |= self._mark_left()
        return changed | self._mark_rewound()

    def _goes_on(self, paths: list[str]) -> bool:
        """Whether the files are those known, longer at most, and none but the last (or new ones behind it)."""
        known = self._files
        if [file.path for file in known] != paths[: len(known)]:
            return False
        for file in known:
            stamp = _stamp(file.path)
            if stamp is None or stamp == file.stamp:
                continue  # gone: what was read of it stays
            if file is not known[-1] or stamp[:2] != file.stamp[:2] or stamp[2] < file.cursor:
                return False
            if is_compressed(file.path) or _pieces(file.path, file.cursor) != file.pieces:
                return False
        return True

    def _read(self, db: sqlite3.Connection, number: int, file: _File, limit: int) -> int:
        stamp = _stamp(file.path)
        began = file.cursor
        while limit > 0:
            chunk = parse_items(
                file.path, self.session.provider, file.cursor, file.state, min(STRETCH, limit), details=True
            )
            self._branches.take(chunk.links, prompts_of(chunk.items), chunk.leaf)
            self.asides.take(chunk.asides)
            imports = file.imports = file.imports or Imports(db)
            for item in chunk.items:
                item.session = self.session.named(item.session)
                if imports.leaves_out(item):
                    continue
                if item.kind is Kind.CONTINUED and isinstance(item.detail, dict) and number == 0:
                    beginning = ancestor(db, item)
                    self.ancestor = beginning[0] if beginning else ""
                    for each in ancestry(*beginning) if beginning else ():
                        self._add(each, ANCESTOR)
                self._add(item, number)
            limit -= chunk.cursor - file.cursor
            stuck = chunk.cursor == file.cursor
            file.cursor, file.state = chunk.cursor, chunk.state
            file.at_end = chunk.at_end or stuck
            if file.at_end:
                break
        file.stamp = stamp or file.stamp
        file.pieces = (b"", b"") if is_compressed(file.path) else _pieces(file.path, file.cursor)
        return file.cursor - began

    def _add(self, item: Item, number: int) -> None:
        part = self.asides.part_of(item)
        (self.work if part is None else part.work).add(item, number)
        lean(item)

    def _mark_left(self) -> set[int]:
        """Mark what is off the active branch now, and what is on it again."""
        left = self._branches.left
        if left == self._left:
            return set()
        turned, self._left = left ^ self._left, set(left)
        changed: set[int] = set()
        for number, block in enumerate(self.blocks):
            if block.item.uuid in turned and _can_be_left(block.item):
                # Another object: the one that was told belongs to other threads.
                block.item = _turned(block.item, block.item.uuid in left)
                changed.add(number)
            if any(item.uuid in turned and _can_be_left(item) for item in block.results):
                block.results = tuple(
                    _turned(item, item.uuid in left) if item.uuid in turned and _can_be_left(item) else item
                    for item in block.results
                )
                changed.add(number)
        return changed

    def _mark_rewound(self) -> set[int]:
        """Codex: a rewind takes the last turns back."""
        blocks = self.blocks
        changed: set[int] = set()
        for number in range(self._rewinds, len(blocks)):
            item = blocks[number].item
            turns = item.detail.get("turns") if item.kind is Kind.REWIND and isinstance(item.detail, dict) else None
            at = number
            while type(turns) is int and turns > 0 and at > 0:
                at -= 1
                block = blocks[at]
                if block.item.kind is Kind.PROMPT and not block.item.marks & (Mark.UNDONE | Mark.AGAIN):
                    turns -= 1
                if not block.item.marks & Mark.UNDONE:
                    block.item = _turned(block.item, True)
                    changed.add(at)
        self._rewinds = len(blocks)
        return changed


def _can_be_left(item: Item) -> bool:
    return item.kind is not Kind.TITLE and not item.marks & Mark.ASIDE


def _turned(item: Item, undone: bool) -> Item:
    item = copy(item)
    item.marks = item.marks | Mark.UNDONE if undone else item.marks & ~Mark.UNDONE
    return item


_NO_FILES: Final[list[str]] = []
"""One for all: lists are what the collector of garbage looks at, and nearly every item has an empty one."""


def lean(item: Item) -> None:
    """Drop the bulk of an item's text, arguments and details; how long its text was stays known."""
    detail = item.detail
    kept = {}
    if not item.files:
        item.files = _NO_FILES
    if isinstance(detail, dict):
        kept = {name: detail[name] for name in (*TELLING, *_LINKING) if name in detail}
        if "structuredPatch" in detail or "changes" in detail:
            kept[PATCHED] = NO_LINES
        if "tokensSaved" in detail and "postTokens" not in kept:
            kept["postTokens"] = _left_after(detail)
        if item.kind in (Kind.IMAGE, Kind.DOCUMENT) and (inside := _media_bytes(detail)):
            kept[BYTES] = inside
    if (changed := changed_lines(item)) is not None:
        kept[PATCHED] = changed
    if len(item.text) > KEPT:
        kept[SIZES] = (len(item.text), item.text.count("\n"))
        item.text = item.text[:KEPT]
    item.detail = kept or None
    if isinstance(item.input, dict):
        for name, value in item.input.items():
            if isinstance(value, str) and len(value) > KEPT:
                item.input[name] = value[:KEPT]


def _media_bytes(detail: dict[str, Any]) -> int:
    """What an image or a document that stands in the log itself takes; 0: it does not."""
    for name in ("data", "image_url", "file_data", "result") if detail.get("type") != "text" else ():
        data = detail.get(name)
        if isinstance(data, str) and (name in ("data", "result") or data.startswith("data:")):
            data = data.rstrip("=")
            return (len(data) - data[:200].find(",") - 1) * 3 // 4
    return 0


def _left_after(detail: dict[str, Any]) -> int | None:
    before, saved = detail.get("preTokens"), detail["tokensSaved"]
    return before - saved if type(before) is int and type(saved) is int and before >= saved else None


def sizes(item: Item) -> tuple[int, int]:
    """Characters and line breaks of an item's whole text."""
    if isinstance(item.detail, dict) and SIZES in item.detail:
        told: tuple[int, int] = item.detail[SIZES]
        return told
    return len(item.text), item.text.count("\n")


def _stamp(path: str) -> tuple[int, int, int, int] | None:
    try:
        told = os.stat(path)  # noqa: PTH116 - asked every second, of every file
    except OSError:
        return None
    return told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns


def _pieces(path: str, cursor: int) -> tuple[bytes, bytes]:
    """The beginning of a file and what stands before the cursor: by both it is known again."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise UnreadableLogError(f"{path}: {error.strerror or error}") from error
    try:
        first = os.pread(handle, min(HEAD, cursor), 0)
        return first, os.pread(handle, min(TAIL, cursor), max(0, cursor - TAIL))
    finally:
        os.close(handle)
