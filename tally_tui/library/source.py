"""The texts that docs point at, read from the logs again; a few are kept for the next keystroke."""

from __future__ import annotations

import os
from collections import OrderedDict
from typing import Final

from tally_tui.library.facets import Facet
from tally_tui.library.files import TextFile
from tally_tui.logs.lines import UnreadableLogError, is_compressed
from tally_tui.logs.messages import Item, fields, items_at
from tally_tui.model import Provider

KEPT_CHARS: Final = 16 << 20
"""Characters of text that are remembered."""
OPEN_FILES: Final = 64


class Source:
    """Reads texts by (file, offset, length, facet). For one thread; close it when done."""

    def __init__(self) -> None:
        self._texts: OrderedDict[tuple[int, int, int], tuple[str, str]] = OrderedDict()
        self._chars = 0
        self._open: OrderedDict[str, int] = OrderedDict()

    def close(self) -> None:
        """Let go of open logs; texts are kept."""
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
        try:
            items = items_at(file.path, Provider(file.provider), offset, length, session)
        except UnreadableLogError:
            return None
        text = text_of(items, facet.word)
        if not text:
            return None
        known = (text, items[0].uuid)
        self._texts[key] = known
        self._chars += len(text)
        while self._chars > KEPT_CHARS and len(self._texts) > 1:
            self._chars -= len(self._texts.popitem(last=False)[1][0])
        return known

    def may_hold(self, file: TextFile, offset: int, length: int, needles: tuple[bytes, ...]) -> bool:
        """A quick look at a line: False only where it surely has not all the needles."""
        if not needles or is_compressed(file.path):
            return True
        line = self._line(file.path, offset, length)
        if line is None:
            return False
        low = line.lower()
        return all(needle in low for needle in needles)

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


def text_of(items: list[Item], facet: str) -> str:
    """The text that a line has of a facet, given the line's items."""
    return "\n".join(text for item in items for each, text in fields(item) if each == facet)
