"""A line to change one value with: what is typed is judged as it is typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tally_tui.widgets.text import clean


class EditInput(Input):
    """The line itself."""

    HELP = "Enter keeps what is typed, Esc leaves everything as it was."
    BINDING_GROUP_TITLE = "Edit"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Keep", id="edit.keep", tooltip="Keep what is typed"),
        Binding("escape", "leave", "Leave", id="edit.leave", tooltip="Leave everything as it was"),
    ]

    class Left(Message):
        """Esc was pressed."""

    def action_leave(self) -> None:
        self.post_message(self.Left())


class EditLine(Vertical):
    """Shown on demand at the foot of the screen."""

    DEFAULT_CSS = """
    EditLine { height: auto; display: none; background: $surface; padding: 0 1;
        border-top: solid $primary;
        & > Static { height: auto; } }
    """

    @dataclass
    class Applied(Message):
        """Something that can be was entered."""

        text: str

    class Left(Message):
        """The line was closed; nothing changes."""

    def __init__(self) -> None:
        super().__init__()
        self._judge: Callable[[str], str] = str

    def compose(self) -> ComposeResult:
        yield Static(id="edit-title", markup=False)
        yield EditInput(compact=True, id="edit", select_on_focus=False)
        yield Static(id="edit-judged", markup=False)

    def open(self, title: str, words: str, judge: Callable[[str], str]) -> None:
        """Show the line with a value. `judge` says what is typed comes to, or raises ValueError in words."""
        self._judge = judge
        self.display = True
        self.query_one("#edit-title", Static).update(Content.styled(title, "bold"))
        line = self.query_one(EditInput)
        line.value = words
        line.cursor_position = len(words)
        line.focus()
        self._look(words)

    def close(self) -> None:
        self.display = False

    def _look(self, words: str) -> bool:
        note = self.query_one("#edit-judged", Static)
        try:
            said = self._judge(words)
        except ValueError as error:
            note.update(Content.assemble(("✗ ", "bold $text-error"), (clean(str(error)), "$text-error")))
            return False
        note.update(Content.assemble(("✓ ", "bold $text-success"), (clean(said), "$quiet")))
        return True

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._look(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._look(event.value):
            self.close()
            self.post_message(self.Applied(event.value))

    @on(EditInput.Left)
    def _left(self, event: EditInput.Left) -> None:
        event.stop()
        self.close()
        self.post_message(self.Left())
