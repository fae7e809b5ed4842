"""What an agent writes to our standard input: all of it, never more, and never waiting for ever."""

from __future__ import annotations

import os

MOST = 4 << 20
"""Bytes of a payload that are looked at; agents send a few thousand."""
PATIENCE_S = 2.0


def read_all(patience_s: float = PATIENCE_S) -> bytes:
    """Standard input to its end; nothing where it is a terminal, closed, or silent for so many seconds."""
    import select

    parts: list[bytes] = []
    held = 0
    try:
        if os.isatty(0):
            return b""
        while held < MOST and select.select([0], [], [], patience_s)[0]:
            part = os.read(0, 1 << 16)
            if not part:
                break
            parts.append(part)
            held += len(part)
    except (OSError, ValueError):
        pass  # closed, or nothing that can be waited for
    return b"".join(parts)
