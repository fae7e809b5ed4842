"""Search: every message of every session, found while it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from msgspec import Struct
from rich.cells import cell_len
from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from tally_tui import clock
from tally_tui.actions import RememberQuery, SaveSearch
from tally_tui.reports.search_answers import Reach, SearchAnswer, SearchHit
from tally_tui.reports.searches import SavedSearch, Searches
from tally_tui.requests import SearchableRequest, SearchesRequest, SearchRequest
from tally_tui.screens.dialog import Page
from tally_tui.screens.hit_copies import HitCopies
from tally_tui.screens.saved_searches import SLOT as SAVED
from tally_tui.screens.saved_searches import SavedSearches, SearchName
from tally_tui.screens.search_input import SearchInput
from tally_tui.screens.search_project import project_of, with_project
from tally_tui.screens.session_list import short_day
from tally_tui.screens.view import View
from tally_tui.store import Answered, Failed, News, QueryProblem, Store
from tally_tui.widgets.facet_bar import FacetBar
from tally_tui.widgets.hits import ARCHIVED, HitList
from tally_tui.widgets.index_line import IndexLine
from tally_tui.widgets.parts import Parts, keys
from tally_tui.widgets.text import clean

SLOT, REACH = "search", "searchable"
_EMPTY: Final = 'Words, "a phrase", -not, prefix*, re:…, project: model: role: tool: file: since:7d is:error'
_KEYS: Final = (
    ("↵", "opens"), ("Esc", "back"), ("↑↓", "hits"), ("^r", "best first"), ("^t", "this project"), ("Tab", "where"),
    ("^s", "save"), ("^o", "saved"), ("^l", "lines"),
)  # fmt: skip


class Chosen(Struct, frozen=True):
    """A hit to open, and what found it."""

    hit: SearchHit
    search: SavedSearch
    answer: SearchAnswer
    """All that were found, in the order of the screen."""
    top: int = 0
    """The first line of the hits that was in sight."""
    brief: bool = False
    """Whether only a line of each was shown."""


def _in_sessions(found: str, answer: SearchAnswer) -> list[str]:
    """How many messages were found, and in how many sessions; where not all are listed, how many of them are."""
    sessions, listed = len(answer.by_session()), len(answer.hits)
    inside = f" in {sessions:,} session{'' if sessions == 1 else 's'}" if listed else ""
    if answer.total_is_exact and answer.total <= listed:
        return [found + inside]
    return [found, f"showing {listed:,}{inside}" if listed else ""]


class SearchScreen(Page[Chosen | None]):
    """Answers with the hit to open and the search that found it."""

    AUTO_FOCUS = "SearchInput"
    BINDING_GROUP_TITLE = "Search"
    DEFAULT_CSS = """
    SearchScreen { layout: vertical;
        & > SearchInput.-textual-compact { background: $panel; padding: 0 1; }
        & > #search-problem { height: auto; padding: 0 1; color: $text-warning; background: $surface; display: none; }
        & > #search-state { height: auto; max-height: 3; padding: 0 1; color: $quiet; background: $surface; }
        & > #search-keys { height: auto; max-height: 4; dock: bottom; background: $footer-background; padding: 0 1; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="search.leave", tooltip="Back to the sessions"),
        Binding("ctrl+r", "rank", "Best first", id="search.rank", tooltip="The best first, or the newest"),
        Binding("ctrl+t", "project", "This project", id="search.project",
                tooltip="Only in the project of the hit under the cursor; again: in all"),
        Binding("ctrl+s", "save", "Save", id="search.save", tooltip="Give this search a name, to find it again"),
        Binding("ctrl+o", "saved", "Saved", id="search.saved", tooltip="Saved searches, and earlier ones"),
        Binding("ctrl+l", "lines", "Lines", id="search.lines", tooltip="A line of each hit, or what stands around it"),
        Binding("ctrl+g", "copies", "Also in", id="search.copies", tooltip="The other sessions this message stands in"),
    ]  # fmt: skip

    hits = getters.query_one(HitList)
    line = getters.query_one(SearchInput)

    def __init__(
        self, store: Store, view: View, kept: Chosen | None = None, project: str | None = None
    ) -> None:
        """`kept` is what was left here last; `project` is that of the session one came from."""
        super().__init__()
        self.store, self.view, self.project, self.kept = store, view, project, kept
        self.first = kept.search if kept is not None else SavedSearch("", "")
        self.ranked = self.first.ranked
        self.waiting = False
        self.searches = Searches()
        self._answer: SearchAnswer | None = None
        self._asked: SearchRequest | None = None
        self._shown: SearchRequest | None = None

    def compose(self) -> ComposeResult:
        yield SearchInput(self.first.query)
        yield Static(id="search-problem", markup=False)
        yield FacetBar()
        yield Parts(between=" · ", id="search-state")
        yield IndexLine()
        yield HitList(self._when)
        yield Parts(keys(_KEYS), id="search-keys")

    def on_mount(self) -> None:
        self.line.action_select_all()
        self.query_one(FacetBar).choose(self.first.facets)
        self.store.ask(SearchableRequest(REACH))
        self.store.ask(SearchesRequest(SAVED))
        self._ask()
        if self.kept is not None and self._asked is not None:
            # As it was left; what has come since comes with the answer.
            self._answer, self._shown = self.kept.answer, self._asked
            self.hits.brief = self.kept.brief
            self.hits.show(self.kept.answer.by_session(), "")
            self._tell(self.kept.answer)
            self.call_after_refresh(self.hits.select, self.kept.hit, self.kept.top)

    def on_unmount(self) -> None:
        for slot in (SLOT, REACH, SAVED):
            self.store.drop(slot)

    def _when(self, instant: int) -> str:
        return short_day(instant, self.view.zone, clock.now_ms())

    @property
    def search(self) -> SavedSearch:
        """What is searched for."""
        return SavedSearch("", self.line.value.strip(), self.query_one(FacetBar).chosen, self.ranked)

    def _ask(self) -> None:
        search = self.search
        if not search.query:
            self.store.drop(SLOT)
            self.waiting, self._answer, self._asked = False, None, None
            self.hits.show((), "")
            self._point(None)
            self._say(_EMPTY)
            return
        self.waiting = True
        self._asked = SearchRequest(SLOT, search.query, search.ranked, search.facets, timezone=self.view.timezone)
        self.store.ask(self._asked)

    # -- what came

    def receive(self, news: Mapping[str, News]) -> None:
        """Draw what came."""
        for slot in (REACH, SAVED):
            item = news.get(slot)
            if isinstance(item, Answered) and isinstance(item.answer, Reach):
                self.query_one(IndexLine).reach = item.answer
            elif isinstance(item, Answered) and isinstance(item.answer, Searches):
                self.searches = item.answer
                self.line.before = item.answer.remembered
        item = news.get(SLOT)
        if isinstance(item, Failed):
            self.waiting = False
            self._point(item.problem)
            if item.problem is None:
                self._say(clean(item.trouble.happened))
        elif isinstance(item, Answered) and isinstance(item.answer, SearchAnswer):
            known = self.kept is not None and self._answer is self.kept.answer and item.request == self._shown
            if known and not item.answer.finished:
                return  # what is shown is more than this
            answer = self._answer = item.answer
            self.waiting = not answer.finished
            self._point(None)
            # The same question answered again must not take away what one is looking at.
            again, self._shown = item.request == self._shown, item.request  # type: ignore[assignment]
            self.hits.show(answer.by_session(), self._nothing() if answer.finished else "", still=again)
            self._tell(answer)

    def _tell(self, answer: SearchAnswer) -> None:
        messages = "message" if answer.total == 1 and answer.total_is_exact else "messages"
        found = f"{answer.total_words} {messages}" if answer.total or answer.finished else "nothing yet"
        words = [*_in_sessions(found, answer), "best first" if self.ranked else "newest first"]
        if not answer.finished:
            words.append("searching …")
        if answer.back_to_ms is not None:
            words.append(f"looked back to {self._when(answer.back_to_ms).strip()}")
            words.append(f"{int(answer.share * 100)} %")
        if answer.unreadable:
            words.append(f"{answer.unreadable:,} more in logs that are gone")
        if kept := sum(bool(hit.archived) for hit in answer.hits):
            words.append(f"{ARCHIVED} {kept:,} from the archive")
        self._say(*words)

    def _nothing(self) -> str:
        """What to do when nothing was found."""
        if facets := self.search.facets:
            return f"Nothing found. Looked only in: {', '.join(facets)}. Tab, then Space on all, looks everywhere."
        return "Nothing found. Fewer words find more, and prefix* finds every word that begins so."

    def _say(self, *words: str) -> None:
        self.query_one("#search-state", Parts).say(*words)

    def _point(self, problem: QueryProblem | None) -> None:
        """Say what is not understood, under the word itself."""
        note = self.query_one("#search-problem", Static)
        note.display = problem is not None
        if problem is None:
            return
        self._say("What is shown was found before." if self.hits.hit is not None else "")
        if self.hits.hit is None:
            self.hits.show((), "")
        value = self.line.value
        skipped = len(value) - len(value.lstrip())
        start, end = problem.start + skipped, problem.end + skipped
        # The line scrolls where the query is longer than it.
        before = cell_len(clean(value[:start])) - int(self.line.scroll_x)
        room = max(1, (self.line.size.width or self.app.size.width - 2))
        length = max(1, cell_len(clean(value[start:end])))
        left = max(0, min(before, room - 1))
        carets = "^" * max(1, min(length + min(0, before), room - left))
        note.update(Content(f"{' ' * left}{carets}\n{clean(problem.message)}"))

    # -- keys

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

    @on(FacetBar.Changed)
    def _facets_changed(self, event: FacetBar.Changed) -> None:
        event.stop()
        self._ask()

    @on(FacetBar.Left)
    def _facets_left(self, event: FacetBar.Left) -> None:
        event.stop()
        self.line.focus()

    def _open(self, hit: SearchHit) -> None:
        self._remember()
        search = self.search
        answer = self._answer or SearchAnswer(search.query, (hit,), 1, False, False)
        self.dismiss(Chosen(hit, search, answer, int(self.hits.scroll_y), self.hits.brief))

    def _remember(self) -> None:
        query = self.search.query
        if query and self._answer is not None and self._answer.hits and self.searches.remembered[:1] != (query,):
            self.store.do(RememberQuery(query))

    def action_walk(self, hits: int) -> None:
        if hits == -1 and self.hits.at_top and (not self.search.query or self.line.recalled):
            self.line.action_earlier(1)
        elif hits == 1 and self.hits.hit is None and self.line.recalled:
            self.line.action_earlier(-1)
        else:
            self.hits.walk(hits)

    def action_rank(self) -> None:
        self.ranked = not self.ranked
        self._ask()

    def action_lines(self) -> None:
        self.hits.brief = not self.hits.brief

    def action_copies(self) -> None:
        hit = self.hits.hit
        if hit is None or not hit.also:
            self.notify("This message stands in no other session.", timeout=4, markup=False)
            return
        self.app.push_screen(HitCopies(hit, self._when), lambda chosen: self._open(chosen) if chosen else None)

    def action_facets(self) -> None:
        self.query_one(FacetBar).focus()

    def action_project(self) -> None:
        value = self.line.value
        hit = self.hits.hit
        there = project_of(value)
        if there is None and (project := (hit.project if hit is not None else None) or self.project) is None:
            self.notify("No project is known here: put the cursor on a hit in one.", timeout=4, markup=False)
            return
        self.line.put(with_project(value, None if there is not None else project))

    def action_save(self) -> None:
        search = self.search
        if not search.query:
            self.notify("There is nothing to save yet: type what to search for.", timeout=4, markup=False)
            return

        def save(name: str | None) -> None:
            if name is not None:
                self.store.do(SaveSearch(SavedSearch(name, search.query, search.facets, search.ranked)))

        self.app.push_screen(SearchName(search.query, frozenset(each.name for each in self.searches.saved)), save)

    def action_saved(self) -> None:
        self.app.push_screen(SavedSearches(self.store, self.searches), self._take)

    def _take(self, search: SavedSearch | None) -> None:
        if search is None:
            return
        self.ranked = search.ranked
        self.query_one(FacetBar).choose(search.facets)
        self.line.focus()
        if self.line.value == search.query:
            self._ask()
        self.line.put(search.query)

    def action_leave(self) -> None:
        self._remember()
        self.dismiss(None)
