"""Limit gauges: how full each provider's windows are, and when they start anew."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from tally_tui.reports.answers import LimitGauge
from tally_tui.rules.accounts import account_names
from tally_tui.widgets import figures
from tally_tui.widgets.meter import meter
from tally_tui.widgets.text import clean, fit

NARROW = 66
"""Below this width a gauge takes two lines."""
TAIL = 39
"""Columns beside a bar for its longest words."""
HIGH, FULL = 75.0, 90.0
"""From these percentages on a limit is called high, and nearly full."""


def level(gauge: LimitGauge) -> tuple[str, str]:
    """A gauge's sign and style: never told by colour alone."""
    if gauge.percent >= FULL:
        return "‼", "$text-error"
    if gauge.percent >= HIGH or (gauge.projected or 0) >= 100:
        return "!", "$text-warning"
    return "✓", "$text-success"


def name(gauge: LimitGauge, account: str = "") -> str:
    """`codex 5h`; a limit of its own is named, and so is the account where there are several."""
    own = "" if gauge.limit in ("", gauge.provider) else f" {gauge.limit}"
    return clean(f"{gauge.provider} {figures.window(gauge.minutes)}{own}{' ' if account else ''}{account}")


class Gauges(Widget):
    """One line a limit window; two in a narrow panel."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "Gauges { height: auto; padding: 0 1; }"
    gauges: reactive[tuple[LimitGauge, ...]] = reactive((), layout=True)
    at_ms: reactive[int] = reactive(0)

    def show(self, gauges: Sequence[LimitGauge], at_ms: int) -> None:
        self.at_ms = at_ms
        self.gauges = tuple(gauges)
        self.display = bool(gauges)

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.content_size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return sum(line.plain.count("\n") + 1 for line in self._lines(width))

    def _lines(self, width: int) -> list[Content]:
        accounts = account_names((gauge.provider, gauge.root) for gauge in self.gauges)
        names = [name(gauge, accounts[gauge.provider, gauge.root]) for gauge in self.gauges]
        label = min(max(map(len, names), default=9), max(9, width // 3))
        return [self._gauge(gauge, each, width, label) for gauge, each in zip(self.gauges, names, strict=True)]

    def _gauge(self, gauge: LimitGauge, named: str, width: int, label: int) -> Content:
        sign, style = level(gauge)
        title = fit(named, label)
        if gauge.resets_ms is not None and gauge.resets_ms <= self.at_ms:
            was = figures.whole_percent(gauge.percent)
            return Content.assemble((title, "$quiet"), f" has started anew; was {was} %")
        percent = f"{figures.whole_percent(gauge.percent):3} %"
        narrow = width < NARROW
        room = width - label - len(percent) - 4 - (0 if narrow else TAIL)
        tail = self._tail(gauge, width - 2 if narrow else width - label - len(percent) - max(4, room) - 6)
        bar = Content.assemble(
            (title, "$quiet"),
            " ",
            (meter(gauge.percent / 100, max(4, room)), f"{style.replace('text-', '')} on $panel"),
            ("▏", "$quiet"),
            (percent, "bold"),
            " ",
            (sign, style),
        )
        return Content.assemble(bar, "\n  " if narrow else "  ", (tail, "$quiet")) if tail else bar

    def _tail(self, gauge: LimitGauge, room: int) -> str:
        """When it starts anew and where it will stand by then, as far as there is room: it never wraps."""
        resets, ahead = "", ""
        if gauge.resets_ms is not None:
            resets = f"resets in {figures.duration(gauge.resets_ms - self.at_ms)}"
        # What is used up cannot become fuller.
        if gauge.projected is not None and gauge.percent < 100:
            ahead = f"→ {figures.projected(gauge.projected, room=False)}"
        longest = f"{resets} {ahead} by then" if ahead else resets
        return next((text.strip() for text in (longest, f"{resets} {ahead}") if len(text) <= room), resets)
