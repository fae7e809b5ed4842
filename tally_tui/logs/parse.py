"""A stretch of any log file → the records in it: the one door of this floor."""

from __future__ import annotations

import os
from typing import Protocol

from tally_tui.logs.claude import ClaudeParser
from tally_tui.logs.codex import CodexParser
from tally_tui.logs.lines import (
    MAX_LINE,
    TAIL,
    UnreadableLogError,
    fingerprint,
    is_compressed,
    lines,
    open_log,
    seek,
    without_padding,
)
from tally_tui.logs.records import Chunk
from tally_tui.model import Provider

PARSER_VERSION = 2
"""Raised when the parsers read more or other facts from a log: files read by an earlier version are read anew."""

STRETCH = 48 << 20
"""Bytes read into one chunk: what a parser holds is bounded by it, whatever the file's size."""


class Parser(Protocol):
    """Takes a file's lines in order; `finish` ends the stretch."""

    chunk: Chunk

    def feed(self, offset: int, line: bytes, whole: bool) -> bool: ...
    def finish(self) -> Chunk: ...


def parse(
    path: str, provider: Provider, cursor: int = 0, state: bytes = b"", changed_ms: int = 0, limit: int = STRETCH
) -> Chunk:
    """Read whole lines of a log from `cursor` on, at most about `limit` bytes.

    The chunk's cursor never passes an unfinished line; an unterminated last line is taken when
    it is a whole JSON object. `state` is that of the chunk before, `changed_ms` the file's last
    change, the time of records that have none. Where reading fails midway, the chunk holds what came
    before and says so in its `problem`.

    Raises:
        UnreadableLogError: the file cannot be opened, or nothing of it can be read.
    """
    parser: Parser = (ClaudeParser if provider is Provider.CLAUDE else CodexParser)(path, state, changed_ms)
    if is_compressed(path):
        limit = 1 << 62  # to go on in the middle would uncompress the beginning again
    count = 0
    reached = cursor
    torn = False
    last = b""
    feed = parser.feed
    problem = None
    try:
        with open_log(path) as log:
            seek(log, path, cursor)
            left = MAX_LINE if is_compressed(path) else os.fstat(log.fileno()).st_size - cursor
            for start, end, line, whole in lines(log, cursor, limit, left):
                start, text = without_padding(start, line)
                try:
                    # A line too long to hold is passed over, but not before its end is there.
                    torn = not (line or whole) or not feed(start, text, whole)
                except Exception as error:
                    # One line that we are not up to must not keep all others from being read.
                    torn = not whole
                    if whole:
                        parser.chunk.skip("unreadable", type(error).__name__, start)
                if torn:
                    break
                reached, last = end, line
                count += 1
    except UnreadableLogError as error:
        if not count:
            raise
        problem = str(error)
    chunk = parser.finish()
    chunk.cursor, chunk.lines, chunk.problem = reached, count, problem
    chunk.at_end = torn or problem is not None or reached - cursor < limit
    if count:
        chunk.tail = b"" if is_compressed(path) else fingerprint(last[-TAIL:])
    return chunk
