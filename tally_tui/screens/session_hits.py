"""What is looked for in the session that is read, and where in it one wants to go."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final, Protocol

from tally_tui.reports.search_answers import HitPlace, SessionPlaces
from tally_tui.reports.transcripts import Hits
from tally_tui.requests import FindRequest, PlacesRequest
from tally_tui.widgets.transcript.seeking import Pattern, Words

if TYPE_CHECKING:
    from tally_tui.reports.answers import SessionRow
    from tally_tui.screens.view import View
    from tally_tui.store import Store
    from tally_tui.widgets.transcript.conversation import Conversation
    from tally_tui.widgets.transcript.reader import Reader

SLOTS: Final = ("found", "places")


@dataclass
class Target:
    """Where to go in a session that is being opened: a line of one of its logs (or an item, by its key), and
    what to mark there."""

    file: str
    offset: int
    length: int
    pattern: Pattern | None = None
    key: str = ""
    uuid: str = ""
    """Of a message whose key is no longer there."""
    facet: str = ""
    """What kind of text of the line is meant, where it holds several."""
    near: str = ""
    """What stands around what is meant."""
    edge: int = 0
    """1: to the first of what is marked, -1: to the last, wherever it stands."""


class Pane(Protocol):
    """What it asks of the pane that shows the session."""

    store: Store
    view: View
    session: SessionRow | None
    pages: Conversation | None

    @property
    def reader(self) -> Reader: ...
    def tell(self, words: str) -> None: ...


class SessionHits:
    """Asks where it stands, and goes there. One a pane."""

    def __init__(self, pane: Pane) -> None:
        self._pane = pane
        self.target: Target | None = None
        self.finding = False
        """Whether it is not known yet where all that is sought stands."""
        self._places: SessionPlaces | None = None
        self._until: list[int] = []
        """How many hits there are up to each of the items that have any; of a search messages, a call and its result
        are one item."""

    def told(self) -> str:
        """Which of how many hits one is at, for people."""
        reader = self._pane.reader
        if not reader.hits:
            return "looking …" if self.finding else "no hits"
        if self.finding:
            return f"{reader.hit_count:,}+ hits"  # which of them one is at is known when those before it are
        told = f"{reader.hit_count:,} hit{'' if reader.hit_count == 1 else 's'}"
        at = reader.hit_place
        if at is None or at >= len(self._until):
            return told
        first, last = (self._until[at - 1] if at else 0) + 1, self._until[at]
        within = reader.hit_within if self._places is None else None
        if within is not None:
            # What is drawn of a text may hold it more or less often than the text does.
            before, here = within
            first = min(first + before, last)
            last = min(first + max(here, 1) - 1, last)
        return f"{first:,}{f'–{last:,}' if last > first else ''} of {told}"

    @property
    def seeking(self) -> bool:
        """Whether it is not known yet where in the session everything stands that is looked for."""
        return self.finding or self._pane.pages is None or self.target is not None

    def rest(self) -> None:
        """Nobody looks."""
        self.finding = False

    def forget(self) -> bool:
        """Mark nothing any more; says whether anything was."""
        found = self._pane.reader.pattern is not None
        self.finding, self._places = False, None
        for slot in SLOTS:
            self._pane.store.drop(slot)
        self._pane.reader.find(None)
        return found

    def ask(self, pattern: Pattern) -> None:
        """Ask where a pattern stands in the session."""
        session, store = self._pane.session, self._pane.store
        if session is None:
            return
        self.finding, self._places, self._until = True, None, []
        if isinstance(pattern, Words):
            store.drop("found")
            zone = self._pane.view.timezone
            store.ask(PlacesRequest("places", session.provider, session.session, pattern.query, pattern.facets, zone))
        else:
            store.drop("places")
            ignore = bool(pattern.flags & re.IGNORECASE)
            here = self._pane.reader.item or 0
            store.ask(FindRequest("found", session.provider, session.session, pattern.pattern, ignore, here))

    # -- what came

    def receive(self, request: object, answer: Hits | SessionPlaces) -> None:
        """Take up where it stands."""
        reader, session = self._pane.reader, self._pane.session
        if session is None or answer.session != session.session:
            return
        if isinstance(answer, SessionPlaces):
            if isinstance(reader.pattern, Words) and reader.pattern.query == answer.query:
                self._places = answer
                self.place()
            return
        if not isinstance(request, FindRequest):
            return
        self.finding, self._until = not answer.whole, list(accumulate(answer.times))
        pattern = re.compile(request.pattern, re.IGNORECASE if request.ignore_case else re.NOFLAG)
        if reader.pattern != pattern:
            reader.find(pattern, answer.entries, answer.count)
            reader.first_hit()
        else:
            reader.hits, reader.hit_count = answer.entries, answer.count

    def place(self) -> None:
        """Find the lines that a search found among the items that are here."""
        pages, reader, found = self._pane.pages, self._pane.reader, self._places
        if pages is None or found is None:
            return
        times = Counter(item for place in found.places for item in pages.items_of(place)[:1])
        items = sorted({item for place in found.places for item in pages.items_of(place)})
        self._until = list(accumulate(times[item] for item in items))
        reader.hits, reader.hit_count = items, times.total()
        self.finding = not pages.transcript.whole
        target = self.target
        if target is not None and target.edge and not self.finding:
            self.target = None
            if items:
                reader.to_hit(items[0 if target.edge > 0 else -1], 0 if target.edge > 0 else -1)
            else:
                self._pane.tell("What was found stands in another file of this session.")

    def shown(self, first: bool, counted: bool) -> None:
        """Other pages are shown: of this session for the `first` time, or more of them (`counted`: new ones)."""
        pattern = self._pane.reader.pattern
        self.go()
        if first or pattern is None:
            return
        if isinstance(pattern, Words):
            self.place()
        elif not counted:
            self.ask(pattern)  # until now it was looked for in the part that was here

    def go(self) -> None:
        """To the target, as soon as it is there."""
        target, pages, reader = self.target, self._pane.pages, self._pane.reader
        if target is None or pages is None:
            return
        if target.edge and target.pattern is not None:
            if reader.pattern != target.pattern:
                reader.find(target.pattern)
                self.ask(target.pattern)
            else:
                self.place()
            return
        if target.key:
            item = pages.item_of(target.key, target.uuid)
        else:
            item = next(iter(pages.items_of(HitPlace(target.file, target.offset, target.length, target.facet))), None)
        if item is None and not pages.transcript.whole:
            return  # it may stand in what is still to be read
        if item is None and not target.key:
            # What says nothing of its own here stands beside what it belongs to.
            item = pages.item_before(target.file, target.offset)
        self.target = None
        if item is None:
            where = "no longer stands in this session's log" if target.key else "stands in another file of this session"
            self._pane.tell(f"That message {where}.")
            if target.pattern is not None:
                reader.find(target.pattern)
                self.ask(target.pattern)
        elif target.pattern is not None:
            reader.find(target.pattern, [item], 1)
            reader.to_hit(item, near=target.near)
            self.ask(target.pattern)
        else:
            reader.to_item(item)
