"""64-bit identities: what lets the same call be known wherever it is seen."""

from __future__ import annotations

from hashlib import blake2b
from zlib import crc32


def identity(*parts: object) -> int:
    """A signed 64-bit hash of the parts (SQLite's integer)."""
    return identity_of("\0".join(map(str, parts)))


def identity_of(text: str) -> int:
    """Like `identity`, of one text; its parts are told apart by NUL."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "little", signed=True)


def short_of(text: str) -> int:
    """A 32-bit hash, never 0: enough to tell few things apart."""
    return crc32(text.encode() if text.isascii() else text.encode("utf-8", "replace")) or 1
