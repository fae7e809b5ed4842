"""What no terminal and no viewer acts on: control, direction and invisible characters made visible, marks bounded.

Texts come from logs, settings and what agents hand over, and may hold anything. Python's own `isprintable` leaves
through some letters and marks that nobody sees, and any pile of marks on one letter.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

INVISIBLE: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0" + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
"""Characters that count as printable and are drawn as nothing: fillers, joiners, selectors of a kind."""
MOST_MARKS: Final = 4
"""Marks that stay on one letter; no script needs more."""
_ODD: Final = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\U000e0100-\U000e01ef]")
_MARKS: Final = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0711-\u074a\u07a6-\u1cff"
    "\u1dc0-\u1dff\u20d0-\u20ff\u2cef-\u2cf1\u2de0-\u2dff\u302a-\u302f\u3099\u309a\ua66f-\uabff\ufb1e\ufe00-\ufe2f"
    "\U000101fd-\U0001e94a]{5,}"
)
"""Where marks may be piled up: looked at letter by letter."""
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BREAKS: Final = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_STAYING: Final = frozenset("\n\t\u200c\u200d\ufe0e\ufe0f")
"""Of texts of many lines; joiners and selectors belong to scripts and emoji, and hide nothing."""


def is_plain(text: str) -> bool:
    """Whether a text is one line that can be shown as it is."""
    if not text.isprintable():
        return False
    return text.isascii() or not (_ODD.search(text) or _MARKS.search(text))


def on_one_line(text: str) -> str:
    """The text on one line, with everything written out that is not seen as a sign of its own (`\\x1b`, `\\u3164`)."""
    if is_plain(text):
        return text
    return "".join([each if _is_seen(each) else _written(each) for each in unpiled(text)])


def on_lines(text: str) -> str:
    """As `on_one_line`, with line breaks as `\\n`, tabs, and what joins letters and emoji."""
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    text = unpiled(_BREAKS.sub("\n", text))
    return "".join([each if _is_seen(each) or each in _STAYING else _written(each) for each in text])


def without_controls(text: str) -> str:
    """A text of several lines without what a terminal obeys (`\\x1b`); all else as it stands."""
    return _CONTROLS.sub(lambda found: _written(found[0]), text) if _CONTROLS.search(text) else text


def only_plain(text: str, instead: str = "") -> str:
    """The text without what is not seen as a sign of its own, something else in its place."""
    if is_plain(text):
        return text
    return "".join([each if _is_seen(each) else instead for each in unpiled(text)])


def json_escaped(text: str) -> str:
    """JSON text in which what a terminal obeys, or nobody sees, is written as `\\uXXXX`; tabs and breaks stay."""
    if is_plain(text):
        return text
    piled = _MARKS.sub(_escaped_pile, text)
    return "".join([each if _is_seen(each) or each in "\n\t" else _json_sign(each) for each in piled])


def unpiled(text: str) -> str:
    """The text with at most `MOST_MARKS` marks on a letter; � stands for the rest of a pile."""
    if text.isascii() or not _MARKS.search(text):
        return text
    return _MARKS.sub(_unpiled, text)


def _unpiled(found: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for sign in found[0]:
        marks = marks + 1 if unicodedata.category(sign) in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            kept.append(sign)
        elif marks == MOST_MARKS + 1:
            kept.append("\ufffd")
    return "".join(kept)


def _written(sign: str) -> str:
    if sign in "\t\r\n\u2028\u2029" or unicodedata.category(sign) == "Zs":
        return " "
    return sign.encode("unicode_escape").decode()


def _is_seen(sign: str) -> bool:
    return sign.isprintable() and sign not in INVISIBLE


def _escaped_pile(found: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for sign in found[0]:
        marks = marks + 1 if unicodedata.category(sign) in ("Mn", "Me") else 0
        kept.append(sign if marks <= MOST_MARKS else _json_sign(sign))
    return "".join(kept)


def _json_sign(sign: str) -> str:
    code = ord(sign)
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
