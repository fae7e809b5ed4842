"""Which session a Claude transcript tells, where its file is not named after it: a copy, a renamed file, an export."""

from __future__ import annotations

import re
from typing import Final

from tally_tui.logs.claude import whose
from tally_tui.logs.lines import MAX_LINE, UnreadableLogError, open_log

_BLOCK: Final = 1 << 20
_SESSION: Final = re.compile(rb'"sessionId"\s*:\s*"([^"\\]{1,200})"')
_LONGEST: Final = 256
"""Bytes of a field that may lie across the ends of two blocks."""


def session_of_lines(path: str) -> tuple[str, str]:
    """(session by the file's name, session by its lines).

    They are the same where any line is of the session that the file is named after, and where no line names one.
    Else the second is the session of the last line that names one.

    Raises:
        UnreadableLogError: the file cannot be opened or uncompressed.
    """
    _, named = whose(path.removesuffix(".zst"))
    if not named:
        return "", ""
    wanted, last, rest, left = named.encode(errors="surrogateescape"), b"", b"", MAX_LINE
    try:
        with open_log(path) as log:
            while left > 0 and (block := log.read(_BLOCK)):
                left -= len(block)
                for found in _SESSION.finditer(rest + block):
                    if found[1] == wanted:
                        return named, named
                    last = found[1]
                rest = block[-_LONGEST:]
    except (OSError, EOFError) as error:
        raise UnreadableLogError(f"{path}: {error}") from error
    return named, last.decode(errors="replace") or named
