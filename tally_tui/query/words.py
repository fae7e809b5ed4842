"""A query's text → its words, each with where it stands; quotes and fields recognised, not yet understood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from msgspec import Struct

from tally_tui.query.errors import QueryError
from tally_tui.query.fields import FIELDS, LISTS

_FIELD: Final = re.compile(r"([A-Za-z][A-Za-z_-]*):")
REGEX: Final = "re"
"""The name before the colon of a regular expression."""


class Piece(Struct, frozen=True):
    """A value as written: its text without quotes, cut at every `*` that was not quoted."""

    parts: tuple[str, ...]
    quoted: bool
    start: int
    end: int

    @property
    def text(self) -> str:
        return "*".join(self.parts)


class Word(Struct, frozen=True):
    """A word, a phrase, or a field with its values. [`start`, `end`) includes the minus."""

    kind: Literal["word", "phrase", "field"]
    name: str
    """The field, as written; '' for a word or phrase."""
    pieces: tuple[Piece, ...]
    negated: bool
    start: int
    end: int
    name_start: int


def words(text: str) -> Iterator[Word]:
    """The words of a text in order.

    Raises:
        QueryError: a quote is not closed, or the text is not text (lone surrogates).
    """
    for at, char in enumerate(text):
        if "\ud800" <= char <= "\udfff":
            raise QueryError("this is no character", text, at, at + 1, "delete it")
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        word = _word(text, at)
        yield word
        at = word.end


def _word(text: str, start: int) -> Word:
    # `--flag`, `->` and a lone minus are things people search for, not negations.
    negated = text[start] == "-" and re.match(r"[^\s\->=]", text[start + 1 :]) is not None
    at = start + negated
    if text[at] == '"':
        inner, end = quoted(text, at)
        return Word("phrase", "", (Piece((inner,), True, at, end),), negated, start, end, at)
    named = _FIELD.match(text, at)
    if named and not _plain(text, named.end(), named[1]):
        name = named[1].lower()
        if name == REGEX:
            pieces, end = _pattern(text, named.end())
        else:
            pieces, end = _values(text, named.end(), several=name in LISTS or name not in FIELDS)
        return Word("field", named[1], pieces, negated, start, end, at)
    end = _space(text, at)
    return Word("word", "", (Piece((text[at:end],), False, at, end),), negated, start, end, at)


def _plain(text: str, after: int, name: str) -> bool:
    """Whether `name:` is no field after all: `http://…`, `std::move`, `C:\\new`, `TypeError:`."""
    rest = text[after : after + 2]
    if rest == "//" or rest[:1] == ":" or (len(name) == 1 and rest[:1] in ("\\", "/")):
        return True
    known = name.lower() in FIELDS or name.lower() == REGEX
    return not known and (not rest or rest[0].isspace())


def quoted(text: str, at: int) -> tuple[str, int]:
    """What stands between the quote at `at` and the one that closes it, and the place after that.

    A backslash before a quote or a backslash takes it literally.
    """
    closed = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL).match(text, at)
    if not closed:
        raise QueryError("this quote is never closed", text, at, len(text), 'put a " at the end')
    return re.sub(r'\\([\\"])', r"\1", closed[1]), closed.end()


def _pattern(text: str, at: int) -> tuple[tuple[Piece, ...], int]:
    """A regular expression: to the next space, or in quotes, where backslashes stay the pattern's own."""
    if text[at : at + 1] != '"':
        end = _space(text, at)
        return (Piece((text[at:end],), False, at, end),), end
    _, end = quoted(text, at)
    return (Piece((text[at + 1 : end - 1],), True, at, end),), end


def _values(text: str, at: int, *, several: bool) -> tuple[tuple[Piece, ...], int]:
    """The values of a field, up to the next space outside quotes; `several`: commas and `*` mean more."""
    pieces: list[Piece] = []
    start, parts, was_quoted = at, [""], False
    while at < len(text) and not text[at].isspace():
        char = text[at]
        if char == '"':
            inner, at = quoted(text, at)
            parts[-1] += inner
            was_quoted = True
            continue
        if char == "," and several:
            pieces.append(Piece(tuple(parts), was_quoted, start, at))
            start, parts, was_quoted = at + 1, [""], False
        elif char == "*" and several:
            parts.append("")
        else:
            parts[-1] += char
        at += 1
    pieces.append(Piece(tuple(parts), was_quoted, start, at))
    return tuple(pieces), at


def _space(text: str, at: int) -> int:
    """The place of the next space, or the end."""
    while at < len(text) and not text[at].isspace():
        at += 1
    return at
