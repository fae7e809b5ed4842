"""One line of keys for panels too narrow for a footer."""

from __future__ import annotations

from textual.content import Content
from textual.style import Style
from textual.widget import Widget

_KEYS = (
    ("?", "help", "app.help"),
    ("/", "filter", "screen.filter"),
    ("b", "by", "screen.by(1)"),
    ("^p", "all", "app.command_palette"),
    ("q", "quit", "app.quit"),
)


class Hint(Widget):
    """The keys that lead to all others; each can be clicked."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Hint { height: 1; dock: bottom; background: $footer-background; padding: 0 1;
        link-style: none; link-color: $foreground; link-background: transparent; }
    """

    def render(self) -> Content:
        parts = []
        for key, word, action in _KEYS:
            click = Style.from_meta({"@click": action})
            parts.append(Content.assemble((key, "bold $accent"), " ", (word, click)))
        return Content("  ").join(parts)
