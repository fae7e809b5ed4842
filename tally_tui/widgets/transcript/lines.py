"""The two lines around a transcript: whose it is, and where the reader is in it."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from tally_tui.widgets.figures import count, whole_percent
from tally_tui.widgets.meter import meter
from tally_tui.widgets.text import clean, crop


class SessionLine(Widget):
    """Title, project, branch, models, cost of the session that is read."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    SessionLine { height: 1; padding: 0 1; background: $panel;
        link-style: none; link-color: $foreground; link-background: transparent;
        &:ansi { text-style: bold; } }
    """
    title: reactive[str] = reactive("")
    facts: reactive[tuple[str, ...]] = reactive(())
    alone: reactive[bool] = reactive(False)
    """Whether the list is out of sight, so that there must be a way back to it."""

    def render(self) -> Content:
        width = self.size.width
        back = "‹ " if self.alone else ""
        facts = [clean(fact) for fact in self.facts if fact]
        while facts and cell_len(" · ".join(facts)) > max(0, width - 24):
            facts.pop()
        tail = " · ".join(facts)
        title = crop(clean(self.title), max(4, width - cell_len(tail) - 2 - len(back)))
        gap = " " * max(1, width - cell_len(back + title + tail))
        return Content.assemble(
            (back, Style.from_meta({"@click": "screen.back"})), (title, "bold"), gap, (tail, "$quiet")
        )


class PlaceLine(Widget):
    """Depth, place, hits, what came below."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    PlaceLine { height: 1; padding: 0 1; background: $surface;
        link-style: none; link-color: $foreground; link-background: transparent; }
    """
    left: reactive[str] = reactive("")
    right: reactive[str] = reactive("")
    unseen: reactive[int] = reactive(0)
    following: reactive[bool] = reactive(False)
    said: reactive[str] = reactive("")
    """Words for a person, for a while in place of the rest."""
    fill: reactive[tuple[int, int | None] | None] = reactive(None)
    """Tokens that the model was given to read in this turn, and how many fit."""

    def render(self) -> Content:
        width = self.size.width
        mark = Content("")
        if self.following:
            mark = Content.styled("● following", "$text-success")
        elif self.unseen:
            mark = Content.styled(f"↓ {self.unseen:,} new", "bold $text-accent")
            mark = mark.stylize(Style.from_meta({"@click": "screen.follow"}))
        right = Content.styled(self.right, "$text-accent")
        if self.said:
            said = crop(self.said, width)
            room = width - cell_len(said) - 2
            right = right if right.cell_length <= room else Content("")
            return Content.assemble((said, "bold"), " " * max(0, width - cell_len(said) - right.cell_length), right)
        if mark and right:
            right = mark + Content("  ") + right
        elif mark:
            right = mark
        fill = self._fill(width - right.cell_length - cell_len(self.left) - 3)
        if fill:
            right = Content.styled(fill, "$quiet") + Content("  " if right else "") + right
        left = crop(self.left, max(0, width - right.cell_length - 1))
        gap = " " * max(1, width - cell_len(left) - right.cell_length)
        return Content.assemble((left, "$quiet"), gap, right)

    def _fill(self, room: int) -> str:
        """How full the context was, in as many words as there is room for."""
        if self.fill is None:
            return ""
        tokens, window = self.fill
        if not window:
            ways = [f"context {count(tokens)} tokens", count(tokens)]
        else:
            percent = f"{whole_percent(100 * tokens / window)}%"
            bar = f"▕{meter(tokens / window, 8)}▏"
            ways = [f"context {count(tokens)} of {count(window)} {bar}{percent}", f"{bar}{percent}", percent]
        return next((way for way in ways if cell_len(way) <= room), "")
