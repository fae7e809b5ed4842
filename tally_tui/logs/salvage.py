"""Lines that the strict decoder refuses: what crashes, editors and odd writers leave, read leniently."""

from __future__ import annotations

import json
import math
import re
from itertools import islice
from typing import Any

from msgspec import Struct

LONG_LINE = 4 << 20
LONG_TEXT = 1 << 16
"""In lines longer than that, texts longer than this are left out: what is said of cost is short."""
DEPTH = 100
"""What lies deeper in a line than this says nothing of cost."""
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_SURROGATE = ("\\ud8", "\\ud9", "\\uda", "\\udb", "\\udc", "\\udd", "\\ude", "\\udf")


_KEY = re.compile(rb'\{\s*"(?:[^"\\]|\\.)*+"\s*+:', re.DOTALL)
"""How an object begins: text inside a string does not look like this, its quotes are escaped."""
_PADDING = re.compile(rb"(?:[\x00 \t\r\n]|\xef\xbb\xbf)*+")
_OF_RECORDS = frozenset({"timestamp", "uuid", "sessionId", "leafUuid", "payload"})
"""Keys of a whole record that the objects inside one rarely have."""
_TRIES = 400
_TRIES_BYTES = 32 << 20
"""A long line is searched for the beginnings of objects in fewer places, so that none takes long."""


class Part(Struct, frozen=True):
    """One object of a line, and the bytes of the line that it stands in."""

    value: dict[str, Any]
    start: int
    end: int


class Salvaged(Struct, frozen=True):
    """What a refused line holds after all."""

    parts: tuple[Part, ...]
    broken: tuple[int, ...]
    """Where in the line what is no JSON object begins."""
    torn: bool
    """Whether it ends in what may be the beginning of an object."""


def salvage(line: bytes) -> Salvaged:
    """The objects in a line, one behind the other: without padding between them, and without what was torn.

    A crash, or two writers, can leave several records on one line. Where one was torn before the next began, what
    follows is taken when it is whole up to the end, and has a `type` or stands behind padding.
    """
    parts: list[Part] = []
    broken: list[int] = []
    at = _behind_padding(line, 0)
    end = len(line.rstrip(b"\x00 \t\r\n"))
    while at < end:
        part = _object(line, at, end)
        if part is None:
            broken.append(at)
            part = _after_torn(line, at, end)
            if part is None:
                return Salvaged(tuple(parts), tuple(broken), torn=True)
        parts.append(part)
        at = _behind_padding(line, part.end)
    if parts:
        # The line's end belongs to its last object, as it does where the line holds only one.
        parts[-1] = Part(parts[-1].value, parts[-1].start, len(line))
    return Salvaged(tuple(parts), tuple(broken), torn=False)


def _object(line: bytes, start: int, end: int) -> Part | None:
    """The object that begins at a byte of the line; None where there is no whole one."""
    if line[start : start + 1] != b"{":
        return None
    stop = _object_end(line, start, end)
    if stop is None:
        return None
    text = line[start:stop]
    value = tolerant(shortened(text) if len(text) > LONG_LINE else text)
    return None if value is None else Part(value, start, stop)


def _object_end(line: bytes, start: int, end: int) -> int | None:
    depth = 0
    for token in _TOKEN.finditer(line, start, end):
        sign = token[0]
        if sign in (b"[", b"{"):
            depth += 1
        elif sign in (b"]", b"}"):
            depth -= 1
            if depth == 0:
                return token.end()
    return None


def _after_torn(line: bytes, at: int, end: int) -> Part | None:
    """The next object that is no part of the torn one at `at`: from it on the line is whole."""
    tries = min(_TRIES, max(4, _TRIES_BYTES // len(line)))
    complete = line.endswith(b"\n")
    for match in islice(_KEY.finditer(line, at + 1, end), tries):
        start = match.start()
        # What stands where a value can stand may be part of the torn object, which may still be written.
        inside = _is_inside(line, start)
        part = None if inside and not complete else _object(line, start, end)
        if part is None or (inside and _OF_RECORDS.isdisjoint(part.value)):
            continue
        if not (isinstance(part.value.get("type"), str) or line[start - 1] == 0):
            continue
        follows = _behind_padding(line, part.end)
        if follows >= end or line[follows : follows + 1] == b"{":
            return part
    return None


def _is_inside(line: bytes, start: int) -> bool:
    before = line[max(0, start - 64) : start].rstrip(b" \t\r\n")
    return before[-1:] in (b":", b",", b"[")


def _behind_padding(line: bytes, at: int) -> int:
    padding = _PADDING.match(line, at)
    return padding.end() if padding else at


def tidy(line: bytes) -> bytes:
    """A line without what crashes and editors leave around it: NUL padding, a BOM, white space."""
    return line.strip(b"\x00 \t\r\n").removeprefix(b"\xef\xbb\xbf").lstrip(b"\x00 \t")


def tolerant(text: bytes) -> dict[str, Any] | None:
    """A JSON object with lone surrogates, NaN, broken UTF-8 or bare control characters; None: no object."""
    try:
        value = _loads(text)
    except RecursionError:
        try:
            value = _loads(shallow(text))
        except (ValueError, RecursionError):
            return None
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def shortened(text: bytes) -> bytes:
    """The JSON text with empty strings for very long ones, so that reading it leniently takes little memory."""
    kept: list[bytes] = []
    start = at = 0
    while (opening := text.find(b'"', at)) >= 0:
        closing = _closing(text, opening)
        if closing < 0:
            break
        at = closing + 1
        if closing - opening > LONG_TEXT:
            kept.append(text[start : opening + 1])
            start = closing
    return b"".join(kept) + text[start:]


def _closing(text: bytes, opening: int) -> int:
    """Where a string's last quote stands; -1 where it is torn."""
    at = opening + 1
    while (at := text.find(b'"', at)) >= 0:
        before = at
        while text[before - 1] == 0x5C:
            before -= 1
        if (at - before) % 2 == 0:
            return at
        at += 1
    return -1


def shallow(text: bytes) -> bytes:
    """The JSON text with everything below `DEPTH` brackets left out, so that any decoder can read it."""
    kept: list[bytes] = []
    depth = start = 0
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in (b"[", b"{"):
            depth += 1
            if depth == DEPTH + 1:
                kept.append(text[start : token.start()] + b"null")
        elif sign in (b"]", b"}"):
            depth -= 1
            if depth == DEPTH:
                start = token.end()
    # With brackets still open it is torn, and must not become an object by being cut.
    return b"".join(kept) + text[start:] if depth == 0 else b""


def as_json(value: object) -> bytes:
    """A salvaged value as JSON that the strict decoder takes; empty for what is not there."""
    if value is None:
        return b""
    try:
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    except RecursionError:
        return b""


def _loads(text: bytes) -> Any:
    read = text.decode("utf-8", "replace")
    if "\\u" in read:
        read = _ESCAPE.sub(_without_lone_surrogate, read)
    return json.loads(read, strict=False, parse_float=_finite, parse_constant=lambda _: None)


def _without_lone_surrogate(escape: re.Match[str]) -> str:
    """An escape as it stands; half of a character becomes U+FFFD, for neither a database nor a file takes it."""
    found = escape[0]
    return "\\ufffd" if len(found) == 6 and found.lower().startswith(_SURROGATE) else found


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None
