"""The thread that reads conversations: one session's logs at a time, followed as they grow."""

from __future__ import annotations

import re
import time
from contextlib import closing
from typing import TYPE_CHECKING

from tally_tui import paths
from tally_tui.ledger.open import open_reader, telling
from tally_tui.live.asking import Asking
from tally_tui.model import Provider
from tally_tui.requests import FindRequest, ReadingRequest, SpilledRequest, TextsRequest, TranscriptRequest
from tally_tui.store import Answered, Publish

if TYPE_CHECKING:
    from tally_tui.reports.transcripts import Reading

EVERY_S = 1.0
"""How often logs that are followed are looked at when nobody tells that they have grown."""
RESTS = 4
"""A session that takes long to read is read again only after so many times as long."""

FIRST_STRETCH = 1 << 20
LARGEST_STRETCH = 16 << 20
"""Bytes of a large log that are read before what they hold is shown: few at first, then more and more."""


class Transcribing:
    """Answers the requests about one session's conversation. The last session read is kept."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._reading: Reading | None = None
        self._not_before = 0.0
        self._stretch = FIRST_STRETCH
        self._asking: Asking[ReadingRequest] = Asking(
            "transcripts", publish, self._work, again=lambda each: isinstance(each, TranscriptRequest), every_s=EVERY_S
        )
        self.start, self.ask, self.drop = self._asking.start, self._asking.ask, self._asking.drop
        self.changed, self.stop = self._asking.changed, self._asking.stop

    def _work(self, request: ReadingRequest, fresh: bool) -> None:
        # Imported here: the first screen reads no conversation.
        from tally_tui.reports.transcripts import Reading, Texts

        provider = Provider[request.provider.upper()]
        reading = self._reading
        known = reading is not None and (reading.session, reading.provider) == (request.session, provider)
        if isinstance(request, TranscriptRequest):
            if reading is None or not known:
                reading = self._reading = Reading(provider, request.session)
                self._not_before = 0.0
                self._stretch = FIRST_STRETCH
            began = time.monotonic()
            grown = False
            if fresh or not reading.told.whole or began >= self._not_before:
                with telling(paths.ledger_path()), closing(open_reader(paths.ledger_path())) as db:
                    grown = reading.more(db, self._stretch)
                self._not_before = time.monotonic() + RESTS * (time.monotonic() - began)
            if grown or fresh:
                self._publish(Answered(request, reading.told))
            if not reading.told.whole:
                # Its beginning is on the screen already; texts that it wants come before the rest.
                self._stretch = min(2 * self._stretch, LARGEST_STRETCH)
                self._asking.soon(request)
        elif reading is None or not known:
            return  # another session is read by now
        elif isinstance(request, SpilledRequest):
            self._publish(Answered(request, reading.spilled(request.key)))
        elif isinstance(request, TextsRequest):
            self._publish(Answered(request, Texts(request.session, reading.texts(request.first, request.last))))
        else:
            assert isinstance(request, FindRequest)
            pattern = re.compile(request.pattern, re.IGNORECASE if request.ignore_case else re.NOFLAG)
            with telling(paths.ledger_path()), closing(open_reader(paths.ledger_path())) as db:
                self._publish(Answered(request, reading.find(db, pattern)))
