"""What is looked for → an expression for the index, and checks of the text for what no index can tell.

The index knows which words a doc has, not where: whether they stand together, with which signs between
them, or match a pattern, is verified in the log. A term that has no word the index could know (`->`, a
pattern) is verified everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tally_tui.library.patterns import ANY_LINE, LineTest, line_test
from tally_tui.library.words import CJK, UNSPACED, ends_in_cjk, fold, words_of

if TYPE_CHECKING:
    from tally_tui.query import Term


_COLOUR: Final = b"u001b"
"""A terminal's colours may stand in the middle of what is sought; a text is searched without them."""
_COLOURS: Final = re.compile(rb"\\+u001b\[[0-9:;<=>?]*[@a-z`{|}~]")


@dataclass(frozen=True, slots=True)
class Sought:
    """One term of text, ready to be looked up and to be verified.

    `words` are what the index must have, the last of them as a beginning where `open_end`; without
    any the term is verified everywhere. `verified`: the words alone do not prove it. `pattern` finds
    it in the text as it is, where `folds` in the folded text.
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

    def expression(self) -> str:
        """The words as the index's query language has them; '' without any."""
        parts = [quoted(word) for word in self.words]
        if parts and self.open_end:
            parts[-1] += "*"
        return " AND ".join(parts)

    def holds(self, text: str, folded: str) -> bool:
        """Whether a text (given also folded) has it, whatever `negated` says."""
        return next(self.places(text, folded), None) is not None

    def places(self, text: str, folded: str) -> Iterator[tuple[int, int]]:
        """Where it stands, as [start, end)."""
        if not self.head:
            for match in self.pattern.finditer(folded if self.folds else text):
                if match.end() > match.start():
                    yield match.span()
            return
        at = folded.find(self.head)
        while at >= 0:
            found = self.pattern.match(folded, at)
            at = found.end() if found else at + 1
            if found:
                yield found.span()
            at = folded.find(self.head, at)


@dataclass(frozen=True, slots=True)
class Quick:
    """What can be asked of a line before its text is read."""

    needles: tuple[bytes, ...] = ()
    raws: tuple[re.Pattern[bytes], ...] = ()
    parts: tuple[re.Pattern[bytes], ...] = ()
    all_lines: bool = False
    """Whether nearly every line is looked at: the index knows nothing of what is sought."""

    @classmethod
    def of(cls, terms: Sequence[Sought]) -> Quick:
        """What all these terms ask of it."""
        asking = [term for term in terms if term.verified and not term.negated]
        return cls(
            tuple(needle for term in asking for needle in (term.needle, *term.line.needles) if needle),
            tuple(term.raw for term in asking if term.raw),
            tuple(part for term in asking for part in term.line.parts),
            not any(term.words for term in terms if not term.negated),
        )

    def __bool__(self) -> bool:
        return bool(self.needles or self.raws or self.parts)

    def may_say(self, line: bytes) -> bool:
        """False only where the line's text surely lacks what is sought."""
        return self.may_say_low(line.lower())

    def lacks(self, low: bytes) -> bool:
        """Whether no line of several can have it, given in lower case."""
        for needle in self.needles:
            if needle not in low:
                break
        else:
            return False
        if _COLOUR not in low:
            return True
        bare = _without_colours(low)
        return _COLOUR not in bare and any(needle not in low and needle not in bare for needle in self.needles)

    def may_say_low(self, low: bytes) -> bool:
        """As `may_say`, of a line in lower case."""
        if self.lacks(low):
            return False
        bare = _without_colours(low)
        if b"\\u" in bare:
            return True  # a letter may be written so
        # Elsewhere it may have an accent, which does not count.
        lines = (bare,) if bare is low else (bare, low)
        tests = (*self.parts, *(self.raws if low.isascii() else ()))
        return all(any(test.search(line) for line in lines) for test in tests)


def _without_colours(low: bytes) -> bytes:
    return _COLOURS.sub(b"", low) if _COLOUR in low else low


def quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def sought(term: Term, *, typing: bool = False) -> Sought:
    """What a term of text looks for; `typing`: it is the last one and may go on."""
    value = unicodedata.normalize("NFC", term.values[0].text)
    if term.op == "regex":
        pattern = term.regex()
        return Sought((), False, True, pattern, folds=False, negated=term.negated, line=line_test(pattern))
    open_end = term.op == "prefix" or (typing and term.op == "word" and len(value) > 1 and not term.negated)
    whole = " ".join(fold(value).split())
    words = words_of(value)
    # What the index cannot tell: signs, and the order and nearness of several words.
    plain = [fold(word) for word in words] == [whole]
    known = [word for word in words if not UNSPACED.search(word)]
    if len(known) < len(words):
        return Sought(
            tuple(known), False, True, _pattern(whole, open_end), negated=term.negated, head=whole.split()[0]
        )  # fmt: skip
    pairs = len(whole) <= 2 and CJK.fullmatch(whole) is not None
    if words and ends_in_cjk(whole) and len(words[-1]) == 1:
        open_end = True  # one letter of a run: the index has it as the beginning of a pair
    elif words and not whole[-1].isalnum() and not unicodedata.category(whole[-1]).startswith("M"):
        open_end = False
    elif len(words) > 1 and open_end and len(words[-1]) == 1:
        words.pop()  # nearly every doc has a word that begins so: the text tells
        return Sought(
            tuple(words), False, True, _pattern(whole, True), negated=term.negated, raw=_raw(whole, True),
            head=whole.split()[0],
        )  # fmt: skip
    needle = b"" if words else _needle(whole)
    return Sought(
        tuple(words), open_end, not (plain or pairs), _pattern(whole, open_end), needle=needle, negated=term.negated,
        raw=_raw(whole, open_end), head=whole.split()[0],
    )  # fmt: skip


def _pattern(whole: str, open_end: bool) -> re.Pattern[str]:
    """The folded text letter for letter, white space as any; a word's end is an end, where words have spaces."""
    body = r"\s+".join(map(re.escape, whole.split()))
    before = r"(?<![^\W_])" if whole[:1].isalnum() and not _runs_on(whole[0]) else ""
    after = r"(?![^\W_])" if whole[-1:].isalnum() and not open_end and not _runs_on(whole[-1]) else ""
    return re.compile(before + body + after)


def _runs_on(letter: str) -> bool:
    return bool(CJK.match(letter) or UNSPACED.match(letter))


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
