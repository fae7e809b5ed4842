"""The thread that searches all conversations while a query is typed."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from typing import TYPE_CHECKING, Final

from tally_tui import clock, paths
from tally_tui.ledger.open import LedgerError, open_reader
from tally_tui.live.asking import Asking
from tally_tui.model import Provider
from tally_tui.query import LIBRARY, QueryError, parse
from tally_tui.requests import LibraryRequest, PlacesRequest, SearchRequest
from tally_tui.rules.zones import zone
from tally_tui.store import Answered, Failed, Publish, QueryProblem
from tally_tui.trouble import Trouble

if TYPE_CHECKING:
    from tally_tui.config import Settings
    from tally_tui.library.reader import Library
    from tally_tui.query import Query


LOOK_S = 0.5
"""How often it is looked whether more can be found by now: other processes index, too."""
BETWEEN_S = 1.0
"""Least time between two answers to a question that nobody asked anew …"""
RESTS: Final = 5
"""… and so many times as long as the last one took."""


class Searching:
    """Answers what is looked for, and again when there is more to be found; a newer question stops the one before."""

    def __init__(self, settings: Settings, publish: Publish) -> None:
        self._settings, self._publish = settings, publish
        self._library: Library | None = None
        self._ledger: sqlite3.Connection | None = None
        self._seen: dict[str, int] = {}
        """Slot → how far the library had changed when it was last searched for it."""
        self._not_before = 0.0
        self._asking: Asking[LibraryRequest] = Asking(
            "search", publish, self._work, interrupt=self._interrupt, close=self._close,
            again=lambda request: True, every_s=LOOK_S,
        )  # fmt: skip
        self.start, self.ask, self.drop, self.stop = (
            self._asking.start, self._asking.ask, self._asking.drop, self._asking.stop
        )  # fmt: skip
        self.changed = self._asking.changed

    def _interrupt(self) -> None:
        if self._library is not None:
            self._library.interrupt()

    def _close(self) -> None:
        if self._library is not None:
            self._library.close()
        if self._ledger is not None:
            self._ledger.close()

    def _work(self, request: LibraryRequest, fresh: bool) -> None:
        from tally_tui.library.reader import Library
        from tally_tui.library.shards import library_dir

        if self._library is None:
            self._library = Library(library_dir())
        if not fresh and time.monotonic() < self._not_before:
            return
        self._library.refresh()
        if not fresh and self._library.changes == self._seen.get(request.slot):
            return
        self._seen[request.slot] = self._library.changes
        if self._ledger is None:
            with contextlib.suppress(LedgerError):
                self._ledger = open_reader(paths.ledger_path())
        try:
            if isinstance(request, PlacesRequest):
                self._look_within(request)
            else:
                self._search(request, fresh)
        except QueryError as error:
            words = f"{error.message}; {error.suggestion}" if error.suggestion else error.message
            self._publish(Failed(request, Trouble(words), QueryProblem(words, error.start, error.end)))

    def _look_within(self, request: PlacesRequest) -> None:
        from tally_tui.library.facets import GROUPS, Facet
        from tally_tui.reports.search import StoppedError
        from tally_tui.reports.search_within import places

        assert self._library is not None
        facets = [facet for group in request.facets for facet in GROUPS[group]] or tuple(Facet)
        with contextlib.suppress(StoppedError):
            found = places(
                self._library, self._ledger, self._parsed(request), Provider[request.provider.upper()],
                request.session, facets=facets, stopped=lambda: not self._asking.wanted(request),
            )  # fmt: skip
            self._publish(Answered(request, found))

    def _parsed(self, request: LibraryRequest) -> Query:
        tz = zone(None if request.timezone == "local" else request.timezone)
        return parse(request.query, now=clock.now_ms(), tz=tz, week_start=self._settings.first_weekday, allow=LIBRARY)

    def _search(self, request: SearchRequest, fresh: bool) -> None:
        from tally_tui.library.facets import GROUPS, Facet
        from tally_tui.reports.search import StoppedError, search

        assert self._library is not None
        query = self._parsed(request)
        began = time.monotonic()
        with contextlib.suppress(StoppedError):
            found = search(
                self._library, self._ledger, query, limit=request.limit, ranked=request.ranked, typing=True,
                facets=[facet for group in request.facets for facet in GROUPS[group]] or tuple(Facet),
                # What is on the screen is not taken away again to be found piece by piece.
                progress=(lambda part: self._publish(Answered(request, part))) if fresh else None,
                stopped=lambda: not self._asking.wanted(request),
            )  # fmt: skip
            self._publish(Answered(request, found))
        moment = time.monotonic()
        self._not_before = moment + max(BETWEEN_S, RESTS * (moment - began))
