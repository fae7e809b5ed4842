"""Words side by side that stay whole: keys with what they do, facts with dots between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget


def lines_of(parts: Iterable[Content], width: int, between: str) -> list[Content]:
    """The parts on as many lines as they need: none is broken that fits a line, and no line ends in `between`."""
    lines: list[Content] = []
    for part in parts:
        if not part.plain:
            continue
        if lines and lines[-1].cell_length + len(between) + part.cell_length <= width:
            lines[-1] = Content.assemble(lines[-1], between, part)
        else:
            lines.extend(part.wrap(width) if part.cell_length > width > 0 else [part])
    return lines


def keys(pairs: Iterable[tuple[str, str]]) -> tuple[Content, ...]:
    """Keys, each with what it does."""
    return tuple(Content.assemble((key, "bold $accent"), f" {word}") for key, word in pairs)


class Parts(Widget):
    """As many lines of them as the width makes it."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Parts { height: auto; }
    """
    parts: reactive[Sequence[Content]] = reactive((), layout=True)

    def __init__(
        self, parts: Sequence[Content] = (), between: str = "  ", *, id: str | None = None  # noqa: A002 (Textual's name)
    ) -> None:
        super().__init__(id=id)
        self.set_reactive(Parts.parts, tuple(parts))
        self.between = between

    def say(self, *words: str | Content) -> None:
        """Show these instead; empty ones are left out."""
        self.parts = tuple(Content(each) if isinstance(each, str) else each for each in words)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(lines_of(self.parts, width, self.between))

    def render(self) -> Content:
        return Content("\n").join(lines_of(self.parts, self.content_size.width, self.between))
