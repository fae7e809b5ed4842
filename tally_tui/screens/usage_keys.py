"""The keys of the Usage screen: ids for keymaps, tooltips for help."""

from __future__ import annotations

from textual.binding import Binding, BindingType

_PERIOD = Binding.Group("Period", compact=True)


def _period(key: str, kind: str, word: str) -> Binding:
    return Binding(
        key, f"period('{kind}')", word, group=_PERIOD, id=f"usage.{kind}", tooltip=f"Show {word.lower()}"
    )


BINDINGS: list[BindingType] = [
    Binding(
        "slash",
        "filter",
        "Filter",
        key_display="/",
        id="usage.filter",
        tooltip="Filter everything on this screen",
    ),
    _period("d", "day", "One day"),
    _period("w", "week", "One week"),
    _period("m", "month", "One month"),
    _period("y", "year", "One year"),
    _period("a", "all", "All time"),
    Binding("h", "walk(-1)", "Earlier", group=_PERIOD, id="usage.earlier", tooltip="The period before"),
    Binding("l", "walk(1)", "Later", group=_PERIOD, id="usage.later", tooltip="The period after"),
    Binding("t", "today", "Now", show=False, id="usage.now", tooltip="Back to the period that is running"),
    Binding(
        "b", "by(1)", "By", id="usage.by", tooltip="Break down by the next thing: model, project, session …"
    ),
    Binding(
        "B",
        "by(-1)",
        "By the one before",
        show=False,
        id="usage.by-back",
        tooltip="Break down by the thing before",
    ),
    Binding("s", "sort", "Sort", show=False, id="usage.sort", tooltip="Sort by the next column"),
    Binding("S", "reverse", "Reverse", show=False, id="usage.reverse", tooltip="Sort the other way round"),
    Binding("v", "heat", "View", id="usage.view", tooltip="Chart, or a year as a heat map"),
    Binding(
        "z",
        "unit",
        "Column width",
        show=False,
        id="usage.unit",
        tooltip="Wider or narrower columns: hours, days, weeks …",
    ),
    Binding("u", "metric", "Cost or tokens", show=False, id="usage.metric", tooltip="Draw dollars or tokens"),
    Binding("o", "read", "Read", id="usage.read", tooltip="Read the session under the cursor, or what a call said"),
    Binding("x", "explain", "Explain", id="usage.explain", tooltip="How this total came about"),
    Binding("c", "copy", "Copy", id="usage.copy", tooltip="Copy the table, for a spreadsheet"),
    Binding("r", "sync", "Read now", show=False, id="usage.sync", tooltip="Look for new log lines now"),
    Binding(
        "X", "cancel_sync", "Stop reading", show=False, id="usage.cancel", tooltip="Stop reading the backlog"
    ),
    Binding("D", "demo", "Demo", id="usage.demo", tooltip="Show a made-up month"),
    Binding(
        "escape", "back", "Back", show=False, id="usage.back", tooltip="Leave the level, then the filter"
    ),
    Binding("ctrl+down", "scroll_page(5)", "Scroll down", show=False, id="usage.scroll-down"),
    Binding("ctrl+up", "scroll_page(-5)", "Scroll up", show=False, id="usage.scroll-up"),
]
