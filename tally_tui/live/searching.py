"""The thread that searches all conversations while a query is typed."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

from tally_tui import clock, paths
from tally_tui.ledger.open import LedgerError, open_reader
from tally_tui.live.asking import Asking
from tally_tui.query import LIBRARY, parse
from tally_tui.requests import SearchableRequest, SearchRequest
from tally_tui.rules.zones import zone
from tally_tui.store import Answered, Publish

if TYPE_CHECKING:
    from tally_tui.config import Settings
    from tally_tui.library.reader import Library


class Searching:
    """Answers SearchRequests; a newer one stops the one under way."""

    def __init__(self, settings: Settings, publish: Publish) -> None:
        self._settings, self._publish = settings, publish
        self._library: Library | None = None
        self._ledger: sqlite3.Connection | None = None
        self._asking: Asking[SearchRequest | SearchableRequest] = Asking(
            "search", publish, self._work, interrupt=self._interrupt, close=self._close
        )
        self.start, self.ask, self.drop, self.stop = (
            self._asking.start, self._asking.ask, self._asking.drop, self._asking.stop
        )  # fmt: skip

    def _interrupt(self) -> None:
        if self._library is not None:
            self._library.interrupt()

    def _close(self) -> None:
        if self._library is not None:
            self._library.close()
        if self._ledger is not None:
            self._ledger.close()

    def _work(self, request: SearchRequest | SearchableRequest, fresh: bool) -> None:
        if isinstance(request, SearchableRequest):
            from tally_tui.ingest.indexing import pending

            self._publish(Answered(request, pending(self._settings)))
            return
        from tally_tui.library.reader import Library
        from tally_tui.library.shards import library_dir
        from tally_tui.reports.search import StoppedError, search

        if self._library is None:
            self._library = Library(library_dir())
        if self._ledger is None:
            with contextlib.suppress(LedgerError):
                self._ledger = open_reader(paths.ledger_path())
        tz = zone(None if request.timezone == "local" else request.timezone)
        query = parse(
            request.query, now=clock.now_ms(), tz=tz, week_start=self._settings.first_weekday, allow=LIBRARY
        )
        with contextlib.suppress(StoppedError):
            found = search(
                self._library, self._ledger, query, limit=request.limit, ranked=request.ranked, typing=True,
                progress=lambda part: self._publish(Answered(request, part)),
                stopped=lambda: not self._asking.wanted(request),
            )  # fmt: skip
            self._publish(Answered(request, found))
