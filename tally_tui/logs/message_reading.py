"""A stretch of any log → its items, and one line again: what both agents' message parsers share."""

from __future__ import annotations

import os
from typing import Any, Protocol

import msgspec

from tally_tui.logs.claude_messages import ClaudeMessages
from tally_tui.logs.codex_messages import CodexMessages
from tally_tui.logs.lines import (
    MAX_LINE,
    UnreadableLogError,
    can_jump,
    is_compressed,
    lines,
    open_log,
    seek,
    without_padding,
)
from tally_tui.logs.messages import STRETCH, Item, ItemChunk, Kind
from tally_tui.logs.salvage import Part, salvage
from tally_tui.model import Provider


class MessageParser(Protocol):
    """Knows one agent's records. `take` gives a record's items and may raise what odd shapes make it raise."""

    chunk: ItemChunk

    def decode(self, line: bytes) -> Any: ...
    def lenient(self, value: dict[str, Any]) -> Any: ...
    def take(self, record: Any, offset: int, length: int) -> list[Item]: ...
    def state(self) -> bytes: ...


def parse_items(
    path: str, provider: Provider, cursor: int = 0, state: bytes = b"", limit: int = STRETCH, details: bool = False
) -> ItemChunk:
    """Read the items of a log's whole lines from `cursor` on, at most about `limit` bytes.

    The chunk's cursor never passes an unfinished line; give it and the chunk's `state` back to go on.

    Raises:
        lines.UnreadableLogError: the file cannot be opened or uncompressed.
    """
    parser = _parser(path, provider, state, details)
    chunk = parser.chunk
    reached = cursor
    torn = False
    with open_log(path) as log:
        if is_compressed(path) and not can_jump(log):
            limit = 1 << 62  # to go on in the middle would uncompress the beginning again
        seek(log, path, cursor)
        left = MAX_LINE if is_compressed(path) else os.fstat(log.fileno()).st_size - cursor
        for start, end, line, whole in lines(log, cursor, limit, left):
            start, text = without_padding(start, line)
            torn = not (line or whole) or not _feed(parser, text, start, end - start, whole, details)
            if torn:
                break
            reached = end
            chunk.lines += 1
    chunk.cursor, chunk.state = reached, parser.state()
    chunk.at_end = torn or reached - cursor < limit
    return chunk


def items_at(path: str, provider: Provider, offset: int, length: int, session: str = "") -> list[Item]:
    """The items of the one line at an offset, texts and details whole; empty where it holds none any more.

    Their `part` numbers are those of `parse_items`; what the line says again stands among them.

    Raises:
        lines.UnreadableLogError: the file cannot be opened or uncompressed.
    """
    parser = _parser(path, provider, b"", details=True)
    _feed(parser, _bytes_at(path, offset, min(length, MAX_LINE)), offset, length, whole=True, details=True)
    for item in parser.chunk.items:
        if session and "/agent-" not in item.session:
            item.session = session
    return parser.chunk.items


def _bytes_at(path: str, offset: int, length: int) -> bytes:
    """A stretch of a log's (uncompressed) text. Raises UnreadableLogError."""
    if is_compressed(path):
        with open_log(path) as log:
            seek(log, path, offset)
            return log.read(length)
    try:
        # A search shows dozens of lines at a time: no buffer is filled beyond the line.
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.pread(handle, length, offset)
        finally:
            os.close(handle)
    except OSError as error:
        raise UnreadableLogError(f"{path}: {error.strerror or error}") from error


def _parser(path: str, provider: Provider, state: bytes, details: bool) -> MessageParser:
    if provider is Provider.CLAUDE:
        # An archived log is compressed: its name is the log's all the same.
        return ClaudeMessages(path.removesuffix(".zst"), state, details)
    return CodexMessages(path, state, details)


def _feed(parser: MessageParser, line: bytes, offset: int, length: int, whole: bool, details: bool) -> bool:
    """Take one line; False when it is the torn beginning of one that is still being written."""
    chunk = parser.chunk
    # Each object of a line with the bytes it stands in: whoever reads only those reads the same.
    parts: tuple[Part, ...] = ()
    try:
        records = [parser.decode(line)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        if not line:
            _skip(chunk, "too long", offset)
            return True
        found = salvage(line)
        if not whole and (found.torn or not found.parts):
            return False
        for start in found.broken:
            _skip(chunk, "not JSON", offset + start)
        if not found.parts and not found.broken:
            chunk.known["empty line"] = chunk.known.get("empty line", 0) + 1
        readable = _lenient(parser, found.parts, offset)
        parts = tuple(part for part, _ in readable)
        records = [record for _, record in readable]
    for number, record in enumerate(records):
        at, size = offset, length
        if parts:
            at, size = offset + parts[number].start, parts[number].end - parts[number].start
        try:
            items = parser.take(record, at, size)
        except Exception:
            # A shape nobody has seen yet is shown as it stands.
            items = [Item(Kind.RAW, at, size, name="record")]
        for number_in_record, item in enumerate(items):
            if details and item.kind is Kind.RAW and item.detail is None and not item.text:
                item.detail = parts[number].value if parts else _as_it_stands(line)
            item.part = number_in_record
        chunk.items += items
    return True


def _lenient(parser: MessageParser, parts: tuple[Part, ...], offset: int) -> list[tuple[Part, Any]]:
    """Salvaged objects with their records; one that the parser makes no record of is counted as skipped."""
    records: list[tuple[Part, Any]] = []
    for part in parts:
        try:
            records.append((part, parser.lenient(part.value)))
        except Exception as error:
            _skip(parser.chunk, type(error).__name__, offset + part.start)
    return records


def _as_it_stands(line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _skip(chunk: ItemChunk, why: str, offset: int) -> None:
    chunk.skipped.setdefault(f"unreadable:{why}", [0, offset])[0] += 1
