"""Text of many lines that no terminal and no viewer acts on: what is not plain text is written out."""

from __future__ import annotations

import re
import unicodedata

_COLOURS = re.compile(r"\x1b\[[0-9;:?]*[A-Za-z]|\x1b\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CARE = re.compile(r"[^\t\n\x20-\x7e]")
_ACTED_ON = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal or viewer does something with, rather than show it."""


class AsLogged(str):
    """A text that is wanted as the log has it, invisible characters and those of private use included."""

    __slots__ = ()


def harmless(text: str) -> str:
    """The text with line breaks as `\\n`; control, direction and invisible characters as `\\x1b`, `\\u202e`.

    Of a text `AsLogged` only control and direction characters are written out.
    """
    if not _CARE.search(text):
        return text
    if isinstance(text, AsLogged):
        return _ACTED_ON.sub(_written, text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _BREAKS.sub("\n", text)
    if text.isprintable():
        return text
    return _CARE.sub(_written, text)


def plain_output(text: str) -> str:
    """What a command put out, without its colours and cursor moves; the rest as `harmless` has it."""
    if "\x1b" in text:
        text = type(text)(_COLOURS.sub("", text))
    return harmless(text)


def one_line(text: str, longest: int = 120) -> str:
    """The beginning of a text on one line."""
    words = " ".join(harmless(type(text)(text[: longest * 8])).split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


def _written(found: re.Match[str]) -> str:
    sign = found[0]
    if sign.isprintable():
        return sign
    if unicodedata.category(sign) == "Zs":
        return " "
    # Joiners and selectors belong to scripts and emoji; they hide nothing.
    if sign in "\u200c\u200d\ufe0e\ufe0f":
        return sign
    return sign.encode("unicode_escape").decode()
