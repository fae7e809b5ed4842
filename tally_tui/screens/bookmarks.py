"""Every bookmark and note, the newest first: filter, open, remove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tally_tui import clock
from tally_tui.actions import SetBookmark, SetNote
from tally_tui.reports.marks import Mark, Marks
from tally_tui.screens.dialog import Page
from tally_tui.screens.marking import Marking
from tally_tui.screens.session_list import short_time
from tally_tui.store import Answered, News
from tally_tui.widgets.parts import Parts, keys
from tally_tui.widgets.text import crop
from tally_tui.widgets.transcript import safe
from tally_tui.widgets.transcript.marked import PENCIL, STAR

MOST: Final = 1_000
"""Entries that are listed at most; the filter finds the others."""
_EMPTY: Final = (
    "No bookmarks and no notes yet.\n\n"
    "m bookmarks the session under the cursor, or in a session the message under the cursor.\n"
    "M writes a note about it. Both are kept when the log is deleted."
)

_KEYS: Final = (("↵", "opens"), ("/", "filter"), ("m", "removes"), ("M", "note"), ("u", "undo"), ("Esc", "back"))


class MarkFilter(Input):
    """Words that every entry shown has, each anywhere in it."""

    HELP = "What is typed leaves only the entries that have these words. Enter opens, Esc goes back to the list."
    BINDING_GROUP_TITLE = "Filter"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "screen.walk(1)", "Down", show=False, id="bookmarks.filter-down"),
        Binding("up", "screen.walk(-1)", "Up", show=False, id="bookmarks.filter-up"),
        Binding("escape,tab", "screen.to_list", "To the list", show=False, id="bookmarks.filter-leave"),
    ]


class BookmarksScreen(Page[Mark | None]):
    """Answers with the bookmark to open."""

    BINDING_GROUP_TITLE = "Bookmarks"
    HELP = "★ is a bookmark, ✎ a note. Enter opens the session there."
    AUTO_FOCUS = "#marks"
    DEFAULT_CSS = """
    BookmarksScreen { layout: vertical;
        & > #marks-title { height: 1; padding: 0 1; background: $panel; }
        & > MarkFilter { background: $surface; padding: 0 1; display: none; }
        & > #marks { height: 1fr; border: none; padding: 0 1; background: $background;
            &:focus { border: none; } }
        & > #marks-nothing { height: 1fr; padding: 1 2; color: $quiet; display: none; }
        & > #marks-keys { height: auto; dock: bottom; background: $footer-background; padding: 0 1; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,B", "leave", "Back", id="bookmarks.leave", tooltip="Leave the filter, then this list"),
        Binding("slash", "filter", "Filter", key_display="/", id="bookmarks.filter", tooltip="Find one as you type"),
        Binding("m", "remove", "Remove", id="bookmarks.remove", tooltip="Remove the bookmark, else the note"),
        Binding("M", "note", "Note", id="bookmarks.note", tooltip="Write a note here, or change it"),
        Binding("u", "undo", "Undo", id="bookmarks.undo", tooltip="Bring back what was removed last"),
        Binding("j", "walk(1)", "Down", show=False, id="bookmarks.down"),
        Binding("k", "walk(-1)", "Up", show=False, id="bookmarks.up"),
    ]

    options = getters.query_one(OptionList)
    filter = getters.query_one(MarkFilter)

    def __init__(self, marking: Marking) -> None:
        super().__init__()
        self.marking = marking
        self._shown: tuple[Mark, ...] = ()
        self._width = 0

    def compose(self) -> ComposeResult:
        yield Static(id="marks-title", markup=False)
        yield MarkFilter(placeholder="words", compact=True, id="marks-filter")
        yield OptionList(id="marks")
        yield Static(id="marks-nothing", markup=False)
        yield Parts(keys(_KEYS), id="marks-keys")

    def on_mount(self) -> None:
        self._fill()

    def on_resize(self) -> None:
        if self.size.width != self._width:
            self._fill()

    def receive(self, news: Mapping[str, News]) -> None:
        """Draw what came; whoever opened this screen has taken it up by then."""
        if any(isinstance(item, Answered) and isinstance(item.answer, Marks) for item in news.values()):
            self.call_later(self._fill)

    # -- the list

    def _fill(self) -> None:
        rows, known, at = self.marking.marks.rows, self._mark(), self.options.highlighted
        words = self.filter.value.casefold().split()
        found = [mark for mark in rows if all(word in _words(mark) for word in words)]
        self._shown, self._width = tuple(found[:MOST]), self.size.width or self.app.size.width
        self.options.clear_options()
        self.options.add_options([Option(self._entry(mark)) for mark in self._shown])
        if self._shown:
            keys = [mark.subject.key for mark in self._shown]
            same = keys.index(known.subject.key) if known is not None and known.subject.key in keys else None
            self.options.highlighted = same if same is not None else min(at or 0, len(keys) - 1)
        if self.options.has_focus and not self._shown:
            # Else the focus would go on to the filter, and keys would be words.
            self.set_focus(None)
        nothing = self.query_one("#marks-nothing", Static)
        nothing.update(Content("No entry has these words. Esc shows all." if rows else _EMPTY))
        nothing.display, self.options.display = not self._shown, bool(self._shown)
        if self._shown and self.focused is None:
            self.options.focus()
        count = f"{len(self._shown):,}" + (f" of {len(rows):,}" if len(rows) > len(self._shown) else "")
        title = Content.assemble(("Bookmarks and notes", "bold"), f" · {count}" if rows else "")
        self.query_one("#marks-title", Static).update(title)

    def _mark(self) -> Mark | None:
        at = self.options.highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None

    def _entry(self, mark: Mark) -> Content:
        """Two lines, and a third where there is a note."""
        about, room = mark.subject, max(20, self._width - 6)
        title = safe.line(mark.title) or about.session[:8]
        first = safe.line(about.excerpt) or "a message" if about.item else title
        sign = f"{STAR} " if mark.bookmarked else f"{PENCIL} "
        when = short_time(about.said_ms or mark.created_ms, self.marking.screen.view.zone, clock.now_ms())
        told = [title if about.item else "the whole session", safe.line(mark.project or ""), about.provider, when]
        if mark.file_gone:
            told.insert(0, "its log is gone")
        lines = [
            Content.assemble((sign, "bold $text-accent"), (crop(first, room), "bold")),
            Content.styled("  " + crop(" · ".join(each for each in told if each), room), "$quiet"),
        ]
        if mark.note:
            note = " ".join(safe.lines(mark.note))
            lines.append(Content.assemble(("  ", ""), (crop(f"{PENCIL} {note}", room), "italic $text-secondary")))
        return Content("\n").join(lines)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.options.highlighted = None
        self._fill()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._open()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._open()

    def _open(self) -> None:
        if (mark := self._mark()) is not None:
            self.dismiss(mark)

    # -- keys

    def action_walk(self, step: int) -> None:
        if step > 0:
            self.options.action_cursor_down()
        else:
            self.options.action_cursor_up()

    def action_filter(self) -> None:
        self.filter.display = True
        self.filter.focus()

    def action_to_list(self) -> None:
        if self.filter.value and not self._shown:
            self.filter.value = ""
        self.filter.display = bool(self.filter.value)
        self.options.focus()

    def action_remove(self) -> None:
        """The bookmark; where there is none, the note."""
        mark = self._mark()
        if mark is None:
            return
        if mark.bookmarked:
            self.marking.screen.store.do(SetBookmark(mark.subject, False))
        else:
            self.marking.screen.store.do(SetNote(mark.subject, ""))

    def action_note(self) -> None:
        if (mark := self._mark()) is not None:
            self.marking.edit_note(mark.subject, mark.subject.excerpt or mark.title)

    def action_undo(self) -> None:
        self.marking.undo()

    def action_leave(self) -> None:
        if self.filter.value:
            self.filter.value = ""
            self.filter.display = False
        else:
            self.dismiss(None)


def _words(mark: Mark) -> str:
    about = mark.subject
    told = (about.excerpt, mark.title, mark.project or "", mark.note, about.provider, about.session)
    return " ".join(told).casefold()
