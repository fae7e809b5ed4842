"""The dialog that writes a conversation to a file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tally_tui.actions import ExportConversation
from tally_tui.exports.writing import FORMS, file_name
from tally_tui.reports.answers import SessionRow
from tally_tui.screens.breakdown import named
from tally_tui.screens.dialog import Dialog
from tally_tui.widgets.choice import Choice
from tally_tui.widgets.parts import Parts
from tally_tui.widgets.text import clean, crop

_INVISIBLE: Final = re.compile("[\u2400-\u2421\ufffd]")
"""What stands for characters that were made harmless."""
_CHOICES: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "form": ("As", {"markdown": "Markdown", "html": "HTML", "json": "JSON"}),
    "part": ("How much", {"all": "all", "chat": "chat", "prompts": "prompts"}),
    "secrets": ("Secrets", {"masked": "masked", "raw": "as they are"}),
    "people": ("Names", {"anonymous": "nobody's", "raw": "as they are"}),
}
"""Line → (its label, values and their words); the first stands until a person chooses."""


_KEYS: Final = ("Enter writes", "Esc leaves", "↑ ↓ lines", "← → choose")


class PathInput(Input):
    """Where the file goes. What is pasted would go to the terminal as it is: it is made harmless."""

    def validate_value(self, value: str) -> str:
        return clean(value)


class ExportScreen(Dialog[ExportConversation | None]):
    """Answers with what to write and where; None: nothing."""

    BINDING_GROUP_TITLE = "Export"
    HELP = "Up and down go from line to line, left and right choose. Enter writes the file."
    AUTO_FOCUS = "#export-form"
    DEFAULT_CSS = """
    ExportScreen { align: center middle;
        & > VerticalScroll { width: 76; max-width: 100%; height: auto; max-height: 100%; background: $surface;
            border: round $primary; padding: 0 1; }
        & #export-about { height: 1; text-style: bold; margin-bottom: 1; }
        & #export-path { border: none; padding: 0 1; height: 1; background: $panel; margin-top: 1;
            &:focus { border: none; } }
        & #export-says { height: auto; color: $quiet; margin-top: 1; }
        & #export-keys { color: $quiet; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,ctrl+s", "write", "Write", id="export.write", tooltip="Write the file", priority=True),
        Binding("escape", "leave", "Leave", id="export.leave", tooltip="Write nothing", priority=True),
        Binding("down,tab", "app.focus_next", "Next", show=False, id="export.next", tooltip="The next line",
                priority=True),
        Binding("up,shift+tab", "app.focus_previous", "Before", show=False, id="export.before",
                tooltip="The line before", priority=True),
    ]  # fmt: skip
    path_line = getters.query_one("#export-path", Input)

    @dataclass
    class Looked(Message):
        """What is known of the path that was typed."""

        action: ExportConversation
        there: bool
        problem: str = ""

    def __init__(self, session: SessionRow, timezone: str, folder: str | None = None) -> None:
        """`folder`: where the file goes unless a person says otherwise; None: the current one, else the home folder."""
        super().__init__()
        self.session, self.timezone = session, timezone
        self._folder = folder if folder is not None else _here()
        self._asked = ""
        """The path that is there already, and was asked about."""

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(id="export-about", markup=False)
            for name, (label, words) in _CHOICES.items():
                yield Choice(label, words, next(iter(words)), id=f"export-{name}")
            yield PathInput(self._path("markdown"), id="export-path", compact=True)
            yield Static(id="export-says", markup=False)
            yield Parts(tuple(map(Content, _KEYS)), " · ", id="export-keys")

    def on_mount(self) -> None:
        room = min(76, self.app.size.width) - 6
        self.query_one("#export-about", Static).update(Content(crop(f"Export: {named(self.session)}", room)))
        self._say()

    def _value(self, name: str) -> str:
        return self.query_one(f"#export-{name}", Choice).value

    def _path(self, form: str) -> str:
        name = file_name(named(self.session), self.session.session, form)
        return str(Path(self._folder) / name)

    def _say(self, problem: str = "", style: str = "$text-error") -> None:
        says = self.query_one("#export-says", Static)
        if problem:
            says.update(Content.styled(problem, style))
            return
        raw = self._value("secrets") == "raw"
        words = "! Secrets go into the file as they stand in the log." if raw else (
            "Masking knows common shapes of secrets, not every one: look before you share."
        )
        says.update(Content.styled(words, "$text-warning" if raw else "$quiet"))

    @on(Choice.Changed)
    def _chosen(self, event: Choice.Changed) -> None:
        event.stop()
        line = self.path_line
        if event.choice.id == "export-form":
            stem, dot, end = line.value.rpartition(".")
            if dot + end in FORMS.values():
                line.value = stem + FORMS[event.value]
        self._say()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._asked = ""
        self._say()

    def action_write(self) -> None:
        typed = self.path_line.value.strip()
        if not typed:
            self._say("Where to? Type a path.")
            return
        if _INVISIBLE.search(typed):
            self._say("That is no path: there are invisible characters in it.")
            return
        path = _whole(typed)
        action = ExportConversation(
            self.session.session, path, self._value("form"), self._value("part"), self._value("secrets") == "masked",
            self._value("people") == "anonymous", path == self._asked, self.timezone,
        )  # fmt: skip
        self._look(action)

    @work(thread=True, exclusive=True, group="export", exit_on_error=False)
    def _look(self, action: ExportConversation) -> None:
        path = Path(action.path)
        try:
            if path.is_dir():
                self.post_message(self.Looked(action, False, f"{path} is a folder: add the file's name."))
            elif not path.parent.is_dir():
                self.post_message(self.Looked(action, False, f"There is no folder {path.parent}."))
            elif not os.access(path.parent, os.W_OK):
                self.post_message(self.Looked(action, False, f"Nothing can be written into {path.parent}."))
            else:
                self.post_message(self.Looked(action, path.exists()))
        except (OSError, ValueError) as error:
            self.post_message(self.Looked(action, False, f"That is no path: {error}"))

    @on(Looked)
    def _looked(self, event: Looked) -> None:
        event.stop()
        if event.problem:
            self._say(clean(event.problem))
        elif event.there and not event.action.overwrite:
            self._asked = event.action.path
            self._say("That file is there already. Enter again overwrites it.", "bold $text-warning")
        else:
            self.dismiss(event.action)

    def action_leave(self) -> None:
        self.dismiss(None)


def _whole(typed: str) -> str:
    """A path as it was typed, without `~` and from the root on."""
    try:
        return str(Path(typed).expanduser().absolute())
    except (RuntimeError, OSError):  # `~nobody`
        return typed


def _here() -> str:
    """The current folder where it can be written to, else the home folder."""
    try:
        here = Path.cwd()
    except OSError:
        return "~"
    return str(here) if os.access(here, os.W_OK) else "~"
