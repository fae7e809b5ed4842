"""The kinds of text that are looked in: a row of switches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from tally_tui.library.facets import GROUPS

NAMES: Final = tuple(GROUPS)


class FacetBar(Widget, can_focus=True):
    """None chosen means all of them. Clicked, or walked with the arrows and switched with Space."""

    ALLOW_SELECT = False
    HELP = "Space looks only in this kind of text, or also in it. With none chosen all are looked in."
    BINDING_GROUP_TITLE = "Where to look"
    DEFAULT_CSS = """
    FacetBar { height: auto; padding: 0 1; background: $surface;
        link-style: none; link-color: $foreground; link-background: transparent;
        &:ansi { text-style: none; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "walk(-1)", "Left", show=False, id="facets.left", tooltip="The kind of text before"),
        Binding("right,l", "walk(1)", "Right", show=False, id="facets.right", tooltip="The next kind of text"),
        Binding("space,enter", "switch", "Switch", id="facets.switch", tooltip="Look in it, or no longer"),
        Binding("escape,tab,shift+tab", "leave", "Back", id="facets.leave", tooltip="Back to the line"),
    ]
    chosen: reactive[tuple[str, ...]] = reactive((), layout=True)
    at: reactive[int] = reactive(0)
    """The switch under the cursor; 0 is `all`."""

    @dataclass
    class Changed(Message):
        """Another choice."""

        chosen: tuple[str, ...]

    class Left(Message):
        """Back to where one types."""

    def render(self) -> Content:
        lines: list[list[Content]] = [[]]
        room = self.size.width
        for number, name in enumerate(("all", *NAMES)):
            on = name in self.chosen if number else not self.chosen
            style = "bold $text-accent" if on else "$quiet"
            if number == self.at and self.has_focus:
                style += " reverse"
            label = Content.styled(f"{'●' if on else '○'} {name}", style)
            room -= len(label) + 2
            if room < -2 and lines[-1]:
                # A sign never stands on another line than its word.
                lines.append([])
                room = self.size.width - len(label) - 2
            lines[-1].append(label.stylize(Style.from_meta({"@click": f"switch_to({number})"})))
        return Content("\n").join(Content("  ").join(each) for each in lines)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def choose(self, chosen: Sequence[str]) -> None:
        """Show a choice, telling nobody."""
        self.chosen = tuple(name for name in NAMES if name in chosen)

    def action_walk(self, step: int) -> None:
        self.at = (self.at + step) % (len(NAMES) + 1)

    def action_switch(self) -> None:
        self.action_switch_to(self.at)

    def action_switch_to(self, number: int) -> None:
        """Switch one on or off; 0 is `all`."""
        self.at = number
        name = NAMES[number - 1] if number else ""
        chosen = () if not name else tuple(each for each in NAMES if (each in self.chosen) is not (each == name))
        # All of them is none of them.
        self.chosen = () if len(chosen) == len(NAMES) else chosen
        self.post_message(self.Changed(self.chosen))

    def action_leave(self) -> None:
        self.post_message(self.Left())
