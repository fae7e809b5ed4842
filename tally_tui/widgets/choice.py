"""One line to choose one of a few words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget


class Choice(Widget, can_focus=True):
    """A label, and words of which one is chosen."""

    ALLOW_SELECT = False
    HELP = "Left and right, or a click, choose."
    BINDING_GROUP_TITLE = "Choice"
    DEFAULT_CSS = """
    Choice { height: auto; min-height: 1; padding: 0; link-style: none; link-color: $foreground;
        link-background: transparent;
        &:focus { background: $boost; } &:ansi:focus { text-style: none; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l,space", "step(1)", "Next", show=False, id="choice.next", tooltip="The next of the words"),
        Binding("left,h", "step(-1)", "Before", show=False, id="choice.before", tooltip="The word before"),
    ]
    value: reactive[str] = reactive("", layout=True)

    @dataclass
    class Changed(Message):
        """Another word is chosen."""

        choice: Choice
        value: str

    def __init__(self, label: str, words: Mapping[str, str], value: str, *, id: str) -> None:  # noqa: A002
        """`words`: value → how it is called."""
        super().__init__(id=id)
        self.label, self.words = label, dict(words)
        self.set_reactive(Choice.value, value)

    def action_step(self, step: int) -> None:
        names = list(self.words)
        self.choose(names[(names.index(self.value) + step) % len(names)])

    def choose(self, value: str) -> None:
        """Choose one of the values, as a person does."""
        if value in self.words and value != self.value:
            self.value = value
            self.post_message(self.Changed(self, value))

    def action_choose(self, value: str) -> None:
        self.choose(value)

    def on_click(self, event: events.Click) -> None:
        self.focus()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        # Of the width it will have, not of the one it was drawn with.
        return len(self._content(width).split("\n"))

    def render(self) -> Content:
        return self._content(self.size.width)

    def _content(self, width: int) -> Content:
        lead = f"{'▸' if self.has_focus else ' '} {self.label:<9}"
        width, used = max(20, width), cell_len(lead)
        line = Content.styled(lead, "bold" if self.has_focus else "$quiet")
        for name, word in self.words.items():
            chosen = name == self.value
            text = f"{'●' if chosen else '○'} {word}"
            if used + cell_len(text) > width and used > len(lead):
                line += Content("\n" + " " * len(lead))
                used = len(lead)
            click = Style.from_meta({"@click": f"choose({name!r})"})
            style = Style.parse("bold") if chosen else Style()
            line += Content.assemble((text, click + style), "  ")
            used += cell_len(text) + 2
        return line

    def watch_has_focus(self, focused: bool) -> None:
        self.refresh()
