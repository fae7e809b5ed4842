"""One line to find words in a session: hits as they are typed, `re:` for a pattern."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tally_tui.library.folding import composed
from tally_tui.widgets.text import clean


def pattern_of(words: str) -> re.Pattern[str] | None:
    """What is typed as a pattern: as it stands, whatever its case, unless it holds a capital; `re:` a pattern.

    Raises:
        re.error: a pattern that is not one.
    """
    if not words.strip():
        return None
    text = words[3:] if words.startswith("re:") else re.escape(words.strip())
    if not text:
        return None
    case = re.NOFLAG if any(sign.isupper() for sign in words.removeprefix("re:")) else re.IGNORECASE
    return re.compile(composed(text), case)


class FindInput(Input):
    """The line itself."""

    HELP = "What is typed is found at once. Enter goes on reading there, n and N walk on, Esc forgets it."
    BINDING_GROUP_TITLE = "Find"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", id="find.leave", tooltip="Forget what was searched for"),
        Binding("down", "walk(1)", "Next hit", show=False, id="find.next", tooltip="The next hit"),
        Binding("up", "walk(-1)", "Hit before", show=False, id="find.before", tooltip="The hit before"),
    ]

    class Left(Message):
        """Esc was pressed."""

    @dataclass
    class Walked(Message):
        """An arrow was pressed."""

        step: int

    def validate_value(self, value: str) -> str:
        # What is pasted would go to the terminal as it is.
        return clean(value)

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_walk(self, step: int) -> None:
        self.post_message(self.Walked(step))


class FindBar(Vertical):
    """Shown on demand under a session."""

    DEFAULT_CSS = """
    FindBar { height: auto; display: none; background: $surface; padding: 0 1;
        & > Static { height: auto; color: $text-error; display: none; } }
    """

    @dataclass
    class Changed(Message):
        """Other words are searched for; None: nothing."""

        pattern: re.Pattern[str] | None

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, FindBar.Changed)

    @dataclass
    class Closed(Message):
        """The line is gone; `kept`: the hits stay marked."""

        kept: bool

    def compose(self) -> ComposeResult:
        yield FindInput(placeholder="find in this session; re: for a pattern", compact=True, id="find")
        yield Static(id="find-problem", markup=False)

    def open(self, words: str = "") -> None:
        """Show the line and put the cursor in it."""
        self.display = True
        line = self.query_one(FindInput)
        line.value = words
        line.cursor_position = len(words)
        line.focus()

    def close(self) -> None:
        self.display = False

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        problem = self.query_one("#find-problem", Static)
        try:
            pattern = pattern_of(event.value)
        except re.error as error:
            problem.update(Content(clean(f"This is no pattern: {error}")))
            problem.display = True
            return
        problem.display = False
        self.post_message(self.Changed(pattern))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.query_one("#find-problem").display:
            return
        self.close()
        self.post_message(self.Closed(True))

    @on(FindInput.Left)
    def _left(self, event: FindInput.Left) -> None:
        event.stop()
        self.close()
        self.post_message(self.Closed(False))
