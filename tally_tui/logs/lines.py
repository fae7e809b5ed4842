"""A log file as whole lines from a byte offset on, in flat memory."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from tally_tui.logs.frames import frame_before, has_table

BUFFER = 1 << 18
MAX_LINE = 1 << 27
"""A line longer than this (128 MiB) is passed over and counted: memory stays flat."""
HEAD = 4096
"""How much of a file's beginning tells whether it is still the same file."""
_BEGINNINGS = (b"{", b"", b"\n", b"\r")
TAIL = 256
"""How much of what was read last tells whether what comes behind it continues it."""


class UnreadableLogError(Exception):
    """A log cannot be opened or uncompressed; the message says why, for people."""


def is_compressed(path: str) -> bool:
    return path.endswith(".zst")


@contextlib.contextmanager
def open_log(path: str, buffering: int = BUFFER) -> Iterator[io.BufferedReader[Any]]:
    """The (uncompressed) bytes of a log, `buffering` of them read at a time.

    Raises UnreadableLogError, also when a read in its body fails.
    """
    try:
        with io.BufferedReader(io.FileIO(path), max(buffering, 2)) as raw:
            if not is_compressed(path):
                yield raw
                return
            import zstandard

            try:
                yield io.BufferedReader(_Uncompressed(raw), BUFFER)
            except zstandard.ZstdError as error:
                raise UnreadableLogError(f"{path}: {error}") from error
    except OSError as error:
        raise UnreadableLogError(f"{path}: {error.strerror or error}") from error


class _Uncompressed(io.RawIOBase):
    """Hands on what is uncompressed as soon as there is some: what stands before damage is not lost with it."""

    def __init__(self, raw: io.BufferedReader[Any]) -> None:
        self._raw = raw
        self._reader = self._start()

    @property
    def below(self) -> int:
        """The descriptor of the compressed file."""
        return self._raw.fileno()

    def _start(self) -> Any:
        import zstandard

        return zstandard.ZstdDecompressor(max_window_size=1 << 31).stream_reader(self._raw, read_across_frames=True)

    def jump(self, offset: int) -> int:
        """Go near before an offset of the text where the file tells how; returns what is there.

        Only before anything is read.
        """
        place, text = frame_before(self._raw.fileno(), offset)
        if place:
            self._raw.seek(place)
            self._reader = self._start()
        return text

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return int(self._reader.readinto1(buffer))


def fingerprint(piece: bytes) -> bytes:
    """The length of a piece of a log (less than 64 KiB), and a hash of it."""
    return len(piece).to_bytes(2, "little") + blake2b(piece, digest_size=8).digest()


def seek(log: io.BufferedReader[Any], path: str, offset: int) -> None:
    """Go to a byte of the uncompressed text, first of all that is done (a compressed file is read up to it)."""
    if not is_compressed(path):
        log.seek(offset)
        return
    left = offset - log.raw.jump(offset) if offset else 0
    while left and (piece := log.read(min(left, BUFFER))):
        left -= len(piece)


def can_jump(log: io.BufferedReader[Any]) -> bool:
    """Whether a compressed log can be read from the middle without uncompressing all before it."""
    return has_table(log.raw.below)


def lines(log: io.BufferedReader[Any], offset: int, limit: int, left: int) -> Iterator[tuple[int, int, bytes, bool]]:
    """(start, end, line, whole) of each line from `offset` until `limit` bytes are read or the log ends.

    `left` is about how much there is to read. A line over `MAX_LINE` comes as empty bytes. `whole` is
    false only for a last line without its newline.
    """
    stop = offset + limit
    if left < MAX_LINE:
        # No line can be too long: the quick way to get them.
        for line in log:
            end = offset + len(line)
            yield offset, end, line, line[-1] == 10
            offset = end
            if offset >= stop:
                return
        return
    readline = log.readline
    while offset < stop:
        line = readline(MAX_LINE)
        if not line:
            return
        end = offset + len(line)
        if line[-1] == 10:
            yield offset, end, line, True
        elif len(line) < MAX_LINE:
            yield offset, end, line, False
        else:
            piece = line
            while piece and piece[-1] != 10:
                piece = readline(BUFFER)
                end += len(piece)
            yield offset, end, b"", bool(piece)
        offset = end


def without_padding(start: int, line: bytes) -> tuple[int, bytes]:
    """A line and where it starts, without what stands before its object: padding, a BOM, the rest of a line's end.

    What was appended to a line that had been read is found at the same place as when the line is read whole.
    """
    if line[:1] in _BEGINNINGS:
        return start, line
    text = line.lstrip(b"\x00 \t").removeprefix(b"\xef\xbb\xbf").lstrip(b"\x00 \t")
    return (start + len(line) - len(text), text) if text else (start, line)


MOST = 1 << 40
"""No count of tokens is as large; sums of smaller ones stay inside SQLite's integers."""


def whole_number(value: object) -> int:
    """A count from a log: an integer, also as text or as an integral float; nothing is 0.

    Raises:
        ValueError: it is something else, negative, or beyond any real count.
    """
    if value is None:
        return 0
    if isinstance(value, bool):
        raise ValueError("a truth value where a count is expected")
    if isinstance(value, str):
        value = int(value.strip())
    elif isinstance(value, float):
        if not value.is_integer():
            raise ValueError("a fraction where a count is expected")
        value = int(value)
    if not isinstance(value, int) or not 0 <= value < MOST:
        raise ValueError("not a count")
    return value


def text_of(value: object) -> str | None:
    """A non-empty string as it is (U+FFFD for a lone surrogate, which no database takes); else None."""
    if type(value) is not str or not value:
        return None
    return value if value.isascii() else storable(value)


_SURROGATE = re.compile("[\ud800-\udfff]")


def storable(text: str) -> str:
    """A text that can be encoded as UTF-8: U+FFFD in place of lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text
