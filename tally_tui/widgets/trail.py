"""The breadcrumbs over the table: where it stands in the drill-down, and what it sums to."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from tally_tui.widgets.text import clean, crop


class Trail(Widget):
    """`by model › opus-4-8 › fix the parser`, each a click away, and a summary on the right."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Trail { height: 1; padding: 0 1; background: transparent;
        link-style: none; link-color: $foreground; link-background: transparent; }
    """
    crumbs: reactive[tuple[str, ...]] = reactive(())
    summary: reactive[str] = reactive("")

    def render(self) -> Content:
        width = self.size.width
        room = width - cell_len(self.summary) - 2
        summary = self.summary
        if room < 16:
            summary, room = "", width
        crumbs = [clean(crumb) for crumb in self.crumbs]
        shares = self._shorten(crumbs, room)
        parts: list[Content] = []
        for depth, crumb in enumerate(shares):
            if parts:
                parts.append(Content.styled(" › ", "$quiet"))
            last = depth == len(shares) - 1
            click = Style.from_meta({"@click": f"screen.level({depth})"})
            text = Content.styled(crumb, click)
            parts.append(text.stylize("bold") if last else text)
        left = Content("").join(parts)
        gap = width - left.cell_length - cell_len(summary)
        return Content.assemble(left, " " * max(1, gap), (summary, "$quiet"))

    @staticmethod
    def _shorten(crumbs: list[str], room: int) -> list[str]:
        """Crop the longest crumbs first until all of them fit."""
        widths = [cell_len(crumb) for crumb in crumbs]
        excess = sum(widths) + 3 * (len(crumbs) - 1) - room
        while excess > 0 and max(widths) > 4:
            longest = widths.index(max(widths))
            widths[longest] -= 1
            excess -= 1
        return [crop(crumb, width) for crumb, width in zip(crumbs, widths, strict=True)]
