"""The styles of a transcript's words and signs, for themes with all colours and with sixteen."""

from __future__ import annotations

STILL = ".transcript--still"
"""Of what stays where it is while the rest of its line scrolls sideways: line numbers, a table's first column."""
_STYLES: dict[str, tuple[str, str]] = {
    "you": ("color: $text-primary; text-style: bold;", "color: ansi_blue; text-style: bold;"),
    "agent": ("color: $text-accent; text-style: bold;", "color: ansi_yellow; text-style: bold;"),
    "prompt": ("background: $surface;", "background: ansi_default;"),
    "quiet": ("color: $quiet;", "text-style: dim;"),
    "tool": ("text-style: bold;", "text-style: bold;"),
    "error": ("color: $text-error;", "color: ansi_red;"),
    "rule": ("color: $text-secondary;", "color: ansi_cyan;"),
    "more": ("color: $text-secondary; text-style: italic;", "color: ansi_cyan; text-style: italic;"),
    "done": ("color: $quiet; text-style: strike;", "text-style: dim strike;"),
    "heading-1": ("color: $text-primary; text-style: bold underline;", "text-style: bold underline;"),
    "heading-2": ("color: $text-primary; text-style: bold;", "text-style: bold;"),
    "heading-3": ("color: $text-secondary; text-style: bold;", "text-style: bold;"),
    "quote": ("color: $quiet;", "text-style: dim;"),
    "link": ("color: $text-secondary; text-style: underline;", "text-style: underline;"),
    "code": ("background: $surface;", "background: ansi_default;"),
    "code-word": ("color: $text-warning;", "color: ansi_cyan;"),
    "output": ("background: $surface;", "background: ansi_default;"),
    "added": ("color: $text-success; background: $success 10%;", "color: ansi_green; background: ansi_default;"),
    "removed": ("color: $text-error; background: $error 10%;", "color: ansi_red; background: ansi_default;"),
    "added-word": ("text-style: bold; background: $success 30%;",
                   "text-style: bold underline; background: ansi_default;"),
    "removed-word": ("text-style: bold; background: $error 30%;",
                     "text-style: bold underline; background: ansi_default;"),
    "hit": ("background: $warning 40%; color: $foreground;", "background: ansi_yellow; color: ansi_black;"),
    "hit-now": ("background: $accent; color: $background; text-style: bold;",
                "background: ansi_bright_yellow; color: ansi_black; text-style: bold underline;"),
    "still": ("", ""),
    "cursor": ("color: $accent;", "color: ansi_yellow; text-style: bold;"),
    "side": ("color: $primary;", "color: ansi_blue;"),
    "black": ("color: $quiet;", "text-style: dim;"),
    "red": ("color: $text-error;", "color: ansi_red;"),
    "green": ("color: $text-success;", "color: ansi_green;"),
    "yellow": ("color: $text-warning;", "color: ansi_yellow;"),
    "blue": ("color: $text-primary;", "color: ansi_blue;"),
    "magenta": ("color: $text-accent;", "color: ansi_magenta;"),
    "cyan": ("color: $text-secondary;", "color: ansi_cyan;"),
    "white": ("color: $foreground;", "color: ansi_default;"),
}

CLASSES: set[str] = {f"transcript--{name}" for name in _STYLES}


def css(widget: str) -> str:
    """The rules of all component classes for a widget type."""
    full = "\n".join(f"& > .transcript--{name} {{ {rules} }}" for name, (rules, _) in _STYLES.items())
    plain = "\n".join(f"&:ansi > .transcript--{name} {{ {rules} }}" for name, (_, rules) in _STYLES.items())
    return f"{widget} {{\n{full}\n{plain}\n}}"
