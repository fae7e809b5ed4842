"""Finding words in one session's transcript, piece by piece: most texts are in memory, the long ones in the logs.

What an entry holds is counted once: a transcript that has grown is looked through at the cost of what came.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from itertools import chain

from msgspec import Struct

from tally_tui.library.folding import composed
from tally_tui.library.patterns import beyond_ascii, line_test
from tally_tui.logs.lines import is_compressed
from tally_tui.logs.messages import Item, Mark, input_texts
from tally_tui.reports.growing import KEPT
from tally_tui.reports.transcript_entries import Entry


class Hits(Struct, frozen=True):
    """The answer to a FindRequest: which entries hold the pattern, and how often in all."""

    session: str
    pattern: str
    entries: tuple[int, ...]
    count: int
    whole: bool = True
    """Whether all was looked through; until then there may be more."""
    times: tuple[int, ...] = ()
    """How often each of the entries holds it."""


class Finding:
    """One pattern, looked for in one session's entries. For one thread."""

    def __init__(self, session: str, pattern: re.Pattern[str], read: Callable[[str, Item], Item]) -> None:
        """`read` gives an item of a log whole."""
        self.session, self.pattern, self._read = session, pattern, read
        self._quick = _Quick(pattern)
        self._times: dict[Entry, int] = {}
        self._entries: tuple[Entry, ...] = ()
        self._left: Iterator[int] = iter(())
        self._found: dict[int, int] = {}

    def look(self, entries: tuple[Entry, ...], start: int, most_s: float) -> bool:
        """Look through entries from one on, those before it last; whether that is all. Go on with the same `entries`.

        Raises:
            UnreadableLogError: a log cannot be opened.
        """
        end = time.monotonic() + most_s
        if entries is not self._entries:
            self._entries, self._found = entries, {}
            start = max(0, min(start, len(entries)))
            self._left = chain(range(start, len(entries)), range(start))
        for turn, number in enumerate(self._left, 1):
            entry = entries[number]
            times = self._times.get(entry)
            if times is None:
                times = self._times[entry] = self._count(entry)
            if times:
                self._found[number] = times
            if not turn % 16 and time.monotonic() > end:
                return False
        return True

    @property
    def found(self) -> bool:
        """Whether anything was found so far."""
        return bool(self._found)

    def hits(self, whole: bool) -> Hits:
        """What was found so far."""
        entries = tuple(sorted(self._found))
        times = tuple(self._found[entry] for entry in entries)
        return Hits(self.session, self.pattern.pattern, entries, sum(times), whole, times)

    def _count(self, entry: Entry) -> int:
        if not entry.path:
            return 0  # made up, over entries of the log
        times = self._in_item(entry.path, entry.item, inputs=True)
        for answer in entry.answers:
            # A record that says the result again adds no words.
            if not answer.marks & Mark.AGAIN:
                times += self._in_item(entry.path, answer, inputs=False)
        return times

    def _in_item(self, path: str, item: Item, inputs: bool) -> int:
        if _cut(item):
            line = _line(path, item)
            if line is not None and not self._quick.in_line(line):
                return 0
            item = self._read(path, item)
        times = self._in_text(item.text)
        return times + sum(map(self._in_text, input_texts(item))) if inputs and item.input is not None else times

    def _in_text(self, text: str) -> int:
        return len(self.pattern.findall(composed(text))) if text and self._quick.in_text(text) else 0


class _Quick:
    """What whatever matches a pattern must hold, to pass over most texts quickly. Says no only where that is sure."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._test = line_test(pattern)
        self._needles = tuple(needle.decode() for needle in self._test.needles)
        self._anywhere = beyond_ascii(self._test.needles)

    def in_text(self, text: str) -> bool:
        """Whether a text may match."""
        if not self._needles or not text.isascii():
            return True
        low = text.lower()
        return all(needle in low for needle in self._needles)

    def in_line(self, line: bytes) -> bool:
        """Whether a text of a line of a log may match."""
        low = line.lower()
        if b"\\u" in low or not low.isascii():
            return all(part in low for part in self._anywhere)
        return all(needle in low for needle in self._test.needles) and all(
            part.search(low) for part in self._test.parts
        )


def _cut(item: Item) -> bool:
    """Whether only the beginning of one of its texts is in memory."""
    given = item.input
    return len(item.text) >= KEPT or (
        isinstance(given, dict) and any(isinstance(each, str) and len(each) >= KEPT for each in given.values())
    )


def _line(path: str, item: Item) -> bytes | None:
    """The line it stands in as it is; None: it cannot be had quickly."""
    if is_compressed(path):
        return None
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.pread(handle, item.length, item.offset)
        finally:
            os.close(handle)
    except OSError:
        return None
