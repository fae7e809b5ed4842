"""From what was searched for into the sessions, and on from one to the next; and how much can be searched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from tally_tui.library.snippets import in_plain_words
from tally_tui.reports.search_answers import Reach, Reaching, SearchHit
from tally_tui.requests import SearchableRequest
from tally_tui.screens.session_hits import Target
from tally_tui.screens.session_list import bare
from tally_tui.store import Answered, News
from tally_tui.widgets.index_line import IndexLine
from tally_tui.widgets.text import clean, crop
from tally_tui.widgets.transcript.seeking import Words

if TYPE_CHECKING:
    from tally_tui.screens.desk import Desk
    from tally_tui.screens.search import Chosen

SLOT: Final = "reach"


class SearchWalk:
    """What the Conversations screen keeps of the last search."""

    def __init__(self, screen: Desk) -> None:
        self._screen = screen
        self._last: Chosen | None = None
        self._words: Words | None = None
        self._within = ""
        """The session that was opened from the hits."""
        self._wish: tuple[str, int] | None = None
        """The session in which a step was asked for before all was known of it, and the step."""

    # -- searching

    def open(self) -> None:
        """The search screen, as it was left."""
        self._search(self._found)

    def _search(self, then: Callable[[Chosen | None], None]) -> None:
        from tally_tui.screens.search import SearchScreen

        screen, session = self._screen, self._screen.chosen()
        project = session.project if session is not None else None
        screen.app.push_screen(SearchScreen(screen.store, screen.view, self._last, project), then)

    def _found(self, chosen: Chosen | None) -> None:
        if chosen is not None:
            self._last = chosen
            self._words = Words(chosen.answer.terms, chosen.search.query, chosen.search.facets)
            hit = chosen.hit
            near, _ = in_plain_words(hit.snippet, (), hit.facet)  # as the reader shows it
            self._go(hit, Target(hit.file, hit.offset, hit.length, self._words, facet=hit.facet, near=near))

    def _go(self, hit: SearchHit, target: Target) -> None:
        """Open a hit's session, what was sought marked in it."""
        session = self._screen.row_of(hit.root) or bare(hit)
        self._screen.open_session(session, target)
        self._within, self._wish = session.session, None

    # -- back to the hits

    @property
    def inside(self) -> bool:
        """Whether one reads a session that was opened from the hits, and looks for nothing else in it."""
        pane = self._screen.pane
        here = pane.session is not None and pane.session.session == self._within and self._last is not None
        return here and pane.reader.pattern in (None, self._words)

    def leave(self) -> None:
        """What is opened now is not from the hits."""
        self._within, self._wish = "", None

    def back(self) -> None:
        """To the hits, from the session that was opened there."""
        self._search(self._left_hits)

    def _left_hits(self, chosen: Chosen | None) -> None:
        if chosen is None:
            self._screen.to_list()
        else:
            self._found(chosen)

    # -- walking on

    def run_out(self, step: int) -> None:
        """No further hit in this session: into the next one of the search, or the one before."""
        pane = self._screen.pane
        if pane.session is None:
            return
        if pane.hits.seeking:
            self._wish = pane.session.session, step
            self._say("Still looking through this session …")
            return
        hits = self._last.answer.hits if self._last is not None else ()
        sessions = list(dict.fromkeys(hit.root for hit in hits))
        here = pane.session.session
        if self._words is None or pane.reader.pattern != self._words or here not in sessions:
            self._say("No further hit." if step > 0 else "No hit before this.")
            return
        place = sessions.index(here) + step
        if not 0 <= place < len(sessions):
            self._say(self._end(len(sessions)) if step > 0 else "This was the first session found.")
            return
        hit = next(hit for hit in hits if hit.root == sessions[place])
        title = crop(clean(hit.title) or hit.root[:8], 60)
        words = "Next session" if step > 0 else "Session before"
        assert self._last is not None
        self._last = replace(self._last, hit=hit)
        # The search has the newest first, a conversation the oldest.
        self._go(hit, Target("", 0, 0, self._words, edge=step))
        self._say(f"{words} ({place + 1} of {len(sessions):,}): {title}")

    def _end(self, sessions: int) -> str:
        """Why there is none further."""
        answer = self._last.answer if self._last is not None else None
        if answer is not None and not (answer.total_is_exact and answer.total <= len(answer.hits)):
            return f"No further one of the {len(answer.hits):,} hits shown: narrow the search to see more."
        return f"No further hit: {'1 session' if sessions == 1 else f'{sessions:,} sessions'} found."

    def go_on(self) -> None:
        """Take the step that was asked for too early, once it can be taken."""
        if self._wish is None:
            return
        pane, wish = self._screen.pane, self._wish
        if pane.hits.seeking:
            return
        self._wish = None
        if pane.session is not None and pane.session.session == wish[0]:
            pane.reader.action_hit(wish[1])

    def _say(self, words: str) -> None:
        self._screen.say(words)

    # -- how much can be searched

    def ask(self) -> None:
        """Ask how much can be searched."""
        self._screen.store.ask(SearchableRequest(SLOT))

    def rest(self) -> None:
        """Nobody looks."""
        self._screen.store.drop(SLOT)

    def hear(self, news: Mapping[str, News]) -> None:
        """Show it."""
        item = news.get(SLOT)
        if isinstance(item, Answered) and isinstance(item.answer, Reach):
            self._screen.query_one(IndexLine).reach = item.answer

    def stop_or_go_on(self) -> None:
        """Stop making text searchable, or go on with it."""
        reach, source = self._screen.query_one(IndexLine).reach, self._screen.store.source
        if reach is None or reach.at is Reaching.ALL:
            self._say("Everything is searchable: there is nothing to stop.")
        elif reach.at in (Reaching.STOPPED, Reaching.FAILED):
            source.sync()
        else:
            source.cancel()
