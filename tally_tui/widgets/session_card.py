"""A session in a few lines: its title, its figures, its first and last words; only what there is room for."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from rich.cells import cell_len

from tally_tui.widgets.meter import meter
from tally_tui.widgets.text import crop, fit

LINES: Final = 3
METER: Final = 5
"""Cells of the bar that shows how full a context is."""
GUTTER: Final = 2
NARROW: Final = 56
_BETWEEN: Final = " · "
_LEAST_WORDS: Final = 12

Piece = tuple[str, str]
"""Text, and the name of its style: `title`, `live`, `sign`, `fact`, `quiet`, `strong`, `bar`, `warn`."""


class Fact(Struct, frozen=True):
    """Something about a session. The ones with the smallest `weight` stay when there is little room."""

    name: str
    text: str
    weight: int
    style: str = "fact"
    share: float | None = None
    """Drawn as a bar before the text."""
    short: str = ""
    """The text where there is little room."""

    @property
    def width(self) -> int:
        return cell_len(self.text) + (METER + 1 if self.share is not None else 0)


class Card(Struct, frozen=True):
    """What is known of a session; all texts are clean."""

    title: str
    when: str
    cost: str = ""
    facts: tuple[Fact, ...] = ()
    prompt: str = ""
    reply: str = ""
    note: str = ""
    """Instead of the words: why there are none."""
    live: bool = False
    opened: bool = False
    signs: str = ""
    """Bookmark, note, hidden."""
    level: int = 0
    """How deep below the session that started it; 0 is no subagent."""


def lines(card: Card, part: int, width: int) -> list[Piece]:
    """One line of a card, as pieces that together are no wider than `width`."""
    if card.level:
        return _one_line(card, width)
    return (_first, _second, _third)[part](card, width)


def placed(card: Card, width: int) -> list[tuple[int, Fact]]:
    """The facts that there is room for, each with the cell it begins at."""
    room = width - GUTTER - cell_len(card.cost) - 1
    facts = card.facts if width >= NARROW else [replace(each, text=each.short or each.text) for each in card.facts]
    chosen: set[str] = set()
    for fact in sorted(facts, key=lambda fact: fact.weight):
        needed = fact.width + (len(_BETWEEN) if chosen else 0)
        if needed <= room:
            room -= needed
            chosen.add(fact.name)
    at, found = GUTTER, []
    for fact in facts:
        if fact.name in chosen:
            found.append((at, fact))
            at += fact.width + len(_BETWEEN)
    return found


def _gutter(card: Card) -> Piece:
    return ("▌ ", "sign") if card.opened else ("● ", "live") if card.live else ("  ", "fact")


def _first(card: Card, width: int) -> list[Piece]:
    when = f" {card.when}"
    signs = f"{card.signs} " if card.signs else ""
    live = "● " if card.live and card.opened else ""
    room = max(1, width - GUTTER - cell_len(signs) - len(live) - len(when))
    return [_gutter(card), (live, "live"), (signs, "sign"), (fit(card.title, room), "title"), (when, "quiet")]


def _second(card: Card, width: int) -> list[Piece]:
    pieces: list[Piece] = [("▌ " if card.opened else "  ", "sign")]
    for number, (_, fact) in enumerate(placed(card, width)):
        if number:
            pieces.append((_BETWEEN, "quiet"))
        if fact.share is not None:
            pieces.append((meter(fact.share, METER).replace(" ", "░") + " ", "bar"))
        pieces.append((fact.text, fact.style))
    room = width - sum(cell_len(text) for text, _ in pieces)
    # Under the time: a column to run one's eyes down.
    return [*pieces, (fit(card.cost, room, right=True), "strong")]


def _third(card: Card, width: int) -> list[Piece]:
    room = width - GUTTER
    pieces: list[Piece] = [("▌ " if card.opened else "  ", "sign")]
    if card.note:
        return [*pieces, (crop(card.note, room), "quiet")]
    prompt, reply = card.prompt and f"› {card.prompt}", card.reply and f"‹ {card.reply}"
    if prompt and reply:
        # What was said last gets what the prompt leaves, and half of the line at least.
        prompt = crop(prompt, max(room - 2 - cell_len(reply), (room - 2) // 2))
        reply = crop(reply, room - 2 - cell_len(prompt)) if room - 2 - cell_len(prompt) >= _LEAST_WORDS else ""
    words = "  ".join(filter(None, (prompt, reply)))
    return [*pieces, (crop(words, room), "quiet")]


def _tail(card: Card, facts: list[Fact]) -> str:
    return "".join(f"  {fact.text}" for fact in card.facts if fact in facts) + f" {card.when}"


def _one_line(card: Card, width: int) -> list[Piece]:
    lead = "  " * card.level + ("▌" if card.opened else "└") + " " + ("● " if card.live else "")
    facts = sorted(card.facts, key=lambda fact: fact.weight)
    while (tail := _tail(card, facts)) and facts and cell_len(lead) + cell_len(tail) + _LEAST_WORDS > width:
        facts.pop()
    room = max(1, width - cell_len(lead) - cell_len(tail))
    return [(lead, "live" if card.live else "quiet"), (fit(card.title, room), "fact"), (tail, "quiet")]
