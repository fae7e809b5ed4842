"""A conversation from the logs as pages: heads made once, texts kept while they may be looked at."""

from __future__ import annotations

from collections import OrderedDict

from tally_tui.logs.messages import Kind as Said
from tally_tui.logs.messages import Mark
from tally_tui.reports.transcripts import Entry, Texts, Transcript
from tally_tui.widgets import figures
from tally_tui.widgets.transcript.entries import body_of, head_of, speaker
from tally_tui.widgets.transcript.pages import Body, Head, Kind
from tally_tui.widgets.transcript.tool_titles import first_line

KEPT = 2_000
"""Bodies that are kept."""
_SPEAKING = frozenset({Said.REPLY, Said.REVIEW})
_BREAKING = frozenset({Said.PROMPT, Said.COMPACTION, Said.MODEL_SWITCH, Said.INTERRUPTION})
"""After these it is said again who speaks."""


class Conversation:
    """`Pages` of a transcript. `grown` makes the next one without doing again what is done."""

    def __init__(self, transcript: Transcript, before: Conversation | None = None) -> None:
        self.transcript = transcript
        self.speaking: str = ""
        self._bodies: OrderedDict[str, Body] = OrderedDict()
        kept = 0
        heads: list[Head] = []
        speaking = ""
        if before is not None and before.transcript.session == transcript.session:
            self._bodies = before._bodies
            old, new = before.transcript.entries, transcript.entries
            while kept < min(len(old), len(new)) and old[kept] is new[kept]:
                kept += 1
            heads = list(before.heads[:kept])
            speaking = before.speaking if kept == len(old) else _speaking(transcript, kept)
        folder = transcript.folder or ""
        for number in range(kept, len(transcript.entries)):
            entry = transcript.entries[number]
            who, speaking = _who(entry, transcript.provider, speaking)
            heads.append(head_of(entry, who=who, figures=told(entry), folder=folder))
        self.heads: tuple[Head, ...] = tuple(heads)
        self.speaking = speaking
        for number in range(kept, len(transcript.entries)):
            # A call whose result has come since says more now.
            self._bodies.pop(self.heads[number].key, None)

    def body(self, item: int) -> Body | None:
        """The text of an item; None: it must be fetched."""
        key = self.heads[item].key
        kept = self._bodies.get(key)
        if kept is not None:
            self._bodies.move_to_end(key)
            return kept
        entry = self.transcript.entries[item]
        if entry.cut:
            return None
        return self._keep(key, body_of(entry.item, entry.result))

    def take(self, texts: Texts) -> None:
        """Texts that were fetched."""
        for item, (said, result) in texts.items.items():
            if item < len(self.heads):
                self._keep(self.heads[item].key, body_of(said, result))

    def _keep(self, key: str, body: Body) -> Body:
        self._bodies[key] = body
        while len(self._bodies) > KEPT:
            self._bodies.popitem(last=False)
        return body

    def outline_title(self, item: int) -> str:
        """What an outline calls an item: a prompt by its first line."""
        head = self.heads[item]
        if head.kind is not Kind.PROMPT:
            return f"{head.title}  {head.note}".rstrip()
        return first_line(self.transcript.entries[item].item.text) or head.title

    def item_at(self, file: str, offset: int, length: int) -> int | None:
        """The item that a line of a log belongs to."""
        for number, entry in enumerate(self.transcript.entries):
            if entry.path == file:
                for item in (entry.item, *entry.answers):
                    if offset <= item.offset < offset + max(length, 1):
                        return number
        return None


def told(entry: Entry) -> str:
    """A turn's cost and tokens, and the cost so far, for people; empty where nothing was spent."""
    spent = entry.spent
    if spent is None or not spent.calls:
        return ""
    cost = figures.money(spent.cost) + ("+" if spent.unpriced else "")
    if spent.unpriced and not spent.cost:
        cost = "unpriced"
    so_far = f" · Σ {figures.money(entry.until_here)}" if entry.until_here and not entry.level else ""
    return f"{cost} · {figures.count(spent.tokens)}{so_far}"


def _who(entry: Entry, provider: str, speaking: str) -> tuple[str, str]:
    """(who is named at this item, who speaks after it)."""
    item = entry.item
    if item.kind in _BREAKING and not item.marks & Mark.AGAIN:
        return "", ""
    if item.kind not in _SPEAKING:
        return "", speaking
    name = speaker(provider, item.model)
    return ("" if name == speaking else name), name


def _speaking(transcript: Transcript, until: int) -> str:
    speaking = ""
    for entry in transcript.entries[:until]:
        _, speaking = _who(entry, transcript.provider, speaking)
    return speaking
