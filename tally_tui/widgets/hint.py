"""One line of keys for panels too narrow for a footer."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

_KEYS = (
    ("?", "help", "app.help"),
    ("/", "filter", "screen.filter"),
    ("b", "by", "screen.by(1)"),
    ("^p", "all", "app.command_palette"),
    ("q", "quit", "app.quit"),
)
_WITHOUT_CALLS = (
    ("?", "help", "app.help"),
    ("D", "demo", "screen.demo"),
    ("r", "look again", "screen.sync"),
    ("q", "quit", "app.quit"),
)
"""Where there is nothing to filter or to break down."""


class Hint(Widget):
    """The keys that lead to all others; each can be clicked."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Hint { height: 1; dock: bottom; background: $footer-background; padding: 0 1;
        link-style: none; link-color: $foreground; link-background: transparent; }
    """

    nothing: reactive[bool] = reactive(False)
    """Whether there are no calls yet."""

    def render(self) -> Content:
        parts = []
        for key, word, action in _WITHOUT_CALLS if self.nothing else _KEYS:
            click = Style.from_meta({"@click": action})
            parts.append(Content.assemble((key, "bold $accent"), " ", (word, click)))
        return Content("  ").join(parts)
