"""What is looked for → an expression for the index, and checks of the text for what no index can tell.

The index knows which words a doc has, not where: whether they stand together, with which signs between
them, or match a pattern, is verified in the log. A term that has no word the index could know (`->`, a
pattern) is verified everywhere. Both mean the same (`folding`): a word is where no letter of its kind stands
before it or behind it, so that what is not found is exactly what a negated term finds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from tally_tui.library.folding import KINDS, NO_LETTER, UNSPACED, Text, composed, fold
from tally_tui.library.patterns import ANY_LINE, LineTest, beyond_ascii, line_test
from tally_tui.library.words import words_of

if TYPE_CHECKING:
    from tally_tui.query import Term


_COLOUR: Final = b"u001b"
"""A terminal's colours may stand in the middle of what is sought; a text is searched without them."""
_WRITTEN_OUT: Final = re.compile(rb"\\u00[2-7]")
"""An ASCII sign that need not be written so, but may."""
_ESCAPED: Final = re.compile(rb"[^a-z0-9 _.,:;!?()-]")
_COLOURS: Final = re.compile(rb"\\+u001b\[[0-9:;<=>?]*[@a-z`{|}~]")


class Sought(Struct, frozen=True):
    """One term of text, ready to be looked up and to be verified.

    `words` are what the index must have, the last of them as a beginning where `open_end`; without
    any the term is verified everywhere. `verified`: the words alone do not prove it. `pattern` finds
    it in the folded text, where `folds`, else in the composed one.
    """

    words: tuple[str, ...]
    open_end: bool
    verified: bool
    pattern: re.Pattern[str]
    folds: bool = True
    needle: bytes = b""
    """Lower-case bytes that every line must have, whose text has the term; empty: there are none."""
    negated: bool = False
    raw: re.Pattern[bytes] | None = None
    """What the lower-case line must match where it is plain ASCII; None: nothing that a line could tell."""
    line: LineTest = ANY_LINE
    """What else the line must have, in whatever alphabet it is."""
    head: str = ""
    """What every occurrence begins with, in folded text: finding it is quicker than trying the pattern everywhere."""
    before: int = NO_LETTER
    """The kind of letter that may not stand before it: it begins a word."""
    after: int = NO_LETTER
    """… and behind it: it ends one."""

    def expression(self) -> str:
        """The words as the index's query language has them; '' without any."""
        parts = [quoted(word) for word in self.words]
        if parts and self.open_end:
            parts[-1] += "*"
        return " AND ".join(parts)

    def holds(self, text: Text) -> bool:
        """Whether a text has it, whatever `negated` says."""
        return next(self._found(text), None) is not None

    def places(self, text: Text) -> Iterator[tuple[int, int]]:
        """Where it stands in the text itself, as [start, end)."""
        found = self._found(text)
        if text.is_even(folded=self.folds):
            return found
        return (text.span(start, end, folded=self.folds) for start, end in found)

    def _found(self, text: Text) -> Iterator[tuple[int, int]]:
        """Where it stands in the form of the text that it is looked for in."""
        if not self.head:
            for match in self.pattern.finditer(text.folded if self.folds else text.composed):
                if match.end() > match.start():
                    yield match.span()
            return
        folded = text.folded
        at = folded.find(self.head)
        while at >= 0:
            found = self.pattern.match(folded, at)
            whole = found is not None and self._is_whole(folded, at, found.end())
            at, end = (found.end(), found.end()) if found and whole else (at + 1, at)
            if found and whole:
                yield found.start(), end
            at = folded.find(self.head, at)

    def _is_whole(self, folded: str, start: int, end: int) -> bool:
        """Whether words begin and end where it does."""
        if self.before and start and KINDS[folded[start - 1]] == self.before:
            return False
        return not (self.after and end < len(folded) and KINDS[folded[end]] == self.after)


