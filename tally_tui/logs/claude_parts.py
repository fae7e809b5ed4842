"""Which lines of a transcript are one call, where a relay gives many answers one message id.

Lines of one message id *conflict* when a component of their prompt vectors (input, cache reads,
cache writes) is not zero in both and differs. A line joins the call of its id that has its request
id, else the nearest one before it that it does not conflict with; else it begins another call, a
new part of its id. What this needs to know goes from one stretch of a file to the next (`pack`),
so that nothing depends on where a stretch ends.
"""

from __future__ import annotations

import struct
import zlib
from base64 import b64decode, b64encode

Vector = tuple[int, int, int]
"""Input, cache reads and cache writes of a call."""

_ENTRY = struct.Struct("<IIIIII")
_EMBEDDED = 1 << 31
_MOST = 512
"""Calls that are remembered, those that were met last; of one id at most `_MOST_OF_ONE`."""
_MOST_OF_ONE = 160


class Part:
    """One call of a message id."""

    __slots__ = ("embedded", "number", "request", "vector")

    def __init__(self, number: int, vector: Vector, request: int, embedded: bool) -> None:
        self.number = number
        self.vector = vector
        self.request = request
        """Hash of the last request id; 0: none."""
        self.embedded = embedded
        """Whether only copies in progress records tell of it so far."""


def conflicting(one: Vector, other: Vector) -> bool:
    """Whether two prompt vectors cannot be of one call."""
    return (
        (one[0] != other[0] and one[0] != 0 and other[0] != 0)
        or (one[1] != other[1] and one[1] != 0 and other[1] != 0)
        or (one[2] != other[2] and one[2] != 0 and other[2] != 0)
    )


class Parts:
    """The calls of a file that were met last, by a hash of their message id."""

    def __init__(self, packed: str = "") -> None:
        self._ids: dict[int, list[Part]] = {}
        self._count = 0
        self._newest: int | None = None
        entries = zlib.decompress(b64decode(packed)) if packed else b""
        for known, number, request, *vector in _ENTRY.iter_unpack(entries):
            part = Part(number & ~_EMBEDDED, (vector[0], vector[1], vector[2]), request, bool(number & _EMBEDDED))
            self._ids.setdefault(known, []).append(part)
            self._count += 1
            self._newest = known

    def pack(self) -> str:
        """All of them as a text, the one met last at the end."""
        if not self._ids:
            return ""
        entries = b"".join(
            _ENTRY.pack(known, part.number | (_EMBEDDED if part.embedded else 0), part.request, *part.vector)
            for known, parts in self._ids.items()
            for part in parts
        )
        return b64encode(zlib.compress(entries, 1)).decode()

    def newest(self, identity: int) -> int:
        """The number of the call of an id that was met last; 0 where none is remembered."""
        parts = self._ids.get(identity & 0xFFFFFFFF)
        return parts[-1].number if parts else 0

    def of(self, identity: int, vector: Vector, request: int, embedded: bool) -> Part | None:
        """The call that a line belongs to, made when it is new; None for a copy of a call that the file holds.

        The line itself takes the place of copies of it.

        Args:
            identity: of its message id.
            vector: of its prompt; counts of more than 32 bits are nobody's.
            request: hash of its request id; 0 for none.
            embedded: whether it is a copy in a progress record.
        """
        key = identity & 0xFFFFFFFF
        parts = self._ids.get(key)
        if parts is None:
            parts = self._ids[key] = []
        elif key != self._newest:
            del self._ids[key]
            self._ids[key] = parts
        self._newest = key
        part = _found(parts, vector, request)
        if part is None:
            number = 1 + max(part.number for part in parts) if parts else 0
            part = Part(number, vector, request, embedded)
            parts.append(part)
            self._count += 1
            self._forget(parts)
            return part
        if part is not parts[-1]:
            parts.remove(part)
            parts.append(part)
        if embedded and not part.embedded:
            return None
        if part.embedded and not embedded:
            part.embedded, part.vector, part.request = False, vector, request
            return part
        if part.vector != vector:
            one, other = part.vector, vector
            part.vector = (one[0] or other[0], one[1] or other[1], one[2] or other[2])
        part.request = part.request or request
        return part

    def _forget(self, parts: list[Part]) -> None:
        if len(parts) > _MOST_OF_ONE:
            del parts[0]
            self._count -= 1
        while self._count > _MOST:
            oldest = next(iter(self._ids))
            gone = self._ids.pop(oldest)
            self._count -= len(gone)
            if len(gone) > 1:
                # Its next call must not be given the number of one that was told already.
                self._ids[oldest] = gone[-1:]
                self._count += 1


def _found(parts: list[Part], vector: Vector, request: int) -> Part | None:
    """The call among those of one id, the one met last at the end, that a line belongs to."""
    if request:
        for part in reversed(parts):
            if part.request == request:
                return part
    for part in reversed(parts):
        if not conflicting(part.vector, vector):
            return part
    return None
