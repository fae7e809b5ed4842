"""One line about what can be searched: how much, how long until all can, and why not."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tally_tui.reports.search_answers import Reach, Reaching
from tally_tui.widgets import figures
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
        self.display = bool(reach is not None and self._say(reach).plain)

    def render(self) -> Content:
        return self._say(self.reach) if self.reach is not None else Content("")

    def _say(self, reach: Reach) -> Content:
        share = f"searchable: {int(reach.share * 100)} %"
        left = f"{figures.size(reach.pending_bytes)} to go"
        if reach.at is Reaching.FAILED and reach.trouble is not None:
            return Content.assemble(("✗ ", "bold $text-error"), f"{share} · ", told(reach.trouble))
        if reach.pending_bytes < SMALL:
            return Content("")
        if reach.at is Reaching.INDEXING:
            time = f"{figures.duration(reach.seconds_left * 1000)} left" if reach.seconds_left is not None else ""
            words = " · ".join(filter(None, (share, left, time)))
            return Content.assemble(("◐ ", "$text-primary"), words, *self._key("stops"))
        if reach.at is Reaching.STOPPED:
            return Content.assemble(("■ ", "$text-warning"), f"{share} · {left} · stopped", *self._key("goes on"))
        why = {Reaching.LATER: "the numbers are read first", Reaching.ELSEWHERE: "another tally-tui is at it"}
        return Content.assemble(("◌ ", "$text-warning"), " · ".join(filter(None, (share, left, why.get(reach.at)))))

    def _key(self, does: str) -> tuple[str | tuple[str, str], ...]:
        return ("  ", (self.stops, "bold"), f" {does}") if self.stops else ()
