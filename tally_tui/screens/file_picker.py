"""Which of several files to open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from tally_tui.screens.dialog import Dialog, Pick
from tally_tui.widgets.transcript import safe
from tally_tui.widgets.transcript.places import Place
from tally_tui.widgets.transcript.tool_titles import short_path


class FilePicker(Dialog[Place | None]):
    """Answers with the chosen file."""

    BINDING_GROUP_TITLE = "Files"
    HELP = "Enter opens the file in $EDITOR."
    DEFAULT_CSS = """
    FilePicker { align: center middle;
        & > Vertical { width: 76; max-width: 100%; height: auto; max-height: 80%; background: $surface;
            border: round $primary; padding: 0 1; }
        & #picker-title { height: 1; text-style: bold; }
        & OptionList { height: auto; max-height: 20; border: none; background: $surface; padding: 0;
            &:focus { border: none; } } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Leave", id="picker.leave", tooltip="Open none"),
        Binding("j", "walk(1)", "Down", show=False, id="picker.down", tooltip="The next file"),
        Binding("k", "walk(-1)", "Up", show=False, id="picker.up", tooltip="The file before"),
    ]

    def __init__(self, places: Sequence[Place], folder: str) -> None:
        super().__init__()
        self.places, self.folder = places, folder

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(f"Open one of {len(self.places)} files", id="picker-title", markup=False)
            yield OptionList(id="picker")

    def on_mount(self) -> None:
        room = min(76, self.app.size.width) - 14
        options = self.query_one(OptionList)
        for place in self.places:
            line = f":{place.line}" if place.line else ""
            words = safe.line(short_path(place.path, self.folder, max(20, room))) + line
            options.add_option(Pick(Content(words), place))
        options.highlighted = 0
        options.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if isinstance(event.option, Pick):
            self.dismiss(event.option.value)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_walk(self, step: int) -> None:
        options = self.query_one(OptionList)
        (options.action_cursor_down if step > 0 else options.action_cursor_up)()
