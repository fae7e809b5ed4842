"""The spend chart: columns, and a legend that turns into the figures of the column under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from tally_tui.widgets.columns import SERIES, TEXTURES, Bar, Columns

HIGHEST = 5
"""Lines that a legend may take; what it leaves out stands in the table, and under each column."""


class Legend(Widget):
    """Which colour or texture is which series; or the figures of one bar."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "Legend { height: auto; max-height: 5; padding: 0 1 0 7; color: $foreground; }"
    names: reactive[tuple[str, ...]] = reactive((), layout=True)
    bar: reactive[Bar | None] = reactive(None)

    def __init__(self) -> None:
        super().__init__()
        self.format: Callable[[int], str] = str

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.content_size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        # Whether or not a column is chosen: a legend that grew under the mouse would move all below it.
        return max(len(self._lines_of_names(width)), 1 if self.screen.has_class("-short") else 2)

    def _lines(self, width: int) -> list[Content]:
        if self.bar is None:
            return self._lines_of_names(width)
        lines = self._packed(self._entries(self.bar), width)
        if len(lines) > max(1, self.content_size.height):
            # Signs and figures alone; the names come back with the legend.
            lines = self._packed(self._entries(self.bar, names=False), width)
        return lines

    def _lines_of_names(self, width: int) -> list[Content]:
        entries = self._entries(None)
        lines = self._packed(entries, width)
        for fewer in range(len(entries) - 1, 0, -1):
            if len(lines) <= HIGHEST:
                break
            more = Content.styled(f"and {len(entries) - fewer} more", "$quiet")
            lines = self._packed([*entries[:fewer], more], width)
        return lines

    @staticmethod
    def _packed(entries: Sequence[Content], width: int) -> list[Content]:
        """Entries side by side, broken only between one another."""
        lines: list[Content] = []
        for entry in entries:
            if lines and lines[-1].cell_length + 2 + entry.cell_length <= width:
                lines[-1] = Content.assemble(lines[-1], "  ", entry)
            else:
                lines.append(entry)
        return lines or [Content("")]

    def _entries(self, bar: Bar | None, names: bool = True) -> list[Content]:
        if bar is None:
            return [Content.assemble(self._sign(n), f" {name}") for n, name in enumerate(self.names) if name]
        head = Content.styled(f"{bar.title}  {self.format(bar.total)}", "bold")
        return [head] + [
            Content.assemble(
                self._sign(n), f" {self.names[n] if names else ''} {self.format(value)}".replace("  ", " ")
            )
            for n, value in enumerate(bar.parts)
            if value and n < len(self.names) and self.names[n]
        ]

    def _sign(self, series: int) -> tuple[str, str]:
        place = series % SERIES
        return (TEXTURES[place] if self.app.no_color else "■", f"$series-{place + 1}")


class Chart(Vertical):
    """Columns over a legend."""

    DEFAULT_CSS = "Chart { height: auto; width: 1fr; }"

    def compose(self) -> ComposeResult:
        yield Columns(id="columns")
        yield Legend()

    def show(
        self,
        bars: Sequence[Bar],
        names: Sequence[str],
        scale: Callable[[int], str],
        figure: Callable[[int], str],
        same: bool,
    ) -> None:
        """Draw bars. `scale` writes a tick, `figure` an exact value; `same`: only the values are newer."""
        legend = self.query_one(Legend)
        legend.format = figure
        legend.names = tuple(names)
        self.query_one(Columns).show(bars, scale, same)

    @on(Columns.Chosen)
    def _chosen(self, event: Columns.Chosen) -> None:
        event.stop()
        self.query_one(Legend).bar = event.bar
