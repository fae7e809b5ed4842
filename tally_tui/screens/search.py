"""Search: every message of every session, found while it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from tally_tui import clock
from tally_tui.ingest.index_results import Pending
from tally_tui.reports.search_answers import SearchAnswer, SearchHit
from tally_tui.requests import SearchableRequest, SearchRequest
from tally_tui.screens.session_list import short_day
from tally_tui.screens.view import View
from tally_tui.store import Answered, Failed, News, Store
from tally_tui.widgets import figures
from tally_tui.widgets.hits import HitList
from tally_tui.widgets.text import clean

SLOT, REACH = "search", "searchable"
_EMPTY = 'Words, "a phrase", -not, prefix*, re:…, project: model: role: tool: file: since:7d is:error'


class SearchInput(Input):
    """The line itself."""

    HELP = "What is typed is searched for in all sessions at once."
    BINDING_GROUP_TITLE = "Search"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "screen.walk(1)", "Next hit", show=False, id="search.next", tooltip="The next hit"),
        Binding("up", "screen.walk(-1)", "Hit before", show=False, id="search.before", tooltip="The hit before"),
        Binding("pagedown", "screen.walk(10)", "Ten on", show=False, id="search.page", tooltip="Ten hits on"),
        Binding("pageup", "screen.walk(-10)", "Ten back", show=False, id="search.page-back", tooltip="Ten hits back"),
    ]


class SearchScreen(Screen[tuple[SearchHit, str] | None]):
    """Answers with the hit to open and the query that found it."""

    AUTO_FOCUS = "SearchInput"
    BINDING_GROUP_TITLE = "Search"
    DEFAULT_CSS = """
    SearchScreen { layout: vertical;
        & > SearchInput { background: $panel; padding: 0 1; }
        & > #search-state { height: auto; max-height: 3; padding: 0 1; color: $quiet; background: $surface; }
        & > #search-reach { height: auto; padding: 0 1; color: $text-warning; display: none; }
        & > #search-keys { height: 1; dock: bottom; background: $footer-background; padding: 0 1; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="search.leave", tooltip="Back to the sessions"),
        Binding("ctrl+r", "rank", "Best first", id="search.rank", tooltip="The best first, or the newest"),
    ]

    hits = getters.query_one(HitList)

    def __init__(self, store: Store, view: View, query: str = "") -> None:
        super().__init__()
        self.store, self.view, self.first_query = store, view, query
        self.ranked = False
        self.waiting = False
        self._answer: SearchAnswer | None = None

    def compose(self) -> ComposeResult:
        yield SearchInput(self.first_query, placeholder="search everything that was said", compact=True, id="search")
        yield Static(id="search-state", markup=False)
        yield Static(id="search-reach", markup=False)
        yield HitList(self._when)
        keys = (("↵", "opens"), ("↑↓", "hits"), ("^r", "best first"), ("Esc", "back"))
        yield Static(
            Content("  ").join(Content.assemble((key, "bold $accent"), f" {word}") for key, word in keys),
            id="search-keys",
        )

    def on_mount(self) -> None:
        self.store.ask(SearchableRequest(REACH))
        self._ask()

    def on_unmount(self) -> None:
        self.store.drop(SLOT)
        self.store.drop(REACH)

    def _when(self, instant: int) -> str:
        return short_day(instant, self.view.zone, clock.now_ms())

    def _ask(self) -> None:
        query = self.query_one(SearchInput).value.strip()
        if not query:
            self.store.drop(SLOT)
            self.waiting, self._answer = False, None
            self.hits.show((), "")
            self._say(_EMPTY)
            return
        self.waiting = True
        self.store.ask(SearchRequest(SLOT, query, self.ranked, timezone=self.view.timezone))

    def receive(self, news: Mapping[str, News]) -> None:
        """Draw what came."""
        reach = news.get(REACH)
        if isinstance(reach, Answered) and isinstance(reach.answer, Pending):
            self._show_reach(reach.answer)
        item = news.get(SLOT)
        if isinstance(item, Failed):
            # Half a word of the language is no mistake while it is typed.
            self._say(clean(item.trouble.happened))
        elif isinstance(item, Answered) and isinstance(item.answer, SearchAnswer):
            answer = self._answer = item.answer
            self.waiting = not answer.finished
            self.hits.show(answer.by_session(), "Nothing found." if answer.finished else "")
            self._tell(answer)

    def _show_reach(self, pending: Pending) -> None:
        """Say what a search cannot see: finding nothing there means nothing."""
        note = self.query_one("#search-reach", Static)
        note.display = pending.bytes > 0
        size, whole = figures.size(pending.bytes), figures.size(pending.log_bytes)
        note.update(Content(f"! {size} of {whole} of logs are not searchable yet; `tally-tui sync` makes them so."))

    def _tell(self, answer: SearchAnswer) -> None:
        sessions = len(answer.by_session())
        messages = "message" if answer.total == 1 and answer.total_is_exact else "messages"
        words = [f"{answer.total_words} {messages}", f"{sessions:,} sessions here" if sessions > 1 else ""]
        words.append("best first" if self.ranked else "newest first")
        if not answer.finished:
            words.append("searching …")
        if answer.unreadable:
            words.append(f"{answer.unreadable:,} more in logs that are gone")
        self._say(" · ".join(word for word in words if word))

    def _say(self, words: str) -> None:
        self.query_one("#search-state", Static).update(Content(words))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._ask()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if (hit := self.hits.hit) is not None:
            self._open(hit)

    @on(HitList.Opened)
    def _clicked(self, event: HitList.Opened) -> None:
        self._open(event.hit)

    def _open(self, hit: SearchHit) -> None:
        self.dismiss((hit, self.query_one(SearchInput).value.strip()))

    def action_walk(self, hits: int) -> None:
        self.hits.walk(hits)

    def action_rank(self) -> None:
        self.ranked = not self.ranked
        self._ask()

    def action_leave(self) -> None:
        self.dismiss(None)
