"""Help: the keys that work here and now, and the query language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

from tally_tui.screens.dialog import Dialog
from tally_tui.screens.help_query import query_page
from tally_tui.widgets.text import fit

Section = tuple[str, str, list[tuple[str, str]]]
"""A title, a sentence, and pairs of keys and what they do."""


_PLAINER = {
    "app.focus_next": "The next part of the screen",
    "app.focus_previous": "The part before",
    "screen.copy_text": "Copy what is selected with the mouse",
}
"""Textual's own bindings in our words."""


def sections(screen: Screen[object], focused: Widget | None) -> list[Section]:
    """What can be pressed, from the widget in focus outwards; generated from the bindings themselves."""
    found: list[Section] = []
    chain: Iterable[object] = focused.ancestors_with_self if focused is not None else (screen, screen.app)
    taken: set[str] = set()
    for node in chain:
        bindings = getattr(node, "_bindings", None)
        title = getattr(node, "BINDING_GROUP_TITLE", None)
        if bindings is None or title is None:
            continue
        keys_of: dict[str, list[str]] = {}
        told: dict[str, str] = {}
        pairs = ((key, each) for key, several in bindings.key_to_bindings.items() for each in several)
        for key, binding in pairs:
            if key in taken or binding.system or not binding.description or key.startswith("super"):
                continue
            taken.add(key)
            shown = keys_of.setdefault(binding.action, [])
            if (display := screen.app.get_key_display(binding)) not in shown:
                shown.append(display)
            # Ours know best; Textual's own have no tooltip or a long one.
            if binding.id or binding.action not in told:
                told[binding.action] = binding.tooltip or _PLAINER.get(binding.action, binding.description)
        if told:
            entries = [(" ".join(keys_of[action]), what) for action, what in told.items()]
            found.append((title, getattr(node, "HELP", None) or "", entries))
    return found


class HelpScreen(Dialog[None]):
    """One page, scrolled; keys first, then the query language."""

    BINDING_GROUP_TITLE = "Help"
    DEFAULT_CSS = """
    HelpScreen { align: center middle;
        & > VerticalScroll { width: 90%; max-width: 88; height: 90%;
            background: $surface; border: round $primary; padding: 0 1; scrollbar-size-vertical: 1; }
        &.-panel > VerticalScroll { width: 100%; height: 100%; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "dismiss", "Close", id="help.close", tooltip="Back to the screen"),
        Binding("j", "scroll(3)", "Scroll down", show=False, id="help.down"),
        Binding("k", "scroll(-3)", "Scroll up", show=False, id="help.up"),
    ]

    def __init__(self, found: list[Section]) -> None:
        super().__init__()
        self.found = found

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            for title, sentence, entries in self.found:
                yield KeysPage(title, sentence, entries)
            yield KeysPage(*query_page())

    def on_mount(self) -> None:
        page = self.query_one(VerticalScroll)
        page.border_title = Content("Help")
        page.border_subtitle = Content("↑ ↓ scroll, Esc closes")

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


class KeysPage(Widget):
    """A title, a sentence, and a line each; what is too long for its line goes on below itself."""

    DEFAULT_CSS = """
    KeysPage { height: auto; margin: 0 0 1 0; }
    """

    def __init__(self, title: str, sentence: str, entries: list[tuple[str, str]]) -> None:
        super().__init__()
        self.heading, self.sentence, self.entries = title, sentence, entries

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.content_size.width))

    def _lines(self, room: int) -> list[Content]:
        width = max(10, *(len(keys) + 2 for keys, _ in self.entries)) if self.entries else 0
        width = min(width, 24, max(10, room // 2))
        lines = [Content.styled(self.heading, "bold $text-accent"), *_wrapped(self.sentence, room)]
        for keys, what in self.entries:
            found = _wrapped(what, room - width) or [Content("")]
            if len(keys) >= width:
                # A long entry takes a line of its own rather than pushing all others to the right.
                lines.append(Content.styled(keys, "bold"))
            else:
                lines.append(Content.assemble((fit(keys, width), "bold"), found.pop(0)))
            lines += [Content.assemble(" " * width, line) for line in found]
        return lines


def _wrapped(text: str, width: int) -> list[Content]:
    return [line.rstrip() for line in Content(text).wrap(max(1, width))] if text else []
