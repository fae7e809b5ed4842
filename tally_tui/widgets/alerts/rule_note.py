"""The rule or channel under the cursor in full: when it speaks, from where on, and what settings call it."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content
from textual.widgets import Static

from tally_tui.rules.figures import ago
from tally_tui.widgets.alerts.rules import Line
from tally_tui.widgets.text import clean


class RuleNote(Static):
    """Below the table of rules, whose columns are often too narrow for it."""

    DEFAULT_CSS = "RuleNote { height: auto; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__(id="rule-note", markup=False)

    def show(self, line: Line | None, now: int) -> None:
        """Tell of a row; None: of nothing."""
        self.update(Content("\n").join(_lines(line, now)) if line is not None else "")


def _lines(line: Line, now: int) -> Iterator[Content]:
    yield Content.assemble((line.title, "bold"), (f"  alerts.{line.name}", "$quiet"))
    if line.axis:
        level = f": {line.value}" if line.usual else ""
        yield Content(f"Speaks when {line.watches}{level}")
        if line.what != line.watches:
            yield Content(line.what)
    elif line.what:
        if line.edit and line.words:
            # A command is longer than its column.
            yield Content(clean(line.words))
        yield Content.styled(line.what, "$text-error" if line.failing else "")
    parts = [f"by default {line.usual}"] if line.usual and line.usual != line.value else []
    if line.fired:
        often = "one alert" if line.fired == 1 else f"{line.fired:,} alerts"
        parts.append(f"made {often}, the last {ago(now - line.last)}" if line.last is not None else f"made {often}")
    if parts:
        yield Content.styled(" · ".join(parts), "$quiet")
