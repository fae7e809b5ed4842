"""A query that is not understood, and where."""

from __future__ import annotations

import unicodedata


class QueryError(ValueError):
    """A word of a query that is not understood.

    `text` is the whole query, of which [`start`, `end`) is not understood; `message` says why, in
    one line, and `suggestion` what to write instead ('' where there is nothing to suggest).
    """

    def __init__(self, message: str, text: str, start: int, end: int, suggestion: str = "") -> None:
        super().__init__(f"{message}; {suggestion}" if suggestion else message)
        self.message = message
        self.text = text
        self.start = start
        self.end = max(end, start)
        self.suggestion = suggestion

    @property
    def word(self) -> str:
        """The part of the query that is not understood."""
        return self.text[self.start : self.end]

    def pointer(self) -> str:
        """Two lines: the query as a terminal can show it, and `^^^^` under the part not understood."""
        before, word = _cells(_shown(self.text[: self.start])), _cells(_shown(self.word))
        return f"{_shown(self.text)}\n{' ' * before}{'^' * max(1, word)}"


def _shown(text: str) -> str:
    """The text with control characters, line breaks and lone surrogates as visible signs."""
    return "".join(map(_sign, text))


def _sign(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cc":
        return " " if char.isspace() else "�"
    return " " if category in ("Zl", "Zp") else "�" if category in ("Cs", "Cf") else char


def _cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(map(_width, text))


def _width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
