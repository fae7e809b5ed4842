"""The top line: which period, which filter, and whether the figures are live."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from tally_tui.store import SyncStatus
from tally_tui.widgets.sync_line import light
from tally_tui.widgets.text import clean, crop


def _click(action: str) -> Style:
    return Style.from_meta({"@click": action})


class TitleBar(Widget):
    """‹ period ›, the filter as a chip, the live sign. Everything here can be clicked."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    TitleBar { height: 1; padding: 0 1; background: $panel;
        link-style: none; link-color: $foreground; link-background: transparent;
        &:ansi { text-style: bold; } }
    """
    period: reactive[str] = reactive("")
    filter: reactive[str] = reactive("")
    status: reactive[SyncStatus] = reactive(SyncStatus())
    demo: reactive[bool] = reactive(False)
    walks: reactive[bool] = reactive(True)
    """Whether there are periods before and after; else `period` is only a title."""
    waiting: reactive[bool] = reactive(False)
    """Whether what is shown is about to be replaced."""

    def render(self) -> Content:
        width = self.size.width
        sign, word, style = light(self.status)
        wide = width >= 58
        right = Content.assemble((sign, style), f" {word}")
        left: list[Content] = []
        if wide:
            left.append(Content.assemble(("tally", "bold $text-accent"), "  "))
        if self.demo:
            left.append(Content.assemble(("demo", "bold $text-warning"), "  "))
        if self.walks:
            left.append(Content.styled("‹ ", _click("screen.walk(-1)")))
        left.append(Content.styled(self.period, "bold"))
        if self.walks:
            left.append(Content.styled(" ›", _click("screen.walk(1)")))
        left.append(Content(" …" if self.waiting else "  "))
        used = sum(cell_len(part.plain) for part in left)
        if self.filter:
            room = width - used - cell_len(right.plain) - 7
            if room < 6:
                right = Content.styled(sign, style)
                room = width - used - 8
            if room > 0:
                chip = Content.styled(f" / {crop(clean(self.filter), room)} ", "$text-accent on $surface")
                left += [chip, Content.styled("× ", _click("screen.clear_filter"))]
        whole = Content("").join(left)
        gap = width - cell_len(whole.plain) - cell_len(right.plain)
        if gap < 1:
            right, gap = Content.styled(sign, style), width - cell_len(whole.plain) - 1
        return Content.assemble(whole, " " * max(1, gap), right)
