"""A pattern → what a line of a log must have, as it lies on disk, where the text in it matches.

Reading the text out of a line takes much longer than looking at its bytes. Only so much is asked of the line as is
sure: what can be a line's end in the text is written in too many ways, and repeats without an end would take long to
try; the pattern is cut there, and each of its parts looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

from msgspec import Struct

PARTS: Final = 4
"""At most so many parts of a pattern are looked for, the longest."""
_WIDEST: Final = 200
"""Characters of a part at most."""
_PLAIN: Final = frozenset(chr(code) for code in range(32, 128)) - set('"/\\')
"""Stand in a JSON string as they are, however deep it is in others."""
_ESCAPES: Final = {"\t": "t", "\r": "r", "\b": "b", "\f": "f"}
_STAND_INS: Final = frozenset("iks")
"""Letters that others stand for where case does not matter: i with and without its dot, the Kelvin sign, the long s."""
_SPLIT: Final = re.compile(rb"[iks;`]")
"""The same, and the signs that a composed text has for others."""
_KINDS_OF_MORE: Final = frozenset({"CATEGORY", "NEGATE"})


class LineTest(Struct, frozen=True):
    """What every line has whose text matches, all in lower case. `parts` say nothing of a line that has a sign
    written as \\uXXXX."""

    needles: tuple[bytes, ...] = ()
    parts: tuple[re.Pattern[bytes], ...] = ()


ANY_LINE: Final = LineTest()


def beyond_ascii(needles: Iterable[bytes]) -> tuple[bytes, ...]:
    """What a line that is not plain ASCII has of such needles: other letters may stand for some of theirs."""
    return tuple(part for needle in needles for part in _SPLIT.split(needle) if part)


class _Bytes(Struct, frozen=True):
    """What stands for a piece of the pattern: an expression, how many characters that are, and its letter if it is
    just one."""

    source: bytes
    least: int
    most: int
    letter: str = ""


class _Cut:
    """Here anything may stand."""


_CUT: Final = _Cut()
_Piece = _Bytes | _Cut


@lru_cache(64)
def line_test(pattern: re.Pattern[str]) -> LineTest:
    """What can be asked of a line; nothing, where the pattern is beyond this."""
    try:
        parser: Any = import_module("re._parser")
        tree = parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)
        pieces = _Translation(tree, pattern.flags).pieces(tree)
    except (ImportError, AttributeError, NotImplementedError, ValueError, OverflowError, re.error, RecursionError):
        # The parser is Python's own affair, and may change.
        return ANY_LINE
    parts = _parts(pieces)
    runs = {"".join(letters) for part in parts for letters in _runs(part)} - {""}
    needles = sorted(runs, key=lambda run: (-len(run), run))[:PARTS]
    # What is of letters alone is a needle; of one character of many there is one in nearly every line.
    mixed = (part for part in parts if _least(part) > 1 and not all(each.letter for each in part))
    others = {_source(part): _least(part) for part in mixed}
    longest = sorted(others, key=lambda source: (-others[source], source))[:PARTS]
    return LineTest(
        tuple(needle.encode() for needle in needles), tuple(re.compile(source, re.DOTALL) for source in longest)
    )


def _parts(pieces: Iterable[_Piece]) -> list[list[_Bytes]]:
    parts: list[list[_Bytes]] = [[]]
    for piece in pieces:
        if isinstance(piece, _Cut) or sum(each.most for each in parts[-1]) + piece.most > _WIDEST:
            parts.append([])
        if isinstance(piece, _Bytes) and piece.most <= _WIDEST:
            parts[-1].append(piece)
    return parts


def _runs(part: Sequence[_Bytes]) -> Iterable[list[str]]:
    """The letters that stand side by side in a part."""
    run: list[str] = []
    for piece in part:
        if piece.letter:
            run.append(piece.letter)
        else:
            yield run
            run = []
    yield run


def _least(part: Sequence[_Bytes]) -> int:
    return sum(piece.least for piece in part)


def _source(part: Sequence[_Bytes]) -> bytes:
    return b"".join(piece.source for piece in part)


class _Translation:
    def __init__(self, tree: Any, flags: int) -> None:
        self._flags = flags
        self._tree = tree

    def pieces(self, nodes: Any) -> list[_Piece]:
        """What stands for a sequence, piece by piece."""
        found: list[_Piece] = []
        for node in nodes:
            found += self._of(node)
        return found

    def _of(self, node: tuple[Any, Any]) -> list[_Piece]:
        kind, what = str(node[0]), node[1]
        if kind in ("AT", "ASSERT", "ASSERT_NOT"):
            return []  # asks for less
        if kind == "SUBPATTERN":
            _, on, off, inner = what
            if on or off:
                raise NotImplementedError
            return self.pieces(inner)
        if kind == "ATOMIC_GROUP":
            return self.pieces(what)
        if kind == "BRANCH":
            return [self._branch(what[1])]
        if kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            return self._repeat(*what)
        if kind in ("LITERAL", "NOT_LITERAL", "IN", "ANY", "CATEGORY", "RANGE"):
            return [self._one(node)]
        return [_CUT]

    def _branch(self, ways: Sequence[Any]) -> _Piece:
        """Any of several; of each what is longest of it."""
        chosen = []
        for way in ways:
            part = max(_parts(self.pieces(way)), key=_least)
            if not _least(part):
                return _CUT
            chosen.append(part)
        cut = any(isinstance(piece, _Cut) for way in ways for piece in self.pieces(way))
        widths = [sum(piece.most for piece in part) for part in chosen]
        piece = _Bytes(b"(?:" + b"|".join(map(_source, chosen)) + b")", min(map(_least, chosen)), max(widths))
        return _Bytes(piece.source, piece.least, _WIDEST) if cut else piece

    def _repeat(self, least: int, most: Any, inner: Any) -> list[_Piece]:
        pieces = self.pieces(inner)
        whole = [piece for piece in pieces if isinstance(piece, _Bytes)]
        width = sum(piece.most for piece in whole)
        least, most = int(least), int(most)
        if not pieces:
            return []
        if len(whole) == len(pieces) and width and most * width <= _WIDEST:
            if least == most:
                return pieces * least
            rest = b"(?:" + _source(whole) + b"){0,%d}" % (most - least)
            return [*pieces * least, _Bytes(rest, 0, (most - least) * width)]
        if not least or len(pieces) > _WIDEST:
            return [_CUT]
        few = min(least, max(1, 20 // max(1, width)))
        # What comes before has the first of them behind it, what comes after the last of them before it.
        return [*pieces * few, _CUT, *pieces * few]

    def _one(self, node: tuple[Any, Any]) -> _Piece:
        """A piece that stands for one character."""
        chars, more = self._chars(node)
        if "\n" in chars:
            return _CUT
        low = {char.lower() for char in chars}
        if not more and len(low) == 1 and (letter := next(iter(low))) in _PLAIN:
            source = re.escape(letter.encode())
            return _Bytes(b"(?:" + source + rb"|[\x80-\xff]{2,3})" if letter in _STAND_INS else source, 1, 1, letter)
        ways = []
        plain = b"".join(re.escape(char.encode()) for char in sorted(low & _PLAIN))
        more |= not _STAND_INS.isdisjoint(low)
        if plain or more:
            ways.append(b"[" + plain + (rb"\x80-\xff][\x80-\xff]{0,3}" if more else b"]"))
        if quoted := low & {'"', "/"}:
            ways.append(rb"\\*[" + "".join(sorted(quoted)).encode() + b"]")
        if "\\" in low:
            ways.append(rb"\\+")
        if letters := "".join(sorted(_ESCAPES[char] for char in low & _ESCAPES.keys())):
            ways.append(rb"\\+[" + letters.encode() + b"]")
        if not ways:
            return _CUT  # a sign that is always written \uXXXX
        return _Bytes(ways[0] if len(ways) == 1 else b"(?:" + b"|".join(ways) + b")", 1, 1)

    def _chars(self, node: tuple[Any, Any]) -> tuple[set[str], bool]:
        """The ASCII characters that a node matches, and whether it may match others."""
        kind, what = str(node[0]), node[1]
        if kind == "LITERAL":
            char = chr(what)
            return ({char} if char < "\x80" else set()), char >= "\x80"
        compiler: Any = import_module("re._compiler")
        parser: Any = import_module("re._parser")
        pattern = compiler.compile(parser.SubPattern(self._tree.state, [node]), self._flags)
        chars = {chr(code) for code in range(128) if pattern.fullmatch(chr(code))}
        return chars, kind != "IN" or any(_is_more(item) for item in what)


def _is_more(item: tuple[Any, Any]) -> bool:
    """Whether an item of a set may stand for what is not ASCII."""
    kind, what = str(item[0]), item[1]
    if kind in _KINDS_OF_MORE:
        return True
    return bool((what[1] if kind == "RANGE" else what) >= 128)
