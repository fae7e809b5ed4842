"""The line that is searched with: its keys, and what was typed into it before."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input


class SearchInput(Input):
    """Knows earlier queries. What was brought back from among them counts as such until it is changed."""

    HELP = "What is typed is searched for in all sessions at once."
    BINDING_GROUP_TITLE = "Search"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "screen.walk(1)", "Next hit", show=False, id="search.next", tooltip="The next hit"),
        Binding("up", "screen.walk(-1)", "Hit before", show=False, id="search.before",
                tooltip="The hit before; on an empty line, and from the first hit on: what was searched for before"),
        Binding("pagedown", "screen.walk(10)", "Ten on", show=False, id="search.page", tooltip="Ten hits on"),
        Binding("pageup", "screen.walk(-10)", "Ten back", show=False, id="search.page-back", tooltip="Ten hits back"),
        Binding("ctrl+up", "earlier(1)", "Earlier search", show=False, id="search.earlier",
                tooltip="What was searched for before"),
        Binding("ctrl+down", "earlier(-1)", "Later search", show=False, id="search.later",
                tooltip="Back to what was searched for later"),
        Binding("tab", "screen.facets", "Where", show=False, id="search.facets",
                tooltip="Choose where to look: prompts, replies, thinking, tools, titles, files"),
    ]  # fmt: skip

    def __init__(self, query: str) -> None:
        # Coming back from the switches must not make the next letter replace the query.
        super().__init__(
            query, placeholder="search everything that was said", compact=True, id="search", select_on_focus=False
        )
        self.before: tuple[str, ...] = ()
        """Earlier queries, the newest first."""
        self._at = -1
        self._typed = ""

    @property
    def recalled(self) -> bool:
        """Whether an earlier query stands here, as it was."""
        return 0 <= self._at < len(self.before) and self.value == self.before[self._at]

    def action_earlier(self, step: int) -> None:
        """Bring back an earlier query, or a later one; after the newest comes what was being typed."""
        if not self.recalled:
            self._at, self._typed = -1, self.value
        at = self._at + step
        while 0 <= at < len(self.before) and self.before[at].strip() == self.value.strip():
            at += step  # the one that stands here is no news
        if -1 <= at < len(self.before):
            self._at = at
            self.put(self.before[at] if at >= 0 else self._typed)

    def put(self, query: str) -> None:
        """Another query, the cursor at its end."""
        self.value = query
        self.cursor_position = len(query)
