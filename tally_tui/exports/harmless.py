"""Text of many lines that no terminal and no viewer acts on: what is not plain text is written out."""

from __future__ import annotations

import re

from tally_tui.rules.plain_text import on_lines

_COLOURS = re.compile(r"\x1b\[[0-9;:?]*[A-Za-z]|\x1b\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]")


_ACTED_ON = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal or viewer does something with, rather than show it."""


class AsLogged(str):
    """A text that is wanted as the log has it, invisible characters and those of private use included."""

    __slots__ = ()


def harmless(text: str) -> str:
    """The text with line breaks as `\\n`; control, direction and invisible characters as `\\x1b`, `\\u202e`.

    Of a text `AsLogged` only control and direction characters are written out.
    """
    if isinstance(text, AsLogged):
        broken = text.replace("\r\n", "\n").replace("\r", "\n")
        return _ACTED_ON.sub(lambda found: found[0].encode("unicode_escape").decode(), broken)
    return on_lines(text)


def plain_output(text: str) -> str:
    """What a command put out, without its colours and cursor moves; the rest as `harmless` has it."""
    if "\x1b" in text:
        text = type(text)(_COLOURS.sub("", text))
    return harmless(text)


def one_line(text: str, longest: int = 120) -> str:
    """The beginning of a text on one line."""
    words = " ".join(harmless(type(text)(text[: longest * 8])).split())
    return words if len(words) <= longest else words[: longest - 1] + "…"
