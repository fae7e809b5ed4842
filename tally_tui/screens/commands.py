"""The command palette: every verb of the Usage screen, the themes, and copying, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tally_tui.screens.usage import UsageScreen
from tally_tui.screens.view import FACETS, PERIODS

Entry: TypeAlias = tuple[str, str, Callable[[], object]]


class _Entries(Provider):
    """A provider over a plain list of entries."""

    def entries(self) -> Iterator[Entry]:
        raise NotImplementedError

    async def discover(self) -> Hits:
        for name, what, run in self.entries():
            yield DiscoveryHit(name, run, help=what)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for name, what, run in self.entries():
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, matcher.highlight(name), run, help=what)


class UsageCommands(_Entries):
    """`usage: …` and `copy: …`, as far as they can be done now."""

    def entries(self) -> Iterator[Entry]:
        screen = self.screen
        if not isinstance(screen, UsageScreen):
            return
        for facet in FACETS:
            yield (
                f"usage: Group by {facet}",
                "The table below the chart",
                partial(screen.action_group_by, facet),
            )
        for kind, word in PERIODS.items():
            yield f"period: {word}", "What the whole screen shows", partial(screen.action_period, kind)
        yield "period: Now", "Back to the period that is running", screen.action_today
        yield "period: Earlier", "The period before", partial(screen.action_walk, -1)
        yield "period: Later", "The period after", partial(screen.action_walk, 1)
        yield "usage: Filter", "Filter everything on this screen", screen.action_filter
        if screen.view.query:
            yield "usage: Clear the filter", "Show everything again", screen.action_clear_filter
        yield "usage: Explain the total", "Where it came from, what was left out", screen.action_explain
        yield "usage: Chart or heat map", "The other view", screen.action_heat
        yield "usage: Cost or tokens", "What the chart counts", screen.action_metric
        yield "usage: Column width", "Hours, days, weeks, months …", screen.action_unit
        yield "usage: Sort by the next column", "", screen.action_sort
        yield "usage: Reverse the order", "", screen.action_reverse
        yield "sync: Read now", "Look for new log lines", screen.action_sync
        if screen.check_action("cancel_sync", ()):
            yield "sync: Stop reading", "What was read is kept", screen.action_cancel_sync
        yield "copy: Table for a spreadsheet", "Tab-separated", partial(screen.action_copy, "tsv")
        yield "copy: Table as Markdown", "", partial(screen.action_copy, "markdown")


class MarkCommands(_Entries):
    """`bookmarks: …`, where sessions are listed or read."""

    def entries(self) -> Iterator[Entry]:
        # Asked by what it has: the screen itself is not imported before anybody wants it.
        marking = getattr(self.screen, "marking", None)
        if marking is None or not hasattr(self.screen, "action_bookmark"):
            return
        yield "bookmarks: Set or remove one here", "The session, or the message that is read", marking.bookmark
        yield "bookmarks: Write a note here", "About the session, or the message that is read", marking.note
        yield "bookmarks: Take back", "The last bookmark, note or hiding", marking.undo
        yield "list: Hide the session, or put it back", "Its cost counts all the same", marking.hide
        yield "list: Show the hidden sessions, or the others again", "", marking.show_hidden


class ThemeCommands(_Entries):
    """`theme: …`."""

    def entries(self) -> Iterator[Entry]:
        for name in sorted(self.app.available_themes, key=lambda each: (not each.startswith("tally"), each)):
            if name != "textual-ansi":
                yield f"theme: {name}", "Colours", partial(setattr, self.app, "theme", name)
