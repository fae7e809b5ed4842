"""The outline of a session: prompts, errors, changes, compactions, subagents; one is a key away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from tally_tui.screens.dialog import Dialog, Pick
from tally_tui.widgets.text import crop
from tally_tui.widgets.transcript import safe
from tally_tui.widgets.transcript.marked import PENCIL, STAR, Marked
from tally_tui.widgets.transcript.pages import Depth, Head, Kind

FILTERS: Final = ("everything", "prompts", "errors", "edits", "bookmarks")
MOST: Final = 3_000
"""Entries of an outline at most: of longer sessions the filters show what is sought."""


def sign_of(head: Head) -> tuple[str, str] | None:
    """The sign and the style of an item in an outline; None: it does not stand there."""
    if head.kind is Kind.PROMPT:
        # A subagent's is what its call says already.
        return None if head.level else ("▌", "bold $text-primary")
    if head.error and head.depth < Depth.EVERYTHING:
        return "✗", "$text-error"
    if head.edits:
        return "±", "$text-success"
    if head.kind is Kind.SUBAGENT:
        return "◆", "$text-secondary"
    if head.kind is Kind.RULE:
        return "─", "$text-secondary"
    return None


class OutlineScreen(Dialog[int | None]):
    """A list over the session; the number of the chosen item is the answer."""

    BINDING_GROUP_TITLE = "Outline"
    HELP = "Enter jumps there."
    DEFAULT_CSS = """
    OutlineScreen { align: right top;
        & > Vertical { width: 60; max-width: 100%; height: 100%; background: $surface; border-left: outer $primary; }
        & #outline-title { height: 1; padding: 0 1; background: $panel; }
        & OptionList { height: 1fr; border: none; background: $surface; padding: 0;
            &:focus { border: none; } }
        &.-panel > Vertical { width: 100%; border: none; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,o,q", "leave", "Close", id="outline.close", tooltip="Back to the session"),
        Binding("j", "walk(1)", "Down", show=False, id="outline.down"),
        Binding("k", "walk(-1)", "Up", show=False, id="outline.up"),
        Binding("tab", "next_filter", "Only", id="outline.only",
                tooltip="Everything, prompts, errors, edits, or bookmarks"),
    ]

    def __init__(
        self, heads: Sequence[Head], titles: Sequence[str], here: int, marked: Mapping[str, Marked] | None = None,
        shut_away: Callable[[Head], bool] = lambda head: bool(head.branch),
    ) -> None:  # fmt: skip
        """`titles` has what stands behind each sign; `here` is the item the reader is at; `marked`: by their keys;
        `shut_away` says what was taken back and is not looked at."""
        super().__init__()
        self.heads, self.titles, self.here, self.shut_away = heads, titles, here, shut_away
        self.marked = marked or {}
        self.only = FILTERS[0]
        self._items: list[int] = []

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(id="outline-title", markup=False)
            yield OptionList(id="outline")

    def on_mount(self) -> None:
        self._fill()
        self.query_one(OptionList).focus()

    def _wanted(self, head: Head) -> bool:
        kept = head.key in self.marked
        if self.shut_away(head) and not kept:
            return False  # taken back: only where one has opened or marked it
        if self.only == "bookmarks":
            return kept
        if self.only == "prompts":
            return head.kind is Kind.PROMPT and not head.level
        if self.only == "errors":
            return head.error and head.depth < Depth.EVERYTHING
        return head.edits if self.only == "edits" else kept or sign_of(head) is not None

    def _fill(self) -> None:
        options = self.query_one(OptionList)
        chosen = [n for n, head in enumerate(self.heads) if self._wanted(head)]
        # The neighbourhood of the reader, where there are more than anyone scrolls through.
        near = next((place for place, item in enumerate(chosen) if item >= self.here), len(chosen))
        start = max(0, min(near - MOST // 2, len(chosen) - MOST))
        self._items = chosen[start : start + MOST]
        options.clear_options()
        options.add_options([Pick(self._line(item), item) for item in self._items])
        at = [place for place, item in enumerate(self._items) if item <= self.here]
        if self._items:
            options.highlighted = at[-1] if at else 0
        more = f" of {len(chosen):,}" if len(chosen) > len(self._items) else ""
        words = f" · {self.only} · {len(self._items):,}{more}"
        if self.only == "bookmarks" and not self._items:
            words = " · no bookmarks: m in the session makes one"
        title = Content.assemble(("Outline", "bold"), words, ("  Tab: only …", "$quiet"))
        self.query_one("#outline-title", Static).update(title)

    def _line(self, item: int) -> Content:
        head = self.heads[item]
        sign, style = sign_of(head) or ("·", "$quiet")
        if (kept := self.marked.get(head.key)) is not None:
            sign, style = STAR if kept.bookmarked else PENCIL, "bold $text-accent"
        indent = "" if head.kind is Kind.PROMPT else "  "
        room = min(60, self.app.size.width) - 5 - len(indent)
        tail = f"  {head.figures.partition(' · ')[0]}" if head.figures else ""
        words = crop(safe.line(self.titles[item][:400]), room - len(tail))
        return Content.assemble((f"{indent}{sign} ", style), words, (tail, "$quiet"))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if isinstance(event.option, Pick):
            self.dismiss(event.option.value)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_walk(self, step: int) -> None:
        options = self.query_one(OptionList)
        if step > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_next_filter(self) -> None:
        self.only = FILTERS[(FILTERS.index(self.only) + 1) % len(FILTERS)]
        self._fill()