class Quick(Struct, frozen=True):
    """What can be asked of a line before its text is read."""

    needles: tuple[bytes, ...] = ()
    raws: tuple[re.Pattern[bytes], ...] = ()
    parts: tuple[re.Pattern[bytes], ...] = ()
    asked: tuple[tuple[bytes, bool, bool], ...] = ()
    """The needles and their parts, each with whether other letters may stand for some of its own, and escapes for its
    signs."""
    all_lines: bool = False
    """Whether nearly every line is looked at: the index knows nothing of what is sought."""

    @classmethod
    def of(cls, terms: Sequence[Sought]) -> Quick:
        """What all these terms ask of it."""
        asking = [term for term in terms if term.verified and not term.negated]
        needles = tuple(needle for term in asking for needle in (term.needle, *term.line.needles) if needle)
        return cls(
            needles,
            tuple(term.raw for term in asking if term.raw),
            tuple(part for term in asking for part in term.line.parts),
            _asked(needles),
            not any(term.words for term in terms if not term.negated),
        )

    def __bool__(self) -> bool:
        return bool(self.needles or self.raws or self.parts)

    def may_say(self, line: bytes) -> bool:
        """False only where the line's text surely lacks what is sought."""
        return self.may_say_low(line.lower())

    def lacks(self, low: bytes) -> bool:
        """Whether no line of several can have it, given in lower case."""
        for needle, stand_ins, written_out in self.asked:
            if needle in low:
                continue
            if stand_ins and (not low.isascii() or b"\\u" in low):
                continue
            if written_out and b"\\u00" in low and _WRITTEN_OUT.search(low):
                continue
            if _COLOUR not in low:
                return True
            bare = _without_colours(low)
            return _COLOUR not in bare and needle not in bare
        return False

    def may_say_low(self, low: bytes) -> bool:
        """As `may_say`, of a line in lower case."""
        if self.lacks(low):
            return False
        bare = _without_colours(low)
        if b"\\u" in bare:
            return True  # a letter may be written so
        if low.isascii():
            tests = (*self.parts, *self.raws)
        elif self.parts and unicodedata.is_normalized("NFC", low.decode(errors="replace")):
            tests = self.parts  # words have no accents where they are compared
        else:
            return True
        # A colour's letters may be what is sought.
        lines = (bare,) if bare is low else (bare, low)
        return all(any(test.search(line) for line in lines) for test in tests)


def _asked(needles: Sequence[bytes]) -> tuple[tuple[bytes, bool, bool], ...]:
    """What is sure to be there, then what is sure in some lines only."""
    parts = beyond_ascii(needles)
    every = dict.fromkeys((*parts, *needles))
    told = [(needle, needle not in parts, bool(_ESCAPED.search(needle))) for needle in every]
    return tuple(sorted(told, key=lambda each: each[1:]))


def _without_colours(low: bytes) -> bytes:
    return _COLOURS.sub(b"", low) if _COLOUR in low else low


def quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def sought(term: Term, *, typing: bool = False) -> Sought:
    """What a term of text looks for; `typing`: it is the last one and may go on."""
    value = term.values[0].text
    if term.op == "regex":
        pattern = term.regex()
        return Sought((), False, True, pattern, folds=False, negated=term.negated, line=line_test(pattern))
    whole = " ".join(fold(value).split())
    if not whole:
        # Marks alone: they do not count elsewhere.
        return Sought((), False, True, re.compile(re.escape(composed(value))), folds=False, negated=term.negated)
    open_end = term.op == "prefix" or (typing and term.op == "word" and len(value) > 1 and not term.negated)
    words = words_of(whole)
    first, last = KINDS[whole[0]], KINDS[whole[-1]]
    # What the index cannot tell: signs, and the order and nearness of several words.
    plain = words == [whole]
    ends = open_end
    if last == UNSPACED:
        ends = len(words[-1]) == 1  # one letter of a run: the index has it as the beginning of a pair
    elif last == NO_LETTER:
        ends = False
    elif len(words) > 1 and open_end and len(words[-1]) == 1:
        words.pop()  # nearly every doc has a word that begins so: the text tells
        ends = False
    return Sought(
        tuple(words), ends, not plain, re.compile(r"\s+".join(map(re.escape, whole.split()))),
        needle=b"" if words else _needle(whole), negated=term.negated, raw=_raw(whole, open_end),
        head=whole.split()[0], before=NO_LETTER if first == UNSPACED else first,
        after=NO_LETTER if last == UNSPACED or open_end else last,
    )  # fmt: skip


def _raw(whole: str, open_end: bool) -> re.Pattern[bytes] | None:
    """The same as it may stand in a line of plain ASCII: white space is written out there, and `/` may be."""
    if not whole.isascii() or not whole.isprintable() or re.search(r'["\\]', whole):
        return None
    parts = (re.escape(part).replace("/", r"\\?/") for part in whole.split())
    body = r"(?:\s|\\[nrtfb])+".join(parts)
    # A word's beginning is not asked for: a pattern that begins with letters is looked for much quicker.
    after = "(?![a-z0-9])" if whole[-1].isalnum() and not open_end else ""
    return re.compile((body + after).encode())


def _needle(text: str) -> bytes:
    """The longest part of a text that stands in a JSON line as it is, whatever its case."""
    if not text.isascii():
        return b""  # may be written \\uXXXX
    return max(re.findall(r"[!#-.0-[\]-~]+", text.lower()), key=len, default="").encode()
