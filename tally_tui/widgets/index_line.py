"""One line about what can be searched: how much, how long until all can, and why not."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from tally_tui.reports.search_answers import Reach, Reaching
from tally_tui.widgets import figures
from tally_tui.widgets.parts import lines_of
from tally_tui.widgets.sync_line import told

SMALL = 1 << 20
"""What is indexed while one looks need not be told: bytes."""


class IndexLine(Widget):
    """Hidden while everything can be searched, or soon can."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    IndexLine { height: auto; padding: 0 1; display: none; background: $surface; }
    """
    reach: reactive[Reach | None] = reactive(None, layout=True)

    def __init__(self, stops: str = "") -> None:
        """`stops`: the key that stops the indexing, or goes on with it."""
        super().__init__()
        self.stops = stops

    def watch_reach(self, reach: Reach | None) -> None:
        self.display = reach is not None and bool(self._say(reach))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.content_size.width))

    def _lines(self, width: int) -> list[Content]:
        return lines_of(self._say(self.reach), width, " · ") if self.reach is not None else []

    def _say(self, reach: Reach) -> tuple[Content, ...]:
        share = f"searchable: {int(reach.share * 100)} %"
        left = Content(f"{figures.size(reach.pending_bytes)} to go")
        if reach.at is Reaching.FAILED and reach.trouble is not None:
            return Content.assemble(("✗ ", "bold $text-error"), share), Content(told(reach.trouble))
        if reach.pending_bytes < SMALL:
            return ()
        if reach.at is Reaching.INDEXING:
            time = f"{figures.duration(reach.seconds_left * 1000)} left" if reach.seconds_left is not None else ""
            return Content.assemble(("◐ ", "$text-primary"), share), *self._key("stops", left, Content(time))
        if reach.at is Reaching.STOPPED:
            return Content.assemble(("■ ", "$text-warning"), share), *self._key("goes on", left, Content("stopped"))
        why = {Reaching.LATER: "the numbers are read first", Reaching.ELSEWHERE: "another tally-tui is at it"}
        return Content.assemble(("◌ ", "$text-warning"), share), left, Content(why.get(reach.at, ""))

    def _key(self, does: str, *parts: Content) -> tuple[Content, ...]:
        """The parts there are, with the key behind the last of them."""
        there = tuple(part for part in parts if part.plain)
        if not self.stops:
            return there
        return *there[:-1], Content.assemble(there[-1], "  ", (self.stops, "bold"), f" {does}")
