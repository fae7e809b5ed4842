"""Lines that the strict decoder refuses: what crashes, editors and odd writers leave, read leniently."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any

LONG_LINE = 4 << 20
LONG_TEXT = 1 << 16
"""In lines longer than that, texts longer than this are left out: what is said of cost is short."""
DEPTH = 100
"""What lies deeper in a line than this says nothing of cost."""
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_SURROGATE = ("\\ud8", "\\ud9", "\\uda", "\\udb", "\\udc", "\\udd", "\\ude", "\\udf")


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What a refused line holds after all."""

    objects: tuple[dict[str, Any], ...]
    broken: bool
    """Whether some of it is no JSON object."""
    torn: bool
    """Whether it ends in what may be the beginning of an object."""


def salvage(line: bytes) -> Salvaged:
    """The objects in a line: without NUL padding and BOM, and apart where padding ran two lines into one."""
    text = tidy(line)
    if len(text) > LONG_LINE:
        text = shortened(text)
    value = tolerant(text) if text else None
    if value is not None or not text:
        return Salvaged((value,) if value is not None else (), broken=False, torn=False)
    found = [tolerant(piece) for piece in map(tidy, text.split(b"\0")) if piece]
    objects = tuple(value for value in found if value is not None)
    return Salvaged(objects, broken=len(objects) < len(found), torn=found[-1] is None)


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
