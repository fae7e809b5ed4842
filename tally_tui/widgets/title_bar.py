"""The top line: which period, which filter, and whether the figures are live."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from tally_tui.reports.unread import Unread
from tally_tui.store import SyncStatus
from tally_tui.widgets.sync_line import light
from tally_tui.widgets.text import clean, crop

_GRAVE: Final = {"info": "$text-primary", "warn": "$text-warning", "critical": "$text-error"}


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

    unread: reactive[Unread] = reactive(Unread())
    """Alerts that nobody has seen yet; the app's own count."""

    def on_mount(self) -> None:
        if hasattr(self.app, "unread"):
            self.watch(self.app, "unread", self._count)

    def _count(self, unread: Unread) -> None:
        self.unread = unread

    def badge(self) -> Content:
        """`▲ 3`: how many alerts nobody has seen, in the colour of the gravest."""
        if not self.unread.count:
            return Content("")
        style = _GRAVE.get(self.unread.worst or "info", "$text-primary")
        # Without colours the gravest still says so.
        words = f"▲ {self.unread.count}{'!' if self.unread.worst == 'critical' else ''}"
        # No action of a link's: links are all of one colour.
        return Content.assemble(Content.styled(words, f"bold {style}").stylize(Style.from_meta({"badge": True})), "  ")

    async def on_click(self, event: events.Click) -> None:
        if event.style.meta.get("badge"):
            event.stop()
            await self.run_action("app.switch_mode('alerts')")

    def render(self) -> Content:
        width = self.size.width
        sign, word, style = light(self.status)
        wide = width >= 58
        badge = self.badge()
        right = Content.assemble(badge, (sign, style), f" {word}")
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
                right = Content.assemble(badge, (sign, style))
                room = width - used - cell_len(right.plain) - 7
            if room > 0:
                chip = Content.styled(f" / {crop(clean(self.filter), room)} ", "$text-accent on $surface")
                left += [chip, Content.styled("× ", _click("screen.clear_filter"))]
        whole = Content("").join(left)
        gap = width - cell_len(whole.plain) - cell_len(right.plain)
        if gap < 1:
            right = Content.assemble(badge, (sign, style))
            gap = width - cell_len(whole.plain) - cell_len(right.plain)
        return Content.assemble(whole, " " * max(1, gap), right)
