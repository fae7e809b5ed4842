"""From what was searched for into the sessions, and on from one to the next; and how much can be searched."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from tally_tui.reports.search_answers import Reach, Reaching, SearchHit
from tally_tui.requests import SearchableRequest
from tally_tui.screens.session_list import bare
from tally_tui.screens.session_pane import Target
from tally_tui.store import Answered, News
from tally_tui.widgets.index_line import IndexLine
from tally_tui.widgets.text import clean, crop

if TYPE_CHECKING:
    from tally_tui.screens.conversations import ConversationsScreen
    from tally_tui.screens.search import Chosen

SLOT: Final = "reach"


class SearchWalk:
    """What the Conversations screen keeps of the last search."""

    def __init__(self, screen: ConversationsScreen) -> None:
        self._screen = screen
        self._last: Chosen | None = None
        self._pattern: re.Pattern[str] | None = None
        self._wish: tuple[str, int] | None = None
        """The session in which a step was asked for before all was known of it, and the step."""

    # -- searching

    def open(self) -> None:
        """The search screen, as it was left."""
        from tally_tui.screens.search import SearchScreen

        screen, session = self._screen, self._screen.chosen()
        search = self._last.search if self._last is not None else None
        project = session.project if session is not None else None
        screen.app.push_screen(SearchScreen(screen.store, screen.view, search, project), self._found)

    def _found(self, chosen: Chosen | None) -> None:
        if chosen is not None:
            self._last = chosen
            self._go(chosen.hit)

    def _go(self, hit: SearchHit) -> None:
        """Open a hit's session there, what was sought marked in it."""
        self._wish = None
        self._pattern = words_of([each for each in self._hits if each.root == hit.root] or [hit])
        session = self._screen.row_of(hit.root) or bare(hit)
        self._screen.open_session(session, Target(hit.file, hit.offset, hit.length, self._pattern))

    @property
    def _hits(self) -> Sequence[SearchHit]:
        return self._last.hits if self._last is not None else ()

    # -- walking on

    def run_out(self, step: int) -> None:
        """No further hit in this session: into the next one of the search, or the one before."""
        pane = self._screen.pane
        if pane.session is None:
            return
        if pane.seeking:
            self._wish = pane.session.session, step
            self._say("Still looking through this session …")
            return
        sessions = list(dict.fromkeys(hit.root for hit in self._hits))
        here = pane.session.session
        if self._pattern is None or pane.reader.pattern != self._pattern or here not in sessions:
            self._say("No further hit." if step > 0 else "No hit before this.")
            return
        place = sessions.index(here) + step
        if not 0 <= place < len(sessions):
            more = "1 session" if len(sessions) == 1 else f"{len(sessions):,} sessions"
            self._say(f"No further hit: the search found {more}." if step > 0 else "This was the first session found.")
            return
        there = [hit for hit in self._hits if hit.root == sessions[place]]
        # The search has the newest first, a conversation the oldest.
        hit = (min if step > 0 else max)(there, key=lambda each: (each.time_ms, each.offset))
        title = crop(clean(hit.title) or hit.root[:8], 60)
        self._say(f"{'Next session' if step > 0 else 'Session before'}: {title} ({place + 1} of {len(sessions):,})")
        self._go(hit)

    def go_on(self) -> None:
        """Take the step that was asked for too early, once it can be taken."""
        pane, wish = self._screen.pane, self._wish
        if wish is None or pane.seeking:
            return
        self._wish = None
        if pane.session is not None and pane.session.session == wish[0]:
            pane.reader.action_hit(wish[1])

    def _say(self, words: str) -> None:
        self._screen.notify(words, timeout=3, markup=False)

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


def words_of(hits: Sequence[SearchHit]) -> re.Pattern[str] | None:
    """What was found in some hits, to be found again in their session; None where nothing tells."""
    found = {hit.snippet[start:end].lower() for hit in hits for start, end in hit.spans} - {""}
    words = sorted(found, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, words)), re.IGNORECASE) if words else None
