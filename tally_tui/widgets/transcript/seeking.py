"""What is sought in a conversation, and where it stands in the lines that an item is drawn in."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

from msgspec import Struct
from rich.cells import cell_len

from tally_tui.library.folding import Text
from tally_tui.library.phrases import Sought
from tally_tui.library.snippets import closest

_MOST: Final = 5_000
"""Places in one text: nobody walks over more."""
_LEAD: Final = re.compile(r"[▌┊│ ]*")
"""What stands before the words of a line that goes on: bars of quotes and levels, air."""
_HARD, _SOFT, _CUT = "\n", " ", ""
"""How a line ends: where the text has a break; between two words; anywhere, for want of room."""
_LINE: Final = 1_000_000
"""More characters than a line has."""


class Words(Struct, frozen=True):
    """The terms of a search, found in a text just as the search finds them."""

    terms: tuple[Sought, ...]
    query: str = ""
    """What was typed."""
    facets: tuple[str, ...] = ()
    """Where it is looked for, as in a SearchRequest."""


Pattern: TypeAlias = re.Pattern[str] | Words


class Place(NamedTuple):
    """[start, end) in a text, and which of the things sought it is."""

    start: int
    end: int
    which: int = 0


class Seen(NamedTuple):
    """Where what is sought stands in some lines."""

    spans: dict[int, list[tuple[int, int]]] = {}
    """Line → [start, end) of its characters."""
    stops: tuple[int, ...] = ()
    """The lines one walks to: of one thing sought each that has it, of several the one where they are closest."""
    whole: bool = False
    """Whether all that is sought together stands there."""
    times: int = 0
    """How often anything of it stands there, below the title."""
    begun: tuple[int, ...] = ()
    """How often anything of it begins on each of the stops."""


def places(pattern: Pattern, text: str) -> list[Place]:
    """Where what is sought stands in a text, in order."""
    found: list[Place] = []
    said = Text(text)
    if isinstance(pattern, re.Pattern):
        for match in pattern.finditer(said.composed):
            if match.end() > match.start():
                found.append(Place(*said.span(*match.span(), folded=False)))
                if len(found) >= _MOST:
                    break
        return found
    for which, term in enumerate(pattern.terms):
        for count, (start, end) in enumerate(term.places(said)):
            if count >= _MOST:
                break
            found.append(Place(start, end, which))
    return sorted(found)


def seen_in(lines: Sequence[str], pattern: Pattern, width: int, title: int = -1) -> Seen:
    """Where it stands in an item's lines, also across the ends of those that were wrapped at `width` cells.

    `title` is the line of the item's title: one walks to it only where nothing below it has what is sought.
    """
    pieces = list(_pieces(lines, width))
    found: dict[tuple[int, int, int], list[tuple[int, int, int]]] = {}
    for glue in (" ", "") if any(end is _CUT for *_, end in pieces) else (" ",):
        # A line that is full to its last cell may end between two words, or in one.
        texts: list[str] = []
        starts: list[int] = []
        at = 0
        for number, start, stop, end in pieces:
            piece = lines[number][start:stop] + (glue if end is _CUT else end)
            starts.append(at)
            texts.append(piece)
            at += len(piece)
        for place in places(pattern, "".join(texts)):
            parts = list(_parts(place, starts, pieces))
            if parts and (glue or len(parts) > 1):
                found.setdefault((*parts[0][:2], place.which), parts)
    spans: dict[int, list[tuple[int, int]]] = {}
    for parts in found.values():
        for number, start, stop in parts:
            spans.setdefault(number, []).append((start, stop))
    which = {key[2] for key in found}
    wanted = 1 if isinstance(pattern, re.Pattern) else len(pattern.terms)
    below = sorted(key for key in found if key[0] > title)
    if {key[2] for key in below} != which:
        below = sorted(found)
    stops = sorted({key[0] for key in below})
    if wanted > 1 and found:
        order = [(line * _LINE + start, line * _LINE + start + 1, each) for line, start, each in below]
        stops = [closest(order, len(which))[0] // _LINE]
    begins = Counter(key[0] for key in found)
    begun = tuple(begins[line] for line in stops)
    return Seen(spans, tuple(stops), len(which) == wanted, sum(key[0] > title for key in found), begun)


def count(texts: Sequence[str], pattern: Pattern) -> int:
    """How often anything of what is sought stands in some texts."""
    return sum(len(places(pattern, text)) for text in texts)


def around(texts: Sequence[str], pattern: Pattern, room: int) -> str:
    """The piece of some texts in which what is sought stands first, about `room` characters; '' if nowhere."""
    for text in texts:
        for start, end, _ in places(pattern, text)[:1]:
            low = max(0, start - room // 3)
            high = max(end, low + room)
            piece = " ".join(text[low:high].split())
            return f"{'…' if low else ''}{piece}{'…' if high < len(text) else ''}"
    return ""


def _pieces(lines: Sequence[str], width: int) -> Iterator[tuple[int, int, int, str]]:
    """For each line its number, where its words begin and end, and how it ends."""
    start = 0
    for number, (line, after) in enumerate(pairwise([*lines, ""])):
        stop = len(line.rstrip())
        lead = _LEAD.match(after)
        goes_on = after[lead.end() if lead else 0 :].split(maxsplit=1)
        cells = cell_len(line[:stop])
        if not goes_on or not stop or cells > width:
            end = _HARD
        elif cells >= width - 1:
            end = _CUT
        else:
            end = _SOFT if cells + 1 + cell_len(goes_on[0]) > width else _HARD
        yield number, min(start, stop), stop, end
        start = 0 if end is _HARD or lead is None else lead.end()


def _parts(
    place: Place, starts: list[int], pieces: Sequence[tuple[int, int, int, str]]
) -> Iterator[tuple[int, int, int]]:
    """A place in the joined text as stretches of lines."""
    at = bisect_right(starts, place.start) - 1
    while at < len(starts) and starts[at] < place.end:
        number, start, stop, _ = pieces[at]
        low = max(place.start - starts[at], 0) + start
        high = min(place.end - starts[at] + start, stop)
        if high > low:
            yield number, low, high
        at += 1
