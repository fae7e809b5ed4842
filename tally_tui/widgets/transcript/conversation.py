"""A conversation from the logs as pages: heads made once, texts kept while they may be looked at."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from functools import cached_property
from operator import is_
from typing import TypeVar

from tally_tui.logs.messages import Item, Mark, fields
from tally_tui.logs.messages import Kind as Said
from tally_tui.reports.search_answers import HitPlace
from tally_tui.reports.transcripts import Entry, Texts, Transcript
from tally_tui.rules.figures import money_of
from tally_tui.rules.redaction import masked
from tally_tui.widgets import figures
from tally_tui.widgets.transcript.entries import body_of, head_of, media_labels, speaker
from tally_tui.widgets.transcript.masking import masked_body, masked_head, masked_paths
from tally_tui.widgets.transcript.pages import Body, Head, Kind, Label
from tally_tui.widgets.transcript.tool_titles import first_line

KEPT = 2_000
"""Bodies that are kept."""
_SPEAKING = frozenset({Said.REPLY, Said.REVIEW})
_BREAKING = frozenset({Said.PROMPT, Said.COMPACTION, Said.MODEL_SWITCH, Said.INTERRUPTION})
"""After these it is said again who speaks."""


Kept = TypeVar("Kept")


class Conversation:
    """`Pages` of a transcript. Given the ones before, it does not do again what is done."""

    def __init__(self, transcript: Transcript, before: Conversation | None = None, masked: bool = False) -> None:
        """`masked`: what looks like a secret is not shown."""
        self.transcript, self.masked = transcript, masked
        self.speaking: str = ""
        self._bodies: OrderedDict[str, Body] = OrderedDict()
        self._masked: OrderedDict[str, Body] = OrderedDict()
        self._said: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        if before is not None and before.transcript.session != transcript.session:
            before = None
        heads, changed, kept = self._known(before)
        entries = transcript.entries
        for number in changed:
            heads[number] = self._head(entries[number], "")
        speaking = self._speaking(before, kept)
        for number in range(kept, len(entries)):
            who, speaking = _who(entries[number], transcript.provider, speaking)
            heads.append(self._head(entries[number], who))
        self.speaking = speaking
        self.heads: tuple[Head, ...] = tuple(heads)
        if before is not None:
            self._take_over(before)
        known = [n for n in before.turns if n < kept] if before is not None and kept else []
        again = {*known, *changed, *range(kept, len(heads))}
        self.turns: list[int] = sorted(n for n in again if heads[n].fill is not None and not heads[n].level)
        """The prompts beside which the context's fill is told."""

    def _known(self, before: Conversation | None) -> tuple[list[Head], list[int], int]:
        """The heads that hold still; those among them to make anew; how many there are."""
        if before is None or before.masked != self.masked:
            return [], [], 0
        old, new = before.transcript.entries, self.transcript.entries
        changed = [number for number, same in enumerate(map(is_, old, new)) if not same]
        # Prompts change as their turns cost more; nobody else is named for it.
        both = (number for number in changed if not _same_prompt(old[number], new[number]))
        kept = next(both, min(len(old), len(new)))
        return list(before.heads[:kept]), [number for number in changed if number < kept], kept

    def _head(self, entry: Entry, who: str) -> Head:
        entry = masked_paths(entry) if self.masked else entry
        head = head_of(entry, who=who, figures=told(entry), folder=self.transcript.folder or "")
        return masked_head(head) if self.masked else head

    def _speaking(self, before: Conversation | None, kept: int) -> str:
        """Who speaks behind the first so many entries."""
        if before is not None and kept == len(before.heads):
            return before.speaking
        for entry in reversed(self.transcript.entries[:kept]):
            item = entry.item
            if item.kind in _SPEAKING and item.text.strip():
                return speaker(self.transcript.provider, item.model)
            if item.kind in _BREAKING and not item.marks & Mark.AGAIN:
                break
        return ""

    def _take_over(self, before: Conversation) -> None:
        """The texts that still hold: not those of a call whose result has come since."""
        old = {head.key: entry for head, entry in zip(before.heads, before.transcript.entries, strict=True)
               if head.key in before._bodies}  # fmt: skip
        self._bodies, self._said = before._bodies, before._said
        if not old:
            return
        now = {head.key: entry for head, entry in zip(self.heads, self.transcript.entries, strict=True)
               if head.key in old}  # fmt: skip
        for key, entry in old.items():
            known = now.get(key)
            if known is not entry and (known is None or known.length != entry.length or known.answers != entry.answers):
                self._bodies.pop(key, None)

    def body(self, item: int) -> Body | None:
        """The text of an item; None: it must be fetched."""
        key = self.heads[item].key
        kept = self._bodies.get(key)
        if kept is None:
            entry = self.transcript.entries[item]
            if entry.cut:
                return None
            kept = self._keep(self._bodies, key, (*body_of(entry.item, entry.result), *media_labels(entry)))
            self._masked.pop(key, None)
        self._bodies.move_to_end(key)
        if not self.masked:
            return kept
        hidden = self._masked.get(key)
        return hidden if hidden is not None else self._keep(self._masked, key, masked_body(kept))

    def take(self, texts: Texts) -> None:
        """Texts that were fetched."""
        entries = self.transcript.entries
        for number, (said, result) in texts.items.items():
            key = Entry(said).key
            self._masked.pop(key, None)
            body = body_of(said, result)
            if number < len(entries) and entries[number].key == key:
                body += media_labels(entries[number])
            self._keep(self._bodies, key, (*body, Label(texts.problem)) if texts.problem else body)
            self._keep(self._said, key, _said(said, result))

    def said(self, item: int) -> tuple[str, ...]:
        """The texts of an item that a search looks into; whole where its body is here."""
        entry = self.transcript.entries[item]
        texts = self._said.get(entry.key) or _said(entry.item, entry.result)
        return tuple(map(masked, texts)) if self.masked else texts

    def _keep(self, bodies: OrderedDict[str, Kept], key: str, body: Kept) -> Kept:
        bodies[key] = body
        while len(bodies) > KEPT:
            bodies.popitem(last=False)
        return body

    def fill_at(self, item: int) -> tuple[int, int | None] | None:
        """How full the context was in the turn that an item belongs to, as in `Head.fill`."""
        place = bisect_right(self.turns, item)
        return self.heads[self.turns[place - 1]].fill if place else None

    def outline_title(self, item: int) -> str:
        """What an outline calls an item: what was said by its first line."""
        head = self.heads[item]
        if head.kind not in (Kind.PROMPT, Kind.REPLY):
            return f"{head.title}  {head.note}".rstrip()
        text = self.transcript.entries[item].item.text
        # Masked before it is cut: half of a secret is not known as one.
        return first_line(masked(text) if self.masked else text) or head.title

    def item_of(self, key: str, uuid: str) -> int | None:
        """The item with a key, else the first that has the message's own id."""
        known = next((number for number, head in enumerate(self.heads) if head.key == key), None)
        if known is None and uuid:
            entries = enumerate(self.transcript.entries)
            known = next((number for number, entry in entries if entry.item.uuid == uuid), None)
        return known

    def items_of(self, place: HitPlace) -> list[int]:
        """The items in which something was found: of a line that holds several, those that have it."""
        known = self._lines.get((place.file, place.offset))
        if known is None:
            inside = range(place.offset, place.offset + max(place.length, 1))
            known = [each for (file, offset), some in self._lines.items() if file == place.file and offset in inside
                     for each in some][:1]  # fmt: skip
        if place.parts:
            found = [number for number, item in known if item is None or item.part in place.parts]
        else:
            found = [number for number, item in known if item is None or place.facet in ("", *dict(fields(item)))]
        return list(dict.fromkeys(found or [number for number, _ in known[:1]]))

    def learn_lines(self) -> None:
        """Learn which line is told by which item, before anybody waits for it."""
        _ = self._lines

    @cached_property
    def _lines(self) -> dict[tuple[str, int], list[tuple[int, Item | None]]]:
        """(log, offset) of each line → the items that tell it; None: one that says the same as another line."""
        lines: dict[tuple[str, int], list[tuple[int, Item | None]]] = {}
        for number, entry in enumerate(self.transcript.entries):
            if entry.item.kind is Said.BRANCH:
                continue  # it only stands where what was taken back begins
            for item in (entry.item, *entry.answers):
                lines.setdefault((entry.path, item.offset), []).append((number, item))
            for offset in entry.also:
                lines.setdefault((entry.path, offset), []).append((number, None))
        return lines

    def item_before(self, file: str, offset: int) -> int | None:
        """The last item of a log that stands before one of its lines."""
        entries = enumerate(self.transcript.entries)
        before = ((entry.item.offset, number) for number, entry in entries if entry.path == file)
        return max((each for each in before if each[0] <= offset), default=(0, None))[1]


def _said(item: Item, result: Item | None) -> tuple[str, ...]:
    return tuple(text for each in (item, result) if each is not None for _, text in fields(each))


def told(entry: Entry) -> str:
    """A turn's cost and tokens, and the cost so far, for people; empty where nothing was spent."""
    spent = entry.spent
    if spent is None or not spent.calls:
        return ""
    cost = money_of(spent.cost, spent.unpriced)
    so_far = f" · Σ {figures.money(entry.until_here)}" if entry.until_here and not entry.level else ""
    return f"{cost} · {figures.count(spent.tokens)}{so_far}"


def _who(entry: Entry, provider: str, speaking: str) -> tuple[str, str]:
    """(who is named at this item, who speaks after it)."""
    item = entry.item
    if item.kind in _BREAKING and not item.marks & Mark.AGAIN:
        return "", ""
    if item.kind not in _SPEAKING or (item.kind is Said.REPLY and not item.text.strip()):
        return "", speaking
    name = speaker(provider, item.model)
    return ("" if name == speaking else name), name


def _same_prompt(one: Entry, other: Entry) -> bool:
    return one.item.kind is Said.PROMPT and one.key == other.key and one.item.marks == other.item.marks
