"""Help: the keys that work here and now, and the query language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from tally_tui.screens.help_query import QUERY_HELP
from tally_tui.widgets.text import fit

Section = tuple[str, str, list[tuple[str, str]]]
"""A title, a sentence, and pairs of keys and what they do."""


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
        entries: dict[str, tuple[list[str], str]] = {}
        for key, binding in ((key, each) for key, all_ in bindings.key_to_bindings.items() for each in all_):
            if key in taken or binding.system or not binding.description:
                continue
            taken.add(key)
            keys, _ = entries.setdefault(binding.action, ([], binding.tooltip or binding.description))
            keys.append(screen.app.get_key_display(binding))
        if entries:
            found.append((title, getattr(node, "HELP", None) or "", [(" ".join(k), what) for k, what in entries.values()]))
    return found


class HelpScreen(ModalScreen[None]):
    """One page, scrolled; keys first, then the query language."""

    BINDING_GROUP_TITLE = "Help"
    DEFAULT_CSS = """
    HelpScreen { align: center middle;
        & > VerticalScroll { width: 90%; max-width: 88; height: 90%; background: $surface; border: round $primary;
            padding: 0 1; scrollbar-size-vertical: 1; }
        & Static { height: auto; margin: 0 0 1 0; }
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
                yield Static(keys_page(title, sentence, entries))
            for title, text in QUERY_HELP:
                yield Static(keys_page(title, text[0], list(text[1])))

    def on_mount(self) -> None:
        page = self.query_one(VerticalScroll)
        page.border_title = Content("Help")
        page.border_subtitle = Content("↑ ↓ scroll, Esc closes")

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


def keys_page(title: str, sentence: str, entries: list[tuple[str, str]]) -> Content:
    """A title, a sentence, and a line each."""
    width = max(10, *(len(keys) + 2 for keys, _ in entries)) if entries else 0
    width = min(width, 24)
    lines = [Content.styled(title, "bold $text-accent")]
    if sentence:
        lines.append(Content(sentence))
    for keys, what in entries:
        # A long entry takes a line of its own rather than pushing all others to the right.
        gap = "\n" + " " * width if len(keys) >= width else ""
        lines.append(Content.assemble((fit(keys, width) if not gap else keys, "bold"), gap, what))
    return Content("\n").join(lines)
