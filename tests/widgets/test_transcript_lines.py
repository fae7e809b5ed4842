"""Which item a line of a log belongs to: what a search found is opened there."""

from __future__ import annotations

from tally_tui.logs.messages import Item, Kind, Mark
from tally_tui.reports.conversation_order import MOVED, Arranging
from tally_tui.reports.search_answers import HitPlace
from tally_tui.reports.transcript_entries import Turn, entries_of
from tally_tui.reports.transcripts import Transcript
from tally_tui.widgets.transcript.conversation import Conversation


def said(kind: Kind, offset: int, text: str, marks: int = 0) -> Item:
    item = Item(kind, offset, 50, session="s", text=text)
    item.marks = marks
    return item


def conversation(*items: Item) -> Conversation:
    order = Arranging()
    for item in items:
        order.add(item, 1)
    blocks = [block for block in order.blocks if block.item.name != MOVED]
    entries = [entry for block in blocks for entry in entries_of(block, 0, "a.jsonl", Turn())]
    return Conversation(Transcript("claude", "s", tuple(entries)), None)


def test_a_prompt_that_was_typed_ahead_is_found_by_either_line() -> None:
    pages = conversation(
        said(Kind.PROMPT, 0, "Begin"),
        said(Kind.PROMPT, 100, "And then the docs", Mark.QUEUED),
        said(Kind.REPLY, 200, "Begun."),
        said(Kind.PROMPT, 300, "And then the docs", Mark.AGAIN),
    )

    assert [entry.item.offset for entry in pages.transcript.entries] == [0, 200, 300]
    assert pages.items_of(HitPlace("a.jsonl", 300, 50, "")) == pages.items_of(HitPlace("a.jsonl", 100, 50, "")) == [2]
    assert pages.items_of(HitPlace("b.jsonl", 100, 50, "")) == []


def test_a_line_that_shows_nothing_stands_beside_what_comes_before_it() -> None:
    pages = conversation(said(Kind.PROMPT, 0, "Begin"), said(Kind.REPLY, 200, "Begun."))

    assert pages.items_of(HitPlace("a.jsonl", 120, 50, "")) == []
    assert pages.item_before("a.jsonl", 120) == 0
    assert pages.item_before("b.jsonl", 120) is None
