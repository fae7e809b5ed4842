"""The texts that docs point at, read from the logs again; a few are kept for the next keystroke."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from tally_tui.library.facets import Facet
from tally_tui.library.files import TextFile
from tally_tui.library.phrases import Quick
from tally_tui.logs.lines import UnreadableLogError, is_compressed
from tally_tui.logs.message_reading import items_at
from tally_tui.logs.messages import Item, fields
from tally_tui.model import Provider

KEPT_CHARS: Final = 16 << 20
"""Characters of text that are remembered."""
OPEN_FILES: Final = 64
BLOCK: Final = 64 << 10
"""Bytes that are read at once where line after line is looked at (for twice as many, memory is mapped each time) …"""
BLOCKS: Final = 200
"""… and of so many logs: what was said at one time stands in several."""


class _Block(Struct):
    """A stretch of a log in lower case, from `start` on."""

    start: int
    low: bytes
    asked: Quick
    lacks: bool


class Source:
    """Reads texts by (file, offset, length, facet). For one thread; close it when done."""

    def __init__(self) -> None:
        self.instead: Callable[[str], str | None] = lambda path: None
        """What to read where a log is gone or was cut, as far as whoever asks knows."""
        self._texts: OrderedDict[tuple[int, int, int], tuple[str, str]] = OrderedDict()
        self._chars = 0
        self._open: OrderedDict[str, int] = OrderedDict()
        self._blocks: OrderedDict[str, _Block] = OrderedDict()
        self._lacking: tuple[str, int, Quick | None] = ("", -1, None)
        """The line that was last seen to lack what was sought."""

    def close(self) -> None:
        """Let go of open logs; texts are kept."""
        self._blocks.clear()
        while self._open:
            os.close(self._open.popitem()[1])

    def text(self, file: TextFile, offset: int, length: int, facet: Facet, session: str) -> str | None:
        """A doc's text; None: its log is gone, or has something else at this place now."""
        read = self.read(file, offset, length, facet, session)
        return read[0] if read else None

    def read(self, file: TextFile, offset: int, length: int, facet: Facet, session: str) -> tuple[str, str] | None:
        """A doc's text and the message's own id ('' where the log gives none); None as in `text`."""
        key = (file.id, offset, facet)
        known = self._texts.get(key)
        if known is not None:
            self._texts.move_to_end(key)
            return known
        known = _text_at(file.path, file, offset, length, facet, session)
        if known is None and (copy := self.instead(file.path)) is not None:
            known = _text_at(copy, file, offset, length, facet, session)
        if known is None:
            return None
        self._texts[key] = known
        self._chars += len(known[0])
        while self._chars > KEPT_CHARS and len(self._texts) > 1:
            self._chars -= len(self._texts.popitem(last=False)[1][0])
        return known

    def may_hold(self, file: TextFile, offset: int, length: int, quick: Quick) -> bool:
        """A quick look at a line: False only where its text surely lacks what is sought."""
        if not quick or is_compressed(file.path):
            return True
        if quick.all_lines:
            return self._may_hold_in_block(file.path, offset, length, quick)
        # A line's texts of several kinds are asked for one after the other.
        if self._lacking[:2] == (file.path, offset) and self._lacking[2] is quick:
            return False
        line = self._line(file.path, offset, length)
        # What is gone or was cut may stand in the archive.
        if line is None or len(line) < length or quick.may_say(line):
            return True
        self._lacking = file.path, offset, quick
        return False

    def _may_hold_in_block(self, path: str, offset: int, length: int, quick: Quick) -> bool:
        block = self._blocks.get(path)
        if block is None or block.asked is not quick or not self._is_in(block, offset, length):
            # The newest lines come first: the next one stands before this one.
            start = min(offset, max(0, offset + length - BLOCK))
            low = (self._line(path, start, offset + length - start) or b"").lower()
            block = self._blocks[path] = _Block(start, low, quick, quick.lacks(low))
            if not self._is_in(block, offset, length):
                del self._blocks[path]
                return True
            if len(self._blocks) > BLOCKS:
                self._blocks.popitem(last=False)
        if block.lacks:
            return False
        first = offset - block.start
        return quick.may_say_low(block.low[first : first + length])

    @staticmethod
    def _is_in(block: _Block, offset: int, length: int) -> bool:
        return block.start <= offset and offset + length <= block.start + len(block.low)

    def _line(self, path: str, offset: int, length: int) -> bytes | None:
        handle = self._open.get(path)
        try:
            if handle is None:
                handle = self._open[path] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
                if len(self._open) > OPEN_FILES:
                    os.close(self._open.popitem(last=False)[1])
            return os.pread(handle, length, offset)
        except OSError:
            return None


def _text_at(
    path: str, file: TextFile, offset: int, length: int, facet: Facet, session: str
) -> tuple[str, str] | None:
    try:
        items = items_at(path, Provider(file.provider), offset, length, session)
    except UnreadableLogError:
        return None
    text = text_of(items, facet.word)
    return (text, items[0].uuid) if text else None


def text_of(items: list[Item], facet: str) -> str:
    """The text that a line has of a facet, given the line's items."""
    return "\n".join(text for item in items for each, text in fields(item) if each == facet)
