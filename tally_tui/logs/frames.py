"""Compressed logs that can be read from the middle: frames of their own, and a table of them at the end.

The layout is the seekable format of Zstandard's own `contrib`: every decompressor reads such a file as one
text; who knows the table goes straight to the frame that holds an offset.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from typing import Final

_SKIPPED: Final = 0x184D2A5E
_SEEKABLE: Final = 0x8F92EAB1
_FOOTER: Final = struct.Struct("<IBI")
_ENTRY: Final = struct.Struct("<II")
_MOST: Final = 1 << 22
"""Frames in a table that is believed."""


def seek_table(frames: Sequence[tuple[int, int]]) -> bytes:
    """What to write behind the frames, given each one's (compressed, uncompressed) bytes."""
    body = b"".join(_ENTRY.pack(*each) for each in frames) + _FOOTER.pack(len(frames), 0, _SEEKABLE)
    return _ENTRY.pack(_SKIPPED, len(body)) + body


def has_table(file: int) -> bool:
    """Whether a file (by its descriptor) has a table of its frames."""
    return _table(file)[1] > 0


def frame_before(file: int, offset: int) -> tuple[int, int]:
    """(where to begin to uncompress, the offset in the text that is there), as near before `offset` as is known.

    `file` is a descriptor; (0, 0) where the file has no table, or one that cannot be right.
    """
    table, entry = _table(file)
    place = text = 0
    for at in range(0, len(table), entry or 1):
        compressed, uncompressed = _ENTRY.unpack_from(table, at)
        if text + uncompressed > offset:
            break
        place, text = place + compressed, text + uncompressed
    return (place, text) if place <= os.fstat(file).st_size else (0, 0)


def _table(file: int) -> tuple[bytes, int]:
    """The table's entries and how long one is; (b"", 0) where there is none that can be right."""
    try:
        size = os.fstat(file).st_size
        footer = os.pread(file, _FOOTER.size, size - _FOOTER.size) if size > _FOOTER.size else b""
        count, flags, magic = _FOOTER.unpack(footer) if len(footer) == _FOOTER.size else (0, 0, 0)
        entry = 12 if flags & 0x80 else 8
        length = count * entry
        if magic != _SEEKABLE or not count or count > _MOST or length + _FOOTER.size + 8 > size:
            return b"", 0
        table = os.pread(file, length, size - _FOOTER.size - length)
    except OSError:
        return b"", 0
    return (table, entry) if len(table) == length else (b"", 0)
