"""The editor of a note: a few lines about a session or a message."""

from __future__ import annotations

import sys
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static, TextArea
from textual.widgets.text_area import Edit, EditResult

from tally_tui.ledger.marks import MOST_NOTE
from tally_tui.screens.dialog import Dialog
from tally_tui.widgets.parts import Parts
from tally_tui.widgets.text import crop
from tally_tui.widgets.transcript import safe


class NoteArea(TextArea):
    """Where it is written. What is pasted is made harmless first: the widget itself lets escapes through."""

    HELP = "Enter saves. Shift+Enter, or ^j, begins another line."
    BINDING_GROUP_TITLE = "Note"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,ctrl+s", "screen.save", "Save", id="note.save", tooltip="Keep the note; an empty one is deleted",
                priority=True),
        Binding("shift+enter,ctrl+j,alt+enter", "break_line", "New line", id="note.line", tooltip="Begin another line",
                priority=True),
        Binding("escape", "screen.leave", "Leave", id="note.leave", tooltip="Leave the note as it was", priority=True),
    ]  # fmt: skip

    def edit(self, edit: Edit) -> EditResult:
        edit.text = "\n".join(safe.lines(edit.text + "\n", sys.maxsize))
        return super().edit(edit)

    def action_break_line(self) -> None:
        self.insert("\n")


class NoteEditor(Dialog[str | None]):
    """Answers with the note's new text; None: it stays as it was."""

    BINDING_GROUP_TITLE = "Note"
    AUTO_FOCUS = "NoteArea"
    DEFAULT_CSS = """
    NoteEditor { align: center middle;
        & > Vertical { width: 72; max-width: 100%; height: auto; background: $surface; border: round $primary;
            padding: 0 1; }
        & #note-about { height: 1; text-style: bold; }
        & NoteArea { height: 8; border: none; padding: 0; background: $panel;
            &:focus { border: none; } }
        & #note-keys { height: auto; color: $quiet; } }
    """
    area = getters.query_one(NoteArea)

    def __init__(self, about: str, note: str) -> None:
        """`about`: what it is about, as its log has it."""
        super().__init__()
        self.about, self.note = about, note

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(id="note-about", markup=False)
            yield NoteArea(safe.block(self.note), id="note", soft_wrap=True, compact=True, show_line_numbers=False)
            yield Parts(between=" · ", id="note-keys")

    def on_mount(self) -> None:
        room = min(72, self.app.size.width) - 6
        self.query_one("#note-about", Static).update(Content(crop(f"✎ {safe.line(self.about)}", room)))
        deletes = "empty deletes" if self.note else ""
        self.query_one("#note-keys", Parts).say("Enter saves", "^j new line", "Esc leaves", deletes)
        self.area.move_cursor(self.area.document.end)

    def action_save(self) -> None:
        text = self.area.text.strip()
        if len(text) > MOST_NOTE:
            words = f"✗ A note holds {MOST_NOTE:,} characters; this one has {len(text):,}."
            self.query_one("#note-keys", Parts).say(Content.styled(words, "$text-error"))
            return
        self.dismiss(text)

    def action_leave(self) -> None:
        self.dismiss(None)
