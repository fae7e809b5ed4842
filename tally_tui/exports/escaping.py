"""Text in Markdown that shows as it stands: nothing in it becomes a tag, an image or a link it is not."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

_SPECIAL: Final = re.compile(r"([\\`*\[\]<>#|&~!]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")
_LINE_START: Final = re.compile(r"^([-+=:]|\d{1,9}(?=[.)]))", re.MULTILINE)
_NUMBERED: Final = re.compile(r"\\(\d{1,9})([.)])")
_INDENT: Final = re.compile(r"^[ \t]+", re.MULTILINE)
_BLANK: Final = re.compile(r"^[ \t]+$", re.MULTILINE)
_CODE: Final = re.compile(r"(^ {0,3}(?:```|~~~).*?(?:^ {0,3}(?:```|~~~)[^\n]*$|\Z)|`[^`\n]+`)", re.M | re.S)
_HEADING: Final = re.compile(r"^(#{1,6})(?=\s)", re.MULTILINE)
_ACTIVE: Final = re.compile(r"(\\*)(<(?=[A-Za-z/!?])(?!https?://)|!(?=\[))")
_DEFINITION: Final = re.compile(r"^([ >*+\-\d.)]*)\[(?=[^\n]*\]:)", re.MULTILINE)
_RISKY: Final = re.compile(r"<[A-Za-z/!?]|!\[|\]:|^ {0,3}(?:```|~~~)", re.MULTILINE)
_ENDS: Final = ("", "\n```", "\n~~~", "\n````", "\n``````````")
_BEHIND: Final = "behind"


_LINE_END: Final = re.compile(r"(?<=[^\n])[ \t]*\n(?=[^\n])")
"""Two spaces there keep it."""
_SIGNS: Final = re.compile(r"[\\`*_\[\]<>#|&~!=+:-]|^\s|^\d{1,9}[.)]", re.MULTILINE)
_LOOKED_THROUGH: Final = 100_000
"""Characters of a text that is parsed to find out whether it can stand as it is; in a longer one all is escaped."""
_PLAIN: Final = frozenset({"paragraph_open", "paragraph_close", "inline", "text", "softbreak"})


def escaped(text: str) -> str:
    """A text of one line that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", text)


def literal(text: str) -> str:
    """A text of any lines that Markdown shows as it is, line under line."""
    text = _BLANK.sub("", text)
    if _is_plain(text):
        return _LINE_END.sub("  \n", text)
    indents = [len(found[0].expandtabs(4)) for found in _INDENT.finditer(text)]
    shown = _LINE_START.sub(r"\\\1", _SPECIAL.sub(r"\\\1", _INDENT.sub("", text)))
    shown = _NUMBERED.sub(r"\1\\\2", shown)
    if indents:
        starts = iter([found.start() for found in _INDENT.finditer(text)])
        shown = _indented(text, shown, indents, starts)
    return _LINE_END.sub("  \n", shown)


def _is_plain(text: str) -> bool:
    """Whether a text has no sign that Markdown would take for its own."""
    if len(text) > _LOOKED_THROUGH:
        return False
    if not _SIGNS.search(text):
        return True
    seen: list[str] = []
    waiting = list(_parser("gfm-like").parse(text))[::-1]
    while waiting:
        token = waiting.pop()
        if token.type not in _PLAIN:
            return False
        if token.type == "text":
            seen += token.content.split()
        waiting += reversed(token.children or ())
    return "".join(seen) == "".join(text.split())


def _indented(text: str, shown: str, indents: list[int], starts: Any) -> str:
    """The lines with their indents as spaces that Markdown leaves alone."""
    widths = {text.count("\n", 0, start): width for start, width in zip(starts, indents, strict=True)}
    lines = shown.split("\n")
    for number, width in widths.items():
        lines[number] = "&nbsp;" * width + lines[number]
    return "\n".join(lines)


def tamed(text: str, level: int) -> str:
    """Prose written in Markdown, below a heading of `level`: its tags and images are words, its code is as it is.

    What cannot be told apart for certain is shown as it stands.
    """
    pieces = _CODE.split(text)
    shown = "".join(piece if number % 2 else _tamed(piece, level) for number, piece in enumerate(pieces))
    if not _RISKY.search(text):
        return shown
    return next((whole for end in _ENDS if _is_harmless(whole := shown + end)), None) or literal(text)


def _tamed(text: str, level: int) -> str:
    text = _HEADING.sub(lambda found: "#" * min(6, len(found[1]) + level), text)
    # A viewer would hide tags, fetch images from elsewhere, and take one text's `[a]: …` for the others' `[a]`.
    return _ACTIVE.sub(_inactive, _DEFINITION.sub(r"\1\\[", text))


def _inactive(found: re.Match[str]) -> str:
    before, sign = found[1], found[2]
    # Behind an odd number of backslashes it is escaped already, and one more would set it free.
    return found[0] if len(before) % 2 else f"{before}\\{sign}"


def _is_harmless(text: str) -> bool:
    """Whether a Markdown text has no tag and no image, hides nothing, and ends where it ends."""
    known: dict[str, Any] = {}
    tokens = _parser("commonmark").parse(f"{text}\n\n{_BEHIND}", known)
    if known.get("references") or len(tokens) < 3 or tokens[-2].content != _BEHIND or tokens[-1].level:
        return False
    waiting = list(tokens)
    while waiting:
        token = waiting.pop()
        if token.type in ("html_block", "html_inline", "image"):
            return False
        waiting += token.children or ()
    return True


@lru_cache(2)
def _parser(dialect: str) -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt(dialect, {"linkify": False} if dialect == "gfm-like" else {})
