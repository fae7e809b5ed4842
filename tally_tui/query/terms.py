"""What a query means: a tree of terms that ledger and library each turn into a question of their own."""

from __future__ import annotations

import re
import unicodedata
import warnings
from typing import Final, Literal

from msgspec import Struct

from tally_tui.model import Span

Match = Literal["contains", "exact", "glob", "none"]
Op = Literal["word", "phrase", "prefix", "regex", "=", ">", ">=", "<", "<=", ".."]

TEXT: Final = "text"
"""The field of terms that search text: words, phrases, prefixes and `re:`."""
ALWAYS: Final = Span()


class Value(Struct, frozen=True):
    """One value of a term. NFC and NFD spellings are the same.

    `contains`: `text` is somewhere in it, whatever the case. `exact` (it was quoted): it is `text`,
    letter for letter. `glob`: it is `parts` with anything between them, whatever the case; a first
    or last part of '' leaves that end open. `none`: the logs say nothing (NULL or '').
    """

    text: str
    match: Match = "contains"
    parts: tuple[str, ...] = ()

    def matches(self, found: str | None) -> bool:
        """Whether what was found (None: the logs do not say) is this value."""
        if self.match == "none" or not found:
            return self.match == "none" and not found
        if self.match == "exact":
            return composed(found) == composed(self.text)
        folded = caseless(found)
        if self.match == "contains":
            return caseless(self.text) in folded
        first, *middle, last = map(caseless, self.parts)
        if not (folded.startswith(first) and folded.endswith(last) and len(folded) >= len(first) + len(last)):
            return False
        at, end = len(first), len(folded) - len(last)
        for part in middle:
            at = folded.find(part, at, end)
            if at < 0:
                return False
            at += len(part)
        return True

    def like(self) -> str:
        """The pattern for SQL's `LIKE … ESCAPE '\\'`, for `contains` and `glob`."""
        parts = ("", self.text, "") if self.match == "contains" else self.parts or (self.text,)
        return "%".join(re.sub(r"([\\%_])", r"\\\1", part) for part in parts)


class Term(Struct, frozen=True):
    """One condition. All terms of a query hold together; a term with several values holds by any of them.

    `field` is `text` for what is searched for in conversations (`op`: word, phrase, prefix without
    its `*`, regex), else a field's name. Numbers (`cost` in nano-dollars, `tokens`) are within
    `low`..`high`, both included, None being open; `op` is then how it was written. [`start`, `end`)
    is where the term stands in the query's text.
    """

    field: str
    values: tuple[Value, ...]
    op: Op = "="
    negated: bool = False
    start: int = 0
    end: int = 0
    low: int | None = None
    high: int | None = None
    percent: bool = False
    """Of `context`: the numbers are billionths of a percent of what fits, not tokens."""

    @property
    def words(self) -> tuple[str, ...]:
        """The texts of the values: all there is to know for `is`, `reason`, `provider` and `text`."""
        return tuple(value.text for value in self.values)

    def matches(self, found: str | None) -> bool:
        """Whether a session or call with this in the term's field is wanted (fields of text only)."""
        return any(value.matches(found) for value in self.values) != self.negated

    def told(self, words: str) -> bool:
        """Whether a few words, such as a title, are wanted (`text` only): a word may be any part of them."""
        if self.op == "regex":
            return bool(self.regex().search(composed(words))) != self.negated
        wanted, folded = caseless(self.words[0]), caseless(words)
        found = any(word.startswith(wanted) for word in folded.split()) if self.op == "prefix" else wanted in folded
        return found != self.negated

    def holds(self, number: int) -> bool:
        """Whether a number (nano-dollars, tokens) is wanted (`cost` and `tokens` only)."""
        within = (self.low is None or number >= self.low) and (self.high is None or number <= self.high)
        return within != self.negated

    def regex(self) -> re.Pattern[str]:
        """The compiled pattern of a `re:` term."""
        return compiled(self.values[0].text)


class Query(Struct, frozen=True):
    """A query understood. An empty one wants everything."""

    terms: tuple[Term, ...] = ()
    span: Span = ALWAYS
    """What all `since:` and `until:` have in common; they are not among `terms`."""
    text: str = ""
    dates: tuple[Term, ...] = ()
    """The `since:` and `until:` as written, for showing."""

    def of(self, field: str) -> tuple[Term, ...]:
        """The terms of one field."""
        return tuple(term for term in self.terms if term.field == field)


def composed(text: str) -> str:
    """A text in the spelling (NFC) that queries and what they are held against are compared in."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def caseless(text: str) -> str:
    """The same, without case."""
    return text.casefold() if text.isascii() else composed(composed(text).casefold())


def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern as `re:` means it, of composed texts: whatever the case, `^` and `$` at every line.

    Raises:
        re.error, OverflowError, RecursionError: it is no pattern.
    """
    with warnings.catch_warnings():
        # A warning would be written across the screen.
        warnings.simplefilter("ignore")
        return re.compile(composed(pattern), re.IGNORECASE | re.MULTILINE)
