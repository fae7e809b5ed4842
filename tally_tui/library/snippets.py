"""The part of a text to show for a hit, where in it the sought stands, and how well it fits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from msgspec import Struct

from tally_tui.library.facets import Facet
from tally_tui.library.folding import Text, joins
from tally_tui.library.phrases import Sought

WIDTH: Final = 240
"""Characters of a snippet, about."""
LINES: Final = 3
_OCCURRENCES: Final = 50
"""Of one term in one text: beyond them a better place is not looked for."""
_FIRST: Final = 8_000
_LARGEST: Final = 400_000
"""Characters of a text that are looked through for the best place."""
FIELDS: Final = {
    Facet.TITLE: 1.0,
    Facet.PROMPT: 0.9,
    Facet.REPLY: 0.7,
    Facet.FILE: 0.6,
    Facet.TOOL_INPUT: 0.5,
    Facet.THINKING: 0.5,
    Facet.TOOL_OUTPUT: 0.3,
}
"""What it counts where something was said."""
_WRITTEN: Final = frozenset({"prompt", "reply", "thinking"})
"""What is Markdown."""
_MARKS: Final = re.compile(
    r"(?P<ticks>`+)(?P<code>[^`\n]+)(?P=ticks)(?!`)|`+"
    r"|(?<![\w*/])\*\*(?=[^\s*/])|(?<=[^\s*/])\*\*(?![\w*/])|^ {0,3}#{1,6} +",
    re.MULTILINE,
)


class Excerpt(Struct, frozen=True):
    """A piece of a text with the sought in it, and how much of it was found how close together."""

    text: str
    spans: tuple[tuple[int, int], ...]
    coverage: float
    """1: every term stands there as a whole word; less where only a word's beginning was typed."""
    proximity: float
    """1: all terms stand side by side."""

    def score(self, facet: Facet) -> float:
        """From 0 to 1."""
        return round(0.35 * self.coverage + 0.35 * FIELDS[facet] + 0.3 * self.proximity, 4)


def excerpt(text: str, terms: Sequence[Sought], width: int = WIDTH, lines: int = LINES) -> Excerpt:
    """The best piece of a text: where the terms stand closest together, earliest first."""
    sought = [term for term in terms if not term.negated]
    # Mostly all of it stands near the beginning of even the longest text.
    for size in (_FIRST, _LARGEST):
        part = text[:size]
        found = occurrences(part, sought)
        if len(part) == len(text) or all(found):
            break
    text = part
    places = [(start, end, number) for number, spans in enumerate(found) for start, end in spans]
    places.sort()
    if not places:
        return Excerpt(_cut(text, 0, min(len(text), width), lines), (), 0.0, 0.0)
    first, last = closest(places, len({number for _, _, number in places}))
    low, high = _window(text, first, last, width)
    low, high = _lines(text, low, high, first, lines)
    spans = _joined([(start - low, end - low) for start, end, _ in places if low <= start and end <= high])
    letters = sum(min((end - start for start, end in each), default=0) for each in found)
    return Excerpt(
        text[low:high],
        spans,
        _coverage(text, found, sought),
        min(1.0, (letters + len(sought) - 1) / max(1, last - first)),
    )


def in_plain_words(
    text: str, spans: Sequence[tuple[int, int]], facet: str
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """What was written as Markdown without its ticks, stars and signs of headings, and where the spans are then.

    A sign that is part of what was sought stays.
    """
    if facet not in _WRITTEN:
        return text, tuple(spans)
    kept: list[str] = []
    moved = [[start, end] for start, end in spans]
    at = 0
    for low, high in _marks(text):
        if any(start < high and low < end for start, end in spans):
            continue
        kept.append(text[at:low])
        at = high
        for (start, end), span in zip(spans, moved, strict=True):
            span[0] -= (high - low) * (low < start)
            span[1] -= (high - low) * (low < end)
    return "".join((*kept, text[at:])), tuple((start, end) for start, end in moved)


def _marks(text: str) -> Iterator[tuple[int, int]]:
    for found in _MARKS.finditer(text):
        if found["ticks"]:
            yield found.span("ticks")
            yield found.end("code"), found.end()
        else:
            yield found.span()


def occurrences(text: str, terms: Sequence[Sought]) -> list[list[tuple[int, int]]]:
    """For each term, where it stands in the text: its whole if that can be found, else its words."""
    said = Text(text)
    found = []
    for term in terms:
        spans = list(islice(term.places(said), _OCCURRENCES))
        for word in () if spans else term.words:
            at = said.folded.find(word)
            if at >= 0:
                spans.append(said.span(at, at + len(word), folded=True))
        found.append(sorted(spans))
    return found


def closest(places: list[tuple[int, int, int]], kinds: int) -> tuple[int, int]:
    """The shortest stretch that has every term once."""
    best: tuple[int, int] | None = None
    held: dict[int, int] = {}
    low = 0
    for _, end, number in places:
        held[number] = held.get(number, 0) + 1
        while len(held) == kinds:
            start = places[low][0]
            if best is None or end - start < best[1] - best[0]:
                best = (start, max(end, places[low][1]))
            other = places[low][2]
            held[other] -= 1
            if not held[other]:
                del held[other]
            low += 1
    return best or (places[0][0], places[0][1])


def _window(text: str, first: int, last: int, width: int) -> tuple[int, int]:
    """About `width` characters around a stretch, a third of them before it, not cutting words in two."""
    spare = max(0, width - (last - first))
    low = max(0, first - spare // 3)
    high = min(len(text), max(last, low + width) if last - first < width else first + width)
    while low > 0 and first - low < spare and not text[low - 1].isspace() and low > first - spare // 3 - 20:
        low -= 1
    while high < len(text) and not text[high].isspace() and high < last + spare + 20 and text[high - 1].isalnum():
        high += 1
    while 0 < low < len(text) and joins(text[low]):
        low -= 1
    while high < len(text) and joins(text[high]):
        high += 1
    return low, high


def _lines(text: str, low: int, high: int, first: int, lines: int) -> tuple[int, int]:
    """At most so many lines: one before the hit, the rest from it on."""
    start = text.rfind("\n", low, first)
    if start >= 0:
        before = text.rfind("\n", low, start)
        low = before + 1 if before >= 0 else low
    end = first
    for _ in range(lines - (1 if start >= 0 else 0)):
        end = text.find("\n", end, high)
        if end < 0:
            return low, high
        end += 1
    return low, max(end - 1, first + 1)


def _cut(text: str, low: int, high: int, lines: int) -> str:
    return "\n".join(text[low:high].split("\n")[:lines])


def _coverage(text: str, found: list[list[tuple[int, int]]], terms: Sequence[Sought]) -> float:
    """How much of the words met is what was sought, on average over the terms."""
    shares = []
    for spans in found:
        if not spans:
            shares.append(0.0)
            continue
        best = 0.0
        for start, end in spans[:20]:
            stop = end
            while stop < len(text) and stop - end < 40 and text[stop].isalnum():
                stop += 1
            best = max(best, (end - start) / (stop - start))
        shares.append(best)
    return sum(shares) / len(shares) if shares else 0.0


def _joined(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
